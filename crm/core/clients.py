"""Where a request comes from, as far as we can believe it."""

import ipaddress
from collections.abc import Mapping
from typing import Any

UNKNOWN = "unknown"


def client_address(meta: Mapping[str, Any], trusted_proxies: int) -> str:
    """The caller's IP address. Each proxy of ours has added whom it was called by at the right end of
    X-Forwarded-For; what stands further left was written by the caller, and so is all of it without proxies."""
    named = [part.strip() for part in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    if trusted_proxies and len(named) >= trusted_proxies:
        return _plain(named[-trusted_proxies])
    return _plain(str(meta.get("REMOTE_ADDR", "")))


def _plain(text: str) -> str:
    """One way of writing each address, without a port; an IPv6 caller counts as the network they were given."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def network_of(address: str) -> str:
    """What limits count: an IPv4 address, or the /64 that one IPv6 customer has all to themselves."""
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address
