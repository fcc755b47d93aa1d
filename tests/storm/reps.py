"""Reps at work by the API while it storms: they take over, answer, give back, and try again until they are answered."""

import asyncio
import contextlib
import time
from collections import defaultdict
from typing import Any

import httpx
import psycopg

from tests.storm.history import History
from tests.storm.house import House
from tests.storm.plan import Act

FIND = """SELECT i.value, c.id FROM conversations_conversation c JOIN crm_identity i ON i.contact_id = c.contact_id
    WHERE i.value = ANY(%s) AND c.purpose = 'customer' ORDER BY c.created_at"""
PATIENCE = 120.0  # seconds until a rep gives up
LOOK_EVERY = 1.0  # seconds; all who wait for their customer to appear look together


class Reps:
    """One rep of each workspace."""

    def __init__(self, house: House, history: History) -> None:
        """`written` are the messages the product said it keeps."""
        self.house, self.history = house, history
        self.written: list[str] = []
        self._threads: dict[str, str] = {}
        self._awaited: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._one_at_a_time: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._clients = [
            httpx.AsyncClient(
                base_url=f"{house.stack.url}/api/v1/",
                headers={"Authorization": f"Bearer {key}"},
                timeout=15.0,
                trust_env=False,
            )
            for key in house.keys
        ]

    async def act(self, act: Act) -> None:
        """One click; those on a conversation come one after another."""
        async with self._one_at_a_time[act.whom]:
            answer = await self._until_answered(act)
            code = answer.status_code if answer is not None else 0
            self.history.note("rep", act=act.kind, whom=act.whom, code=code)
            if answer is not None and act.kind == "write" and code == 201:
                self.written.append(answer.json()["id"])

    async def _until_answered(self, act: Act) -> httpx.Response | None:
        """The same request again while the house is away; its key lets the product know it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = await self._ask(act) if await self._is_there(act.whom) else None
            if answer is not None and answer.status_code < 500:
                return answer
            await asyncio.sleep(0.5)
        return None

    async def _is_there(self, whom: str) -> bool:
        """Has the customer a conversation? One look answers for all who wait."""
        if whom not in self._threads:
            self._awaited.add(whom)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)
        return whom in self._threads

    async def _look(self) -> None:
        await asyncio.sleep(LOOK_EVERY)
        with contextlib.suppress(psycopg.Error):
            rows = await asyncio.to_thread(self.house.ask, FIND, list(self._awaited))
            self._threads |= {str(value): str(pk) for value, pk in rows}
            self._awaited -= set(self._threads)

    async def _ask(self, act: Act) -> httpx.Response | None:
        client = self._clients[int(act.whom[-1]) % len(self._clients)]
        path = f"conversations/{self._threads[act.whom]}/" + ("messages" if act.kind == "write" else act.kind)
        key = f"{act.whom}-{act.kind}-{act.at:.6f}"
        given: dict[str, Any] = act.given if act.kind == "write" else {}
        try:
            return await client.post(f"{path}/", json=given, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            return None

    async def close(self) -> None:
        """The day is over."""
        for client in self._clients:
            await client.aclose()
