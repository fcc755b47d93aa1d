"""Where the product may call: judged before anything is sent, on the address as it will be called."""

import ipaddress
import re
from dataclasses import dataclass

import httpx

PORTS = {"http": 80, "https": 443}
# Addresses that carry another one inside (IPv4-mapped, 6to4, Teredo, NAT64): what is meant is not what is written.
CARRIERS = tuple(
    ipaddress.IPv6Network(net)
    for net in ("::ffff:0:0/96", "2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "fec0::/10")
)
# Forms of numbers that some resolvers read as IPv4: 2130706433, 0x7f.1, 0177.0.0.1
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._:-]{1,253}", re.IGNORECASE)


class RefusedAddressError(httpx.ConnectError):
    """We don't call there. Nothing was sent."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port: what an operator's base URL stands for."""

    scheme: str
    host: str
    port: int


def origin_of(url: str | httpx.URL) -> Origin:
    """The origin an address names, as it would be called; refuses addresses that no honest caller writes."""
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError) as error:
        raise RefusedAddressError(f"This is no address: {error}") from error
    if parsed.scheme not in PORTS:
        raise RefusedAddressError(f"Only http and https are called, not {parsed.scheme[:20]!r}.")
    if parsed.userinfo:
        raise RefusedAddressError("An address may not hold a user name or a password.")
    if not _HOST.fullmatch(host) or _is_disguised(host):
        raise RefusedAddressError("An address must name a host, or an IP address in its usual form.")
    return Origin(parsed.scheme, host, parsed.port or PORTS[parsed.scheme])


def is_literal(host: str) -> bool:
    """An IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_disguised(host: str) -> bool:
    """An IP address in a form that is not its usual one, which only some resolvers understand."""
    return not is_literal(host) and (host.endswith(".") or bool(_NUMBER.fullmatch(host.rpartition(".")[2])))


def refuse_inside(origin_host: str, port: int, found: list[str]) -> None:
    """Refuse unless the port is one of the web's, and every answer of the resolver lies in the open internet."""
    if port not in PORTS.values():
        raise RefusedAddressError(f"Only the ports 80 and 443 are called, not {port}.")
    inside = [address for address in found if not _is_outside(address)]
    if inside or not found:
        raise RefusedAddressError(f"{origin_host} is not an address of the open internet.")


def _is_outside(text: str) -> bool:
    """Global, unicast, and carrying no other address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # with a zone, or no address at all
        return False
    if address.version == 6 and any(address in net for net in CARRIERS):
        return False
    odd = address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    return address.is_global and not odd and not address.is_unspecified and not address.is_private
