"""What the ledger is made of: rules with their breaches, and the provider's books to hold ours against."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

NO_BOOKS = "no books"
SHOWN = 10  # breaches named in a report; all are counted


@dataclass(frozen=True)
class Rule:
    """One rule of the ledger: how many rows were checked, and which of them break it."""

    number: str
    says: str
    checked: int = 0
    breaches: tuple[str, ...] = ()
    unchecked: str = ""  # which part could not be checked, and why

    @property
    def is_kept(self) -> bool:
        """True when nothing that was checked breaks it."""
        return not self.breaches

    def as_json(self) -> dict[str, Any]:
        """The rule for machines."""
        return {
            "rule": self.number,
            "says": self.says,
            "checked": self.checked,
            "broken": len(self.breaches),
            "breaches": list(self.breaches[:SHOWN]),
            "unchecked": self.unchecked,
        }

    def in_words(self) -> str:
        """The rule on one line."""
        verdict = f"BROKEN {len(self.breaches)} times" if self.breaches else "kept"
        rest = f"; not checked: {self.unchecked}" if self.unchecked else ""
        named = ": " + "; ".join(self.breaches[:SHOWN]) if self.breaches else ""
        return f"rule {self.number:>2} {verdict}, {self.checked} checked{rest} - {self.says}{named}"


@dataclass(frozen=True)
class Update:
    """A message or a status that the provider was told we have taken."""

    account: str
    kind: str  # message, status
    provider_id: str
    status: str

    @property
    def item(self) -> tuple[str, str, str]:
        """The account, the kind and the beginning of the external id of the item we owe for it."""
        is_message = self.kind == "message"
        external_id = self.provider_id if is_message else f"{self.provider_id}:{self.status}"
        return self.account, "message" if is_message else "receipt", external_id


@dataclass(frozen=True)
class Accepted:
    """A message of ours that the provider took, at its place in the order of acceptance."""

    place: int
    account: str
    provider_id: str
    opaque: str
    is_free_form: bool
    fate: str  # ok, or the code it failed with


@dataclass(frozen=True)
class Books:
    """The provider's own account: what we answered with 2xx, and what it accepted from us."""

    updates: tuple[Update, ...] = ()
    bodies: tuple[str, ...] = ()  # SHA-256 of every body we took, in hex
    accepted: tuple[Accepted, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Books":
        """The books as a provider's simulator gives them out; KeyError when something is missing."""
        return cls(
            updates=tuple(
                Update(str(row["number"]), row["kind"], row["wamid"], row["status"] or "")
                for row in document["webhooks"]
            ),
            bodies=tuple(document["bodies"]),
            accepted=tuple(
                Accepted(
                    place=row["n"],
                    account=str(row["number"]),
                    provider_id=row["wamid"],
                    opaque=row["opaque"] or "",
                    is_free_form=row["type"] != "template",
                    fate=row["fate"],
                )
                for row in document["messages"]
            ),
        )


@dataclass(frozen=True)
class Scope:
    """What is looked at: rows since a moment, and only those that had the time to come to an end."""

    since: datetime
    settled_before: datetime
    books: Books | None = None
    now: datetime = field(default_factory=timezone.now)

    @classmethod
    def of(cls, *, days: float, age: float, books: Books | None = None) -> "Scope":
        """Rows of the last `days` (0: all) that are older than `age` seconds."""
        now = timezone.now()
        since = now - timedelta(days=days) if days else datetime.min.replace(year=1970, tzinfo=now.tzinfo)
        return cls(since=since, settled_before=now - timedelta(seconds=age), books=books, now=now)


def listed(found: Iterable[str]) -> tuple[str, ...]:
    """Breaches in a steady order."""
    return tuple(sorted(set(found)))
