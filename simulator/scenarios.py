"""Scenarios: a persona says, waits, expects a reply, taps. Steps are in `simulator/scenarios/*.json`."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from simulator.personas import Persona
from simulator.refusals import BadRequestError
from simulator.thread import choices_of
from simulator.world import World

FOLDER = Path(__file__).parent / "scenarios"
REPLY_WITHIN = 20.0
LOOK_EVERY = 0.05


class Failed(Exception):  # noqa: N818 - an outcome of a scenario, not an error of the program
    """A step did not come true; the sentence says which."""


class Play:
    """One run of a scenario by one persona with a number of its own."""

    def __init__(self, world: World, persona: Persona) -> None:
        """Starts over as a new person, so that earlier talks do not mix in."""
        self._world = world
        self.persona = persona
        self._person = world.personas.start_over(persona)
        self._number = world.numbers.chosen(None)
        self._seen = 0
        self.transcript: list[dict[str, Any]] = []
        self._last: dict[str, Any] = {}

    async def step(self, step: dict[str, Any]) -> None:
        """Does one step: `say`, `wait` (seconds), `expect` (words or true), `tap` (which choice, from 1)."""
        if "say" in step:
            self._write({"type": "text", "text": step["say"]})
        if "wait" in step:
            await asyncio.sleep(float(step["wait"]))
        if "expect" in step:
            await self._expect(step["expect"], float(step.get("within", REPLY_WITHIN)))
        if "tap" in step:
            self._tap(int(step["tap"]))

    def _write(self, words: dict[str, Any]) -> None:
        given = {"from": self._person.wa_id, "name": self._person.name, **words}
        self._world.inbound.say(self._number, given)
        self.transcript.append({"direction": "in", "text": words.get("text") or words.get("title")})

    async def _expect(self, wanted: Any, within: float) -> None:
        """The next reply, in time; `wanted` is true, or words one of which it must contain."""
        deadline = asyncio.get_running_loop().time() + within
        while not (replies := self._world.books.messages(self._person.key, self._seen)):
            if asyncio.get_running_loop().time() > deadline:
                raise Failed(f"no reply within {within:g} s")
            await asyncio.sleep(LOOK_EVERY)
        for reply in replies:
            self.transcript.append({"direction": "out", "text": reply["text"], "type": reply["type"]})
        self._last, self._seen = replies[-1], replies[-1]["n"]
        words = wanted if isinstance(wanted, list) else [wanted] if isinstance(wanted, str) else []
        said = " ".join(reply["text"] for reply in replies)
        if words and not any(re.search(re.escape(word), said, re.IGNORECASE) for word in words):
            raise Failed(f"expected one of {words}, got {said!r}")

    def _tap(self, place: int) -> None:
        choices = choices_of(self._last.get("body", {}))
        if not 1 <= place <= len(choices):
            raise Failed(f"there is no choice {place} to tap; there are {len(choices)}")
        choice = choices[place - 1]
        given = {"type": choice["type"], "id": choice["id"], "title": choice["title"]}
        self._write(given | {"reply_to": self._last["wamid"]})


async def run_scenario(world: World, name: str) -> dict[str, Any]:
    """Plays the scenario of this name; answers `{ok, person, transcript, failed?: {step, because}}`."""
    path = FOLDER / f"{name}.json"
    if not re.fullmatch(r"[a-z0-9_-]+", name) or not path.exists():
        raise BadRequestError(
            f"no such scenario: {name}; there are {', '.join(sorted(p.stem for p in FOLDER.glob('*.json')))}"
        )
    script = json.loads(path.read_text(encoding="utf-8"))
    play = Play(world, world.personas.chosen(script["persona"]))
    outcome: dict[str, Any] = {"ok": True, "person": world.personas.number(play.persona)}
    for place, step in enumerate(script["steps"], 1):
        try:
            await play.step(step)
        except Failed as why:
            outcome |= {"ok": False, "failed": {"step": place, "because": str(why)}}
            break
    return outcome | {"transcript": play.transcript}
