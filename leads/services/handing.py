"""Whose lead it is: handed over by the agent, assigned by a person."""

from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm import selectors as people
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.sentences import kept
from crm.core.service import service
from crm.models import Membership
from crm.services import alert_user, note_handed_over, own_contact
from leads import policies, selectors
from leads.errors import LeadClosedError
from leads.events import LeadAssigned, LeadHandedOver
from leads.models import Handover, Lead, LeadSettings

YOURS_NOW = kept(gettext_noop("%(lead)s is yours now"))
GAVE_YOU = kept(gettext_noop("%(who)s gave you this lead."))


@service
def hand_over_lead(
    *, actor: Actor, lead_id: UUID, to_user_id: UUID | None = None, reason: str = "qualified"
) -> Lead:
    """Pass a lead from the agent to a person: the one named, its owner, or whoever waited longest for a lead.

    With nobody available the lead stays without an owner, and the event says so with an empty `user_id`.
    """
    lead = selectors.lock_with_contact(actor, lead_id)
    policies.check_can_hand_over(actor, lead, to_user_id)
    if not lead.is_open:
        raise LeadClosedError
    member = _taker_of(lead, actor, to_user_id)
    lead.handed_over_at = timezone.now()
    if member is not None:
        own_contact(actor=actor, contact_id=lead.contact_id, user_id=member.user_id, previous=lead.owner_id)
        lead.owner = member.user
        note_handed_over(actor=actor, membership_id=member.pk)
    lead.save(update_fields=["owner", "handed_over_at"])
    publish(
        LeadHandedOver(
            lead_id=str(lead.id),
            user_id=str(lead.owner_id or ""),
            conversation_id=str(lead.conversation_id or ""),
            reason=reason,
        ),
        actor=actor,
    )
    return lead


def _taker_of(lead: Lead, actor: Actor, to_user_id: UUID | None) -> Membership | None:
    """Who gets it. The settings row is locked: two handovers at once do not choose the same person."""
    settings = (
        LeadSettings.objects.select_for_update(no_key=True).filter(workspace_id=lead.workspace_id).first()
    )
    if to_user_id is not None:
        return people.get_member(actor, to_user_id)
    members = people.members_who_may(lead.workspace_id, "conversations.reply")
    if lead.owner_id is not None:
        owner = next((m for m in members if m.user_id == lead.owner_id), None)
        if owner is not None:
            return owner
    if settings is not None and settings.handover == Handover.NOBODY:
        return None
    return min((m for m in members if m.is_available), key=_turn, default=None)


RANKS = {"rep": 0, "manager": 1}  # sales reps first, admins last; a role of the workspace's own comes between


def _turn(member: Membership) -> tuple[int, bool, float, float]:
    """Whose turn it is: by role, then those who never got one, then the longest wait."""
    rank = 3 if "*" in member.role.permissions else RANKS.get(member.role.key, 2)
    waited = member.last_handed_at
    return rank, waited is not None, waited.timestamp() if waited else 0.0, member.created_at.timestamp()


@service
def assign_lead(*, actor: Actor, lead_id: UUID, user_id: UUID | None) -> Lead:
    """Give a lead to a member, or to nobody."""
    lead = selectors.lock_with_contact(actor, lead_id)
    policies.check_can_assign(actor, lead, user_id)
    return _hand(actor, lead, user_id)


@service
def give_back_lead(*, actor: Actor, lead_id: UUID) -> Lead:
    """A lead somebody took is nobody's again, as it was; for a bulk change that is taken back by who asked for it."""
    lead = selectors.lock_with_contact(actor, lead_id)
    policies.check_can_give_back(actor, lead)
    return _hand(actor, lead, None)


def _hand(actor: Actor, lead: Lead, user_id: UUID | None) -> Lead:
    owner = people.get_member(actor, user_id).user if user_id else None
    previous = lead.owner_id
    if previous == user_id:
        return lead
    own_contact(actor=actor, contact_id=lead.contact_id, user_id=user_id, previous=previous)
    lead.owner = owner
    lead.save(update_fields=["owner"])
    publish(LeadAssigned(str(lead.id), str(user_id or ""), str(previous or "")), actor=actor)
    if user_id:
        _tell_owner(actor, lead, user_id)
    return lead


def _tell_owner(actor: Actor, lead: Lead, user_id: UUID) -> None:
    alert_user(
        actor=actor,
        user_id=user_id,
        kind="assignment",
        key=f"lead:{lead.pk}:{lead.version}",
        title=YOURS_NOW % {"lead": lead},
        body=GAVE_YOU % {"who": actor.label},
        url=reverse("leads:detail", args=[lead.pk]),
    )
