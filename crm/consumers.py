"""The one websocket: the browser names topics, we tell it when something about them changed."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from redis.exceptions import RedisError

from crm import live, selectors
from crm.core.actors import Actor
from crm.core.broker import broker
from crm.core.plain import fault_of
from crm.core.walls import within

Send = Callable[[str, dict[str, Any]], Awaitable[None]]

MAX_TOPICS = 60
ASK_AGAIN = 30.0  # seconds after which a wire asks whether it may still listen, before it passes news on
SIGNED_OUT, COME_AGAIN = 4401, 1012
KNOWN = {"subscribe", "unsubscribe", "ping", "present"}
DOINGS = ("viewing", "typing", "gone")
HURRIES = 0.4  # seconds: whoever tells more often what they do is not passed on


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Receives {"subscribe": [topic, ...]} and {"unsubscribe": [...]}; sends {"topic", "what", "id"}.

    {"present": "viewing" | "typing" | "gone", "topic"} is passed on to those who watch the same conversation. Nobody
    keeps it: a wire that falls silent is forgotten by the browsers that heard of it.
    """

    actor: Actor | None = None
    groups_of: dict[str, str]
    doing: dict[str, str]  # what this person does, by topic, for those who watch it, too
    told_at: dict[str, float]
    own_groups: tuple[str, ...] = ()
    asked_at = 0.0

    async def connect(self) -> None:
        """Signed-in members only; everybody else is closed with 4401."""
        self.groups_of, self.doing, self.told_at = {}, {}, {}
        self.sign = secrets.token_hex(6)  # of this wire among the wires of others
        await self.accept()
        self.actor = await database_sync_to_async(self._find_actor)()
        if self.actor is None:
            await self.close(code=SIGNED_OUT)
            return
        self.asked_at = time.monotonic()
        self.own_groups = (
            live.group_of_session(self.scope["session"].session_key or ""),
            live.group_of_user(self.actor.user_id),
        )
        for group in self.own_groups:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.send_json({"what": "ready"})

    def _find_actor(self) -> Actor | None:
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            return None
        chosen = selectors.chosen_membership(user, self.scope["session"].get("workspace", ""))
        if chosen is None:
            return None
        with within(chosen.workspace_id):
            return selectors.actor_for(chosen, via="page")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """What is no JSON, or can't be kept, is answered like anything else that isn't understood."""
        try:
            content = json.loads(text_data or "")
        except (ValueError, RecursionError):
            content = None
        await self.receive_json(None if fault_of(content) else content)

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Subscribe and unsubscribe; anything else is answered with what would be understood."""
        if not isinstance(content, dict) or not KNOWN & content.keys():
            await self.send_json({"what": "error", "because": 'send {"subscribe": ["topic"]}'})
            return
        if "ping" in content:
            await self.send_json({"what": "pong"})
        for topic in self._topics(content.get("unsubscribe")):
            await self._unsubscribe(topic)
        for topic in self._topics(content.get("subscribe")):
            await self._subscribe(topic)
        if content.get("present") in DOINGS:
            await self._present(str(content.get("topic", "")), content["present"])

    @staticmethod
    def _topics(given: Any) -> list[str]:
        return [t for t in given if isinstance(t, str) and len(t) < 100] if isinstance(given, list) else []

    async def _subscribe(self, topic: str) -> None:
        if self.actor is None or topic in self.groups_of or len(self.groups_of) >= MAX_TOPICS:
            return
        if not await database_sync_to_async(live.may_watch)(self.actor, topic):
            await self.send_json({"what": "refused", "topic": topic})
            return
        group = live.group_of(self.actor.workspace_id, topic, self.actor.user_id)
        await self.channel_layer.group_add(group, self.channel_name)
        self.groups_of[topic] = group
        await self.send_json({"what": "subscribed", "topic": topic})

    async def _unsubscribe(self, topic: str) -> None:
        if topic in self.doing:
            await self._tell_others(topic, "gone")
        self.told_at.pop(topic, None)
        if group := self.groups_of.pop(topic, None):
            await self.channel_layer.group_discard(group, self.channel_name)

    async def _present(self, topic: str, doing: str) -> None:
        """Tell the others what this person does here, as long as they may be here; who comes asks who is there."""
        if topic not in self.groups_of or not live.shows_watchers(topic) or self._hurries(topic):
            return
        if not await database_sync_to_async(live.may_watch)(self.actor, topic):
            await self._unsubscribe(topic)
            await self.send_json({"what": "refused", "topic": topic})
            return
        await self._tell_others(topic, doing, asks=doing != "gone" and topic not in self.doing)

    def _hurries(self, topic: str) -> bool:
        now = time.monotonic()
        if now - self.told_at.get(topic, -HURRIES) < HURRIES:
            return True
        self.told_at[topic] = now
        return False

    async def _tell_others(self, topic: str, doing: str, *, asks: bool = False) -> None:
        """Lost while Redis is away: presence is worth no error."""
        if doing == "gone":
            self.doing.pop(topic, None)
        else:
            self.doing[topic] = doing
        told = self._about_me(topic, doing) | {"wire": self.channel_name, "asks": asks}
        await self._unless_away(self.channel_layer.group_send, self.groups_of[topic], told)

    def _about_me(self, topic: str, doing: str) -> dict[str, Any]:
        who = {"id": str(self.actor.user_id), "name": self.actor.label} if self.actor else {}
        return {"type": "live.present", "topic": topic, "sign": self.sign, "who": who, "doing": doing}

    async def _unless_away(self, send: Send, whom: str, message: dict[str, Any]) -> None:
        if broker.is_away:
            return
        try:
            await asyncio.wait_for(send(whom, message), live.PATIENCE)
        except (RedisError, OSError, TimeoutError):
            broker.went_away()

    async def live_present(self, message: dict[str, Any]) -> None:
        """Somebody else looks at the same conversation, types in it, or has left; whoever asks is answered."""
        topic, mine = message["topic"], self.actor and str(self.actor.user_id)
        if topic not in self.groups_of or message["who"].get("id") == mine:
            return
        if time.monotonic() - self.asked_at > ASK_AGAIN and not await self._may_stay():
            return
        heard = {key: message[key] for key in ("topic", "sign", "who", "doing")}
        await self.send_json(heard | {"what": "presence"})
        if message.get("asks") and topic in self.doing:
            answer = self._about_me(topic, self.doing[topic])
            await self._unless_away(self.channel_layer.send, message["wire"], answer)

    async def disconnect(self, code: int) -> None:
        """Leave every topic."""
        for topic in list(self.doing):
            await self._tell_others(topic, "gone")
        for group in (*self.groups_of.values(), *self.own_groups):
            await self.channel_layer.group_discard(group, self.channel_name)

    async def live_told(self, message: dict[str, Any]) -> None:
        """Something changed: pass it on, to whoever may still listen."""
        if time.monotonic() - self.asked_at > ASK_AGAIN and not await self._may_stay():
            return
        await self.send_json({k: v for k, v in message.items() if k != "type"})

    async def live_ended(self, message: dict[str, Any]) -> None:
        """The browser was signed out."""
        await self.close(code=SIGNED_OUT)

    async def live_renewed(self, message: dict[str, Any]) -> None:
        """What the person may see has changed: the browser opens a new wire."""
        await self.close(code=COME_AGAIN)

    async def _may_stay(self) -> bool:
        """Hints get lost while Redis is away, so the wire asks the database itself, now and then."""
        self.asked_at = time.monotonic()
        now = await database_sync_to_async(self._find_actor_again)()
        if now == self.actor:
            return True
        await self.close(code=SIGNED_OUT if now is None else COME_AGAIN)
        return False

    def _find_actor_again(self) -> Actor | None:
        """Who the browser's session stands for now."""
        user, session = self.scope["user"], self.scope["session"]
        if not selectors.is_signed_in(user.pk, session.session_key or ""):
            return None
        chosen = selectors.chosen_membership(user, session.get("workspace", ""))
        return selectors.actor_for(chosen, via="page") if chosen else None
