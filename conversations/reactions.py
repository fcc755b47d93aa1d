"""What the conversations floor does when something has happened: nudge the sender, tell the browsers."""

from conversations import tasks
from conversations.events import (
    ConversationClosed,
    ConversationOpened,
    ConversationOwnerChanged,
    ConversationRead,
    MessageQueued,
    MessageReceived,
    MessageStatusChanged,
)
from crm import live
from crm.core.events import Envelope, Event, on
from crm.core.nudge import nudge


@on(MessageQueued)
def send_it(envelope: Envelope[MessageQueued]) -> None:
    """A worker looks at the conversation's queue now."""
    nudge(tasks.send_due, conversation_id=envelope.event.conversation_id)


@on(MessageReceived, MessageQueued, MessageStatusChanged, ConversationOwnerChanged, ConversationRead)
def tell_watchers(envelope: Envelope[Event]) -> None:
    """Whoever looks at the inbox or at this conversation sees it move."""
    conversation_id = envelope.event.payload()["conversation_id"]
    sequence = envelope.sequence
    live.tell(envelope.workspace_id, f"conversation:{conversation_id}", id=conversation_id, sequence=sequence)
    live.tell(envelope.workspace_id, "conversations", id=conversation_id, sequence=sequence)


@on(ConversationOpened, ConversationClosed)
def tell_inbox(envelope: Envelope[ConversationOpened | ConversationClosed]) -> None:
    """The list has one more or one less."""
    live.tell(
        envelope.workspace_id, "conversations", id=envelope.event.conversation_id, sequence=envelope.sequence
    )
