"""The live wire: the browser is told *that* something changed, then asks *what*. Topics are a shelf."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from crm.core.actors import Actor
from crm.core.broker import broker
from crm.core.gathering import put
from crm.core.own_loop import OwnLoop
from crm.core.walls import within

log = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds a hint may take

Hint = tuple[str, dict[str, Any]]  # group and message
_loop: OwnLoop | None = None  # of a program that has no event loop

MayWatch = Callable[[Actor, str], bool]
_topics: dict[str, MayWatch] = {}
PERSONAL = {"alerts"}  # everybody watches their own under one name
_shared: set[str] = set()  # prefixes of topics whose watchers see each other


def register_topic(prefix: str, may_watch: MayWatch, *, shows_watchers: bool = False) -> None:
    """Hang a topic on the shelf: "leads" or, with an id behind a colon, "lead". `may_watch(actor, id)` decides.

    `shows_watchers`: who watches it sees who else does, and who types.
    """
    _topics[prefix] = may_watch
    if shows_watchers:
        _shared.add(prefix)


def shows_watchers(topic: str) -> bool:
    """True when those who watch a topic see each other."""
    return topic.partition(":")[0] in _shared


def may_watch(actor: Actor, topic: str) -> bool:
    """True when this actor may be told about the topic; unknown topics are nobody's."""
    prefix, _, id_ = topic.partition(":")
    check = _topics.get(prefix)
    if check is None or (prefix in PERSONAL and topic != prefix):  # nobody names another person
        return False
    with within(actor.workspace_id):
        return check(actor, id_)


def group_of(workspace_id: UUID | str, topic: str, user_id: object = None) -> str:
    """The channel-layer group of a topic in a workspace; of one person where the topic is personal."""
    whose = f".{user_id}" if topic in PERSONAL else ""
    return f"live.{workspace_id}.{topic.replace(':', '.')}{whose}"


def tell(
    workspace_id: UUID | str,
    topic: str,
    *,
    what: str = "changed",
    id: str = "",
    user_id: object = None,
    **extra: Any,
) -> None:
    """Tell everybody who watches a topic. A hint only: when Redis is away browsers catch up on reconnect."""
    group = group_of(workspace_id, topic, user_id)
    message = {"type": "live.told", "topic": topic, "what": what, "id": str(id), **extra}
    put(_send, (group, what, str(id)), (group, message))


def group_of_session(key: str) -> str:
    """The group of one browser's wires; its name opens nothing for whoever reads it."""
    return f"live.session.{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def group_of_user(user_id: object) -> str:
    """The group of one person's wires, in whichever workspace."""
    return f"live.user.{user_id}"


def end_sessions(keys: Iterable[str]) -> None:
    """Close the wires of browsers that were signed out."""
    for key in keys:
        _send([(group_of_session(key), {"type": "live.ended"})])


def renew(user_id: object) -> None:
    """Let a person's wires come again: what they may see has changed."""
    _send([(group_of_user(user_id), {"type": "live.renewed"})])


def use_a_loop_of_our_own() -> None:
    """For programs without an event loop (workers): connections to Redis stay open from one hint to the next."""
    global _loop  # noqa: PLW0603  said once, when a program starts
    _loop = OwnLoop()


async def _send_soon(hints: list[Hint]) -> None:
    """Within our patience, or TimeoutError: the layer itself would wait for a silent Redis for ever."""
    await asyncio.wait_for(_send_in_turn(hints), PATIENCE)


async def _send_in_turn(hints: list[Hint]) -> None:
    layer = get_channel_layer()
    for group, message in hints:
        await layer.group_send(group, message)


def _send(hints: list[Hint]) -> None:
    """Hints that may get lost: each wire asks again by itself whether it may still listen."""
    if broker.is_away:
        return
    try:
        if _loop is None:
            async_to_sync(_send_soon)(hints)
        else:
            _loop.run(_send_soon(hints))
    except (RedisError, OSError, TimeoutError):
        broker.went_away()
        log.warning("live hints lost: Redis is away", extra={"groups": [group for group, _ in hints]})
