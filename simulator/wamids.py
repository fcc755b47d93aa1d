"""Message ids shaped like WhatsApp's own."""

import base64
import secrets


def new_wamid(person: str, *, inbound: bool) -> str:
    """A fresh `wamid.…` that names the person inside, as the real ones do; never the same twice."""
    who = person.encode()
    kind = b"\x12\x18\x14" if inbound else b"\x11\x18\x12"
    packed = (
        b"\x1c\x18" + bytes([len(who)]) + who + b"\x15\x02\x00" + kind + secrets.token_bytes(18) + b"\x00"
    )
    return "wamid." + base64.b64encode(packed).decode()
