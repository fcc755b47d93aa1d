"""The filter bar: groups of choices, chips of what is on, and the filters they stand for."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.selectors import visible_members
from leads.models import LeadStatus, Temperature
from leads.selectors import LeadFilters
from leads.views.addresses import Address

NAMES = ("q", "status", "temperature", "owner", "source", "tag", "score_from", "score_to", "created",
         "created_from", "created_to")  # fmt: skip


def filters_from(given: dict[str, Any], actor: Actor) -> LeadFilters:
    """The filters of the page's address; "me" is the reader."""
    start, end = _created(given)
    owners = [o for o in (_owner(o, actor) for o in given["owner"] or []) if o]
    return LeadFilters(
        search=given["q"] or "",
        statuses=[s for s in given["status"] or [] if s in LeadStatus.values],
        temperatures=[t for t in given["temperature"] or [] if t in Temperature.values],
        owners=owners,
        sources=given["source"] or [],
        tags=given["tag"] or [],
        score_from=given["score_from"],
        score_to=given["score_to"],
        created_from=start,
        created_before=end,
    )


def _owner(text: str, actor: Actor) -> str | UUID | None:
    if text == "none":
        return "none"
    try:
        return actor.user_id if text == "me" else UUID(text)
    except ValueError:
        return None


def _created(given: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when until (not including) when."""
    if given["created"]:
        days = 0 if given["created"] == "today" else int(given["created"]) - 1
        return _midnight(timezone.localdate() - timedelta(days=days)), None
    last = given["created_to"] if given["created_to"] != date.max else None
    return _midnight(given["created_from"]), _midnight(last + timedelta(days=1)) if last else None


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def filter_bar(given: dict[str, Any], address: Address, actor: Actor) -> dict[str, Any]:
    """{groups, chips, clear_url, hidden} of templates/leads/_filter_bar.html."""
    owners = SimpleLazyObject(lambda: _owner_names(actor))
    return {
        "groups": [
            _group("status", _("Status"), dict(LeadStatus.choices), given, address),
            _group("temperature", _("Temperature"), dict(Temperature.choices), given, address),
            _group("owner", _("Owner"), owners, given, address),
            _group("created", _("Created"), _periods(), given, address),
        ],
        "chips": _chips(given, address, owners),
        "clear_url": address.without(*NAMES),
        "hidden": address.hidden(but={"q"}),
    }


def _periods() -> dict[str, str]:
    return {"today": _("Today"), "7": _("Last 7 days"), "30": _("Last 30 days")}


def _owner_names(actor: Actor) -> dict[str, str]:
    """Me, nobody, and the colleagues by id."""
    members = {str(m.user_id): str(m.user) for m in visible_members(actor) if m.user_id != actor.user_id}
    return {"me": _("Me"), "none": _("Nobody"), **members}


def _group(name: str, label: str, names: Any, given: dict[str, Any], address: Address) -> dict[str, Any]:
    """One menu of choices; several may be on, but only one period."""
    held = given[name] if isinstance(given[name], list) else [given[name]] if given[name] else []
    is_single = name == "created"
    return {
        "key": name,
        "label": label,
        "active_count": len(held),
        "options": [
            {
                "url": address.only(name, "" if key in held else key)
                if is_single
                else address.toggled(name, key),
                "label": text,
                "is_active": key in held,
            }
            for key, text in names.items()
        ],
    }


def _chips(given: dict[str, Any], address: Address, owners: Any) -> list[dict[str, str]]:
    """A chip for each filter that is on, with the address without it."""
    named: dict[str, tuple[str, Any]] = {
        "status": (_("Status"), dict(LeadStatus.choices)),
        "temperature": (_("Temperature"), dict(Temperature.choices)),
        "owner": (_("Owner"), owners),
        "source": (_("Source"), {}),
        "tag": (_("Tag"), {}),
    }
    chips = [
        {"label": label, "value": str(names.get(value, value)), "remove_url": address.toggled(name, value)}
        for name, (label, names) in named.items()
        for value in given[name] or []
    ]
    single = {
        "q": _("Search"),
        "score_from": _("Score from"),
        "score_to": _("Score up to"),
        "created": _("Created"),
        "created_from": _("Created from"),
        "created_to": _("Created up to"),
    }
    for name, label in single.items():
        if given[name] not in (None, ""):
            value = _periods().get(str(given[name]), str(given[name]))
            chips.append({"label": label, "value": value, "remove_url": address.without(name)})
    return chips
