"""What every channel can do, in plain values. Adapters translate and know nothing of our tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Literal, Protocol


def gettext_noop(sentence: str) -> str:
    """Marks what an adapter says to people for the translators; whoever shows it tells it in the reader's language."""
    return sentence


@dataclass(frozen=True)
class Setting:
    """One setting of a channel account: its name, what it is, and whether it may be shown."""

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = False


@dataclass(frozen=True)
class Address:
    """How a person is reached or recognised: kind as in crm's identities (wa_id, bsuid, username, phone, email)."""

    kind: str
    value: str


@dataclass(frozen=True)
class Account:
    """A channel account as an adapter sees it: its settings, the provider's base URL, and a time limit in seconds."""

    settings: Mapping[str, str]
    base_url: str = ""
    timeout: float = 10.0


@dataclass(frozen=True)
class InboundFile:
    """A file that came with a message: where to fetch it, what the sender says it is. `sha256` is lower-case hex."""

    provider_id: str
    mime_type: str = ""
    sha256: str = ""
    file_name: str = ""
    url: str = ""
    size: int | None = None
    is_voice: bool = False


@dataclass(frozen=True)
class InboundMessage:
    """Somebody wrote. `text` is what people read: the words, or a few words of ours for what has none.

    `facts` says the same to machines; its "words" are the customer's own where they differ from `text`. `senders`
    are the customer's addresses, also of an echo (written on our side, on the phone); `moved_to` replace them.
    """

    external_id: str
    account: str  # the provider's id of our number
    senders: tuple[Address, ...]
    sender_name: str
    kind: str
    text: str
    sent_at: datetime
    reply_to: str = ""
    group_id: str = ""
    username: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[InboundFile, ...] = ()
    moved_to: tuple[Address, ...] = ()
    is_forwarded: bool = False
    is_echo: bool = False
    is_standby: bool = False  # somebody else's agent has the word
    is_quiet: bool = False  # a notice: it opens no window, and nobody waits for an answer
    wants_answer: bool = True  # False: nothing an agent should answer
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InboundChange:
    """A message was edited, deleted, or got a reaction. `text` is the new wording, or the emoji (empty: taken back)."""

    external_id: str
    account: str
    senders: tuple[Address, ...]
    sender_name: str
    kind: Literal["edit", "revoke", "reaction"]
    provider_id: str  # of the message that was changed
    at: datetime
    text: str = ""
    message_kind: str = "text"  # of what an edited message is now
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_echo: bool = False  # it was done on our side, on the phone
    group_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InboundConsent:
    """Somebody chose what they want to be written: `choice` is out or in, `evidence` the words of it."""

    external_id: str
    account: str
    senders: tuple[Address, ...]
    sender_name: str
    choice: Literal["out", "in"]
    at: datetime
    evidence: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TemplateNews:
    """What a provider told about a template; an empty value tells nothing."""

    name: str
    language: str
    provider_id: str = ""
    category: str = ""
    next_category: str = ""
    category_changes_at: datetime | None = None
    status: str = ""
    reason: str = ""
    advice: str = ""
    quality: str = ""


@dataclass(frozen=True)
class InboundNotice:
    """The provider tells about the account. `title` is what it means; warnings and problems want an admin's eye.

    `throttle_seconds`: send nothing for so long. `business_account` is the provider's id of all our numbers together.
    """

    external_id: str
    account: str
    kind: str
    title: str
    at: datetime
    business_account: str = ""
    level: Literal["info", "warning", "problem"] = "info"
    code: str = ""
    detail: str = ""
    throttle_seconds: float = 0.0
    template: TemplateNews | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InboundReceipt:
    """How a message of ours is doing: sent, delivered, read, played (a voice message) or failed."""

    external_id: str
    account: str
    provider_id: str
    status: Literal["sent", "delivered", "read", "played", "failed"]
    at: datetime
    opaque: str = ""
    error_code: str = ""
    error_text: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InboundOther:
    """Something else the provider tells; kept raw, with `reason` why it is not worked."""

    external_id: str
    account: str
    kind: str
    at: datetime
    reason: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """A part of a delivery that could not be read: why, and what it was. Its neighbours are not affected."""

    external_id: str
    reason: str
    raw: Any = None


InboundThing = InboundMessage | InboundChange | InboundConsent | InboundReceipt | InboundNotice | InboundOther


@dataclass(frozen=True)
class Reading:
    """What a delivery held."""

    things: tuple[InboundThing, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True)
class Template:
    """An approved template: name, language, and the texts of its body's variables in order."""

    name: str
    language: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outgoing:
    """One message to send. `opaque` comes back in receipts, so that a lost answer can be matched.

    `reply_to` is the message it quotes; with a `reaction` (an emoji, or "" to take it back), the one it is about.
    """

    to: Address
    text: str
    opaque: str
    reply_to: str = ""
    template: Template | None = None
    reaction: str | None = None


@dataclass(frozen=True)
class Accepted:
    """The provider took the message under this id. It is not delivered yet."""

    provider_id: str


@dataclass(frozen=True)
class PairLimit:
    """What a provider lets us write to one person: so many at once, then one every so many seconds."""

    burst: int
    seconds: float


@dataclass(frozen=True)
class FetchedFile:
    """A file as it came: its size, and the provider's claims about it (`sha256` lower-case hex, "" for none)."""

    size: int
    sha256: str = ""
    mime_type: str = ""


ErrorKind = Literal["permanent", "transient", "throttled", "auth", "unknown"]
Scope = Literal["message", "person", "account"]


class ChannelError(Exception):
    """Why a send did not go through, and what that means for the message.

    permanent: never again. transient: soon. throttled: after `retry_after` seconds, and `scope` says who has to wait.
    auth: the account must be mended first. unknown: it may have been accepted; look for a receipt before sending again.
    """

    def __init__(
        self,
        kind: ErrorKind,
        code: str,
        text: str,
        *,
        retry_after: float | None = None,
        scope: Scope = "message",
    ) -> None:
        super().__init__(f"{kind} {code}: {text}")
        self.kind: ErrorKind = kind
        self.code = code
        self.text = text
        self.retry_after = retry_after
        self.scope: Scope = scope

    @property
    def permanent(self) -> bool:
        """True when sending the same message again can't help."""
        return self.kind == "permanent"


@dataclass(frozen=True)
class AccountState:
    """What the provider says of our account: its name and number there, and its quality ("GREEN")."""

    name: str = ""
    number: str = ""
    quality: str = ""


class ChannelAdapter(Protocol):
    """A kind of channel."""

    @property
    def kind(self) -> str:
        """Its name in addresses and commands."""
        ...

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What must be set up for an account."""
        ...

    def verify(self, account: Account, body: bytes, headers: Mapping[str, str]) -> bool:
        """True when the provider signed exactly these bytes."""
        ...

    def handshake(self, account: Account, query: Mapping[str, str]) -> str | None:
        """What to answer to the provider's GET, or None to refuse."""
        ...

    def read(self, body: bytes) -> Reading:
        """A delivery as plain values; raises ValueError when the whole body can't be read."""
        ...

    def send(self, account: Account, message: Outgoing) -> Accepted:
        """Hand one message to the provider; raises ChannelError."""
        ...

    def fetch(self, account: Account, provider_id: str, into: BinaryIO, most: int) -> FetchedFile:
        """Bring a customer's file, at most so many bytes, into an open file; raises ChannelError."""
        ...

    def check(self, account: Account) -> AccountState:
        """Ask the provider whether the account works; raises ChannelError with what is wrong."""
        ...

    def window_hours(self) -> int | None:
        """For how long after a customer's message free text may be sent; None when there is no limit."""
        ...

    def pair_limit(self) -> PairLimit | None:
        """How much may be written to one person; None when there is no limit."""
        ...
