"""Plays a plan: everybody writes, everything breaks; then all is healed, and the books are compared."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections import Counter
from typing import Any

import httpx

from tests.storm.bodies import malformed
from tests.storm.chaos import Chaos
from tests.storm.history import History
from tests.storm.house import House, World, number_of
from tests.storm.later import second_effects
from tests.storm.plan import Act, Size, as_json, make_plan
from tests.storm.reps import Reps

DRAINED_WITHIN = 420.0  # seconds, at least
POST_PATIENCE = 30.0
BEHIND = 300  # things the house may be behind before the storm waits for it
HELD_AT_MOST = 60  # looks
LOOK_EVERY = 2.0  # seconds
PAUSED = "SELECT count(*) FROM crm_eventrecord WHERE name = 'conversations.channel_paused'"
# messages that ended because of an expired token: the channel must wait for a new one, not they
BURNT = "SELECT count(*) FROM conversations_message WHERE status = 'failed' AND error_code = '190'"


class Conductor:
    """One storm."""

    def __init__(self, house: House, history: History, seed: int, size: Size) -> None:
        """Everything is decided by `seed` and `size`."""
        self.house, self.history, self.seed, self.size = house, history, seed, size
        self.plan = make_plan(seed, size)
        self.chaos = Chaos(house.stack, history, house.barriers, seed)
        self.chance = random.Random(seed + 1)
        self.probes: list[tuple[int, float]] = []
        self.healed_at = self.held = self.looked_at = 0.0
        self.hands = asyncio.Semaphore(16)  # people who write at the same moment

    async def run(self) -> dict[str, Any]:
        """The storm from its first word to the verdict."""
        self.world, self.reps = World(self.house.stack, self.seed), Reps(self.house, self.history)
        self.history.keep("plan.json", as_json(self.plan))
        try:
            await self._warm_up()
            await self.world.break_things()
            await self._play()
            await self._heal()
            left = await self._drain()
            summary = await self._verdict(left)
            return summary if left else await self._a_month_later(summary)
        finally:
            await self.reps.close()
            await self.world.close()

    async def _warm_up(self) -> None:
        """Somebody in each workspace is answered before it begins."""
        for whom in ("15559999991", "15559999992"):
            await self.hands.acquire()
            await self._say(Act(0, "say", whom, {"text": "Hello, is anybody there?"}))
        await self._until(self._is_quiet, 120)
        said = len((await self.world.get("books"))["messages"])
        if said < 2:
            raise RuntimeError(
                f"nobody was answered before the storm: {said} answers\n{self.house.stack.logs()}"
            )
        self.history.note("begin", seconds=round(self.size.seconds))

    async def _play(self) -> None:
        """Each act at its moment; what one waits for keeps nobody else waiting. When a busy machine is late, all that
        is still to come is later by as much. An act that breaks breaks the storm."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for act in self.plan:
                await self._hold()
                if act.kind == "say":
                    await self.hands.acquire()
                late = time.monotonic() - began - act.at - self.held
                self.held += max(0.0, late)
                await asyncio.sleep(max(0.0, -late))
                group.create_task(self._do(act))
        self.history.note("played", held=round(self.held), seconds=round(time.monotonic() - began))

    async def _hold(self) -> None:
        """The storm's clock stands still while the house is far behind: else a busy machine would be killed a hundred
        times over its first few messages, and never over the rest. It goes on after a while in any case."""
        if time.monotonic() - self.looked_at < LOOK_EVERY:
            return
        for _ in range(HELD_AT_MOST):
            if await self._behind() <= BEHIND:
                break
            await asyncio.sleep(LOOK_EVERY)
        self.looked_at = time.monotonic()

    async def _behind(self) -> int:
        """How much has been said that the house has not worked off."""
        pending = (await self.world.get("state/meta"))["counts"]["webhooks_pending"]
        ends = await self.house.open_ends()
        return int(pending) + ends.get("deliveries", 0) + ends.get("items", 0)

    async def _do(self, act: Act) -> None:
        doers = {
            "say": self._say, "post": self._post, "kill": self._kill, "stop": self._stop,
            "empty": self._empty, "freeze": self._freeze, "twin": self._twin, "expire": self._expire,
            "shut": self._shut, "remember": self._remember, "turn_back": self._turn_back,
            "take_over": self.reps.act, "write": self.reps.act, "give_back": self.reps.act,
        }  # fmt: skip
        await doers[act.kind](act)

    async def _say(self, act: Act) -> None:
        """Somebody writes; the books say how often, should the world's answer get lost."""
        number = number_of(act.whom)["phone_number_id"]
        given = {"number": number, "from": act.whom, "name": f"Person {act.whom[-4:]}", **act.given}
        try:
            await self.world.post("inbound", receipts=act.whom[-2] < "3", **given)
        finally:
            self.hands.release()

    async def _post(self, act: Act) -> None:
        """A signed body that nobody can read, again until it is taken."""
        body = malformed(act.whom, self.chance)
        for _ in range(100):
            answer = await self._deliver_raw(body)
            if answer["code"] and 200 <= answer["code"] < 300:
                break
            await asyncio.sleep(1)
        self.history.note("post", sort=act.whom, code=answer["code"])

    async def _deliver_raw(self, body: bytes) -> Any:
        number = number_of("1")["phone_number_id"]
        return await self.world.post(
            "deliver_raw", number=number, body_base64=base64.b64encode(body).decode()
        )

    async def _kill(self, act: Act) -> None:
        await self.chaos.kill(act.whom)

    async def _stop(self, act: Act) -> None:
        await self.chaos.stop(act.whom)

    async def _empty(self, act: Act) -> None:
        await self.chaos.empty()

    async def _shut(self, act: Act) -> None:
        await self.world.post("shut", number=number_of(act.whom)["phone_number_id"], **{"from": act.whom})
        self.history.note("shut", whom=act.whom)

    async def _remember(self, act: Act) -> None:
        await self.chaos.remember()

    async def _turn_back(self, act: Act) -> None:
        await self.chaos.turn_back()

    async def _expire(self, act: Act) -> None:
        """A number's token is refused, until somebody sets a new one."""
        number = number_of(act.whom)
        token = await self.world.expire(number)
        self.history.note("expire", number=number["channel_key"], seconds=act.given["seconds"])
        await asyncio.sleep(act.given["seconds"])
        for _ in range(100):
            if await asyncio.to_thread(self.house.set_token, number, token):
                return self.history.note("renewed", number=number["channel_key"])
            await asyncio.sleep(1)
        raise RuntimeError("nobody could set a new token")

    async def _twin(self, act: Act) -> None:
        await self.chaos.twin(act.given["seconds"])

    async def _freeze(self, act: Act) -> None:
        """While a server holds its breath the web is asked all the time."""
        frozen = asyncio.create_task(self.chaos.freeze(act.whom, act.given["seconds"]))
        async with httpx.AsyncClient(trust_env=False, timeout=POST_PATIENCE) as client:
            while not frozen.done():
                await self._probe(client, act.whom)
                await asyncio.sleep(0.3)
        await frozen

    async def _probe(self, client: httpx.AsyncClient, frozen: str) -> None:
        """One signed delivery, straight to the product: how long it waits, and what it hears."""
        number = number_of("1")
        body = json.dumps([self.chance.random()]).encode()
        signature = "sha256=" + hmac.new(number["app_secret"].encode(), body, hashlib.sha256).hexdigest()
        url = f"{self.house.stack.url}/hooks/whatsapp_meta/{number['channel_key']}/"
        asked = time.monotonic()
        try:
            code = (
                await client.post(url, content=body, headers={"X-Hub-Signature-256": signature})
            ).status_code
        except httpx.HTTPError:
            code = 0
        self.probes.append((code, time.monotonic() - asked))
        self.history.note("probe", frozen=frozen, code=code, seconds=round(self.probes[-1][1], 2))

    async def _heal(self) -> None:
        await self.world.heal()
        self.healed_at = time.monotonic()
        self.history.note("healed")

    async def _drain(self) -> dict[str, int]:
        """Until nothing is left to do, twice in a row; what is left when that does not come."""
        return await self._until(self._is_quiet, max(DRAINED_WITHIN, self.size.messages / 4))

    async def _until(self, look: Any, seconds: float) -> dict[str, int]:
        end, quiet, left = time.monotonic() + seconds, 0, {"not looked": 1}
        while quiet < 2 and time.monotonic() < end:
            left = await look()
            quiet = 0 if left else quiet + 1
            self.history.note("left", **left)
            await asyncio.sleep(1.0)
        self.history.note("drained" if not left else "not drained", left=left)
        return left

    async def _is_quiet(self) -> dict[str, int]:
        """What is still on its way, at the provider and with us."""
        state = (await self.world.get("state/meta"))["counts"]
        waiting = {} if state["settled"] else {"webhooks": max(1, state["webhooks_pending"])}
        return {**waiting, **await self.house.open_ends()}

    async def _verdict(self, left: dict[str, int]) -> dict[str, Any]:
        """The ledger against the provider's books, and what it means in one line."""
        recovery = round(time.monotonic() - self.healed_at, 1)
        books = await self.world.get("books")
        path = self.history.keep("books.json", books)
        arguments = ("ledger_check", "--json", "--age", "0", "--days", "0", "--books", str(path))
        done = await asyncio.to_thread(self.house.manage, *arguments)
        if not done.stdout.startswith("{"):
            raise RuntimeError(f"ledger_check said: {done.stdout}{done.stderr}")
        ledger = json.loads(done.stdout)
        self.history.keep("ledger.json", ledger)
        return self._summary(books, ledger, left, recovery)

    async def _a_month_later(self, summary: dict[str, Any]) -> dict[str, Any]:
        """All of it once more, when it is long over."""
        updates, effects = await second_effects(self.house, self.world, self._drain)
        is_clean = summary["is_clean"] and not effects
        return summary | {"a_month_later": updates, "second_effects": effects, "is_clean": is_clean}

    def _summary(
        self, books: dict[str, Any], ledger: dict[str, Any], left: dict[str, int], recovery: float
    ) -> dict[str, Any]:
        rules = {rule["rule"]: rule for rule in ledger["rules"]}
        breaches = [line for rule in ledger["rules"] for line in rule["breaches"]]
        points = Counter(one["point"] for one in self.chaos.at_barriers())
        lost_by_rep = self._lost_by_reps()
        burnt = self._count(BURNT)
        killed = self.history.count("kill") + sum(n for point, n in points.items() if point != "poison")
        return {
            "seed": self.seed,
            "messages": books["counts"]["inbound"],
            "sent": books["counts"]["messages"],
            "kills": killed,
            "killed": dict(Counter(one["whom"] for one in self.history.lines if one["what"] == "kill"))
            | dict(points),
            "stops": dict(Counter(one["how"] for one in self.history.lines if one["what"] == "stop")),
            "emptied": self.history.count("empty"),
            "turned_back": self.history.count("turn back"),
            "expired": self.history.count("expire"),
            "paused": self._count(PAUSED),
            "burnt": burnt,
            "windows_shut": self.history.count("shut"),
            "refused_for_it": len([row for row in books["messages"] if row["fate"] == "131047 asked"]),
            "frozen": self.history.count("freeze"),
            "second_schedulers": self.history.count("twin"),
            "slowest_while_frozen": round(max((took for _, took in self.probes), default=0.0), 2),
            "codes_while_frozen": dict(Counter(code for code, _ in self.probes)),
            "lost": rules["1"]["broken"] + rules["3"]["broken"] + len(lost_by_rep) + len(books["given_up"]),
            "doubled": len([line for line in breaches if "times" in line]),
            "out_of_order": rules["6"]["broken"],
            "bot_after_takeover": rules["B"]["broken"],
            "dead_letters": self._count("SELECT count(*) FROM conversations_inbounditem WHERE state = 'dead'")
            + self._count("SELECT count(*) FROM conversations_inbounddelivery WHERE state = 'dead'"),
            "for_people": self._count(
                "SELECT count(*) FROM conversations_message WHERE direction = 'out' AND status = 'failed'"
            ),
            "held": round(self.held),
            "rep_acts": self.history.count("rep"),
            "violations": books["counts"]["violations"],
            "left": left,
            "recovery_seconds": recovery,
            "broken_rules": [name for name, rule in rules.items() if rule["broken"]],
            "breaches": breaches[:20],
            "is_clean": ledger["clean"] and not (left or lost_by_rep or books["given_up"] or burnt),
        }

    def _count(self, query: str) -> int:
        return int(self.house.ask(query)[0][0])

    def _lost_by_reps(self) -> set[str]:
        """What a rep was told is kept, and is not there."""
        rows = self.house.ask("SELECT id::text FROM conversations_message WHERE author_kind = 'person'")
        return set(self.reps.written) - {row[0] for row in rows}
