from .changes import ChangeKind, MessageChange
from .channels import Channel
from .consents import Choice, Consent, Purpose
from .deliveries import DeliveryState, InboundDelivery, InboundItem
from .givebacks import GiveBack
from .inbox import ConversationLabel, InboxAct, Label, LabelColour, SavedFolder
from .later import (
    Broadcast,
    BroadcastRecipient,
    BroadcastState,
    RecipientState,
    ScheduledMessage,
    ScheduledState,
)
from .media import Media, MediaState
from .notices import ChannelNotice, MessageTemplate, NoticeLevel
from .sealed import OpenedSettings, fingerprints_of, in_plain_words, is_found_by, says_nothing_new
from .team import CannedReply, Draft, DraftKind, Mention, Note
from .threads import (
    Conversation,
    Message,
    MessageReceipt,
    MessageStatus,
    OwnerKind,
    Priority,
    TemplateName,
)

__all__ = [
    "Broadcast",
    "BroadcastRecipient",
    "BroadcastState",
    "CannedReply",
    "ChangeKind",
    "Channel",
    "ChannelNotice",
    "Choice",
    "Consent",
    "Conversation",
    "ConversationLabel",
    "DeliveryState",
    "Draft",
    "DraftKind",
    "GiveBack",
    "InboundDelivery",
    "InboundItem",
    "InboxAct",
    "Label",
    "LabelColour",
    "Media",
    "MediaState",
    "Mention",
    "Message",
    "MessageChange",
    "MessageReceipt",
    "MessageStatus",
    "MessageTemplate",
    "Note",
    "NoticeLevel",
    "OpenedSettings",
    "OwnerKind",
    "Priority",
    "Purpose",
    "RecipientState",
    "SavedFolder",
    "ScheduledMessage",
    "ScheduledState",
    "TemplateName",
    "fingerprints_of",
    "in_plain_words",
    "is_found_by",
    "says_nothing_new",
]
