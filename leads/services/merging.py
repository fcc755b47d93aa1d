"""What happens to leads when two contacts turn out to be one person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.bus import publish
from crm.core.actors import Actor
from leads.events import LeadDisqualified, LeadReopened
from leads.models import OPEN_STATUSES, Lead, LeadStatus
from leads.services.lines import LINES, write_lines

DUPLICATE = gettext_noop("The same person's other lead goes on")


def move_leads(actor: Actor, loser_id: UUID, winner_id: UUID) -> list[dict[str, Any]]:
    """Every lead of the loser's is the winner's. Where both have an open one, the winner's goes on and the other is
    closed as its double."""
    rows = Lead.objects.select_for_update(no_key=True, of=("self",))
    found = list(rows.filter(contact_id__in=[loser_id, winner_id]).order_by("pk"))
    goes_on = any(lead.is_open for lead in found if lead.contact_id == winner_id)
    moved = []
    for lead in [lead for lead in found if lead.contact_id == loser_id]:
        was = {"id": str(lead.pk), "status": lead.status, "qualified_at": None}
        was["qualified_at"] = lead.qualified_at.isoformat() if lead.qualified_at else None
        if lead.is_open and goes_on:
            was["closed"] = True
            lead.disqualify(because=DUPLICATE, at=timezone.now())
            publish(LeadDisqualified(str(lead.pk), DUPLICATE), actor=actor)
        moved.append(was)
        _give(lead, winner_id)
    return moved


def _give(lead: Lead, contact_id: UUID) -> None:
    lead.contact_id = contact_id
    lead.save()
    lead = Lead.objects.select_related("contact").get(pk=lead.pk)
    if write_lines(lead):
        Lead.objects.bulk_update([lead], list(LINES))


def put_leads_back(actor: Actor, loser_id: UUID, winner_id: UUID, moved: list[dict[str, Any]]) -> None:
    """They are two people again: a lead that was closed as a double is open again, unless the loser has a new one."""
    was = {given["id"]: given for given in moved}
    rows = Lead.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=was, contact_id=winner_id)
    has_open = Lead.objects.filter(contact_id=loser_id, status__in=OPEN_STATUSES).exists()
    for lead in rows.order_by("pk"):
        is_double = was[str(lead.pk)].get("closed") and lead.status == LeadStatus.DISQUALIFIED
        if is_double and lead.disqualified_because == DUPLICATE and not has_open:
            lead.reopen()
            if given_at := was[str(lead.pk)]["qualified_at"]:
                lead.qualify(at=datetime.fromisoformat(given_at))
            publish(LeadReopened(str(lead.pk)), actor=actor)
        if lead.merged_into_id and str(lead.merged_into_id) not in was:  # its winner is the other person's
            lead.merged_into = None
        _give(lead, loser_id)
