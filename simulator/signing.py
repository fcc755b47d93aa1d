"""How Meta signs a webhook: HMAC-SHA256 of the exact bytes with the app secret."""

import hashlib
import hmac


def meta_signature(body: bytes, app_secret: str) -> str:
    """The value of `X-Hub-Signature-256` for these bytes: `sha256=` and lowercase hex."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def corrupted(signature: str) -> str:
    """A signature of the same shape that is wrong: its last hex digit is another one."""
    last = "0" if signature[-1:] != "0" else "1"
    return signature[:-1] + last
