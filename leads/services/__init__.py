from leads.selectors import SlotFact

from .capturing import capture_lead, refresh_lines, touch_lead
from .changing import change_lead, note_lead, tag_lead
from .creating import create_lead
from .following import follow_conversation, follow_message, follow_owner, source_of, source_of_channel
from .handing import assign_lead, hand_over_lead
from .merging import move_leads, put_leads_back
from .qualifying import disqualify_lead, qualify_lead, reopen_lead
from .scoring import note_intents, rescore_lead
from .setting_up import set_up_leads
from .slots import clear_slot, confirm_slot, correct_slot, record_slots

__all__ = [
    "SlotFact",
    "assign_lead",
    "capture_lead",
    "change_lead",
    "clear_slot",
    "confirm_slot",
    "correct_slot",
    "create_lead",
    "disqualify_lead",
    "follow_conversation",
    "follow_message",
    "follow_owner",
    "hand_over_lead",
    "move_leads",
    "note_intents",
    "note_lead",
    "put_leads_back",
    "qualify_lead",
    "record_slots",
    "refresh_lines",
    "reopen_lead",
    "rescore_lead",
    "set_up_leads",
    "source_of",
    "source_of_channel",
    "tag_lead",
    "touch_lead",
]
