from crm.core.texts import fold
from leads.decisions.texts import amount_in, storable
from leads.decisions.values import SlotFact, SlotLike, Thresholds

from .briefs import lead_briefs, leads_wanting, unfollowed_conversations, workspaces_to_set_up
from .leads import (
    get_lead,
    has_leads,
    lead_for_contact,
    lead_for_conversation,
    leads_of_contacts,
    lock_lead,
    lock_with_contact,
    may_see_lead,
    open_lead_ids,
    open_lead_of,
    visible_leads,
)
from .listing import PAGE, SORTS, LeadFilters, LeadPage, filter_leads, list_leads, search_leads
from .scoring import (
    facts_of,
    judge,
    rules_of,
    score_of,
    score_preview,
    score_runs_of,
    scorer_for,
    thresholds_of,
)
from .search import LEADS
from .slots import SlotView, slot_definitions, slots_of
from .stories import add_story
from .timeline import Entry, lead_history, lead_timeline

__all__ = [
    "LEADS",
    "PAGE",
    "SORTS",
    "Entry",
    "LeadFilters",
    "LeadPage",
    "SlotFact",
    "SlotLike",
    "SlotView",
    "Thresholds",
    "add_story",
    "amount_in",
    "facts_of",
    "filter_leads",
    "fold",
    "get_lead",
    "has_leads",
    "judge",
    "lead_briefs",
    "lead_for_contact",
    "lead_for_conversation",
    "lead_history",
    "lead_timeline",
    "leads_of_contacts",
    "leads_wanting",
    "list_leads",
    "lock_lead",
    "lock_with_contact",
    "may_see_lead",
    "open_lead_ids",
    "open_lead_of",
    "rules_of",
    "score_of",
    "score_preview",
    "score_runs_of",
    "scorer_for",
    "search_leads",
    "slot_definitions",
    "slots_of",
    "storable",
    "thresholds_of",
    "unfollowed_conversations",
    "visible_leads",
    "workspaces_to_set_up",
]
