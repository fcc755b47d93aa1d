"""The inbox's list: folders and what they hold, filters, and orders with their keysets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conversations import decisions
from conversations.models import Conversation, ConversationLabel, Mention, OwnerKind
from conversations.selectors.labels import with_labels
from conversations.selectors.narrowing import NOBODYS, drafted
from conversations.selectors.threads import search_conversations, visible_conversations
from crm import panels
from crm.core.actors import Actor
from crm.core.counting import HowMany
from crm.models import Workspace

FOLDERS = {
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "waiting": pgettext_lazy("folder", "Waiting"),
    "all": _("All"),
    "mentions": _("Mentions"),
    "bot": _("Bot"),
    "failed": pgettext_lazy("folder", "Failed"),
    "snoozed": pgettext_lazy("folder", "Snoozed"),
    "closed": pgettext_lazy("folder", "Closed"),
}
UNCOUNTED = {"closed"}  # it only grows: its number tells nobody anything
COUNTED_FOLDERS = [key for key in FOLDERS if key not in UNCOUNTED]
COUNTED_UP_TO = 99  # then "99+": what is counted costs the same however much there is
OPEN = Q(status=Conversation.Status.OPEN)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ListFilters:
    """What of a folder is shown; empty means everything."""

    search: str = ""
    labels: Sequence[UUID] = ()
    channels: Sequence[UUID] = ()
    assignees: Sequence[UUID | None] = ()  # None: nobody's
    is_unread: bool = False
    priorities: Sequence[int] = ()


def in_folder(rows: QuerySet[Conversation], actor: Actor, folder: str) -> QuerySet[Conversation]:
    """The conversations of an inbox folder. What is snoozed is in its own folder only."""
    wanted = {
        "mine": OPEN & Q(assignee_id=actor.user_id, owner_kind=OwnerKind.PERSON),
        "unassigned": OPEN & NOBODYS,
        "waiting": OPEN & Q(waiting_since__isnull=False) & ~Q(owner_kind=OwnerKind.AGENT),
        "all": OPEN,
        "mentions": ~Q(status=Conversation.Status.CLOSED)
        & Exists(Mention.objects.filter(conversation_id=OuterRef("pk"), user=actor.user_id)),
        "bot": OPEN & Q(owner_kind=OwnerKind.AGENT),
        "failed": ~Q(status=Conversation.Status.CLOSED) & Q(send_failed_at__isnull=False),
        "snoozed": Q(status=Conversation.Status.SNOOZED),
        "closed": Q(status=Conversation.Status.CLOSED),
    }
    return rows.filter(wanted[folder])


def with_counts(rows: QuerySet[Workspace], actor: Actor) -> tuple[QuerySet[Workspace], list[str]]:
    """A workspace that brings along how many each of COUNTED_FOLDERS holds, and the names of the numbers."""
    seen = visible_conversations(actor).order_by()
    counted = {
        f"in_{key}": HowMany(in_folder(seen, actor, key)[: COUNTED_UP_TO + 1]) for key in COUNTED_FOLDERS
    }
    return rows.annotate(**counted), list(counted)


def filter_conversations(rows: QuerySet[Conversation], filters: ListFilters) -> QuerySet[Conversation]:
    """Any of the labels, any of the channels, any of the people; and each kind of filter narrows the others."""
    if filters.search:
        rows = search_conversations(rows, filters.search)
    if filters.labels:
        on_it = ConversationLabel.objects.filter(conversation_id=OuterRef("pk"), label_id__in=filters.labels)
        rows = rows.filter(Exists(on_it))
    if filters.channels:
        rows = rows.filter(channel_id__in=filters.channels)
    if filters.assignees:
        people = [pk for pk in filters.assignees if pk]
        theirs = Q(assignee_id__in=people)
        rows = rows.filter(theirs | NOBODYS if None in filters.assignees else theirs)
    if filters.priorities:
        rows = rows.filter(priority__in=filters.priorities)
    return rows.filter(unread_count__gt=0) if filters.is_unread else rows


def with_drafts(rows: QuerySet[Conversation], actor: Actor) -> QuerySet[Conversation]:
    """Each says whether the actor has begun to write in it."""
    return rows.annotate(has_draft=drafted(actor))


Key = tuple[str, Any, bool]  # a column, or a name and what stands behind it; descending?


def _seconds(field: str) -> Cast:
    return Cast(Extract(field, "epoch"), FloatField())


def _by_stakes(now: datetime) -> list[Key]:
    """What we would lose soonest and most; then whoever has waited longest; then the newest."""
    people = Q(waiting_since__isnull=False) & ~Q(owner_kind=OwnerKind.AGENT)
    closing = Q(window_expires_at__gt=now, window_expires_at__lte=now + decisions.CLOSES_SOON)
    failed = ~Q(status=Conversation.Status.CLOSED) & Q(send_failed_at__isnull=False)
    steps = [When(failed, then=Value(1)), When(people & closing, then=Value(2))]
    if (is_hot := panels.is_worth_much()) is not None:
        steps.append(When(people & Q(is_hot), then=Value(3)))
    tier = Case(*steps, When(people, then=Value(4)), default=Value(5))
    since = Case(
        When(people, then=_seconds("waiting_since")),
        default=_seconds("last_message_at") * Value(-1.0),
        output_field=FloatField(),
    )
    return [("stake", tier, False), ("since", since, False)]


def _plain(field: str, descending: bool) -> Callable[[datetime], list[Key]]:
    return lambda now: [(field, None, descending)]


def _by_priority(now: datetime) -> list[Key]:
    return [("priority", None, True), ("last_message_at", None, True)]


def _soonest(field: str) -> Callable[[datetime], list[Key]]:
    """Those that have the time first; the others after them."""
    return lambda now: [("soonest", Coalesce(field, Value(NEVER)), False)]


def _closing(now: datetime) -> list[Key]:
    still = Case(When(window_expires_at__gt=now, then=F("window_expires_at")), default=Value(NEVER))
    return [("closes", still, False)]


SORTS: Mapping[str, tuple[Any, Callable[[datetime], list[Key]]]] = {
    "newest": (_("Newest first"), _plain("last_message_at", True)),
    "oldest": (_("Oldest first"), _plain("last_message_at", False)),
    "waiting": (_("Waiting longest"), _soonest("waiting_since")),
    "closing": (_("Window closing first"), _closing),
    "stakes": (_("Most to lose first"), _by_stakes),
    "priority": (_("Priority"), _by_priority),
}


def sort_conversations(
    rows: QuerySet[Conversation], sort: str, now: datetime
) -> tuple[QuerySet[Conversation], list[Key]]:
    """The rows in an order, each with what it is sorted by; `now` is the moment the first page was asked for."""
    keys = SORTS[sort][1](now)
    rows = with_labels(rows.filter(last_message_at__isnull=False))
    rows = rows.annotate(**{name: by for name, by, _down in keys if by is not None})
    ordered = [f"-{name}" if down else name for name, _by, down in keys]
    return rows.order_by(*ordered, "-id" if keys[0][2] else "id"), keys


def after(
    rows: QuerySet[Conversation], keys: Sequence[Key], values: Sequence[Any], last_id: str
) -> QuerySet[Conversation]:
    """What follows a row in the order: by its keys, then by its id."""
    steps = [(name, down) for name, _by, down in keys] + [("id", keys[0][2])]
    behind, same = Q(), Q()
    for (name, down), value in zip(steps, [*values, last_id], strict=True):
        behind |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        same &= Q(**{name: value})
    return rows.filter(behind)
