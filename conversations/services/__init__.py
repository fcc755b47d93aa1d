from conversations.channels.port import Address, InboundMessage, Template

from .changing import record_change
from .channels import create_channel, forget_troubles, pause_channel, resume_channel
from .claiming import claim_next, settle_overdue
from .consents import record_consent
from .dead_letters import DEAD_LETTERS
from .deliveries import accept_delivery, overdue_deliveries, read_deliveries, read_delivery
from .echoes import record_echo
from .failures import note_failure
from .fetching import fetch_media
from .files import ask_again
from .health import check_channel, look_after_channels
from .items import work_off
from .merging import move_conversations, put_conversations_back
from .notices import record_notice
from .outcomes import mark_failed, mark_sent
from .ownership import (
    assign_conversation,
    close_conversation,
    give_back,
    hand_over,
    mark_read,
    take_over,
)
from .queueing import retry_message, send_message
from .receipts import record_receipt
from .receiving import receive_message
from .sending import send_due
from .staff import notify_colleague
from .working import work

__all__ = [
    "DEAD_LETTERS",
    "Address",
    "InboundMessage",
    "Template",
    "accept_delivery",
    "ask_again",
    "assign_conversation",
    "check_channel",
    "claim_next",
    "close_conversation",
    "create_channel",
    "fetch_media",
    "forget_troubles",
    "give_back",
    "hand_over",
    "look_after_channels",
    "mark_failed",
    "mark_read",
    "mark_sent",
    "move_conversations",
    "note_failure",
    "notify_colleague",
    "overdue_deliveries",
    "pause_channel",
    "put_conversations_back",
    "read_deliveries",
    "read_delivery",
    "receive_message",
    "record_change",
    "record_consent",
    "record_echo",
    "record_notice",
    "record_receipt",
    "resume_channel",
    "retry_message",
    "send_due",
    "send_message",
    "settle_overdue",
    "take_over",
    "work",
    "work_off",
]
