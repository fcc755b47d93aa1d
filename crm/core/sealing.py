"""Small secrets at rest: sealed with the newest key, opened with any key of the list, so that keys can change.

A shelf, too: each floor hangs up what it keeps sealed, so that one command moves all of it to the newest key.
"""

import base64
import hmac
from collections.abc import Callable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

GONE = "A secret was sealed with a key that is not in SEAL_KEYS any more."


class SealBrokenError(Exception):
    """None of our keys opens it: the key it was sealed with has been taken off the list."""


@lru_cache(maxsize=64)
def _derived(secret: str | bytes, use: bytes) -> bytes:
    """A key of any long text, another one for each use."""
    return HKDF(SHA256(), length=32, salt=None, info=use).derive(force_bytes(secret))


def _secrets() -> list[str | bytes]:
    """SEAL_KEYS, newest first; without them Django's own secrets."""
    return [*settings.SEAL_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _keys() -> MultiFernet:
    derived = [_derived(secret, b"crm.sealing") for secret in _secrets()]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def seal(text: str) -> str:
    """Unreadable for whoever has the database but not the key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError(GONE) from error


def reseal(sealed: str) -> str:
    """The same secret under the newest key."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError(GONE) from error


def fingerprints(text: str) -> list[str]:
    """To find a secret by without opening any: alike for alike texts, and telling nothing to whoever has no key. One
    for each key, the newest key's first: what is found may be kept under any of them."""
    keys = [_derived(secret, b"crm.fingerprints") for secret in _secrets()]
    return [hmac.digest(key, text.encode(), "sha256").hex() for key in keys]


_movers: dict[str, Callable[[], int]] = {}


def add_sealed(what: str, reseal_all: Callable[[], int]) -> None:
    """Hang up one kind of sealed thing: what it is, and who moves all of it to the newest key and counts it."""
    _movers[what] = reseal_all


def reseal_everything() -> dict[str, int]:
    """All that is sealed moves to the newest key; returns how much there was of each kind."""
    return {what: move() for what, move in _movers.items()}
