"""Leads among what can be found by a few words."""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.actors import Actor
from crm.core.texts import Wanted
from crm.selectors import Finder, Hit, begins_word, rows_of
from crm.selectors.search import Rows
from leads.models import Lead, LeadStatus
from leads.selectors.leads import visible_leads


def leads_found(actor: Actor, asked: Wanted) -> list[Rows]:
    """Leads by name, business, place, number or address."""
    rows = visible_leads(actor)
    if asked.digits:
        return [_rows(rows.filter(search_line__contains=asked.digits))]
    return [_rows(rows.filter(begins_word("search_line", asked.words)))]


def leads_alike(actor: Actor, asked: Wanted) -> list[Rows]:
    """Leads whose line says nearly what was typed."""
    rows = visible_leads(actor).filter(search_line__trigram_word_similar=asked.folded)
    return [_rows(rows, best=TrigramWordSimilarity(asked.folded, "search_line"))]


def _rows(rows: QuerySet[Lead], best: Any = None) -> Rows:
    return rows_of(
        "lead",
        rows,
        title=F("name_line"),
        line=Concat("status", Value("\n"), "business_type"),
        about=F("contact_id"),
        at=F("last_activity_at"),
        best=best,
    )


def show_lead(row: tuple[Any, ...], asked: Wanted) -> Hit:
    """A lead as a hit: its name, and how far it is."""
    _kind, id_, name, line, about, at, _place = row
    status, _sep, business = line.partition("\n")
    said = " · ".join(part for part in (str(LeadStatus(status).label), business) if part)
    url = reverse("leads:detail", args=[id_])
    return Hit("lead", id_, name or str(_("Unknown contact")), said, url, at, about)


LEADS = Finder(
    kind="lead",
    label=_("Leads"),
    icon="flame",
    permission="leads.view",
    exact=leads_found,
    alike=leads_alike,
    show=show_lead,
    rank=1,
    is_person=True,
)
