"""The one way out: every call of the product to another server goes through here.

It refuses addresses inside the house, follows no redirects, knows no proxies of the environment, keeps one time limit
over the whole call and reads no more than it was told. `trusted` are base URLs an operator has configured (the
loopback world is one): they alone may stand inside. An egress proxy in front is still a good idea in production.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from crm.core.outgoing.addresses import RefusedAddressError, origin_of
from crm.core.outgoing.wires import EncodedError, GuardedTransport, Resolver, TooLargeError, resolve

MEGABYTE = 1024 * 1024
SECONDS = 15.0
Client = httpx.Client
Answer = httpx.Response
_shared: dict[tuple[tuple[str, ...], int], httpx.Client] = {}


class OutgoingError(Exception):
    """A call that brought no answer. `code` says why, `was_sent` whether the other side may have acted on it."""

    was_sent = False

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class NotSentError(OutgoingError):
    """refused_address, no_connection, timeout_before_send: the other side knows nothing of it."""


class NoAnswerError(OutgoingError):
    """timeout_after_send, too_large, odd_answer, no_answer: the other side may have acted on it."""

    was_sent = True


def client(
    *trusted: str, most: int = MEGABYTE, seconds: float = SECONDS, resolver: Resolver = resolve
) -> httpx.Client:
    """A client for libraries that take one; whoever makes it closes it."""
    return httpx.Client(
        transport=GuardedTransport(trusted, most, seconds, resolver),
        trust_env=False,
        follow_redirects=False,
        timeout=seconds,
        headers={"User-Agent": "chat-crm", "Accept-Encoding": "identity"},
    )


def shared_client(*trusted: str, most: int = MEGABYTE) -> httpx.Client:
    """One client a process for the same trusted addresses: connections are kept open."""
    if (trusted, most) not in _shared:
        _shared[trusted, most] = client(*trusted, most=most)
    return _shared[trusted, most]


def close_shared_clients() -> None:
    """Hang up whatever is kept open."""
    while _shared:
        _shared.popitem()[1].close()


def ask(
    method: str,
    url: str,
    *,
    through: httpx.Client,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    seconds: float = SECONDS,
) -> httpx.Response:
    """One small call and its whole answer, a redirect too; raises OutgoingError."""
    with _in_our_words():
        return through.request(method, url, headers=headers, json=json, timeout=seconds)


@contextmanager
def streamed(
    url: str, *, through: httpx.Client, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Iterator[httpx.Response]:
    """A large answer, read piece by piece (`iter_bytes`); raises OutgoingError, also while it is read."""
    with _in_our_words(), through.stream("GET", url, headers=headers, timeout=seconds) as answer:
        yield answer


def same_origin(url: str, bases: Sequence[str]) -> bool:
    """Does the address lead to one of these servers? A secret goes nowhere else."""
    try:
        origin = origin_of(url)
        return any(origin == origin_of(base) for base in bases)
    except RefusedAddressError:
        return False


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except RefusedAddressError as error:
        raise NotSentError("refused_address", str(error)) from error
    except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSentError("timeout_before_send", type(error).__name__) from error
    except httpx.ConnectError as error:
        raise NotSentError("no_connection", str(error)) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise NotSentError("refused_address", str(error)) from error
    except TooLargeError as error:
        raise NoAnswerError("too_large", str(error)) from error
    except EncodedError as error:
        raise NoAnswerError("odd_answer", str(error)) from error
    except httpx.TimeoutException as error:
        raise NoAnswerError("timeout_after_send", type(error).__name__) from error
    except httpx.HTTPError as error:
        raise NoAnswerError("no_answer", type(error).__name__) from error
