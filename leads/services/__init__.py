from leads.selectors import SlotFact

from .capturing import capture_lead, refresh_lines, touch_lead
from .changing import change_lead, tag_lead
from .creating import create_lead
from .following import follow_conversation, follow_message, follow_owner, source_of, source_of_channel
from .handing import assign_lead, hand_over_lead
from .joining import forget_told_apart, merge_leads, part_leads, tell_apart
from .looking import look_for_duplicates
from .merging import move_leads, put_leads_back
from .notes import change_note, delete_note, note_lead, restore_note
from .qualifying import disqualify_lead, qualify_lead, reopen_lead
from .restoring import restore_change
from .scoring import note_intents, rescore_lead
from .setting_up import set_up_leads
from .slots import clear_slot, confirm_slot, correct_slot, record_slots, restore_slot
from .stepping import finish_next_step

__all__ = [
    "SlotFact",
    "assign_lead",
    "capture_lead",
    "change_lead",
    "change_note",
    "clear_slot",
    "confirm_slot",
    "correct_slot",
    "create_lead",
    "delete_note",
    "disqualify_lead",
    "finish_next_step",
    "follow_conversation",
    "follow_message",
    "follow_owner",
    "forget_told_apart",
    "hand_over_lead",
    "look_for_duplicates",
    "merge_leads",
    "move_leads",
    "note_intents",
    "note_lead",
    "part_leads",
    "put_leads_back",
    "qualify_lead",
    "record_slots",
    "refresh_lines",
    "reopen_lead",
    "rescore_lead",
    "restore_change",
    "restore_note",
    "restore_slot",
    "set_up_leads",
    "source_of",
    "source_of_channel",
    "tag_lead",
    "tell_apart",
    "touch_lead",
]
