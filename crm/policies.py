"""Who may do what on the ground floor."""

from django.conf import settings
from django.db.models import Q

from crm.core.actors import Actor
from crm.core.permissions import check, in_sight

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


def check_can_manage_members(actor: Actor) -> None:
    """Add people, change roles, make keys."""
    check(actor, "members.manage")


def check_can_manage_settings(actor: Actor) -> None:
    """Change master data."""
    check(actor, "settings.manage")
