"""The inbox's list as a page needs it: rows with only what they show, and what stands around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from conversations import decisions
from conversations.models import Label, OwnerKind, SavedFolder
from conversations.selectors.labels import visible_folders, visible_labels
from conversations.selectors.listing import (
    COUNTED_FOLDERS,
    SORTS,
    ListFilters,
    after,
    filter_conversations,
    in_folder,
    sort_conversations,
    with_counts,
    with_drafts,
)
from conversations.selectors.narrowing import narrow_conversations
from conversations.selectors.threads import visible_conversations
from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.conditions import Group
from crm.models import Workspace

# What a row shows, by the name it has there.
SHOWN = {
    "pk": "pk", "status": "status", "owner_kind": "owner_kind", "unread_count": "unread_count",
    "window_expires_at": "window_expires_at", "waiting_since": "waiting_since", "priority": "priority",
    "snoozed_until": "snoozed_until", "send_failed_at": "send_failed_at", "last_message_at": "last_message_at",
    "last_message_text": "last_message_text", "last_message_direction": "last_message_direction",
    "last_message_author_kind": "last_message_author_kind", "contact_id": "contact_id",
    "contact_name": "contact__name", "channel_kind": "channel__kind", "assignee_name": "assignee__name",
    "assignee_email": "assignee__email", "label_ids": "label_ids", "has_draft": "has_draft",
}  # fmt: skip
# Orders that know no moment: the question stays the same, so it is put into SQL once.
TIMELESS = {"newest", "oldest", "priority"}


class Listed(SimpleNamespace):
    """One conversation of the list: what SHOWN names, and what the list is sorted by under the order's names."""

    pk: UUID
    status: str
    owner_kind: str
    unread_count: int
    window_expires_at: datetime | None
    waiting_since: datetime | None
    priority: int
    snoozed_until: datetime | None
    send_failed_at: datetime | None
    last_message_at: datetime
    last_message_text: str
    last_message_direction: str
    last_message_author_kind: str
    contact_id: UUID
    contact_name: str
    channel_kind: str
    assignee_name: str | None
    assignee_email: str | None
    label_ids: list[UUID]
    has_draft: bool


@dataclass(frozen=True)
class Wanted:
    """What of the inbox is asked for: a folder, filters, an order, and the row behind which it begins."""

    folder: str
    sort: str
    now: datetime  # the moment the first page was asked for
    filters: ListFilters
    tree: Group  # conditions besides
    behind: Sequence[Any] = ()  # what that row was sorted by
    behind_id: str = ""

    @property
    def is_usual(self) -> bool:
        """Whether everybody asks the same: the beginning of a folder that nothing narrows."""
        is_narrowed = any(vars(self.filters).values()) or not self.tree.is_empty
        return self.sort in TIMELESS and not self.behind_id and not is_narrowed

    @property
    def keys(self) -> list[str]:
        """What its rows are sorted by."""
        return [name for name, _by, _down in SORTS[self.sort][1](self.now)]


def list_conversations(actor: Actor, wanted: Wanted, limit: int) -> list[Listed]:
    """So many rows in order; one statement."""
    asked = partial(_asked, wanted, limit)
    name = f"inbox {wanted.folder} {wanted.sort} {limit}"
    found = ask(actor, name, asked) if wanted.is_usual else asked(actor)
    names = [*SHOWN, *(key for key in wanted.keys if key not in SHOWN)]
    return [Listed(**dict(zip(names, values, strict=True))) for values in found]


def _asked(wanted: Wanted, limit: int, actor: Actor) -> QuerySet[Any, Any]:
    rows = in_folder(visible_conversations(actor), actor, wanted.folder)
    rows = filter_conversations(rows, wanted.filters)
    rows = narrow_conversations(rows, wanted.tree, actor)
    rows, keys = sort_conversations(rows, wanted.sort, wanted.now)
    rows = after(rows, keys, wanted.behind, wanted.behind_id) if wanted.behind_id else rows
    more = [name for name in wanted.keys if name not in SHOWN]
    return with_drafts(rows, actor).values_list(*SHOWN.values(), *more)[:limit]


@dataclass(frozen=True)
class Surroundings:
    """What stands around the rows: how many each folder holds, the labels by id, and the saved folders."""

    counts: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[UUID, Label] = field(default_factory=dict)
    folders: Sequence[SavedFolder] = ()


def surroundings_of(actor: Actor) -> Surroundings:
    """All of it in one statement; counts stop one above 99."""
    found = ask(actor, "around the inbox", _around)
    if not found:
        return Surroundings()
    *counts, labels, folders = found[0]
    read = [Label(**_with_ids(row, "id")) for row in labels]
    return Surroundings(
        dict(zip(COUNTED_FOLDERS, counts, strict=True)),
        {label.pk: label for label in read},
        [SavedFolder(**_with_ids(row, "id", "owner_id")) for row in folders],
    )


def _around(actor: Actor) -> QuerySet[Any, Any]:
    here, counted = with_counts(Workspace.objects.filter(pk=actor.workspace_id), actor)
    labels = visible_labels(actor).values(row=JSONObject(**_named("id", "name", "colour")))
    kept = _named("id", "name", "query", "is_shared", "owner_id")
    folders = visible_folders(actor).values(row=JSONObject(**kept))
    return here.values_list(*counted, ArraySubquery(labels), ArraySubquery(folders))


def _named(*columns: str) -> dict[str, F]:
    return {name: F(name) for name in columns}


def _with_ids(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A row of JSON, its ids as ids."""
    held = dict(row)
    return held | {name: UUID(held[name]) for name in names}


AGES = (
    (timedelta(days=1), _("%(n)d d")),
    (timedelta(hours=1), _("%(n)d h")),
    (timedelta(minutes=1), _("%(n)d min")),
)
REASONS = {
    1: _("Our last message did not arrive"),
    2: _("Free replies end in %(left)s; has waited %(waited)s"),
    3: _("Hot lead; has waited %(waited)s"),
    4: _("Has waited %(waited)s"),
}


def _brief(passed: timedelta) -> str:
    for unit, words in AGES:
        if passed >= unit:
            return str(words) % {"n": passed // unit}
    return str(AGES[-1][1]) % {"n": 1}


def waiting_tone(row: Listed, now: datetime) -> str:
    """How long the customer has waited for a person, as a colour: neutral, warm, bad; empty when nobody waits."""
    if row.waiting_since is None or row.owner_kind == OwnerKind.AGENT:
        return ""
    return decisions.waiting_tone(now - row.waiting_since)


def reason_of(row: Listed, now: datetime) -> str:
    """Why a row stands where it does in "most to lose first", in one line; nothing to say of the last step."""
    told = REASONS.get(getattr(row, "stake", 5))
    if told is None:
        return ""
    waited = _brief(now - row.waiting_since) if row.waiting_since else ""
    left = _brief(row.window_expires_at - now) if row.window_expires_at else ""
    return str(told) % {"left": left, "waited": waited}
