"""Reading contacts for others."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from crm import policies
from crm.bus import MAX_ATTEMPTS
from crm.core.actors import Actor
from crm.core.asking import ask_about
from crm.core.errors import NotFoundError
from crm.core.told import name_of
from crm.core.walls import everywhere
from crm.models import Alert, Contact, EventRecord


def visible_contacts(actor: Actor) -> QuerySet[Contact]:
    """Contacts the actor sees. Whoever was merged into somebody else is that somebody now."""
    return Contact.objects.filter(
        policies.contacts_in_sight(actor), workspace_id=actor.workspace_id, merged_into__isnull=True
    )


def get_contact(actor: Actor, contact_id: UUID) -> Contact:
    """One contact, or a refusal that tells a stranger nothing."""
    found = visible_contacts(actor).filter(pk=contact_id).prefetch_related("identities", "accounts").first()
    if found is None:
        raise NotFoundError
    return found


def lock_contact(actor: Actor, contact_id: UUID) -> Contact:
    """One contact, locked and fresh, for a change."""
    found = visible_contacts(actor).select_for_update(of=("self",), no_key=True).filter(pk=contact_id).first()
    if found is None:
        raise NotFoundError
    return found


def search_contacts(rows: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """By name, or by an identity: a phone number in any format, an e-mail address."""
    digits = "".join(c for c in text if c.isdecimal()).lstrip(
        "0"
    )  # 0811 ... and 0062 811 ... are +62 811 ...
    found = Q(name__icontains=text) | Q(identities__value__icontains=text.lower())
    if len(digits) >= 4:
        found |= Q(identities__value__contains=digits)
    return rows.filter(pk__in=rows.filter(found).values("pk"))


def history_of(row: Model) -> list[dict[str, Any]]:
    """Who changed a row, what, when and from where; newest first, each field with its old and new value."""
    key = row._meta.pk.attname
    changes: Any = type(row).history  # type: ignore[attr-defined]
    records = ask_about(f"history of {row._meta.label}", lambda pk: changes.filter(**{key: pk})[:200], row.pk)
    return [_entry(new, old) for new, old in zip(records, [*records[1:], None], strict=False)]


QUIET = {"version", "history_id"}


def _entry(new: Any, old: Any) -> dict[str, Any]:
    delta = new.diff_against(old, foreign_keys_are_objs=False) if old else None
    changes = [
        {"field": c.field, "old": _plain(c.old), "new": _plain(c.new)}
        for c in (delta.changes if delta else [])
        if c.field not in QUIET
    ]
    return {
        "id": new.history_id,
        "what": {"+": "created", "~": "changed", "-": "deleted"}[new.history_type],
        "who": {
            "kind": new.actor_kind or "system",
            "id": new.actor_id,
            "label": name_of(new.actor_kind, new.actor_label),
        },
        "when": new.history_date,
        "from_where": new.via or "system",
        "changes": changes,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def timeline_of(
    actor: Actor,
    refs: list[str],
    limit: int = 100,
    *,
    names: Collection[str] = (),
    actor_kind: str = "",
    before: int | None = None,
) -> QuerySet[EventRecord]:
    """What happened around some rows ("lead:<id>", "conversation:<id>"), newest first.

    Only events of these names, of this kind of actor, and before a place (`sequence`), where those are said.
    """
    rows = EventRecord.objects.filter(workspace_id=actor.workspace_id, refs__overlap=refs)
    if names:
        rows = rows.filter(name__in=names)
    if actor_kind:
        rows = rows.filter(actor_kind=actor_kind)
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    return rows.order_by("-sequence")[:limit]


def alerts_of(actor: Actor) -> QuerySet[Alert]:
    """The actor's own alerts in the app, newest first."""
    rows = Alert.objects.filter(workspace_id=actor.workspace_id, user=actor.user_id, is_in_app=True)
    return rows.order_by("-created_at")


@everywhere()
def oldest_undelivered() -> float:
    """Age in seconds of the oldest event that should have been delivered."""
    due = EventRecord.objects.filter(delivered_at__isnull=True, next_at__lte=timezone.now())
    due = due.filter(attempts__lt=MAX_ATTEMPTS)  # what was given up on is a dead letter
    first = due.order_by("next_at").values_list("occurred_at", flat=True).first()
    return (timezone.now() - first).total_seconds() if first else 0.0


def event_as_history(record: EventRecord) -> dict[str, Any]:
    """An event in the shape of a history entry: who, what, when, from where."""
    changes = [
        {"field": k, "old": None, "new": v} for k, v in record.payload.items() if not k.endswith("_id")
    ]
    return {
        "id": record.sequence,
        "what": record.name,
        "who": {
            "kind": record.actor_kind,
            "id": record.actor_id,
            "label": name_of(record.actor_kind, record.actor_label),
        },
        "when": record.occurred_at,
        "from_where": record.via,
        "changes": changes,
    }
