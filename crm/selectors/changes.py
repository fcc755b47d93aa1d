"""What was changed about a row of the settings, for people; and the values that would take a change back."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

from crm.core.errors import NotFoundError, NothingToTakeBackError
from crm.core.told import value_in_words
from crm.selectors.contacts import history_of

LONGEST = 160  # characters of a value in a line
Say = Callable[[str, Any], str]


def changes_of(
    row: Model, labels: Mapping[str, Any], say: Say | None = None, most: int = 8
) -> list[dict[str, Any]]:
    """The latest changes of these fields, newest first: id, who, when, and a line (label, old, new) for each field."""
    told = [
        {
            "id": entry["id"],
            "who": entry["who"]["label"],
            "when": entry["when"],
            "lines": [_line(change, labels, say) for change in entry["changes"] if change["field"] in labels],
        }
        for entry in history_of(row)
    ]
    return [entry for entry in told if entry["lines"]][:most]


def _line(change: Mapping[str, Any], labels: Mapping[str, Any], say: Say | None) -> dict[str, Any]:
    field = change["field"]
    old, new = (_said(say, field, change[which]) for which in ("old", "new"))
    return {"label": labels[field], "old": old, "new": new}


def _said(say: Say | None, field: str, value: Any) -> str:
    """A value as people read it."""
    text = "" if say is None or isinstance(value, bool) else say(field, value)
    return value_in_words(text or value, LONGEST) or gettext("empty")


def way_back(row: Model, change_id: int, fields: Collection[str]) -> dict[str, Any]:
    """The values these fields had before one change of the row, of those it changed and that are not so already."""
    new = row.history.filter(history_id=change_id).first()  # type: ignore[attr-defined]
    if new is None:
        raise NotFoundError(gettext("There is no such change."))
    old = new.prev_record
    names = [n for n in fields if old is not None and getattr(old, n) != getattr(new, n)]
    back = {n: getattr(old, n) for n in names if getattr(row, n) != getattr(old, n)}
    if not back:
        raise NothingToTakeBackError
    return back


def latest_change_of(row: Model) -> int:
    """The id of a row's latest change, by which it can be taken back."""
    found = row.history.order_by("-history_id").values_list("history_id", flat=True).first()  # type: ignore[attr-defined]
    return int(found or 0)
