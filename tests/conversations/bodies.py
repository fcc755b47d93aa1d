"""The bodies of tests/payloads and their signatures, for whoever has no Django at hand too."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parents[1] / "payloads"
SIGNATURES: dict[str, Any] = json.loads((PAYLOADS / "_signatures.json").read_text())["files"]
EXPECTED: dict[str, Any] = json.loads((PAYLOADS / "_index.json").read_text())
SIGNED = [
    name for name, entry in SIGNATURES.items() if "X-Hub-Signature-256" in entry.get("headers", {})
]  # every delivery there is by Meta


def body_of(name: str) -> bytes:
    """The exact bytes of a payload."""
    return (PAYLOADS / f"{name.removesuffix('.json')}.json").read_bytes()


def signature_of(name: str) -> str:
    """The signature it came with."""
    return str(SIGNATURES[f"{name.removesuffix('.json')}.json"]["headers"]["X-Hub-Signature-256"])


def signed_with(secret: str, body: bytes) -> str:
    """What Meta would write into X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
