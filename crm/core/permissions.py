"""What may be permitted, and the two questions every policy asks."""

from django.db.models import Q
from django.utils.translation import gettext_noop

from crm.core.actors import ANY, Actor, Sight
from crm.core.errors import MissingScopeError, NotAllowedError

PERMISSIONS: dict[str, str] = {
    "contacts.view": gettext_noop("See contacts"),
    "contacts.edit": gettext_noop("Change contacts"),
    "conversations.view": gettext_noop("See conversations"),
    "conversations.reply": gettext_noop("Reply to customers"),
    "conversations.take_over": gettext_noop("Take a conversation over, and give it back"),
    "conversations.assign": gettext_noop("Give conversations to others"),
    "conversations.broadcast": gettext_noop("Write to many contacts at once"),
    "leads.view": gettext_noop("See leads"),
    "leads.edit": gettext_noop("Work on leads"),
    "leads.assign": gettext_noop("Give leads to others"),
    "agents.view": gettext_noop("See what agents did"),
    "deadletters.view": gettext_noop("See what could not be worked off"),
    "deadletters.replay": gettext_noop("Replay, edit and set aside what could not be worked off"),
    "members.manage": gettext_noop("Manage members, roles and keys"),
    "settings.manage": gettext_noop("Change settings and master data"),
}


def check(actor: Actor, permission: str) -> None:
    """Refuse unless the actor holds the permission; an API key hears which scope it lacks."""
    if actor.may(permission):
        return
    if {ANY, permission} & actor.withheld:
        raise MissingScopeError(permission)
    raise NotAllowedError


def within_scopes(permissions: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    """What a key may do: what its member may, as far as the key was made for it."""
    if ANY in scopes:
        return permissions
    return scopes if ANY in permissions else permissions & scopes


def in_sight(actor: Actor, owner: str) -> Q:
    """Rows whose owner (a field holding a user id) the actor sees: nobody's, their own, their teams', or all."""
    if actor.sight is Sight.ALL:
        return Q()
    ids = {actor.user_id} if actor.sight is Sight.OWN else {actor.user_id, *actor.colleague_ids}
    return Q(**{f"{owner}__isnull": True}) | Q(**{f"{owner}__in": ids - {None}})
