"""What the command palette offers on a lead."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.palette import Act, Offer
from crm.selectors import visible_members
from leads.models import Lead, LeadStatus
from leads.selectors.leads import get_lead

PEOPLE = 50  # more are found by their page


def acts_on_lead(actor: Actor, given: Mapping[str, Any]) -> Offer:
    """Assign, qualify, move, open its conversation, copy its address; what is refused says why."""
    lead = get_lead(actor, given["lead_id"])
    denied = "" if actor.may("leads.edit") else _("Your role can read leads, not change them.")
    return Offer(
        str(lead),
        (
            *_take(lead, denied),
            _assign(actor, lead),
            _move(lead, LeadStatus.QUALIFIED, _("Qualify"), denied),
            _status(lead, denied),
            _conversation(lead),
            Act(_("Copy link"), "link", copies=_url("detail", lead), done=_("Copied.")),
        ),
    )


def _url(name: str, lead: Lead) -> str:
    return reverse(f"leads:{name}", args=[lead.pk])


def _take(lead: Lead, denied: str) -> list[Act]:
    if lead.owner_id is not None or not lead.is_open:
        return []
    return [Act(_("Take it"), "hand", url=_url("take", lead), why=denied, done=_("It is yours."))]


def _assign(actor: Actor, lead: Lead) -> Act:
    if not actor.may("leads.assign"):
        why = _("Your role can't give leads to others.")
        return Act(_("Assign to…"), "user-round-plus", shortcut="a", why=why)
    people = [
        Act(
            str(member.user),
            "user-round",
            url=_url("assign", lead),
            fields={"user": str(member.user_id)},
            hint=str(member.role),
            why=_("Has it already.") if member.user_id == lead.owner_id else "",
            done=_("Assigned to %(name)s.") % {"name": member.user},
        )
        for member in visible_members(actor)[:PEOPLE]
    ]
    nobody = Act(
        _("Nobody"),
        "user-round-x",
        url=_url("assign", lead),
        fields={"user": ""},
        why="" if lead.owner_id else _("Nobody has it already."),
        done=_("Nobody has it now."),
    )
    return Act(_("Assign to…"), "user-round-plus", steps=(*people, nobody), shortcut="a")


def _status(lead: Lead, denied: str) -> Act:
    names = {status: str(status.label) for status in LeadStatus}
    steps = tuple(_move(lead, status, name, denied) for status, name in names.items())
    return Act(_("Move status…"), "arrow-right", steps=steps, hint=lead.status_label)


def _move(lead: Lead, status: LeadStatus, label: str, denied: str) -> Act:
    """The way to a status, or why there is none."""
    url, asks = "", ""
    if status == LeadStatus.QUALIFIED:
        url = _url("qualify", lead)
    elif status == LeadStatus.DISQUALIFIED:
        url, asks = _url("disqualify", lead), "reason"
    elif status == LeadStatus.WORKING:
        url = _url("reopen", lead)
    done = _("Now %(status)s.") % {"status": str(status.label).lower()}
    why = denied or _why_not(lead, status)
    return Act(label, "circle-dot", url=url, asks=asks, why=why, done=done, hint=_("say why") if asks else "")


def _why_not(lead: Lead, status: LeadStatus) -> str:
    if lead.status == status:
        return _("It is that already.")
    is_worked = lead.status in {LeadStatus.NEW, LeadStatus.WORKING}
    is_lost = lead.status == LeadStatus.DISQUALIFIED
    refused = {
        LeadStatus.NEW: (True, _("A lead is new until somebody works on it; there is no way back.")),
        LeadStatus.WORKING: (
            not is_lost,
            _("Only disqualified leads are reopened; others move on by themselves."),
        ),
        LeadStatus.QUALIFIED: (not is_worked, _("Only new leads and those being worked on are qualified.")),
        LeadStatus.CONVERTED: (True, _("A qualified lead is converted together with its opportunity.")),
        LeadStatus.DISQUALIFIED: (not lead.is_open, _("It is closed already.")),
    }
    is_refused, why = refused[status]
    return why if is_refused else ""


def _conversation(lead: Lead) -> Act:
    why = "" if lead.conversation_id else _("There is no conversation with this lead yet.")
    href = f"{reverse('conversations:inbox')}?open={lead.conversation_id}" if lead.conversation_id else ""
    return Act(_("Open conversation"), "message-circle", href=href, why=why, shortcut="m")
