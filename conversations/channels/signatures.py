"""Signatures over the raw bytes of a delivery."""

import hashlib
import hmac
from collections.abc import Iterable


def hex_hmac_matches(body: bytes, given: str, secrets: Iterable[str]) -> bool:
    """True when `given` is the hex HMAC-SHA256 of the body under one of the secrets; compared in constant time."""
    claimed = given.strip().lower().encode("ascii", "replace")
    return any(
        hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), claimed)
        for secret in secrets
        if secret
    )
