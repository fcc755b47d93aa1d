from crm.core.texts import fold
from leads.decisions.texts import amount_in, storable
from leads.decisions.values import SlotFact, SlotLike, Thresholds

from .briefs import (
    has_hot_lead,
    lead_briefs,
    leads_wanting,
    unfollowed_conversations,
    workspaces_to_set_up,
)
from .comparing import Comparison, Difference, compare_leads
from .duplicates import Match, duplicates_of, merges_of, winner_of
from .history import latest_change, lead_history
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
from .listing import (
    PAGE,
    SORTS,
    LeadFilters,
    LeadPage,
    custom_cells,
    custom_columns,
    filter_leads,
    list_leads,
    search_leads,
    with_badges,
)
from .notes import notes_of
from .page import PageLead, Vocabulary, lead_for_page, vocabulary_of
from .palette import acts_on_lead
from .places import Place, place_in_list
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
from .timeline import Asked, Entry, Line, lead_story, lead_timeline

__all__ = [
    "LEADS",
    "PAGE",
    "SORTS",
    "Asked",
    "Comparison",
    "Difference",
    "Entry",
    "LeadFilters",
    "LeadPage",
    "Line",
    "Match",
    "PageLead",
    "Place",
    "SlotFact",
    "SlotLike",
    "SlotView",
    "Thresholds",
    "Vocabulary",
    "acts_on_lead",
    "add_story",
    "amount_in",
    "compare_leads",
    "custom_cells",
    "custom_columns",
    "duplicates_of",
    "facts_of",
    "filter_leads",
    "fold",
    "get_lead",
    "has_hot_lead",
    "has_leads",
    "judge",
    "latest_change",
    "lead_briefs",
    "lead_for_contact",
    "lead_for_conversation",
    "lead_for_page",
    "lead_history",
    "lead_story",
    "lead_timeline",
    "leads_of_contacts",
    "leads_wanting",
    "list_leads",
    "lock_lead",
    "lock_with_contact",
    "may_see_lead",
    "merges_of",
    "notes_of",
    "open_lead_ids",
    "open_lead_of",
    "place_in_list",
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
    "vocabulary_of",
    "winner_of",
    "with_badges",
    "workspaces_to_set_up",
]
