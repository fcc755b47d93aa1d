from conversations.channels.port import Address, InboundMessage, Template

from .acts import ACTS, act_on, undo_act
from .broadcasting import plan_broadcast, resume_broadcast, stop_broadcast, write_to_next
from .canned import archive_canned_reply, change_canned_reply, restore_canned_reply, write_canned_reply
from .changing import record_change
from .channels import create_channel, pause_channel, resume_channel, try_channel_again
from .claiming import claim_next, settle_overdue
from .configuration import PARTS
from .consents import change_consent, record_consent, record_opt_out
from .dead_letters import DEAD_LETTERS
from .deliveries import read_deliveries, read_delivery
from .drafts import keep_draft
from .echoes import record_echo
from .failures import note_failure
from .fetching import fetch_media
from .files import ask_again
from .folders import delete_folder, save_folder
from .health import check_channel, look_after_channels
from .items import work_off, work_off_heads
from .labelling import (
    change_label,
    create_label,
    delete_label,
    label_conversation,
    merge_labels,
    restore_label,
)
from .merging import move_conversations, put_conversations_back
from .notes import delete_note, restore_note, write_note
from .notices import record_notice
from .outcomes import mark_failed, mark_sent
from .ownership import (
    assign_conversation,
    close_conversation,
    give_back,
    hand_over,
    mark_read,
    mark_unread,
    reopen_conversation,
    take_over,
)
from .priorities import set_priority
from .queueing import retry_message, send_message
from .reacting import react_to_message
from .receipts import record_receipt
from .receiving import receive_message
from .scheduling import restore_scheduled, schedule_message, send_scheduled, withdraw_scheduled
from .sealed import reseal_channels
from .sending import send_due
from .snoozing import snooze_conversation, wake_conversation, wake_when_due
from .staff import notify_colleague
from .working import work

__all__ = [
    "ACTS",
    "DEAD_LETTERS",
    "PARTS",
    "Address",
    "InboundMessage",
    "Template",
    "act_on",
    "archive_canned_reply",
    "ask_again",
    "assign_conversation",
    "change_canned_reply",
    "change_consent",
    "change_label",
    "check_channel",
    "claim_next",
    "close_conversation",
    "create_channel",
    "create_label",
    "delete_folder",
    "delete_label",
    "delete_note",
    "fetch_media",
    "give_back",
    "hand_over",
    "keep_draft",
    "label_conversation",
    "look_after_channels",
    "mark_failed",
    "mark_read",
    "mark_sent",
    "mark_unread",
    "merge_labels",
    "move_conversations",
    "note_failure",
    "notify_colleague",
    "pause_channel",
    "plan_broadcast",
    "put_conversations_back",
    "react_to_message",
    "read_deliveries",
    "read_delivery",
    "receive_message",
    "record_change",
    "record_consent",
    "record_echo",
    "record_notice",
    "record_opt_out",
    "record_receipt",
    "reopen_conversation",
    "reseal_channels",
    "restore_canned_reply",
    "restore_label",
    "restore_note",
    "restore_scheduled",
    "resume_broadcast",
    "resume_channel",
    "retry_message",
    "save_folder",
    "schedule_message",
    "send_due",
    "send_message",
    "send_scheduled",
    "set_priority",
    "settle_overdue",
    "snooze_conversation",
    "stop_broadcast",
    "take_over",
    "try_channel_again",
    "undo_act",
    "wake_conversation",
    "wake_when_due",
    "withdraw_scheduled",
    "work",
    "work_off",
    "work_off_heads",
    "write_canned_reply",
    "write_note",
    "write_to_next",
]
