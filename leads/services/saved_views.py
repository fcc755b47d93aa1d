"""Views of the list that people keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.conditions import EVERYTHING, kept_tree
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from leads import policies, selectors
from leads.models import GROUPINGS, SavedView

LONGEST_NAME = 80


@dataclass(frozen=True)
class Look:
    """What a view keeps: the filter (plain, or as it was read), the order, the columns and the grouping."""

    filter: Any
    sort: Sequence[str] = ()
    columns: Sequence[str] = ()
    group_by: str = ""

    def known(self, own: selectors.OwnFields) -> "Look":
        """The same without orders and columns of fields that were switched off since."""
        return replace(
            self,
            sort=[name for name in self.sort if selectors.is_sort(name, own)],
            columns=[name for name in self.columns if selectors.is_column(name, own)],
        )


@service
def save_view(*, actor: Actor, name: str, look: Look, is_shared: bool = False) -> SavedView:
    """Keep a way to look at the list under a name, for oneself or for everybody."""
    policies.check_can_keep_views(actor)
    if is_shared:
        policies.check_can_share_views(actor)
    row = SavedView(workspace_id=actor.workspace_id, owner_id=actor.user_id, is_shared=is_shared)
    row.name = _checked_name(name)
    _put(row, look, selectors.own_fields(actor))
    return _kept(row)


@service
def change_view(
    *,
    actor: Actor,
    view_id: UUID,
    name: str | None = None,
    look: Look | Mapping[str, Any] | None = None,
    is_shared: bool | None = None,
) -> SavedView:
    """Give a saved view another look (or a part of one) or name, share it or keep it to oneself."""
    row = selectors.lock_view(actor, view_id)
    policies.check_can_change_view(actor, row)
    if name is not None:
        row.name = _checked_name(name)
    if look is not None:
        own = selectors.own_fields(actor)
        _put(row, look if isinstance(look, Look) else replace(_look_of(row).known(own), **look), own)
    if is_shared is not None and is_shared != row.is_shared:
        policies.check_can_share_views(actor)
        row.is_shared = is_shared
    return _kept(row)


@service
def remove_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Take a view off the lists of everybody; it can be put back."""
    row = selectors.lock_view(actor, view_id)
    policies.check_can_change_view(actor, row)
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    return row


@service
def put_view_back(*, actor: Actor, view_id: UUID) -> SavedView:
    """A removed view is there again."""
    row = selectors.lock_view(actor, view_id, is_removed=True)
    policies.check_can_change_view(actor, row)
    row.removed_at = None
    return _kept(row)


@service
def begin_with_view(*, actor: Actor, key: str) -> None:
    """The actor's list begins with this view; with all leads when it is "all"."""
    policies.check_can_keep_views(actor)
    if key not in {view.key for view in selectors.views_of(actor).listed}:
        raise NotFoundError
    is_builtin = key in {view.key for view in selectors.BUILTIN}
    if is_builtin:
        SavedView.objects.get_or_create(
            workspace_id=actor.workspace_id, builtin=key, defaults={"name": key, "is_shared": True}
        )
    rows = selectors.visible_views(actor).order_by("pk").select_for_update(no_key=True)
    for row in rows:
        _begin(row, actor, is_wanted=key in {row.builtin, str(row.pk)})


def _begin(row: SavedView, actor: Actor, *, is_wanted: bool) -> None:
    others = [user_id for user_id in row.default_for if user_id != actor.user_id]
    wanted = [*others, actor.user_id] if is_wanted else others
    if wanted != row.default_for:
        row.default_for = [user_id for user_id in wanted if user_id]
        row.save(update_fields=["default_for"])


def _checked_name(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > LONGEST_NAME:
        raise InvalidInputError(
            fields={"name": [_("Give the view a name of 1 to %(most)s characters.") % {"most": LONGEST_NAME}]}
        )
    return text


def _put(row: SavedView, look: Look, own: selectors.OwnFields) -> None:
    """The look in its stored form, or a refusal that names what is unknown."""
    held = kept_tree(row.filter) if row.filter else EVERYTHING
    row.filter = selectors.plain_of(selectors.tree_of(look.filter, own, held))
    row.sort, row.columns, row.group_by = list(look.sort), list(look.columns), look.group_by
    wrong = {
        "sort": [name for name in row.sort if not selectors.is_sort(name, own)],
        "columns": [name for name in row.columns if not selectors.is_column(name, own)],
        "group_by": [row.group_by] if row.group_by and row.group_by not in GROUPINGS else [],
    }
    told = {
        field: [_("There is no %(choices)s.") % {"choices": ", ".join(names)}]
        for field, names in wrong.items()
        if names
    }
    if told:
        raise InvalidInputError(fields=told)


def _look_of(row: SavedView) -> Look:
    return Look(row.filter, row.sort, row.columns, row.group_by)


def _kept(row: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise InvalidInputError(
            fields={"name": [_("You have a view called '%(name)s' already.") % {"name": row.name}]}
        ) from error
    return row
