"""This floor's parts of a backup: slots, scoring, shared views of the list."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.actors import Actor
from crm.core.configuration import Item, Part
from crm.core.errors import InvalidInputError
from leads import selectors
from leads.models import SavedView, Slot
from leads.services.saved_views import Look, change_view, remove_view, save_view
from leads.services.scoring_settings import draft_scoring, drop_scoring_draft, publish_scoring
from leads.services.slot_settings import add_slot, change_slot

KEPT = ("label", "options", "is_required", "position")


def _slots(actor: Actor) -> list[Item]:
    rows = [row for row in selectors.all_slots(actor) if row.is_active]
    return [{name: getattr(row, name) for name in ("key", "kind", *KEPT)} for row in rows]


def _slot(actor: Actor, item: Item) -> Slot | None:
    return selectors.all_slots(actor).filter(key=str(item["key"])).first()


def _put_slot(actor: Actor, item: Item, before: Item | None) -> None:
    row = _slot(actor, item)
    if row is None:
        given = {name: item[name] for name in ("key", "kind", "label", "options", "is_required")}
        row = add_slot(actor=actor, **given)
    if row.kind != item["kind"]:
        text = gettext(
            "This slot holds %(kind)s here, and a kind stays as it is. Use another key in the file."
        ) % {"kind": row.kind}
        raise InvalidInputError(fields={"kind": [text]})
    changes = {name: item[name] for name in KEPT}
    change_slot(actor=actor, slot_id=row.pk, changes={**changes, "is_active": True})


def _take_slot(actor: Actor, item: Item) -> None:
    row = _slot(actor, item)
    if row is not None:
        change_slot(actor=actor, slot_id=row.pk, changes={"is_active": False})


def _scoring(actor: Actor) -> list[Item]:
    rules, thresholds = selectors.live_scoring(actor)
    return [{"rules": rules, "thresholds": thresholds}]


def _put_scoring(actor: Actor, item: Item, before: Item | None) -> None:
    """Published as a version of its own; a draft that somebody has is dropped."""
    drop_scoring_draft(actor=actor)
    draft_scoring(actor=actor, rules=item["rules"], thresholds=item["thresholds"])
    publish_scoring(actor=actor)


def _shared(actor: Actor) -> list[SavedView]:
    rows = selectors.visible_views(actor).filter(is_shared=True, builtin="").order_by("name", "pk")
    return list(
        {row.name.casefold(): row for row in rows}.values()
    )  # of two people's of one name one is kept


def _views(actor: Actor) -> list[Item]:
    return [
        {
            "name": row.name,
            "filter": row.filter,
            "sort": row.sort,
            "columns": row.columns,
            "group_by": row.group_by,
        }
        for row in _shared(actor)
    ]


def _put_view(actor: Actor, item: Item, before: Item | None) -> None:
    held = {row.name.casefold(): row for row in _shared(actor)}
    row = held.get(str(item["name"]).casefold())
    look = Look(item["filter"], item["sort"], item["columns"], item["group_by"])
    if row is None:
        save_view(actor=actor, name=item["name"], look=look, is_shared=True)
    else:
        change_view(actor=actor, view_id=row.pk, name=item["name"], look=look)


def _take_view(actor: Actor, item: Item) -> None:
    held = {row.name.casefold(): row for row in _shared(actor)}
    row = held.get(str(item["name"]).casefold())
    if row is not None:
        remove_view(actor=actor, view_id=row.pk)


PARTS = (
    Part("slots", _("Slots"), _slots, lambda item: str(item["key"]), _put_slot, _take_slot),
    Part("scoring", _("Scoring"), _scoring, lambda item: "scoring", _put_scoring),
    Part(
        "shared_views",
        _("Shared views"),
        _views,
        lambda item: str(item["name"]).casefold(),
        _put_view,
        _take_view,
    ),
)
