from .channels import Channel
from .deliveries import DeliveryState, InboundDelivery, InboundItem
from .media import Media, MediaState
from .threads import Conversation, Message, MessageReceipt, MessageStatus, OwnerKind

__all__ = [
    "Channel",
    "Conversation",
    "DeliveryState",
    "InboundDelivery",
    "InboundItem",
    "Media",
    "MediaState",
    "Message",
    "MessageReceipt",
    "MessageStatus",
    "OwnerKind",
]
