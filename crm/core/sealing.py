"""Small secrets at rest: sealed with the newest key, opened with any key of the list, so that keys can change."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class SealBrokenError(Exception):
    """None of our keys opens it: the key it was sealed with has been taken off the list."""


def _key(secret: str | bytes) -> Fernet:
    """A key of any long text."""
    derived = HKDF(SHA256(), length=32, salt=None, info=b"crm.sealing").derive(force_bytes(secret))
    return Fernet(base64.urlsafe_b64encode(derived))


def _keys() -> MultiFernet:
    """MFA_KEYS, newest first; without them Django's own secrets."""
    secrets = [*settings.MFA_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_key(secret) for secret in secrets])


def seal(text: str) -> str:
    """Unreadable for whoever has the database but not the key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError("A secret was sealed with a key that is not in MFA_KEYS any more.") from error


def reseal(sealed: str) -> str:
    """The same secret under the newest key."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError("A secret was sealed with a key that is not in MFA_KEYS any more.") from error
