from .changes import ChangeKind, MessageChange
from .channels import Channel
from .consents import Choice, Consent, Purpose
from .deliveries import DeliveryState, InboundDelivery, InboundItem
from .inbox import ConversationLabel, InboxAct, Label, LabelColour, SavedFolder
from .media import Media, MediaState
from .notices import ChannelNotice, MessageTemplate, NoticeLevel
from .threads import Conversation, Message, MessageReceipt, MessageStatus, OwnerKind, TemplateName

__all__ = [
    "ChangeKind",
    "Channel",
    "ChannelNotice",
    "Choice",
    "Consent",
    "Conversation",
    "ConversationLabel",
    "DeliveryState",
    "InboundDelivery",
    "InboundItem",
    "InboxAct",
    "Label",
    "LabelColour",
    "Media",
    "MediaState",
    "Message",
    "MessageChange",
    "MessageReceipt",
    "MessageStatus",
    "MessageTemplate",
    "NoticeLevel",
    "OwnerKind",
    "Purpose",
    "SavedFolder",
    "TemplateName",
]
