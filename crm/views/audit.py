"""Settings, Audit: who changed what, when, and through which door. Each line leads to its record."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm import selectors
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.events import known_names
from crm.core.settings_pages import SettingsPage
from crm.core.told import name_of, value_in_words
from crm.forms.audit import AuditForm
from crm.models import EventRecord

AUDIT = SettingsPage(
    "audit",
    gettext_lazy("Audit"),
    gettext_lazy("Who changed what, when, and through which door; with filters, and as a file."),
    "crm:audit",
    "history",
    "settings.manage",
)
LONGEST = 120  # characters of a detail
# Where the record of a line is found: upper floors' pages go by address.
PLACES = {
    "lead": "/leads/{}/",
    "conversation": "/inbox/?open={}",
    "contact": "/contacts/{}/",
    "agent": "/settings/agents/{}/",
    "slot": "/settings/slots/{}/",
    "team": "/settings/teams/{}/",
    "role": "/admin/crm/role/{}/change/",
    "version": "/settings/scoring/",
    "workspace": "/settings/workspace/",
    "api_key": "/settings/keys/",
    "invitation": "/settings/team/",
    "letter": "/settings/dead-letters/{}/",
    "canned_reply": "/settings/canned-replies/{}/",
    "channel": "/settings/channels/",
    "copy": "/settings/backups/",
}


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """A page of the trail."""
    actor = actor_of(request)
    form = _form(request, actor)
    rows, last = selectors.audit_page(actor, form.wish())
    asked = {name: value for name, value in request.GET.items() if value and name != "before"}
    context = {
        "form": form,
        "lines": [_line(row) for row in rows],
        "older": f"?{urlencode({**asked, 'before': last})}" if last else "",
        "export": f"{reverse('crm:audit_export')}?{urlencode(asked)}",
        "is_asked": bool(asked),
        "most": selectors.EXPORTED,
    }
    return render(request, "settings/audit.html", context)


def _form(request: HttpRequest, actor: Actor) -> AuditForm:
    people = [(str(m.user_id), str(m.user)) for m in selectors.visible_members(actor)]
    return AuditForm(request.GET, people=people, names=[(name, in_words(name)) for name in known_names()])


def in_words(name: str) -> str:
    """An event's name as people read it: "crm.member_changed" is "Member changed"."""
    return _(name.partition(".")[2].replace("_", " ").capitalize())


def _line(row: EventRecord) -> dict[str, Any]:
    refs = [ref.partition(":") for ref in row.refs]
    links = [(_named(kind), PLACES[kind].format(id_)) for kind, _sep, id_ in refs if kind in PLACES]
    told = {name: value for name, value in row.payload.items() if value and not name.endswith("_id")}
    details = [(_named(name), value_in_words(value, LONGEST)) for name, value in told.items()]
    return {
        "at": row.occurred_at,
        "who": name_of(row.actor_kind, row.actor_label),
        "kind": row.actor_kind,
        "via": row.via,
        "what": in_words(row.name),
        "url": links[0][1] if links else "",
        "links": links[1:],
        "details": details,
    }


def _named(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _harmless(cell: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The lines that are asked for as a file."""
    actor = actor_of(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    writer = csv.writer(answer)
    for line in selectors.audit_lines(actor, _form(request, actor).wish()):
        writer.writerow([_harmless(cell) for cell in line])
    return answer
