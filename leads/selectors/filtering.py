"""From filters to rows: the one place where a condition becomes a question to the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.core.actors import Actor
from crm.core.conditions import Condition, Group
from crm.core.narrowing import day, days_of, moment, people_asked, rows_of
from crm.core.texts import fold
from leads.decisions.filters import KINDS, OWN
from leads.models import Lead


@dataclass(frozen=True)
class LeadFilters:
    """What a list is narrowed to; empty means all. `owners`: "none" or user ids."""

    search: str = ""
    statuses: Sequence[str] = ()
    temperatures: Sequence[str] = ()
    owners: Sequence[str | UUID] = ()
    sources: Sequence[str] = ()
    tags: Sequence[str] = ()  # a lead must have all of them
    contact: UUID | None = None
    conversation: UUID | None = None
    score_from: int | None = None
    score_to: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    active_from: datetime | None = None
    active_before: datetime | None = None
    custom: Q = field(default_factory=Q)  # as of `crm.selectors.custom_filter`


def filter_leads(rows: QuerySet[Lead], filters: LeadFilters) -> QuerySet[Lead]:
    """The leads that pass every filter."""
    sets = {
        "status__in": filters.statuses,
        "temperature__in": filters.temperatures,
        "source__in": filters.sources,
        "tags__contains": list(filters.tags),
    }
    bounds = {
        "contact_id": filters.contact,
        "conversation_id": filters.conversation,
        "score__gte": filters.score_from,
        "score__lte": filters.score_to,
        "created_at__gte": filters.created_from,
        "created_at__lt": filters.created_before,
        "last_activity_at__gte": filters.active_from,
        "last_activity_at__lt": filters.active_before,
    }
    rows = rows.filter(
        **{k: v for k, v in sets.items() if v}, **{k: v for k, v in bounds.items() if v is not None}
    )
    if filters.custom:
        rows = rows.filter(filters.custom)
    if filters.owners:
        named = [o for o in filters.owners if o != "none"]
        rows = rows.filter(
            Q(owner_id__in=named) | (Q(owner__isnull=True) if "none" in filters.owners else Q())
        )
    return search_leads(rows, filters.search)


def search_leads(rows: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Leads in which every word occurs: name, business, place, address; a phone number in any format."""
    return rows.filter(_found(text))


def narrow_leads(rows: QuerySet[Lead], tree: Group, actor: Actor) -> QuerySet[Lead]:
    """The leads that pass a filter tree; "me" and "my team" are the actor's, days are those of their clock."""
    return rows.filter(rows_of(tree, lambda asked: _of_condition(asked, actor)))


def _of_condition(asked: Condition, actor: Actor) -> Q:
    if asked.field.startswith(OWN):
        return _own(asked)
    kind = KINDS[asked.field]
    return _owned_by(asked.value, actor) if kind == "people" else _ASKED[kind](asked)


def _found(text: str) -> Q:
    digits = "".join(c for c in text if c.isdigit())
    is_number = len(digits) >= 4 and not any(c.isalpha() or c == "@" for c in text)
    words = [digits] if is_number else fold(text).split()
    return Q(*(Q(search_line__contains=word) for word in words))


def _owned_by(people: list[str], actor: Actor) -> Q:
    """Leads of these people; nobody's when "none" is among them."""
    theirs = Q(owner_id__in=people_asked(people, actor))
    return theirs | Q(owner__isnull=True) if "none" in people else theirs


def _text(asked: Condition) -> Q:
    """The indexed line narrows first; it holds the name and the business in lower case without accents."""
    column = "name_line" if asked.field == "name" else asked.field
    if asked.op == "empty":
        return Q(**{column: ""})
    said = Q(**{f"{column}__{'iexact' if asked.op == 'is' else 'icontains'}": asked.value})
    return said if column == "next_step" else said & Q(search_line__contains=fold(asked.value))


def _choice(asked: Condition) -> Q:
    if asked.field == "last_message_from":
        return Q(last_message_direction__in=[{"them": "in", "us": "out"}[value] for value in asked.value])
    return Q(**{f"{asked.field}__in": asked.value})


def _words(asked: Condition) -> Q:
    return Q(**{asked.field: ""}) if asked.op == "empty" else Q(**{f"{asked.field}__in": asked.value})


def _tags(asked: Condition) -> Q:
    if asked.op == "empty":
        return Q(tags=[])
    return Q(**{"tags__contains" if asked.op == "all_of" else "tags__overlap": asked.value})


def _number(asked: Condition) -> Q:
    how = {"at_least": "gte", "at_most": "lte", "is": "exact"}[asked.op]
    return Q(**{f"{asked.field}__{how}": asked.value})


def _own(asked: Condition) -> Q:
    """A field of the workspace's own: the same values are found by the index, the others row by row."""
    key = asked.field.removeprefix(OWN)
    column = f"custom__{key}"
    if asked.op == "empty":
        return ~Q(custom__has_key=key)
    if asked.op in {"is", "any_of"}:
        wanted = asked.value if asked.op == "any_of" else [asked.value]
        return Q(*(Q(custom__contains={key: value}) for value in wanted), _connector=Q.OR)
    if asked.op == "has":
        return Q(**{f"{column}__icontains": asked.value})
    if asked.op in {"at_least", "at_most"}:
        return Q(**{f"{column}__{'gte' if asked.op == 'at_least' else 'lte'}": asked.value})
    start, end = days_of(asked)
    within = Q(**{f"{column}__gte": start.isoformat()}) if start else Q()
    return within & Q(**{f"{column}__lt": end.isoformat()}) if end else within


_ASKED: dict[str, Callable[[Condition], Q]] = {
    "search": lambda asked: _found(asked.value), "text": _text, "choice": _choice, "words": _words,
    "tags": _tags, "number": _number, "moment": moment, "maybe_moment": moment, "day": day,
}  # fmt: skip
