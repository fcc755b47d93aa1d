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
from .scoring import facts_of, judge, rules_of, score_preview, score_runs_of, scorer_for, thresholds_of
from .slots import SlotView, slot_definitions, slots_of

__all__ = [
    "SlotFact",
    "SlotLike",
    "SlotView",
    "Thresholds",
    "facts_of",
    "fold",
    "get_lead",
    "judge",
    "lead_for_contact",
    "lead_for_conversation",
    "leads_of_contacts",
    "lock_lead",
    "open_lead_of",
    "rules_of",
    "score_preview",
    "score_runs_of",
    "scorer_for",
    "slot_definitions",
    "slots_of",
    "thresholds_of",
    "visible_leads",
]
