"""Leads that somebody typed or posted."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import selectors as crm_selectors
from crm.core.actors import Actor
from crm.core.service import service
from crm.models import Contact
from crm.services import Known, recognise_contact
from leads import policies, selectors
from leads.errors import AnotherLeadOpenError
from leads.models import Lead
from leads.selectors import SlotFact
from leads.services.capturing import begin_lead
from leads.services.changing import checked_changes
from leads.services.slots import record_slots


@service
def create_lead(
    *,
    actor: Actor,
    contact_id: UUID | None = None,
    name: str = "",
    knowns: Sequence[Known] = (),
    source: str = "",
    owner_id: UUID | None = None,
    changes: Mapping[str, Any] | None = None,
    slots: Sequence[SlotFact] = (),
) -> Lead:
    """A new lead of a contact that exists, or of the one these identities belong to (made if nobody's).

    `changes` as of `change_lead`. Refuses when the contact has an open lead.
    """
    policies.check_can_edit_leads(actor)
    contact = _contact(actor, contact_id, name, knowns, source)
    if selectors.open_lead_of(actor, contact.pk):
        raise AnotherLeadOpenError(fields={"contact": [_(AnotherLeadOpenError.message)]})
    lead = Lead(workspace_id=actor.workspace_id, contact=contact, source=source)
    for field, value in checked_changes(actor, changes or {}).items():
        setattr(lead, field, value)
    if owner_id is not None:
        policies.check_can_assign(actor, lead, owner_id)
        lead.owner = crm_selectors.get_member(actor, owner_id).user
    begin_lead(lead, actor=actor)
    return record_slots(actor=actor, lead_id=lead.pk, slots=slots, is_strict=True) if slots else lead


def _contact(
    actor: Actor, contact_id: UUID | None, name: str, knowns: Sequence[Known], source: str
) -> Contact:
    """The contact, locked: whoever comes second waits here, and finds the first one's lead."""
    if contact_id is None:
        contact_id = recognise_contact(actor=actor, knowns=knowns, name=name, source=source).pk
    return crm_selectors.lock_contact(actor, contact_id)
