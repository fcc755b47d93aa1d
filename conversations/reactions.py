"""What the conversations floor does when something has happened: nudge the sender, tell the browsers."""

from conversations import tasks
from conversations.events import (
    ChannelChecked,
    ChannelHealthChanged,
    ChannelPaused,
    ChannelResumed,
    ConversationClosed,
    ConversationLabelled,
    ConversationMarkedUnread,
    ConversationOpened,
    ConversationOwnerChanged,
    ConversationPrioritised,
    ConversationRead,
    ConversationReopened,
    ConversationSnoozed,
    ConversationWoken,
    LabelChanged,
    MediaChanged,
    MessageChanged,
    MessageEchoed,
    MessageQueued,
    MessageReceived,
    MessageStatusChanged,
    NoteDeleted,
    NoteWritten,
    ScheduledChanged,
)
from crm import live
from crm.core.events import Envelope, Event, on
from crm.core.nudge import nudge

WITH_FILES = {"image", "audio", "voice", "video", "document", "sticker"}


@on(MessageQueued, ChannelResumed)
def send_it(envelope: Envelope[Event]) -> None:
    """A worker looks now."""
    nudge(tasks.work)


@on(MessageStatusChanged)
def take_at_its_word(envelope: Envelope[MessageStatusChanged]) -> None:
    """A failure says something about the contact, too: written here and now, because no sweep would find it."""
    if envelope.event.status == "failed":
        tasks.note_failure(workspace_id=str(envelope.workspace_id), message_id=envelope.event.message_id)


@on(MessageReceived)
def fetch_its_files(envelope: Envelope[MessageReceived]) -> None:
    """A worker fetches what came with it; texts bring nothing."""
    if envelope.event.kind in WITH_FILES:
        nudge(tasks.fetch_media, message_id=envelope.event.message_id)


@on(
    MediaChanged, MessageReceived, MessageQueued, MessageEchoed, MessageChanged, MessageStatusChanged,
    ConversationOwnerChanged, ConversationRead, ConversationMarkedUnread, ConversationLabelled, ConversationSnoozed,
    ConversationWoken, ConversationReopened, ConversationPrioritised, NoteDeleted, NoteWritten,
    ScheduledChanged,
)  # fmt: skip
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


@on(LabelChanged)
def tell_labels(envelope: Envelope[LabelChanged]) -> None:
    """The list shows the label as it is called now."""
    live.tell(envelope.workspace_id, "conversations", sequence=envelope.sequence)


@on(ChannelPaused, ChannelResumed, ChannelHealthChanged, ChannelChecked)
def tell_channels(envelope: Envelope[Event]) -> None:
    """Whoever looks at the channels sees the card change."""
    live.tell(envelope.workspace_id, "channels")
