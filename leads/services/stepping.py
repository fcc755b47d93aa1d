"""The one next step of a lead: planned by `change_lead`, done here."""

from uuid import UUID

from django.utils.translation import gettext as _

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from leads import policies, selectors
from leads.errors import NoNextStepError
from leads.events import NextStepDone
from leads.models import Lead


@service
def finish_next_step(*, actor: Actor, lead_id: UUID) -> Lead:
    """The next step is done: it goes to the timeline, and the lead waits for another one."""
    policies.check_can_edit_leads(actor)
    lead = selectors.lock_lead(actor, lead_id)
    if not lead.next_step and lead.next_step_on is None:
        raise NoNextStepError(fields={"next_step": [_(NoNextStepError.message)]})
    step, due = lead.next_step, lead.next_step_on
    lead.next_step, lead.next_step_on = "", None
    lead.save(update_fields=["next_step", "next_step_on"])
    publish(NextStepDone(str(lead.pk), step, due.isoformat() if due else ""), actor=actor)
    return lead
