"""Fixtures of the agents' floor: Sarah at work in the cast's workspace."""

from collections.abc import Callable
from typing import Any

import pytest
from celery.app.task import Task

from agents import services, tasks
from agents.models import Agent
from leads import services as lead_services
from tests.agents.floor.stage import ThinkingModel


@pytest.fixture(autouse=True)
def nudges(monkeypatch) -> list[tuple[str, dict[str, Any], float | None]]:
    """Every nudge is lost; what was nudged, with what, and in how many seconds."""
    lost: list[tuple[str, dict[str, Any], float | None]] = []

    def lose(
        task: Any, args: Any = None, kwargs: Any = None, countdown: float | None = None, **_: Any
    ) -> None:
        lost.append((task.name, kwargs or {}, countdown))

    monkeypatch.setattr(Task, "apply_async", lose)
    return lost


@pytest.fixture
def sweep(nudges) -> Callable[[], None]:
    """The sweep comes by, and a worker takes the turns that it asks for."""

    def come_by() -> None:
        before = len(nudges)
        tasks.sweep_turns()
        for name, given, wait in nudges[before:]:
            if name == "agents.run_turn" and wait is None:
                tasks.run_turn(**given)

    return come_by


@pytest.fixture
def sarah(workspace, system) -> Agent:
    """The agent, with the workspace's slots and scoring rules."""
    lead_services.set_up_leads(actor=system)
    return services.set_up_agent(actor=system)


@pytest.fixture
def thinking(monkeypatch) -> Callable[..., ThinkingModel]:
    """Let Sarah think with a model in which something happens: `thinking(meanwhile)`."""

    def use(meanwhile: Callable[[], Any] = lambda: None, **given: Any) -> ThinkingModel:
        model = ThinkingModel(meanwhile, **given)
        monkeypatch.setattr("agents.services.turns.choose_model", lambda settings, **_: model)
        return model

    return use
