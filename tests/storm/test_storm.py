"""A short storm in every run of the suite, and what a storm is made of. The long one: `make storm`."""

import asyncio
import importlib
import importlib.util
from collections import Counter
from typing import Any

import pytest

from config.launcher.paths import ROOT
from tests.storm.__main__ import storm
from tests.storm.house import BARRIERS
from tests.storm.later import CLOCKS, FINGERPRINTS, second_effects
from tests.storm.plan import POINTS, Size, make_plan

MESSAGES = 150


@pytest.mark.processes
def test_after_a_short_storm_the_ledger_is_clean(tmp_path):
    # given 150 messages, doubled, late and in disorder, and a provider that fails and swallows
    kept = ROOT / "test-artifacts" / "storm" / "suite"

    # when workers, web and scheduler are killed, the database is stopped and the queue emptied meanwhile
    summary = storm(seed=20261121, messages=MESSAGES, folder=tmp_path / "house", kept=kept)

    # then nothing is lost, doubled, out of order, unfinished, or said by the bot after a takeover
    assert summary["is_clean"], summary
    assert summary["messages"] >= MESSAGES
    assert summary["kills"] >= 10
    assert (sum(summary["stops"].values()), summary["emptied"], summary["expired"]) == (1, 1, 1)
    assert summary["a_month_later"] > MESSAGES
    assert summary["dead_letters"] >= 2  # the poisonous messages, and no endless loop
    assert summary["rep_acts"] > 0
    assert summary["violations"] == 0


def barriers():
    """The module that workers of a storm load at their start."""
    spec = importlib.util.spec_from_file_location("barriers", BARRIERS / "sitecustomize.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_barrier_stands_in_the_product():
    # given the names at which a worker can be stopped
    hook = barriers()

    # then each is still there, and every point of a plan is reached by one of them
    for module, names in hook.WRAPPED.items():
        for name in names:
            owner = importlib.import_module(module)
            for part in name.split("."):
                owner = getattr(owner, part)
    assert hook.POINTS == POINTS


def test_a_plan_is_decided_by_its_seed():
    size = Size.of(300)

    assert make_plan(1, size) == make_plan(1, size)
    assert make_plan(1, size) != make_plan(2, size)


@pytest.mark.parametrize(
    ("messages", "kills", "stops", "at_once", "expired", "turned_back"),
    [(150, 10, 1, 1, 1, 0), (5000, 125, 7, 5, 2, 1)],
)
def test_a_plan_holds_what_it_promises(messages, kills, stops, at_once, expired, turned_back):
    acts = make_plan(7, Size.of(messages))
    found = Counter(act.kind for act in acts)

    assert (found["say"], found["kill"], found["stop"]) == (messages, kills, stops)
    assert len([act for act in acts if (act.kind, act.whom) == ("stop", "immediate")]) == at_once
    assert (found["expire"], found["remember"], found["turn_back"]) == (expired, turned_back, turned_back)
    assert found["shut"] == max(2, messages // 50)
    assert found["empty"] >= 1
    assert {act.whom for act in acts if act.kind == "kill"} >= {*POINTS, "child"}
    assert len({act.whom for act in acts if act.kind == "say"}) > messages / 8
    assert [act.at for act in acts] == sorted(act.at for act in acts)


class Pretended:
    """A house and a world in one; what comes once more is filed once more when it `has_a_flaw`."""

    def __init__(self, has_a_flaw):
        self.has_a_flaw, self.leads, self.told = has_a_flaw, 3, []

    def ask(self, query):
        if query == CLOCKS:
            return [("leads_lead", "created_at"), ("leads_lead", "updated_at")]
        return [(self.leads,)] if query == FINGERPRINTS["leads"] else [(7,)]

    def tell(self, statement):
        self.told.append(statement.as_string(None))

    async def post(self, path):
        assert (path, len(self.told)) == ("replay", 1)  # the month has passed before
        self.leads += self.has_a_flaw
        return {"updates": 12}

    async def get(self, path):
        return {"counts": {"messages": 5}}

    async def drain(self):
        return {}


@pytest.mark.parametrize(("has_a_flaw", "effects"), [(False, []), (True, ["leads: [(3,)] -> [(4,)]"])])
def test_a_second_effect_a_month_later_is_seen(has_a_flaw, effects):
    both: Any = Pretended(has_a_flaw)

    assert asyncio.run(second_effects(both, both, both.drain)) == (12, effects)
    older = '"created_at" = "created_at" - \'31 days\'::interval'
    assert both.told[0].startswith(f'UPDATE "leads_lead" SET {older}')
