"""Reading conversations and messages for others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import (
    BinaryField,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils import timezone

from conversations import decisions, policies
from conversations.channels.port import Account
from conversations.channels.registry import adapter_for
from conversations.models import (
    Channel,
    Conversation,
    DeliveryState,
    InboundDelivery,
    InboundItem,
    Message,
    MessageStatus,
    OpenedSettings,
    OwnerKind,
    TemplateName,
)
from conversations.selectors.consents import can_use_template
from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.errors import NotFoundError
from crm.core.walls import everywhere
from crm.models import Contact, Identity

SEARCHED = 500  # unread deliveries that are looked through; with more of them there, waiting is cheaper
CLOCKS_DIFFER = timedelta(minutes=1)  # between the database's time and ours, at most


class Place(Func):
    """Where some bytes first stand in others; 0: nowhere."""

    function, arg_joiner, output_field = "POSITION", " IN ", IntegerField()


def visible_conversations(actor: Actor) -> QuerySet[Conversation]:
    """Conversations the actor sees."""
    return Conversation.objects.filter(
        policies.conversations_in_sight(actor), workspace_id=actor.workspace_id
    )


def get_conversation(actor: Actor, conversation_id: UUID) -> Conversation:
    """One conversation with its contact, channel and assignee."""
    found: list[Conversation] = ask(actor, "conversation", _conversation_asked, conversation_id)
    if not found:
        raise NotFoundError
    return found[0]


def _conversation_asked(actor: Actor, conversation_id: UUID) -> QuerySet[Conversation]:
    rows = visible_conversations(actor).select_related("contact", "channel", "assignee")
    return rows.filter(pk=conversation_id)


def lock_conversation(actor: Actor, conversation_id: UUID) -> Conversation:
    """One conversation, locked and fresh, for a change."""
    rows = (
        visible_conversations(actor)
        .select_for_update(of=("self",), no_key=True)
        .select_related("channel", "contact")
    )
    found = rows.filter(pk=conversation_id).first()
    if found is None:
        raise NotFoundError
    return found


def visible_messages(actor: Actor) -> QuerySet[Message]:
    """Messages of the conversations the actor sees."""
    return Message.objects.filter(
        workspace_id=actor.workspace_id, conversation__in=visible_conversations(actor).order_by()
    )


def get_message(actor: Actor, message_id: UUID) -> Message:
    """One message."""
    found = visible_messages(actor).filter(pk=message_id).first()
    if found is None:
        raise NotFoundError
    return found


def messages_of(conversation: Conversation, *, after: int = 0, limit: int = 100) -> list[Message]:
    """The last messages of a thread in order; `after` a sequence for what came since."""
    rows = Message.objects.filter(conversation=conversation, sequence__gt=after).order_by("-sequence")[:limit]
    return list(reversed(rows))


def inbound_after(conversation_id: UUID, sequence: int, *, last: int | None = None) -> list[Message]:
    """What the contact wrote since that wants an answer, oldest first; the last so many of it only, when asked so. For
    agents, who read by their own right."""
    return list(reversed(_inbound_after(conversation_id, sequence).order_by("-sequence")[:last]))


def has_words_to_file(conversation: Conversation) -> bool:
    """Whether more of what this contact wrote has come in, and is not in the conversation yet."""
    theirs = Identity.objects.filter(contact_id=conversation.contact_id).values_list("value", flat=True)
    rows = InboundItem.objects.filter(
        channel_id=conversation.channel_id,
        conversation_key__in=[decisions.queue_of(value) for value in theirs],
        kind="message",
        state=DeliveryState.NEW,
    )
    return rows.exists()


def has_inbound_after(conversation_id: UUID, sequence: int) -> bool:
    """Whether they wrote anything of the kind."""
    return _inbound_after(conversation_id, sequence).exists()


def _inbound_after(conversation_id: UUID, sequence: int) -> QuerySet[Message]:
    return Message.objects.filter(
        conversation_id=conversation_id, direction="in", sequence__gt=sequence, wants_answer=True
    )


def has_gone_out(conversation_id: UUID, cause: str) -> bool:
    """Whether any message whose cause begins so may have reached the customer."""
    rows = Message.objects.filter(conversation_id=conversation_id, cause__startswith=cause)
    return rows.exclude(status=MessageStatus.CANCELLED).exists()


def sequence_before(conversation_id: UUID, message_ids: Sequence[str]) -> int:
    """The place in the thread right before the first of these messages."""
    rows = Message.objects.filter(conversation_id=conversation_id, pk__in=message_ids)
    return (rows.aggregate(first=Min("sequence"))["first"] or 1) - 1


def conversations_waiting_for_agents() -> QuerySet[Conversation]:
    """Open conversations that bots own, of all workspaces. For the sweep."""
    return Conversation.objects.filter(
        status=Conversation.Status.OPEN, owner_kind=OwnerKind.AGENT, last_inbound_sequence__gt=0
    ).select_related("channel")


def unread_total(actor: Actor) -> int:
    """How many open conversations with something unread want this person."""
    return unread_conversations(actor).count()


def unread_conversations(actor: Actor) -> QuerySet[Conversation]:
    """Open conversations with something unread that want a person: the actor's own and nobody's."""
    if not actor.may("conversations.view"):
        return Conversation.objects.none()
    rows = visible_conversations(actor).filter(unread_count__gt=0, status=Conversation.Status.OPEN)
    return rows.filter(Q(assignee_id=actor.user_id) | Q(assignee__isnull=True)).exclude(owner_kind="agent")


def search_conversations(rows: QuerySet[Conversation], text: str) -> QuerySet[Conversation]:
    """By the contact's name or number, or by words of a message."""
    return rows.filter(found_by(text))


def found_by(text: str) -> Q:
    """Of a conversation: whether its contact's name or number, or words of a message, hold the text."""
    digits = "".join(c for c in text if c.isdecimal())
    digits = digits.lstrip("0")  # 0811 ... and 0062 811 ... are +62 811 ...
    people = Contact.objects.filter(pk=OuterRef("contact_id"), name__icontains=text)
    known = Identity.objects.filter(contact_id=OuterRef("contact_id"), value__contains=digits)
    said = Message.objects.filter(conversation_id=OuterRef("pk"), text__icontains=text)
    found = Q(Exists(people)) | Q(Exists(said))
    return found | Q(Exists(known)) if len(digits) >= 4 else found


def account_of(channel: Channel) -> Account:
    """The channel as its adapter sees it."""
    base = {"whatsapp_meta": f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}"}
    return Account(
        settings=OpenedSettings(channel.settings),
        base_url=base.get(channel.kind, ""),
        timeout=settings.PROVIDER_TIMEOUT,
    )


def has_window(channel: Channel) -> bool:
    """True when the channel only allows free text for a time after the customer wrote."""
    adapter = adapter_for(channel.kind)
    return adapter is not None and adapter.window_hours() is not None


def window_end(conversation: Conversation) -> datetime | None:
    """When the window closes, by our rows and by the provider's last refusal, which may not have been written down
    at the conversation yet: a worker that dies in between must not make us try again."""
    closes_at = conversation.window_expires_at
    refused = Message.objects.filter(
        conversation=conversation, status=MessageStatus.FAILED, error_code=decisions.CLOSED_BY_PROVIDER
    )
    if conversation.last_inbound_at:
        refused = refused.filter(failed_at__gte=conversation.last_inbound_at)
    times = [closes_at, refused.aggregate(at=Min("failed_at"))["at"]]
    return min((at for at in times if at), default=None)


def can_send(
    conversation: Conversation,
    *,
    template: TemplateName | None = None,
    is_queued: bool = False,
    at: datetime | None = None,
) -> decisions.Verdict:
    """Whether something may be sent in this conversation now (or at that time), and if not, why.

    `is_queued`: it was accepted already. Closing the conversation afterwards takes nothing back, and what the
    channel can't send now stays queued instead of failing.
    """
    verdict = decisions.can_send(
        now=at or timezone.now(),
        status=Conversation.Status.OPEN if is_queued else conversation.status,
        window_expires_at=window_end(conversation) if is_queued else conversation.window_expires_at,
        has_window=has_window(conversation.channel),
        is_template=template is not None,
        has_recipient=bool(conversation.recipient_value),
        is_off=not conversation.channel.is_active and not is_queued,
        is_paused=bool(conversation.channel.paused_because) and not is_queued,
    )
    return can_use_template(conversation, *template) if template and verdict.ok else verdict


def is_receipt_waiting(message: Message) -> bool:
    """True while what waits to be read holds, or may hold, a receipt of this message: each names it by our own id."""
    name, new = f"msg:{message.pk}", {"state": DeliveryState.NEW, "workspace_id": message.workspace_id}
    receipts = InboundItem.objects.filter(channel_id=message.channel_id, kind="receipt", **new)
    if receipts.filter(payload__opaque=name).exists():
        return True
    since = message.created_at - CLOCKS_DIFFER
    unread = InboundDelivery.objects.filter(received_at__gte=since, **new)
    if len(unread.order_by("channel_id", "next_at").values_list("pk", flat=True)[: SEARCHED + 1]) > SEARCHED:
        return True
    place = Place(Value(name.encode(), BinaryField()), F("body"))
    return unread.annotate(place=place).filter(place__gt=0).exists()


@everywhere()
def oldest_waiting() -> dict[str, float]:
    """Age in seconds of the oldest thing that is due, per queue. The alarm that sees every stall."""
    now = timezone.now()
    deliveries = InboundDelivery.objects.filter(state=DeliveryState.NEW)
    items = InboundItem.objects.filter(state=DeliveryState.NEW)
    queued = Message.objects.filter(direction="out", status=MessageStatus.QUEUED)
    first = {
        "intake": deliveries.aggregate(at=Min("received_at"))["at"],
        "items": items.aggregate(at=Min("next_at"))["at"],
        "sending": queued.aggregate(at=Min("next_at"))["at"],
    }
    return {name: max(0.0, (now - at).total_seconds()) if at else 0.0 for name, at in first.items()}
