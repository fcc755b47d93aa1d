from .channels import Channel
from .deliveries import DeliveryState, InboundDelivery, InboundItem
from .threads import Conversation, Message, MessageReceipt, MessageStatus, OwnerKind

__all__ = [
    "Channel",
    "Conversation",
    "DeliveryState",
    "InboundDelivery",
    "InboundItem",
    "Message",
    "MessageReceipt",
    "MessageStatus",
    "OwnerKind",
]
