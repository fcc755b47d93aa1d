"""What is to be sent later: for those who look, and for the sweeps."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from conversations import policies
from conversations.models import (
    Broadcast,
    BroadcastRecipient,
    BroadcastState,
    Choice,
    Consent,
    Purpose,
    RecipientState,
    ScheduledMessage,
    ScheduledState,
)
from conversations.selectors.threads import visible_conversations
from crm import selectors as crm_selectors
from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.errors import NotFoundError
from crm.core.walls import everywhere

REASONS = 5  # why people were left out of a broadcast: the commonest


def visible_scheduled(actor: Actor) -> QuerySet[ScheduledMessage]:
    """Messages for later in conversations the actor sees."""
    return ScheduledMessage.objects.filter(
        workspace_id=actor.workspace_id, conversation__in=visible_conversations(actor).order_by()
    )


def scheduled_of(actor: Actor, conversation_id: UUID) -> list[ScheduledMessage]:
    """What still waits in a conversation, and what was held, by its time."""
    return ask(actor, "scheduled", _scheduled_asked, conversation_id)


def _scheduled_asked(actor: Actor, conversation_id: UUID) -> QuerySet[ScheduledMessage]:
    shown = [ScheduledState.WAITING, ScheduledState.HELD]
    rows = visible_scheduled(actor).filter(conversation_id=conversation_id, state__in=shown)
    return rows.select_related("author").order_by("due_at")


def waiting_scheduled(actor: Actor, limit: int = 200) -> list[ScheduledMessage]:
    """The same of all conversations the actor sees: what was held first, then by its time."""
    shown = [ScheduledState.WAITING, ScheduledState.HELD]
    rows = visible_scheduled(actor).filter(state__in=shown)
    rows = rows.select_related("author", "conversation__contact", "conversation__channel")
    return list(rows.order_by("state", "due_at")[:limit])


@everywhere()
def due_scheduled(limit: int = 500) -> list[tuple[UUID, UUID]]:
    """(workspace, scheduled message) whose time has come, of all workspaces, the longest due first. For the sweep."""
    rows = ScheduledMessage.objects.filter(state=ScheduledState.WAITING, due_at__lte=timezone.now())
    return list(rows.order_by("due_at").values_list("workspace_id", "pk")[:limit])


def visible_broadcasts(actor: Actor) -> QuerySet[Broadcast]:
    """Every broadcast of the workspace, for those who may send one."""
    policies.check_can_broadcast(actor)
    return Broadcast.objects.filter(workspace_id=actor.workspace_id)


def counted_broadcasts(actor: Actor) -> QuerySet[Broadcast]:
    """With how many wait, were handed over, and were left out; and why, the commonest reasons first."""
    counts = {
        f"{state}_count": Count("recipients", filter=Q(recipients__state=state))
        for state in RecipientState.values
    }
    skipped = BroadcastRecipient.objects.filter(broadcast=OuterRef("pk"), state=RecipientState.SKIPPED)
    reasons = skipped.values("why").annotate(n=Count("pk")).order_by("-n", "why")
    told = reasons.values(told=JSONObject(why="why", n="n"))[:REASONS]
    return visible_broadcasts(actor).annotate(**counts, left_out=ArraySubquery(told))


def get_broadcast(actor: Actor, broadcast_id: UUID) -> Broadcast:
    """One, with its counts."""
    found = counted_broadcasts(actor).filter(pk=broadcast_id).first()
    if found is None:
        raise NotFoundError
    return found


@everywhere()
def due_broadcasts() -> list[tuple[UUID, UUID]]:
    """(workspace, broadcast) with somebody left to write to, of all workspaces. For the sweep."""
    live = [BroadcastState.PLANNED, BroadcastState.RUNNING]
    rows = Broadcast.objects.filter(state__in=live, due_at__lte=timezone.now())
    return list(rows.order_by("due_at").values_list("workspace_id", "pk"))


def contacts_in_sight(actor: Actor, contact_ids: Iterable[UUID]) -> list[UUID]:
    """Those of these contacts that the actor sees."""
    rows = crm_selectors.visible_contacts(actor).filter(pk__in=list(contact_ids))
    return list(rows.values_list("pk", flat=True))


def has_opted_in(contact_id: UUID, channel_id: UUID, purpose: str = Purpose.MARKETING) -> bool:
    """True when the contact's last own word on this channel was that they want such messages."""
    rows = Consent.objects.filter(contact_id=contact_id, channel_id=channel_id, purpose=purpose)
    newest = rows.exclude(choice=Choice.HELD).order_by("-at", "-id").values_list("choice", flat=True).first()
    return newest == Choice.IN
