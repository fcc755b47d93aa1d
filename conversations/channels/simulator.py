"""The local channel: no provider at all. For trying things out and for tests of everything above the port."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from conversations.channels.port import (
    Accepted,
    Account,
    AccountState,
    Address,
    ChannelError,
    FetchedFile,
    InboundMessage,
    Outgoing,
    PairLimit,
    Reading,
    Setting,
    gettext_noop,
)
from conversations.channels.signatures import hex_hmac_matches


class SimulatorChannel:
    """Takes `{"messages": [{"id", "from", "name", "text", "at"}]}` signed like Meta; accepts every send."""

    kind = "simulator"
    settings = (
        Setting("app_secret", gettext_noop("Secret that signs deliveries"), is_secret=True, is_required=True),
    )

    def verify(self, account: Account, body: bytes, headers: Mapping[str, str]) -> bool:
        """As Meta's: X-Hub-Signature-256."""
        given = headers.get("x-hub-signature-256", "").removeprefix("sha256=")
        return hex_hmac_matches(body, given, [account.settings.get("app_secret", "")])

    def handshake(self, account: Account, query: Mapping[str, str]) -> str | None:
        """There is none."""
        return None

    def read(self, body: bytes) -> Reading:
        """The messages of the body."""
        return Reading(tuple(self._message(m) for m in json.loads(body)["messages"]))

    @staticmethod
    def _message(given: Mapping[str, Any]) -> InboundMessage:
        return InboundMessage(
            external_id=str(given["id"]),
            account="",
            senders=(Address("web", str(given["from"])),),
            sender_name=str(given.get("name", "")),
            kind="text",
            text=str(given["text"]),
            sent_at=datetime.fromtimestamp(float(given["at"]), tz=UTC)
            if "at" in given
            else datetime.now(UTC),
        )

    def send(self, account: Account, message: Outgoing) -> Accepted:
        """Accepted, with an id made of our own: the same message gets the same id."""
        return Accepted("sim." + hashlib.sha256(message.opaque.encode()).hexdigest()[:24])

    def fetch(self, account: Account, provider_id: str, into: BinaryIO, most: int) -> FetchedFile:
        """Files don't come this way."""
        raise ChannelError("permanent", "no_files", "The local channel carries no files.")

    def check(self, account: Account) -> AccountState:
        """There is no provider to refuse it."""
        return AccountState(name="Simulator")

    def window_hours(self) -> int | None:
        """No limit."""
        return None

    def pair_limit(self) -> PairLimit | None:
        """No limit."""
        return None
