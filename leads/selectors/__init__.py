from leads.decisions import SlotFact, SlotLike, Thresholds, fold

from .leads import (
    get_lead,
    lead_for_contact,
    lead_for_conversation,
    leads_of_contacts,
    lock_lead,
    open_lead_of,
    visible_leads,
)
from .listing import SORTS, LeadFilters, LeadPage, filter_leads, list_leads, search_leads
from .scoring import facts_of, judge, rules_of, score_preview, score_runs_of, scorer_for, thresholds_of
from .slots import SlotView, slot_definitions, slots_of
from .timeline import Entry, lead_history, lead_timeline

__all__ = [
    "SORTS",
    "Entry",
    "LeadFilters",
    "LeadPage",
    "SlotFact",
    "SlotLike",
    "SlotView",
    "Thresholds",
    "facts_of",
    "filter_leads",
    "fold",
    "get_lead",
    "judge",
    "lead_for_contact",
    "lead_for_conversation",
    "lead_history",
    "lead_timeline",
    "leads_of_contacts",
    "list_leads",
    "lock_lead",
    "open_lead_of",
    "rules_of",
    "score_preview",
    "score_runs_of",
    "scorer_for",
    "search_leads",
    "slot_definitions",
    "slots_of",
    "thresholds_of",
    "visible_leads",
]
