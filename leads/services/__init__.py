from leads.selectors import SlotFact

from .bulk import AT_MOST, go_on_with_job, start_job, undo_job
from .bulk_changes import take_back_status
from .capturing import Heard, capture_lead, refresh_lines, touch_lead
from .changing import change_lead, rename_lead, tag_lead
from .chores import go_on_with_chore, put_down_chore
from .configuration import PARTS
from .creating import create_lead
from .following import (
    follow_conversation,
    follow_message,
    follow_messages,
    follow_owner,
    source_of,
    source_of_channel,
)
from .handing import assign_lead, hand_over_lead
from .joining import forget_told_apart, merge_leads, part_leads, tell_apart
from .looking import look_for_duplicates
from .merging import move_leads, put_leads_back
from .notes import change_note, delete_note, note_lead, restore_note
from .qualifying import disqualify_lead, qualify_lead, reopen_lead
from .restoring import restore_change
from .saved_views import Look, begin_with_view, change_view, put_view_back, remove_view, save_view
from .scoring import rescore_lead
from .scoring_settings import draft_scoring, drop_scoring_draft, publish_scoring, return_to_scoring
from .setting_up import set_up_leads
from .slot_settings import add_slot, change_slot, move_slot, undo_slot_change
from .slots import clear_slot, confirm_slot, correct_slot, record_slots, restore_slot
from .stepping import finish_next_step

__all__ = [
    "AT_MOST",
    "PARTS",
    "Heard",
    "Look",
    "SlotFact",
    "add_slot",
    "assign_lead",
    "begin_with_view",
    "capture_lead",
    "change_lead",
    "change_note",
    "change_slot",
    "change_view",
    "clear_slot",
    "confirm_slot",
    "correct_slot",
    "create_lead",
    "delete_note",
    "disqualify_lead",
    "draft_scoring",
    "drop_scoring_draft",
    "finish_next_step",
    "follow_conversation",
    "follow_message",
    "follow_messages",
    "follow_owner",
    "forget_told_apart",
    "go_on_with_chore",
    "go_on_with_job",
    "hand_over_lead",
    "look_for_duplicates",
    "merge_leads",
    "move_leads",
    "move_slot",
    "note_lead",
    "part_leads",
    "publish_scoring",
    "put_down_chore",
    "put_leads_back",
    "put_view_back",
    "qualify_lead",
    "record_slots",
    "refresh_lines",
    "remove_view",
    "rename_lead",
    "reopen_lead",
    "rescore_lead",
    "restore_change",
    "restore_note",
    "restore_slot",
    "return_to_scoring",
    "save_view",
    "set_up_leads",
    "source_of",
    "source_of_channel",
    "start_job",
    "tag_lead",
    "take_back_status",
    "tell_apart",
    "touch_lead",
    "undo_job",
    "undo_slot_change",
]
