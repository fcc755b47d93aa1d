"""WhatsApp by Meta's Cloud API."""

import hmac
from collections.abc import Mapping
from typing import BinaryIO

from conversations.channels.port import (
    Accepted,
    Account,
    AccountState,
    FetchedFile,
    Outgoing,
    PairLimit,
    Reading,
    Setting,
    gettext_noop,
)
from conversations.channels.signatures import hex_hmac_matches
from conversations.channels.whatsapp_meta import checking, media, reading, sending


class MetaWhatsApp:
    """Signed webhooks in, Graph API out."""

    kind = "whatsapp_meta"
    settings = (
        Setting(
            "app_secret",
            gettext_noop("App secret (several, by comma, while it is rotated)"),
            is_secret=True,
            is_required=True,
        ),
        Setting("verify_token", gettext_noop("Verify token of the webhook"), is_secret=True),
        Setting("phone_number_id", gettext_noop("Phone number id"), is_required=True),
        Setting("access_token", gettext_noop("Access token of a system user"), is_secret=True),
        Setting("waba_id", gettext_noop("WhatsApp Business Account id")),
        Setting("display_phone_number", gettext_noop("The number as people see it")),
    )

    def verify(self, account: Account, body: bytes, headers: Mapping[str, str]) -> bool:
        """X-Hub-Signature-256 over the raw bytes, under one of the secrets."""
        given = headers.get("x-hub-signature-256", "")
        secrets = [s.strip() for s in account.settings.get("app_secret", "").split(",")]
        return given.startswith("sha256=") and hex_hmac_matches(body, given[7:], secrets)

    def handshake(self, account: Account, query: Mapping[str, str]) -> str | None:
        """The challenge, when mode and token are right."""
        token = account.settings.get("verify_token", "")
        given = query.get("hub.verify_token", "")
        right = bool(token) and hmac.compare_digest(token.encode(), given.encode())
        return query.get("hub.challenge", "") if right and query.get("hub.mode") == "subscribe" else None

    def read(self, body: bytes) -> Reading:
        """Every message, status and notice of the delivery."""
        return reading.read(body)

    def send(self, account: Account, message: Outgoing) -> Accepted:
        """By the Graph API."""
        return sending.send(account, message)

    def fetch(self, account: Account, provider_id: str, into: BinaryIO, most: int) -> FetchedFile:
        """By the Graph API: a fresh address, then the bytes."""
        return media.fetch(account, provider_id, into, most)

    def check(self, account: Account) -> AccountState:
        """By the Graph API: the number as Meta knows it."""
        return checking.check(account)

    def window_hours(self) -> int | None:
        """Free text for 24 hours after the customer's last message."""
        return 24

    def pair_limit(self) -> PairLimit | None:
        """45 at once and one in 6 seconds; one is kept back, because Meta's clock starts a little after ours."""
        return PairLimit(burst=44, seconds=6.0)
