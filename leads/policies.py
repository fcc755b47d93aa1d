"""Who may do what with leads."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.core.actors import Actor, ActorKind
from crm.core.errors import NotAllowedError
from crm.core.permissions import check, in_sight
from leads.models import Lead, LeadNote, SavedView


def leads_in_sight(actor: Actor) -> Q:
    """Leads the actor sees: those whose owner is in sight, and those nobody owns."""
    check(actor, "leads.view")
    return in_sight(actor, "owner_id")


def check_can_edit_leads(actor: Actor) -> None:
    """Change leads and their slots, qualify, disqualify, reopen, hand over."""
    check(actor, "leads.edit")


def check_can_assign(actor: Actor, lead: Lead, user_id: UUID | None) -> None:
    """Give a lead to somebody. Whoever may edit may also take one that nobody owns."""
    takes_it = user_id is not None and user_id == actor.user_id and lead.owner_id in {None, actor.user_id}
    check(actor, "leads.edit" if takes_it else "leads.assign")


def check_can_hand_over(actor: Actor, lead: Lead, user_id: UUID | None) -> None:
    """Pass a lead to whoever's turn it is. To name who gets it is to assign it; an agent is told whom to name."""
    check(actor, "leads.edit")
    if user_id is not None and actor.kind != ActorKind.AGENT:
        check_can_assign(actor, lead, user_id)


def check_can_give_back(actor: Actor, lead: Lead) -> None:
    """Make a lead nobody's again, as it was before somebody took it: whoever has it may."""
    has_it = actor.user_id is not None and lead.owner_id == actor.user_id
    check(actor, "leads.edit" if has_it else "leads.assign")


def check_can_change_note(actor: Actor, note: LeadNote) -> None:
    """One's own notes; those who give leads to others may tidy up everybody's."""
    check(actor, "leads.edit")
    if not may_change_note(actor, note):
        raise NotAllowedError(_("This note is somebody else's. Write one of your own."))


def may_change_note(actor: Actor, note: LeadNote) -> bool:
    """Whether to offer it."""
    is_own = note.author_id is not None and note.author_id == actor.user_id
    return actor.may("leads.edit") and (is_own or actor.may("leads.assign"))


def check_can_set_up(actor: Actor) -> None:
    """Change slots, rules and thresholds."""
    check(actor, "settings.manage")


def check_can_see_leads(actor: Actor) -> None:
    """See leads, and the views of their list."""
    check(actor, "leads.view")


def check_can_keep_views(actor: Actor) -> None:
    """Save views of the list for oneself; a view is a person's."""
    check(actor, "leads.view")
    if actor.user_id is None:
        raise NotAllowedError(_("Only a member can keep views."))


def check_can_share_views(actor: Actor) -> None:
    """Show a view to everybody."""
    check(actor, "leads.edit")


def check_can_change_view(actor: Actor, view: SavedView) -> None:
    """One's own views; a shared one also whoever may give leads to others."""
    if view.owner_id != actor.user_id or actor.user_id is None:
        check(actor, "leads.assign")


def check_can_change_many(actor: Actor) -> UUID:
    """Ask for a bulk change, as the member it is done in the name of; each lead is checked when it is changed."""
    check(actor, "leads.edit")
    if actor.user_id is None:
        raise NotAllowedError(_("Only a member can ask for this: it is done in their name."))
    return actor.user_id
