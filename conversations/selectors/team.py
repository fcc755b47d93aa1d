"""Notes, mentions, drafts and replies kept ready, for those who may see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, When

from conversations import policies
from conversations.core.blanks import filled
from conversations.core.mentions import handles, pieces
from conversations.models import CannedReply, Conversation, Draft, Mention, Note
from conversations.selectors.threads import visible_conversations
from crm import selectors as crm
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.models import IdentityKind, Membership


def visible_notes(actor: Actor) -> QuerySet[Note]:
    """Notes in the conversations the actor sees, but for those that were taken away."""
    return Note.objects.filter(
        workspace_id=actor.workspace_id,
        conversation__in=visible_conversations(actor).order_by(),
        deleted_at__isnull=True,
    )


def get_note(actor: Actor, note_id: UUID, *, with_deleted: bool = False) -> Note:
    """One note of a conversation the actor sees."""
    rows = Note.objects.filter(workspace_id=actor.workspace_id) if with_deleted else visible_notes(actor)
    rows = rows.filter(pk=note_id, conversation__in=visible_conversations(actor).order_by())
    found = rows.select_related("conversation").first()
    if found is None:
        raise NotFoundError
    return found


def notes_between(
    conversation: Conversation, since: datetime | None, until: datetime | None = None
) -> list[Note]:
    """The notes of a stretch of the thread, oldest first, each cut at its mentions."""
    rows = Note.objects.filter(conversation=conversation, deleted_at__isnull=True)
    rows = rows.filter(created_at__gte=since) if since else rows
    rows = rows.filter(created_at__lt=until) if until else rows
    notes = list(rows.order_by("created_at").prefetch_related("mentions__user"))
    for note in notes:
        people = [m.user for m in note.mentions.all()]
        note.pieces = pieces(note.text, [n for p in people for n in (p.name, p.email) if n])  # type: ignore[attr-defined]
    return notes


def sees_conversation(member: Membership, conversation: Conversation) -> bool:
    """Whether this member finds the conversation in their inbox."""
    actor = crm.actor_for(member, via="page")
    if not actor.may("conversations.view"):
        return False
    return Conversation.objects.filter(policies.conversations_in_sight(actor), pk=conversation.pk).exists()


def who_is_told(conversation: Conversation, user_id: UUID) -> list[UUID]:
    """Whom something about a conversation is told: its person or, when they work here no more, all who see it and may
    answer."""
    if crm.find_member(conversation.workspace_id, str(user_id)):
        return [user_id]
    others = crm.members_who_may(conversation.workspace_id, "conversations.reply")
    return [member.user_id for member in others if sees_conversation(member, conversation)]


def people_to_mention(actor: Actor) -> tuple[dict[str, UUID], dict[UUID, Membership]]:
    """Everybody of the workspace by what they may be called, and by their id."""
    members = {m.user_id: m for m in crm.visible_members(actor)}
    return handles((id_, m.user.name, m.user.email) for id_, m in members.items()), members


def unseen_mentions(actor: Actor) -> QuerySet[Mention]:
    """Where the actor was called and has not looked yet."""
    rows = Mention.objects.filter(workspace_id=actor.workspace_id, user=actor.user_id, seen_at__isnull=True)
    return rows.filter(note__deleted_at__isnull=True)


def drafts_of(actor: Actor, conversation_ids: Sequence[UUID]) -> dict[UUID, dict[str, Draft]]:
    """The actor's own unsent words: by conversation, then by kind ("reply", "note")."""
    found: dict[UUID, dict[str, Draft]] = {}
    for draft in Draft.objects.filter(user=actor.user_id, conversation_id__in=conversation_ids):
        found.setdefault(draft.conversation_id, {})[draft.kind] = draft
    return found


def visible_canned_replies(actor: Actor, *, with_archived: bool = False) -> QuerySet[CannedReply]:
    """The workspace's replies kept ready, by shortcut."""
    rows = CannedReply.objects.filter(workspace_id=actor.workspace_id).order_by("shortcut")
    return rows if with_archived else rows.filter(archived_at__isnull=True)


def canned_replies_like(actor: Actor, typed: str) -> QuerySet[CannedReply]:
    """Those whose shortcut begins so, then those that hold it anywhere."""
    rows = visible_canned_replies(actor)
    if not typed:
        return rows
    begins = Case(When(shortcut__istartswith=typed, then=0), default=1, output_field=IntegerField())
    rows = rows.filter(Q(shortcut__icontains=typed) | Q(text__icontains=typed))
    return rows.alias(rank=begins).order_by("rank", "shortcut")


def get_canned_reply(actor: Actor, canned_reply_id: UUID) -> CannedReply:
    """One reply kept ready, put away or not."""
    found = visible_canned_replies(actor, with_archived=True).filter(pk=canned_reply_id).first()
    if found is None:
        raise NotFoundError
    return found


def filled_for(actor: Actor, conversation: Conversation, text: str) -> str:
    """A reply kept ready, with its blanks filled for this conversation and who writes."""
    contact = conversation.contact
    phones = [i for i in contact.identities.all() if i.kind in {IdentityKind.PHONE, IdentityKind.WA_ID}]
    values = {
        "contact.name": contact.name,
        "contact.first_name": contact.name.partition(" ")[0],
        "contact.phone": str(phones[0]) if phones else "",
        "me.name": actor.label,
        "me.first_name": actor.label.partition(" ")[0],
        "workspace.name": conversation.workspace.name,
        "channel.name": conversation.channel.name,
    }
    return filled(text, values)
