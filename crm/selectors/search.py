"""Finding anything by a few words: every floor hangs up what can be found on it; one statement asks them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.texts import Wanted, wanted
from crm.models import Contact, Identity
from crm.selectors.contacts import visible_contacts

COLUMNS = ("hit_kind", "hit_id", "hit_title", "hit_line", "hit_about", "hit_at", "hit_place")
GROUP = 5  # hits of a kind
ENOUGH = 3  # hits in all; with fewer, words that are nearly right are looked for

Rows = QuerySet[Any, tuple[Any, ...]]
Find = Callable[[Actor, Wanted], Sequence[Rows]]


@dataclass(frozen=True)
class Hit:
    """Something that was found: what to call it, a line about it, where it is, and which contact it is about."""

    kind: str
    id: UUID
    title: str
    line: str
    url: str
    at: datetime | None = None
    about: UUID | None = None


@dataclass(frozen=True)
class Group:
    """What was found of one kind, best first."""

    kind: str
    label: Any
    icon: str
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class Finder:
    """How one kind of thing is found. `exact` and `alike` give querysets of the kind's visible rows (by `rows_of`);
    what they ask may depend on the number of words and on a word of less than three letters, on nothing else in them.
    `show` makes a hit of a row. A kind that `yields` is left out where another hit is about the same contact."""

    kind: str
    label: Any
    icon: str
    permission: str
    exact: Find
    show: Callable[[tuple[Any, ...], Wanted], Hit]
    rank: int
    alike: Find | None = None
    yields: bool = False
    is_person: bool = False


_finders: dict[str, Finder] = {}


def add_finder(finder: Finder) -> None:
    """Hang up a kind of thing that can be found; those of a lower rank are shown first."""
    _finders[finder.kind] = finder


def kinds_of_hits() -> list[str]:
    """Every kind there is."""
    return [finder.kind for finder in _in_order()]


def _in_order() -> list[Finder]:
    return sorted(_finders.values(), key=lambda finder: finder.rank)


def rows_of(
    kind: str,
    rows: QuerySet[Any],
    *,
    title: Any,
    line: Any,
    about: Any,
    at: F,
    place: Any = None,
    best: Any = None,
) -> Rows:
    """Rows in the shape that all floors share, so that one statement can ask for all of them, the newest first (or
    the `best`). Given as expressions: what to call a row, a line about it, its contact's id, when something last
    happened with it, and a second id where its address needs one."""
    shaped = rows.annotate(
        hit_kind=Value(kind, output_field=CharField()),
        hit_id=F("id"),
        hit_title=Cast(title, TextField()),
        hit_line=Cast(line, TextField()),
        hit_about=about,
        hit_at=at,
        hit_place=place or F("id"),
    )
    order = at.desc() if best is None else best.desc()
    found: Rows = shaped.order_by(order).values_list(*COLUMNS)[:GROUP]
    return found


def begins_word(column: str, words: Sequence[str]) -> Q:
    """Rows in whose line every word begins one; with a sign or a digit in it, it may stand anywhere (addresses).
    Several words are looked for at once, wherever they stand: one walk through the index finds the few rows that have
    all of them, where an "or" for each word would walk twice a word and gather thousands."""
    found = Q(*(Q(**{f"{column}__contains": word}) for word in words)) if len(words) > 1 else Q()
    for word in words:
        if word.isalpha():
            found &= Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})
        else:
            found &= Q(**{f"{column}__contains": word})
    return found


def find_everything(actor: Actor, text: str, *, people_only: bool = False) -> list[Group]:
    """What the actor sees of what fits the words, by kind. At most two statements: what fits, and where that is next
    to nothing, names that are nearly right."""
    asked = wanted(text)
    if asked.is_too_short:
        return []
    finders = [f for f in _in_order() if actor.may(f.permission) and (f.is_person or not people_only)]
    if not finders:
        return []
    found = _found([(f.kind, f.exact) for f in finders], actor, asked)
    if len(found) < ENOUGH and not asked.digits:
        found += _found([(f"like {f.kind}", f.alike) for f in finders if f.alike], actor, asked)
    return _grouped(finders, found, asked)


def _found(finds: Sequence[tuple[str, Find]], actor: Actor, asked: Wanted) -> list[tuple[Any, ...]]:
    """The rows of these, in one statement; it is put into SQL once for all searches of as many words."""
    names, looks = [name for name, _find in finds], [find for _name, find in finds]
    if not asked.is_usual:
        branches = _branches(looks, actor, asked)
        return list(_together(branches)) if branches else []
    typed = asked.text.split()
    shape = (len(asked.words), len(typed), bool(asked.digits))
    question = partial(_put_together, looks, shape)
    return ask(actor, f"found {names} {shape}", question, *asked.words, *typed, asked.digits)


def _put_together(looks: Sequence[Find], shape: tuple[int, int, bool], actor: Actor, *said: str) -> Rows:
    """The same for words that stand for others: so many folded ones, so many as typed, and the digits."""
    words, typed, is_number = shape
    text = " ".join(said[words : words + typed])
    return _together(_branches(looks, actor, Wanted(text, said[:words], said[-1] if is_number else "")))


def _branches(looks: Sequence[Find], actor: Actor, asked: Wanted) -> list[Rows]:
    return [rows for look in looks for rows in look(actor, asked)]


def _together(branches: list[Rows]) -> Rows:
    """All of them as one question."""
    first, *others = branches
    return first.union(*others, all=True) if others else first


def _grouped(finders: list[Finder], rows: list[tuple[Any, ...]], asked: Wanted) -> list[Group]:
    """Each thing once, in the order of the finders."""
    groups, seen, people = [], set(), set()
    for finder in finders:
        group = Group(finder.kind, finder.label, finder.icon)
        for row in (row for row in rows if row[0] == finder.kind and row[1] not in seen):
            seen.add(row[1])
            if not (finder.yields and row[4] in people) and len(group.hits) < GROUP:
                group.hits.append(finder.show(row, asked))
        people |= {hit.about for hit in group.hits}
        groups += [group] if group.hits else []
    return groups


def contacts_found(actor: Actor, asked: Wanted) -> list[Rows]:
    """Contacts by name and, apart, by number or address: each from its own index."""
    seen = visible_contacts(actor)
    addressed = Identity.objects.filter(workspace_id=actor.workspace_id, contact_id=OuterRef("pk"))
    if asked.digits:
        return [_contact_rows(seen.filter(Exists(addressed.filter(value__contains=asked.digits))))]
    found = [_contact_rows(seen.filter(begins_word("folded_name", asked.words)))]
    if len(asked.words) == 1 and len(asked.folded) > 2:
        found.append(_contact_rows(seen.filter(Exists(addressed.filter(value__contains=asked.folded)))))
    return found


def contacts_alike(actor: Actor, asked: Wanted) -> list[Rows]:
    """Contacts whose names are nearly what was typed."""
    rows = visible_contacts(actor).filter(folded_name__trigram_word_similar=asked.folded)
    return [_contact_rows(rows, best=TrigramWordSimilarity(asked.folded, "folded_name"))]


def _contact_rows(rows: QuerySet[Contact], best: Any = None) -> Rows:
    known = Identity.objects.filter(contact_id=OuterRef("pk"), former_since=None).order_by("created_at")
    shown = Coalesce(known.values("shown_as")[:1], Value(""), output_field=TextField())
    return rows_of("contact", rows, title=F("name"), line=shown, about=F("id"), at=F("created_at"), best=best)


def show_contact(row: tuple[Any, ...], asked: Wanted) -> Hit:
    """A contact as a hit."""
    _kind, id_, name, line, about, at, _place = row
    url = reverse("crm:contact", args=[id_])
    return Hit("contact", id_, name or str(_("Unknown contact")), line, url, at, about)


CONTACTS = Finder(
    kind="contact",
    label=_("Contacts"),
    icon="user-round",
    permission="contacts.view",
    exact=contacts_found,
    alike=contacts_alike,
    show=show_contact,
    rank=2,
    yields=True,
    is_person=True,
)
