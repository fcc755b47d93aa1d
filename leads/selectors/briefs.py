"""A few words about leads for other floors' pages: inbox rows, and what wants somebody today."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import Conversation
from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.told import said
from crm.core.walls import everywhere
from crm.models import Workspace
from leads.models import Lead, LeadSettings, LeadStatus
from leads.selectors.leads import visible_leads
from leads.selectors.said import with_last_words

STEP = 20
NOBODY = UUID(int=0)
BRIEF = ("id", "status", "score", "temperature")


def lead_briefs(actor: Actor, contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The latest lead of each contact, by contact id: id, status, status_label, score, temperature."""
    if not actor.may("leads.view"):
        return {}
    wanted = [
        *contact_ids,
        *[NOBODY] * (-len(contact_ids) % STEP),
    ]  # so that few numbers of them are asked for
    labels = {value: str(label) for value, label in LeadStatus.choices}
    return {
        contact_id: {**dict(zip(BRIEF, values, strict=True)), "status_label": labels[values[1]]}
        for contact_id, *values in ask(actor, "lead briefs", _briefs_asked, *wanted)
    }


def _briefs_asked(actor: Actor, *contact_ids: UUID) -> QuerySet[Any, Any]:
    rows = visible_leads(actor).filter(contact_id__in=contact_ids).order_by("contact_id", "-created_at")
    return rows.distinct("contact_id").values_list("contact_id", *BRIEF)


def has_hot_lead() -> Exists:
    """Of a row with a contact: whether their open lead is hot."""
    rows = Lead.objects.filter(contact_id=OuterRef("contact_id"), status__in=["new", "working", "qualified"])
    return Exists(rows.filter(temperature="hot"))


MOST = 60  # rows that are ranked; whoever has more sees that there are more
WEEK = timedelta(days=7)


def leads_wanting(actor: Actor) -> list[dict[str, Any]]:
    """Leads for Today: qualified ones nobody has, the actor's own that wait for an answer or have a step that is due,
    today or within a week."""
    if not actor.may("leads.view"):
        return []
    is_mine, today = Q(owner_id=actor.user_id), timezone.localdate()
    waits = is_mine & Q(status=LeadStatus.QUALIFIED, last_message_direction="in")
    is_due = is_mine & Q(next_step_on__lte=today + WEEK, status__in=["new", "working", "qualified"])
    rows = visible_leads(actor).filter(Q(owner=None, status=LeadStatus.QUALIFIED) | waits | is_due)
    rows = with_last_words(actor, rows)
    return [_card(lead, today) for lead in rows.order_by("-score", "id")[:MOST]]


def _card(lead: Lead, today: date) -> dict[str, Any]:
    """One lead as a card of Today: why it is there, and what to do."""
    card = _reason(lead, today)
    if lead.score_reasons:
        best = max(lead.score_reasons, key=lambda reason: reason["points"])
        card["why"] = f"{card['why']} · {said(best['because'])}"
    return card | {
        "about": lead.contact_id,
        "title": str(lead),
        "text": lead.heard_text,
        "url": reverse("leads:detail", args=[lead.pk]),
        "at": lead.handed_over_at or lead.last_activity_at,
    }


def _reason(lead: Lead, today: date) -> dict[str, Any]:
    """Why it is here, the most pressing first: its kind, rank and urgency follow from that."""
    if lead.owner_id is None:
        why, action = _("Qualified, and nobody has it"), _("Take it")
        return {"rank": 2, "kind": "qualified", "urgency": "soon", "why": why, "action": action}
    if lead.status == LeadStatus.QUALIFIED and lead.last_message_direction == "in":
        why, action = _("Qualified and handed to you; waits for your answer"), _("Answer")
        return {"rank": 1, "kind": "answer", "urgency": "late", "why": why, "action": action}
    step, due = lead.next_step or _("Next step"), lead.next_step_on or today
    card = {"rank": 3, "kind": "step", "action": _("Open")}
    if due > today:
        return card | {"why": step, "later": due}
    if due == today:
        return card | {"urgency": "soon", "why": _("Due today: %(step)s") % {"step": step}}
    late = ngettext("Due %(n)d day ago: %(step)s", "Due %(n)d days ago: %(step)s", (today - due).days)
    return card | {"urgency": "late", "why": late % {"n": (today - due).days, "step": step}}


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
