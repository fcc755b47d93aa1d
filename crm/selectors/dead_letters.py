"""Dead letters of every floor as one list: by kind, one by one, and counted for the alarm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Collate, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import decisions, policies
from crm.core.actors import Actor
from crm.core.dead_letters import Reason, Source, source_of, sources
from crm.core.errors import NotFoundError
from crm.core.walls import everywhere
from crm.models import DeadLetterNote, ReplayRun

SHOWN = 64_000  # characters of a text on a page
EDITABLE = 256_000  # bytes of a text in an editor
ANY_REASON = Reason(
    _("Something broke"),
    _("Look at the reason below. When it is mended, replay; when it doesn't matter any more, set it aside."),
)


@dataclass(frozen=True)
class Letter:
    """One dead letter as people see it."""

    id: str
    source: Source
    reason: str
    since: datetime
    workspace_id: UUID
    row: Any

    @property
    def title(self) -> Any:
        """Why it died, in a few words."""
        return reason_of(self.source, self.reason).title

    @property
    def fix(self) -> Any:
        """What can be done about it."""
        return reason_of(self.source, self.reason).fix


@dataclass(frozen=True)
class Group:
    """Letters of one kind that died of the same: how many, since when, and the newest as a sample."""

    source: Source
    reason: str
    count: int
    first: datetime
    last: datetime
    sample: Letter

    @property
    def title(self) -> Any:
        """Why they died, in a few words."""
        return reason_of(self.source, self.reason).title


def reason_of(source: Source, code: str) -> Reason:
    """The words of a reason; a code nobody has words for stands for itself."""
    return source.reasons.get(code) or Reason(code.replace("_", " ").capitalize(), ANY_REASON.fix)


def named(source: Source, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with what makes them letters: `letter` (the id), `letter_since`, `letter_reason`, `letter_aside`."""
    letter = Concat(Value(f"{source.key}-"), Cast("pk", CharField()), output_field=CharField())
    rows = rows.annotate(
        letter=Collate(letter, "C"),
        letter_since=F(source.since),
        letter_reason=F(source.reason),
    )
    notes = DeadLetterNote.objects.filter(
        workspace_id=OuterRef("workspace_id"), letter=OuterRef("letter"), set_aside_at__isnull=False
    )
    with_notes: QuerySet[Any] = rows.annotate(letter_aside=Exists(notes))
    return with_notes


def dead_rows(actor: Actor, source: Source, *, is_aside: bool = False) -> QuerySet[Any]:
    """The dead rows of one kind in the actor's workspace, or those that were set aside."""
    policies.check_can_see_dead_letters(actor)
    rows = named(source, source.dead().filter(workspace_id=actor.workspace_id))
    return rows.filter(letter_aside=is_aside)


class Letters:
    """Dead rows of several tables as one list, as far as lists are paged: ordered, filtered, the first so many."""

    def __init__(self, parts: list[tuple[Source, QuerySet[Any]]], names: tuple[str, ...] = ()) -> None:
        self.parts, self.names = parts, names

    def order_by(self, *names: str) -> "Letters":
        """By `letter_since` and `letter`, both one way."""
        return Letters([(source, rows.order_by(*names)) for source, rows in self.parts], names)

    def filter(self, wanted: Q) -> "Letters":
        """Those that answer to it."""
        return Letters([(source, rows.filter(wanted)) for source, rows in self.parts], self.names)

    def __getitem__(self, some: slice) -> list[Any]:
        """The first ones: as many of each table as could be among them, then sorted together."""
        found = [row for _source, rows in self.parts for row in rows[some]]
        is_down = self.names[0].startswith("-")
        return sorted(found, key=lambda row: (row.letter_since, row.letter), reverse=is_down)[some]


def visible_letters(actor: Actor, *, source: str = "", reason: str = "", is_aside: bool = False) -> Letters:
    """The actor's dead letters; of one source, or one reason, when asked for."""
    policies.check_can_see_dead_letters(actor)
    wanted = [s for s in sources() if source in {"", s.key}]
    parts = [(s, dead_rows(actor, s, is_aside=is_aside)) for s in wanted]
    letters = Letters(parts)
    return letters.filter(Q(letter_reason=reason)) if reason else letters


def as_letter(row: Any) -> Letter:
    """A row of `visible_letters` as a letter."""
    source = source_of(row.letter.split("-")[0])
    assert source is not None  # noqa: S101  the row came from it
    return Letter(row.letter, source, row.letter_reason, row.letter_since, row.workspace_id, row)


def get_letter(actor: Actor, letter: str) -> Letter:
    """One dead letter, also when it was set aside; refuses when it is dead no more, or was never the actor's."""
    policies.check_can_see_dead_letters(actor)
    source, pk = split_id(letter)
    rows = named(source, source.dead().filter(workspace_id=actor.workspace_id, pk=pk))
    found = rows.first()
    if found is None:
        raise NotFoundError
    return as_letter(found)


def split_id(letter: str) -> tuple[Source, Any]:
    """The kind of a letter and the key of its row."""
    key, _dash, pk = letter.partition("-")
    source = source_of(key)
    if source is None:
        raise NotFoundError
    try:
        return source, source.parse(pk)
    except (ValueError, OverflowError) as error:
        raise NotFoundError from error


def letter_groups(actor: Actor) -> list[Group]:
    """The actor's dead letters by kind and reason, those with the most first."""
    found = [group for source in sources() for group in _groups(actor, source)]
    return sorted(found, key=lambda g: (-g.count, g.source.key, g.reason))


def _groups(actor: Actor, source: Source) -> list[Group]:
    rows = dead_rows(actor, source)
    counted = rows.order_by().values("letter_reason").annotate(
        count=Count("pk"), first=Min("letter_since"), last=Max("letter_since")
    )  # fmt: skip
    return [_group(source, rows, counts) for counts in counted]


def _group(source: Source, rows: QuerySet[Any], counts: dict[str, Any]) -> Group:
    reason = counts.pop("letter_reason")
    sample = rows.filter(letter_reason=reason).order_by("-letter_since", "-letter").first()
    return Group(source=source, reason=reason, sample=as_letter(sample), **counts)


def count_alike(actor: Actor, letter: Letter) -> int:
    """How many died of the same, this one among them."""
    return dead_rows(actor, letter.source).filter(letter_reason=letter.reason).count()


def note_of(actor: Actor, letter: str) -> DeadLetterNote | None:
    """What people did with a letter before; None when nobody touched it."""
    return DeadLetterNote.objects.filter(workspace_id=actor.workspace_id, letter=letter).first()


def is_masked(actor: Actor) -> bool:
    """True for those who may not see contacts: texts are shown without what tells of people."""
    return not actor.may("contacts.view")


def shown_text(actor: Actor, text: bytes) -> str:
    """A letter's text as this actor may read it, on lines of its own; the beginning of a very long one."""
    words = text.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    if len(words) > EDITABLE:
        words = words[:SHOWN]
    return decisions.indented(decisions.masked(words) if is_masked(actor) else words)[:SHOWN]


def shown_sentence(actor: Actor, letter: Letter, sentence: str) -> str:
    """What it died with; it may quote a customer, so that those who see no contacts read the kind of reason."""
    return str(letter.title) if is_masked(actor) else sentence


def get_replay(actor: Actor, run_id: UUID) -> ReplayRun:
    """One replay of many."""
    policies.check_can_see_dead_letters(actor)
    found = ReplayRun.objects.filter(workspace_id=actor.workspace_id, pk=run_id).first()
    if found is None:
        raise NotFoundError
    return found


def behind(rows: QuerySet[Any], place: list[str]) -> QuerySet[Any]:
    """Letters after a place [since, letter], in that order; all of them when there is no place yet."""
    if not place:
        return rows
    since, letter = place
    return rows.filter(Q(letter_since__gt=since) | Q(letter_since=since, letter__gt=letter))


def running_replay(actor: Actor, source: str, reason: str) -> ReplayRun | None:
    """The replay of a kind that is not done yet."""
    rows = ReplayRun.objects.filter(workspace_id=actor.workspace_id, source=source, reason=reason)
    return rows.filter(finished_at__isnull=True).first()


def newest_replay(actor: Actor, source: str, reason: str) -> ReplayRun | None:
    """The last replay of a kind, if there was one in the last day."""
    since = timezone.now() - timedelta(days=1)
    rows = ReplayRun.objects.filter(workspace_id=actor.workspace_id, source=source, reason=reason)
    return rows.filter(created_at__gte=since).order_by("-created_at").first()


@everywhere()
def dead_counts() -> dict[str, tuple[int, float]]:
    """Per kind, of all workspaces: how many wait for people, and the age in seconds of the oldest."""
    return {source.key: _count(source) for source in sources()}


def waiting_rows(key: str) -> QuerySet[Any]:
    """The dead rows of a kind that nobody has set aside, of all workspaces in sight; for counts of upper floors."""
    source = source_of(key)
    if source is None:
        raise NotFoundError
    return named(source, source.dead()).filter(letter_aside=False)


def _count(source: Source) -> tuple[int, float]:
    rows = waiting_rows(source.key)
    found = rows.aggregate(count=Count("pk"), first=Min("letter_since"))
    age = (timezone.now() - found["first"]).total_seconds() if found["first"] else 0.0
    return found["count"], max(0.0, age)


@everywhere()
def replays_due(limit: int = 20) -> list[UUID]:
    """Replays of many that no worker is at. For the sweep."""
    rows = ReplayRun.objects.filter(finished_at__isnull=True, next_at__lte=timezone.now())
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:limit])
