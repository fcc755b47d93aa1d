"""Who may do what on the ground floor. One set of answers for pages, API, tools and totals."""

from typing import Any

from django.db.models import Q

from crm.core.actors import Actor, Sight
from crm.core.errors import NotAllowedError

# Every permission there is, by the words people see in Settings.
PERMISSIONS = {
    "contacts.view": "See contacts",
    "contacts.edit": "Change contacts",
    "conversations.view": "See conversations",
    "conversations.reply": "Answer conversations",
    "conversations.take_over": "Take over from the bot and give back",
    "conversations.assign": "Assign conversations to others",
    "leads.view": "See leads",
    "leads.edit": "Change leads",
    "leads.assign": "Assign leads to others",
    "history.view": "See who changed what",
    "events.view": "Read the event stream",
    "settings.manage": "Change the workspace's settings and master data",
    "members.manage": "Add people and change roles",
}


def check(actor: Actor, permission: str) -> None:
    """Refuse unless the actor holds the permission."""
    if not actor.may(permission):
        what = PERMISSIONS.get(permission, permission).lower()
        raise NotAllowedError(f"Your role doesn't allow this: {what}. An admin can change that.")


def in_sight(actor: Actor, owner_field: str) -> Q:
    """Rows the actor sees by their owner: own and unowned ones, teammates', or all."""
    if actor.sight == Sight.ALL:
        return Q()
    seen: set[Any] = {actor.user_id} if actor.user_id else set()
    if actor.sight == Sight.TEAM:
        seen |= actor.colleague_ids
    return Q(**{f"{owner_field}__isnull": True}) | Q(**{f"{owner_field}__in": seen})
