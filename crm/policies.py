"""Who may do what on the ground floor."""

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.core.actors import ANY, Actor, Sight
from crm.core.errors import InvalidInputError
from crm.core.permissions import check, in_sight
from crm.models import Role
from crm.models.workspaces import MANAGING

DEMO_DOMAIN = "@demo.test"  # people of the demo; everybody knows their passwords


def may_sign_in(email: str) -> bool:
    """Demo people come in while the demo is on; everybody else always."""
    return settings.DEMO or not email.lower().endswith(DEMO_DOMAIN)


def contacts_in_sight(actor: Actor) -> Q:
    """Contacts the actor sees: all whose owner is in sight."""
    check(actor, "contacts.view")
    return in_sight(actor, "owner_id")


def check_can_edit_contact(actor: Actor) -> None:
    """Change a contact's name, tags, owner or identities."""
    check(actor, "contacts.edit")


def check_can_see_dead_letters(actor: Actor) -> None:
    """See what could not be worked off."""
    check(actor, "deadletters.view")


def check_can_replay(actor: Actor) -> None:
    """Replay, edit and set aside what could not be worked off."""
    check(actor, "deadletters.view")
    check(actor, "deadletters.replay")


def check_can_manage_members(actor: Actor) -> None:
    """Add people, change roles, make keys."""
    check(actor, "members.manage")


def check_can_manage_settings(actor: Actor) -> None:
    """Change master data."""
    check(actor, "settings.manage")


_REACH = [Sight.OWN, Sight.TEAM, Sight.ALL]


def may_give_role(actor: Actor, role: Role) -> bool:
    """True for roles that allow nothing, and see nothing, that the actor does not."""
    allows = set(role.permissions)
    sees_no_more = _REACH.index(Sight(role.sight)) <= _REACH.index(actor.sight)
    return ANY in actor.permissions or (sees_no_more and allows <= actor.permissions)


def check_can_give_role(actor: Actor, role: Role) -> None:
    """Nobody lifts others, or themselves through others, above their own role."""
    if not may_give_role(actor, role):
        text = _("The role '%(name)s' may more than yours. Choose a role that doesn't, or ask an admin.") % {
            "name": role.name
        }
        raise InvalidInputError(fields={"role": [text]})


def needs_second_factor(actor: Actor | None, *, is_operator: bool) -> bool:
    """Whoever manages something, and operators of the whole installation, where the installation says so."""
    manages = actor is not None and any(actor.may(permission) for permission in MANAGING)
    return bool(settings.REQUIRE_MFA_FOR_ADMINS) and (manages or is_operator)
