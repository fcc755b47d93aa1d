"""The workspace's labels, and putting them on conversations."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.events import ConversationLabelled, LabelChanged
from conversations.models import Conversation, ConversationLabel, Label, LabelColour
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service

AT_MOST = 100  # of a workspace: more than people can tell apart


@service
def create_label(*, actor: Actor, name: str, colour: str = LabelColour.GREY) -> Label:
    """One more word to sort by."""
    policies.check_can_manage_labels(actor)
    name = _checked_name(actor, name, colour)
    if selectors.visible_labels(actor).count() >= AT_MOST:
        raise InvalidInputError(
            fields={"name": [_("There are %(most)s labels already. Delete one first.") % {"most": AT_MOST}]}
        )
    row = Label.objects.create(workspace_id=actor.workspace_id, name=name, colour=colour)
    publish(LabelChanged(str(row.pk), row.name, "new"), actor=actor)
    return row


@service
def change_label(
    *, actor: Actor, label_id: UUID, name: str | None = None, colour: str | None = None
) -> Label:
    """Another name or colour; it stays on every conversation."""
    policies.check_can_manage_labels(actor)
    row = selectors.get_label(actor, label_id)
    row.colour = colour or row.colour
    row.name = _checked_name(actor, row.name if name is None else name, row.colour, but=row.pk)
    row.save()
    publish(LabelChanged(str(row.pk), row.name, "changed"), actor=actor)
    return row


@service
def delete_label(*, actor: Actor, label_id: UUID) -> None:
    """It is gone, from every conversation too; `restore_label` brings it back to them."""
    policies.check_can_manage_labels(actor)
    row = selectors.lock_label(actor, label_id)
    row.archived_at, row.merged_into, row.moved = timezone.now(), None, []
    row.save()
    publish(LabelChanged(str(row.pk), row.name, "deleted"), actor=actor)


@service
def merge_labels(*, actor: Actor, label_id: UUID, into_id: UUID) -> Label:
    """Two labels are one: what had the first has the other now. `restore_label` makes them two again."""
    policies.check_can_manage_labels(actor)
    if label_id == into_id:
        raise InvalidInputError(fields={"into": [_("Choose another label.")]})
    rows = {pk: selectors.lock_label(actor, pk) for pk in sorted([label_id, into_id])}  # in one order for all
    loser, winner = rows[label_id], rows[into_id]
    has = ConversationLabel.objects.filter(label=winner).values("conversation_id")
    lacking = ConversationLabel.objects.filter(label=loser).exclude(conversation_id__in=has)
    fresh = [
        ConversationLabel(workspace_id=actor.workspace_id, conversation_id=pk, label=winner)
        for pk in lacking.values_list("conversation_id", flat=True)
    ]
    ConversationLabel.objects.bulk_create(fresh, ignore_conflicts=True)
    loser.archived_at, loser.merged_into = timezone.now(), winner
    loser.moved = [str(each.conversation_id) for each in fresh]
    loser.save()
    publish(LabelChanged(str(loser.pk), loser.name, "merged"), actor=actor)
    return winner


@service
def restore_label(*, actor: Actor, label_id: UUID) -> Label:
    """It is back on its conversations; those that got another one only by a merge lose that one again."""
    policies.check_can_manage_labels(actor)
    row = selectors.lock_label(actor, label_id, put_away=True)
    _checked_name(actor, row.name, row.colour)
    if row.merged_into_id:
        ConversationLabel.objects.filter(label=row.merged_into_id, conversation_id__in=row.moved).delete()
    row.archived_at, row.merged_into, row.moved = None, None, []
    row.save()
    publish(LabelChanged(str(row.pk), row.name, "restored"), actor=actor)
    return row


@service
def label_conversation(
    *, actor: Actor, conversation_id: UUID, add: Sequence[UUID] = (), remove: Sequence[UUID] = ()
) -> tuple[list[Label], list[Label]]:
    """Put labels on and take others off; returns which of them that changed. Closed ones can be sorted, too."""
    policies.check_can_triage(actor)
    conversation = selectors.lock_conversation(actor, conversation_id)
    known = {row.pk: row for row in selectors.visible_labels(actor)}
    if set(add) - known.keys():
        raise InvalidInputError(fields={"add": [_("Choose labels of this workspace.")]})
    has = set(conversation.labelled.values_list("label_id", flat=True))
    fresh = [known[pk] for pk in dict.fromkeys(add) if pk not in has]
    gone = [known[pk] for pk in dict.fromkeys(remove) if pk in has and pk not in add]
    _write(actor, conversation, fresh, gone)
    return fresh, gone


def _write(actor: Actor, conversation: Conversation, fresh: list[Label], gone: list[Label]) -> None:
    if not fresh and not gone:
        return
    ConversationLabel.objects.bulk_create(
        ConversationLabel(workspace_id=actor.workspace_id, conversation=conversation, label=label)
        for label in fresh
    )
    ConversationLabel.objects.filter(conversation=conversation, label__in=gone).delete()
    labelled = ConversationLabelled(
        conversation_id=str(conversation.pk),
        contact_id=str(conversation.contact_id),
        added=[label.name for label in fresh],
        removed=[label.name for label in gone],
    )
    publish(labelled, actor=actor)


def _checked_name(actor: Actor, name: str, colour: str, *, but: UUID | None = None) -> str:
    """The name in one line; refuses none, one too long, one there is already, and a colour nobody knows."""
    name = " ".join(name.split())
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 40:
        wrong["name"] = [_("A label has 1 to 40 characters.")]
    elif name.lower() in {label.name.lower() for label in selectors.visible_labels(actor) if label.pk != but}:
        wrong["name"] = [_("There is a label '%(name)s' already.") % {"name": name}]
    if colour not in LabelColour.values:
        wrong["colour"] = [_("Choose one of %(choices)s.") % {"choices": ", ".join(LabelColour.values)}]
    if wrong:
        raise InvalidInputError(fields=wrong)
    return name
