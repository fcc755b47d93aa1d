"""A few words about leads for other floors' pages: inbox rows, and what wants somebody today."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation
from crm.core.actors import Actor
from crm.core.told import said
from crm.core.walls import everywhere
from crm.models import Workspace
from leads.models import Lead, LeadSettings, LeadStatus
from leads.selectors.leads import leads_of_contacts, visible_leads


def lead_briefs(actor: Actor, contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The latest lead of each contact, by contact id: id, status, status_label, score, temperature."""
    if not actor.may("leads.view"):
        return {}
    found = leads_of_contacts(actor, list(contact_ids))
    return {
        contact_id: {
            "id": lead.pk,
            "status": lead.status,
            "status_label": lead.status_label,
            "score": lead.score,
            "temperature": lead.temperature,
        }
        for contact_id, lead in found.items()
    }


def has_hot_lead() -> Exists:
    """Of a row with a contact: whether their open lead is hot."""
    rows = Lead.objects.filter(contact_id=OuterRef("contact_id"), status__in=["new", "working", "qualified"])
    return Exists(rows.filter(temperature="hot"))


def leads_wanting(actor: Actor) -> list[dict[str, Any]]:
    """Leads for Today: qualified ones nobody has, the actor's own that wait for an answer or a due step."""
    if not actor.may("leads.view"):
        return []
    is_mine = Q(owner_id=actor.user_id)
    waits = is_mine & Q(status=LeadStatus.QUALIFIED, last_message_direction="in")
    is_due = is_mine & Q(next_step_on__lte=timezone.localdate(), status__in=["new", "working", "qualified"])
    rows = visible_leads(actor).filter(Q(owner=None, status=LeadStatus.QUALIFIED) | waits | is_due)
    return [_card(lead) for lead in rows.order_by("-score", "id")[:30]]


def _card(lead: Lead) -> dict[str, Any]:
    """One lead as a card of Today: why it is there, and what to do."""
    rank, why, action = 3, _("Next step: %(step)s") % {"step": lead.next_step or _("due")}, _("Open")
    if lead.owner_id is None:
        rank, why, action = 2, _("Qualified, and nobody has it"), _("Take it")
    elif lead.status == LeadStatus.QUALIFIED and lead.last_message_direction == "in":
        rank, why, action = 1, _("Qualified and handed to you; waits for your answer"), _("Answer")
    if lead.score_reasons:
        why = f"{why} · {said(max(lead.score_reasons, key=lambda r: r['points'])['because'])}"
    return {
        "rank": rank,
        "about": lead.contact_id,
        "kind": "qualified" if lead.status == LeadStatus.QUALIFIED else "waiting",
        "title": str(lead),
        "why": why,
        "text": lead.last_message_text,
        "url": reverse("leads:detail", args=[lead.pk]),
        "action": action,
        "at": lead.handed_over_at or lead.last_activity_at,
    }


WATCHED = timedelta(days=3)  # how far back the sweep looks
SETTLED = timedelta(seconds=20)  # how long the messenger's nudge has the conversation to itself


@everywhere()
def unfollowed_conversations(limit: int = 100) -> list[tuple[UUID, UUID]]:
    """(workspace, conversation) whose latest message no lead knows of, of all workspaces. For the sweep."""
    now = timezone.now()
    latest = Lead.objects.filter(contact_id=OuterRef("contact_id")).order_by("-created_at")
    rows = Conversation.objects.filter(
        purpose=Conversation.Purpose.CUSTOMER,
        last_inbound_at__isnull=False,
        last_message_at__gt=now - WATCHED,
        last_message_at__lt=now - SETTLED,
    ).annotate(
        heard_at=Subquery(latest.values("last_message_at")[:1]),
        closed_at=Subquery(latest.values("closed_at")[:1]),
    )
    is_new = Q(heard_at__isnull=True) | Q(heard_at__lt=F("last_message_at") - timedelta(seconds=2))
    is_alive = Q(closed_at__isnull=True) | Q(last_inbound_at__gt=F("closed_at"))
    return list(
        rows.filter(is_new, is_alive).order_by("last_message_at").values_list("workspace_id", "pk")[:limit]
    )


@everywhere()
def workspaces_to_set_up() -> list[UUID]:
    """Workspaces whose slots and rules were never made. For the sweep."""
    done = LeadSettings.objects.values("workspace_id")
    return list(Workspace.objects.exclude(pk__in=done).values_list("pk", flat=True))
