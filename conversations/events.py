"""Facts of the conversations floor."""

from dataclasses import dataclass

from crm.core.events import Event, event


@event
@dataclass(frozen=True)
class ConversationOpened(Event):
    """A contact and we began to talk on a channel."""

    name = "conversations.conversation_opened"
    conversation_id: str
    contact_id: str
    channel_id: str


@event
@dataclass(frozen=True)
class MessageReceived(Event):
    """A contact wrote."""

    name = "conversations.message_received"
    message_id: str
    conversation_id: str
    contact_id: str
    channel_id: str
    sequence: int
    kind: str


@event
@dataclass(frozen=True)
class MessageEchoed(Event):
    """Somebody of us wrote to a contact in the phone app."""

    name = "conversations.message_echoed"
    message_id: str
    conversation_id: str
    contact_id: str


@event
@dataclass(frozen=True)
class MessageChanged(Event):
    """A message was edited, deleted, or got a reaction."""

    name = "conversations.message_changed"
    message_id: str
    conversation_id: str
    how: str


@event
@dataclass(frozen=True)
class ConsentChanged(Event):
    """A contact chose what they want to be written."""

    name = "conversations.consent_changed"
    contact_id: str
    channel_id: str
    purpose: str
    choice: str
    source: str


@event
@dataclass(frozen=True)
class ChannelNoticed(Event):
    """The provider told something about a channel."""

    name = "conversations.channel_noticed"
    channel_id: str
    kind: str
    level: str
    title: str


@event
@dataclass(frozen=True)
class MediaChanged(Event):
    """A file of a message was stored, or will not come any more."""

    name = "conversations.media_changed"
    media_id: str
    message_id: str
    conversation_id: str
    state: str


@event
@dataclass(frozen=True)
class MessageQueued(Event):
    """A message of ours waits to be sent."""

    name = "conversations.message_queued"
    message_id: str
    conversation_id: str
    contact_id: str
    author_kind: str


@event
@dataclass(frozen=True)
class MessageStatusChanged(Event):
    """A message of ours was sent, delivered, read, failed, cancelled, or its outcome is not known."""

    name = "conversations.message_status_changed"
    message_id: str
    conversation_id: str
    status: str
    error_code: str = ""


@event
@dataclass(frozen=True)
class ConversationOwnerChanged(Event):
    """Somebody else answers next: taken over, given back, handed over or assigned."""

    name = "conversations.owner_changed"
    conversation_id: str
    contact_id: str
    owner_kind: str
    user_id: str
    because: str
    how: str  # taken_over, given_back, handed_over, assigned


@event
@dataclass(frozen=True)
class ConversationRead(Event):
    """Somebody of the team has seen everything."""

    name = "conversations.conversation_read"
    conversation_id: str


@event
@dataclass(frozen=True)
class ConversationClosed(Event):
    """Done; the next message of the contact opens a new one."""

    name = "conversations.conversation_closed"
    conversation_id: str
    contact_id: str


@event
@dataclass(frozen=True)
class ConversationReopened(Event):
    """It was closed too early."""

    name = "conversations.conversation_reopened"
    conversation_id: str
    contact_id: str


@event
@dataclass(frozen=True)
class ConversationMarkedUnread(Event):
    """Somebody of the team wants it to be looked at again."""

    name = "conversations.conversation_marked_unread"
    conversation_id: str


@event
@dataclass(frozen=True)
class ConversationSnoozed(Event):
    """It is out of sight until then, or until the contact writes."""

    name = "conversations.conversation_snoozed"
    conversation_id: str
    contact_id: str
    until: str


@event
@dataclass(frozen=True)
class ConversationWoken(Event):
    """A snoozed conversation is back: its `time` came, the `customer` wrote, or a `person` wanted it."""

    name = "conversations.conversation_woken"
    conversation_id: str
    contact_id: str
    because: str


@event
@dataclass(frozen=True)
class ConversationLabelled(Event):
    """Labels were put on it or taken off, by their names."""

    name = "conversations.conversation_labelled"
    conversation_id: str
    contact_id: str
    added: list[str]
    removed: list[str]


@event
@dataclass(frozen=True)
class ConversationPrioritised(Event):
    """Somebody said how much it matters: low, normal, high, urgent."""

    name = "conversations.conversation_prioritised"
    conversation_id: str
    contact_id: str
    priority: str


@event
@dataclass(frozen=True)
class ScheduledChanged(Event):
    """A message for later was written, withdrawn, taken back, handed over to be sent, or held."""

    name = "conversations.scheduled_changed"
    conversation_id: str
    scheduled_id: str
    state: str


@event
@dataclass(frozen=True)
class LabelChanged(Event):
    """A label of the workspace is `new`, `changed` or `deleted`."""

    name = "conversations.label_changed"
    label_id: str
    label: str
    how: str


@event
@dataclass(frozen=True)
class ChannelPaused(Event):
    """Sending waits until an admin mends the account."""

    name = "conversations.channel_paused"
    channel_id: str
    because: str


@event
@dataclass(frozen=True)
class ChannelResumed(Event):
    """Sending goes on."""

    name = "conversations.channel_resumed"
    channel_id: str


@event
@dataclass(frozen=True)
class ChannelHealthChanged(Event):
    """A channel does better or worse than when we looked last: green, amber, red, off."""

    name = "conversations.channel_health_changed"
    channel_id: str
    colour: str
    was: str
    because: str


@event
@dataclass(frozen=True)
class ChannelChecked(Event):
    """Somebody asked the provider whether the account works."""

    name = "conversations.channel_checked"
    channel_id: str
    error: str


@event
@dataclass(frozen=True)
class BotReplyDropped(Event):
    """What the bot wanted to say did not go out: it was `late`, or `overtaken` by newer words of the customer, or taken
    back by an act of a person that was `undone`."""

    name = "conversations.bot_reply_dropped"
    message_id: str
    conversation_id: str
    contact_id: str
    cause: str
    why: str


@event
@dataclass(frozen=True)
class NoteWritten(Event):
    """A colleague left a note in a conversation, and called these people into it."""

    name = "conversations.note_written"
    note_id: str
    conversation_id: str
    contact_id: str
    mentioned: tuple[str, ...] = ()


@event
@dataclass(frozen=True)
class NoteDeleted(Event):
    """A note was taken away, or put back."""

    name = "conversations.note_deleted"
    note_id: str
    conversation_id: str
    is_back: bool = False


@event
@dataclass(frozen=True)
class CannedReplyChanged(Event):
    """A reply kept ready was written, changed, put away or taken out again."""

    name = "conversations.canned_reply_changed"
    canned_reply_id: str
    shortcut: str
    how: str  # written, changed, archived, restored
