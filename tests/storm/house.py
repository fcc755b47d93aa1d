"""The house a storm is about: two workspaces, each with a number of its own, and the loopback world around them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from config.launcher.paths import ROOT
from tests.journeys.world import until
from tests.stack import Stack, make_stack

BARRIERS = Path(__file__).parent / "barriers"
WAITS = {"CLAIM_LEASE": "10", "UNKNOWN_WAIT": "15", "READ_RETRY_AT_MOST": "4", "PROVIDER_TIMEOUT": "3"}
SHORT_WAITS = {"CLAIM_LEASE": "6", "UNKNOWN_WAIT": "8", "READ_RETRY_AT_MOST": "1", "PROVIDER_TIMEOUT": "2"}
BY_ITSELF = {
    "OPENAI_API_KEY": "",
    "SENTRY_DSN": "",
    "EMAIL_URL": "dummymail://",
    "DEMO": "0",
    "LOG_LEVEL": "WARNING",
}
NUMBERS = [
    {
        "phone_number_id": f"10000000000010{n}",
        "display_phone_number": f"62811000010{n}",
        "channel_key": f"storm-{n}",
        "app_secret": f"test-only-secret-{n}",
        "verify_token": f"test-only-verify-{n}",
        "access_token": f"test-only-token-{n}",
    }
    for n in (1, 2)
]
SET_UP = """
import json, sys
from django.core.management import call_command
for n, number in enumerate(json.loads(sys.stdin.read()), 1):
    slug, key = f"storm-{n}", number.pop("channel_key")
    call_command("create_workspace", slug, name=slug)
    call_command("create_user", f"rep@{slug}.test", workspace=slug, role="manager")
    settings = [f"{name}={value}" for name, value in number.items()]
    call_command("create_channel", workspace=slug, kind="whatsapp_meta", key=key, set=settings)
    call_command("create_api_key", workspace=slug, user=f"rep@{slug}.test")
"""
WITHOUT_AGENT = """SELECT count(*) FROM crm_workspace w
    WHERE NOT EXISTS (SELECT 1 FROM agents_agent a WHERE a.workspace_id = w.id)"""
EVERYWHERE = "-c app.everywhere=on -c statement_timeout=10000"  # an operator's view, past all walls
OPEN = {  # what has not come to its end, by what is said of it
    "deliveries": "SELECT count(*) FROM conversations_inbounddelivery WHERE state = 'new'",
    "items": "SELECT count(*) FROM conversations_inbounditem WHERE state = 'new'",
    "sends": "SELECT count(*) FROM conversations_message WHERE direction = 'out' AND status IN ('queued', 'unknown')",
    "turns": "SELECT count(*) FROM agents_agentsession WHERE due_at IS NOT NULL",
    "news": "SELECT count(*) FROM crm_eventrecord WHERE delivered_at IS NULL",
    "unseen": """SELECT count(*) FROM conversations_conversation c
        LEFT JOIN agents_agentsession s ON s.conversation_id = c.id
        WHERE c.owner_kind = 'agent' AND c.status = 'open' AND c.purpose = 'customer'
        AND c.last_inbound_sequence > greatest(c.agent_from_sequence, coalesce(s.watermark, 0))""",
}


@dataclass
class House:
    """A running house with two workspaces. `keys` are API keys of their reps."""

    stack: Stack
    barriers: Path
    keys: tuple[str, ...] = ()

    @classmethod
    def build(cls, folder: Path, *, is_short: bool) -> "House":
        """Not started yet. A short storm has no time to wait for leases and receipts."""
        barriers = folder / "barriers"
        barriers.mkdir(parents=True)
        hook = {"STORM_BARRIERS": str(barriers), "PYTHONPATH": str(BARRIERS), "RESTART_PAUSE_AT_MOST": "2"}
        waits = SHORT_WAITS if is_short else WAITS
        return cls(make_stack(folder, **BY_ITSELF, **waits, **hook), barriers)

    def set_up(self) -> None:
        """Workspaces, reps, channels, numbers."""
        for number in NUMBERS:
            self.stack.sim("/_sim/numbers", number)
        self.stack.sim("/_sim/settings", DIALS)
        said = self.manage("shell", "-v", "0", "-c", SET_UP, given=json.dumps(NUMBERS)).stdout.splitlines()
        self.keys = tuple(line for line in said if " " not in line.strip() and line.strip())[-2:]
        # A worker sets agents up; who writes before that is left to people, and nobody would be answered.
        until(lambda: self.ask(WITHOUT_AGENT) == [(0,)], seconds=120)

    def manage(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `manage.py` beside the house, without barriers."""
        env = {
            name: value
            for name, value in self.stack.env.items()
            if name not in {"STORM_BARRIERS", "PYTHONPATH"}
        }
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=env,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def ask(self, query: Any, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of its database; OperationalError while that is away."""
        with psycopg.connect(self.stack.database_url, connect_timeout=3, options=EVERYWHERE) as connection:
            return connection.execute(query, values).fetchall()

    def tell(self, statement: Any) -> None:
        """Change rows behind the product's back."""
        with psycopg.connect(self.stack.database_url, connect_timeout=3, options=EVERYWHERE) as connection:
            connection.execute(statement)

    def set_token(self, number: Mapping[str, str], token: str) -> bool:
        """What an admin does when a token has expired; False while the house can't."""
        where = (
            "--workspace",
            number["channel_key"],
            "--kind",
            "whatsapp_meta",
            "--key",
            number["channel_key"],
        )
        return self.manage("create_channel", *where, "--set", f"access_token={token}").returncode == 0

    async def open_ends(self) -> dict[str, int]:
        """What is still to be done, by kind; nothing when all is done."""
        asked = " UNION ALL ".join(f"SELECT '{name}', ({query})" for name, query in OPEN.items())
        try:
            found = await asyncio.to_thread(self.ask, asked)
        except psycopg.Error:
            return {"database": 1}
        return {name: count for name, count in found if count}


DIALS: Mapping[str, Any] = {
    "sent_after": 0.0,  # a status may come before our answer
    "delivered_after": 0.3,
    "read_after": 1.0,
    "pair_rate": False,
    "webhook_timeout": 5.0,
    "webhook_workers": 8,
    "retry_cap": 2.0,
}
ERROR = {"error": {"message": "(#130429) Rate limit hit", "type": "OAuthException", "code": 130429}}
GRAPH_FAULTS = (
    {"rate": 0.05, "status": 500, "json": {}},
    {"rate": 0.05, "reset_after_accept": True},
    {"rate": 0.02, "status": 429, "json": ERROR, "headers": {"Retry-After": "1"}},
    {"rate": 0.01, "drop": True},
    {"rate": 0.003, "delay": 5},  # taken, and answered after our patience
)
HOOK_FAULTS = {
    "duplicate": 1, "duplicate_rate": 0.3, "replay": 0.05, "replay_after": 8,
    "shuffle": True, "spread": 1.2, "batch": 4,
}  # fmt: skip


class World:
    """The loopback world, asked by many at once."""

    def __init__(self, stack: Stack, seed: int) -> None:
        """`seed` decides whom its faults hit."""
        self.seed = seed
        self.client = httpx.AsyncClient(
            base_url=stack.sim_url,
            headers={"X-Sim-Token": stack.sim_token},
            timeout=30.0,
            trust_env=False,
        )

    async def post(self, path: str, **given: Any) -> Any:
        """A call of its control API; once more when a busy machine was too slow."""
        for _ in range(5):
            try:
                answer = await self.client.post(f"/_sim/{path}", json=given)
                break
            except httpx.TimeoutException:
                await asyncio.sleep(1)
        else:
            raise RuntimeError(f"the loopback world does not answer {path}")
        if answer.status_code != 200:
            raise RuntimeError(f"the loopback world refused {path}: {answer.text}")
        return answer.json()

    async def get(self, path: str) -> Any:
        """What it says."""
        return (await self.client.get(f"/_sim/{path}")).json()

    async def break_things(self) -> None:
        """Sends fail, answers are lost, webhooks come twice, late and in disorder."""
        await self.post("faults", clear=True, seed=self.seed)
        for fault in GRAPH_FAULTS:
            await self.post("faults", match={"path": "/messages"}, times=0, **fault)
        await self.post("webhook-faults", seed=self.seed, **HOOK_FAULTS)

    async def expire(self, number: Mapping[str, str]) -> str:
        """The number's token is taken no more; returns the one that is."""
        token = f"{number['access_token']}-renewed"
        await self.post("numbers", **{**number, "access_token": token})
        return token

    async def heal(self) -> None:
        """Everything goes well again."""
        await self.post("faults", clear=True)
        await self.post("webhook-faults")

    async def close(self) -> None:
        """Lets its connections go."""
        await self.client.aclose()


def number_of(whom: str) -> dict[str, str]:
    """The business number this person writes to."""
    return NUMBERS[int(whom[-1]) % len(NUMBERS)]


def prepare_environment() -> None:
    """Outside of pytest: a folder for the ground on which houses are built."""
    os.environ.setdefault("VAR_DIR", str(ROOT / "var" / "storm"))
