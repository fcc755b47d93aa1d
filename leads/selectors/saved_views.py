"""The views of the list: those that come with the product, and those people saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.conditions import EVERYTHING, Condition, Group, kept_tree
from crm.core.errors import NotFoundError
from leads import policies
from leads.models import OPEN_STATUSES, SHOWN, SavedView
from leads.selectors.own_fields import OwnFields, own_fields


@dataclass(frozen=True)
class ListView:
    """One way to look at the list. `key` names it in addresses: a word for a built-in one, else an id."""

    key: str
    name: Any
    tree: Group = EVERYTHING
    sort: tuple[str, ...] = ("-last_activity_at",)
    columns: tuple[str, ...] = SHOWN
    group_by: str = ""
    is_builtin: bool = True
    is_shared: bool = False
    owner_id: UUID | None = None
    is_default: bool = False


def _tree(*parts: Condition | Group) -> Group:
    return Group(parts)


_WAITS = Group(
    (
        Condition("last_message_from", "any_of", ["them"]),
        Condition("next_step_on", "overdue"),
        Condition("next_step_on", "in", "today"),
        _tree(Condition("status", "any_of", ["qualified"]), Condition("owner", "any_of", ["none"])),
    ),
    is_any=True,
)
ALL = ListView("all", pgettext_lazy("leads", "All"))
BUILTIN = (
    ListView(
        "needs-me",
        _("Needs me now"),
        _tree(
            Condition("status", "any_of", list(OPEN_STATUSES)),
            Condition("owner", "any_of", ["me", "none"]),
            _WAITS,
        ),
        ("-score",),
    ),
    ListView("new-today", _("New today"), _tree(Condition("created_at", "in", "today")), ("-created_at",)),
    ListView("mine", pgettext_lazy("leads", "Mine"), _tree(Condition("owner", "any_of", ["me"]))),
    ALL,
)


@dataclass(frozen=True)
class Views:
    """The views an actor may choose from, which one their list begins with, and the fields it can show besides."""

    own: OwnFields
    listed: Sequence[ListView] = BUILTIN

    @property
    def default(self) -> ListView:
        """Where the actor's list begins."""
        return next((view for view in self.listed if view.is_default), self.get("all"))

    def get(self, key: str) -> ListView:
        """The view of a key; all leads when there is none, or it is not for this actor."""
        return next((view for view in self.listed if view.key == key), ALL)


def views_of(actor: Actor) -> Views:
    """Built-in views, then the shared ones and the actor's own by name; one statement."""
    rows: list[SavedView] = ask(actor, "views", _asked)
    begun = {row.builtin for row in rows if row.builtin and actor.user_id in row.default_for}
    built_in = [replace(view, is_default=view.key in begun) for view in BUILTIN]
    saved = [_as_view(row, actor) for row in rows if not row.builtin]
    return Views(own_fields(actor), [*built_in, *saved])


def _asked(actor: Actor) -> QuerySet[SavedView]:
    return visible_views(actor).order_by("name", "id")


def visible_views(actor: Actor) -> QuerySet[SavedView]:
    """Saved views that are there for the actor: their own, and those that are shared."""
    policies.check_can_see_leads(actor)
    mine = Q(owner_id=actor.user_id) if actor.user_id else Q(pk__in=[])
    rows = SavedView.objects.filter(workspace_id=actor.workspace_id, removed_at__isnull=True)
    return rows.filter(mine | Q(is_shared=True) | ~Q(builtin=""))


def lock_view(actor: Actor, view_id: UUID, *, is_removed: bool = False) -> SavedView:
    """One saved view, locked and fresh, for a change; removed ones are their owner's only."""
    rows = visible_views(actor)
    if is_removed:
        rows = SavedView.objects.filter(workspace_id=actor.workspace_id, removed_at__isnull=False)
    found = rows.filter(pk=view_id, builtin="").select_for_update(no_key=True).first()
    if found is None:
        raise NotFoundError
    return found


def _as_view(row: SavedView, actor: Actor) -> ListView:
    return ListView(
        key=str(row.pk),
        name=row.name,
        tree=kept_tree(row.filter),
        sort=tuple(row.sort),
        columns=tuple(row.columns) or SHOWN,
        group_by=row.group_by,
        is_builtin=False,
        is_shared=row.is_shared,
        owner_id=row.owner_id,
        is_default=actor.user_id in row.default_for,
    )
