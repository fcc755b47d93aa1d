"""What is done to the house: processes killed, servers stopped, emptied and frozen. Ids come from its own records."""

import asyncio
import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from config.launcher import children, programs
from config.launcher.paths import ROOT
from tests.journeys.test_kills import children_of
from tests.stack import Stack
from tests.storm.history import History

SIGNALS = {"immediate": signal.SIGQUIT, "kill -9": signal.SIGKILL, "fast": signal.SIGINT}
PATIENCE = 20.0  # seconds until somebody reaches a barrier; then anybody dies
RETURN = 90.0  # seconds a victim may take to come back on a busy machine


class Chaos:
    """The hand that breaks things."""

    def __init__(self, stack: Stack, history: History, barriers: Path, seed: int) -> None:
        """`barriers`: where workers look for what kills them."""
        self.stack, self.history, self.barriers = stack, history, barriers
        self.chance = random.Random(seed)
        self.dead: set[int] = set()
        self.then = barriers.parent / "valkey-then"
        self._one_queue_act = asyncio.Lock()

    async def kill(self, whom: str) -> None:
        """`child`, a program, several of these with blanks between them, or a point where a worker is to die."""
        if whom in {"child", "web", "worker", "scheduler"} or set(whom.split()) <= {"child", "web", "worker"}:
            victims = [await self._alive(each) for each in whom.split()]
            for name, pids in zip(whom.split(), victims, strict=True):
                self._end(name, pids)
        elif whom == "scheduler child":
            self._end("scheduler", await self._alive("scheduler"))
            self._end("child", await self._alive("child"))
        else:
            await self._at_barrier(whom)

    async def _at_barrier(self, point: str) -> None:
        """Whoever reaches the point next dies there; when nobody does for a while, anybody dies instead."""
        wanted = self.barriers / point
        wanted.touch()
        for _ in range(int(PATIENCE / 0.1)):
            await asyncio.sleep(0.1)
            if not wanted.exists():
                return
        with suppress(FileNotFoundError):
            wanted.unlink()
            self._end("child", await self._alive("child"))

    def _end(self, name: str, pids: list[int]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.dead.add(pid)
        if pids:
            self.history.note("kill", whom=name, pids=pids)

    async def _alive(self, name: str) -> list[int]:
        """Processes to kill, as soon as the last victim has been replaced; none when that takes too long."""
        end = time.monotonic() + RETURN
        while time.monotonic() < end:
            if found := self._find(name):
                return found
            await asyncio.sleep(0.1)
        return []

    def _find(self, name: str) -> list[int]:
        """One child of the worker's, or a whole program with what it started."""
        with suppress(OSError, ValueError, KeyError):
            worker = self.stack.pids("worker" if name == "child" else name)
            young = [pid for pid in children_of(worker) if self._lives(pid)]
            if name == "child":
                return [self.chance.choice(sorted(young))] if young else []
            return [worker, *young] if self._lives(worker) else []
        return []

    def _lives(self, pid: int) -> bool:
        return pid not in self.dead and children.is_running(pid)

    async def stop(self, how: str) -> None:
        """Stop the database in this way; its keeper starts it again."""
        pid = self.stack.pids("postgres")
        _signal([pid], SIGNALS[how])
        self.history.note("stop", how=how, pid=pid)
        await self._replaced("postgres", pid)

    async def empty(self) -> None:
        """Kill the queue and start it with nothing in it."""
        async with self._one_queue_act:
            self.history.note("empty", pid=await self._start_valkey_with(None))

    async def remember(self) -> None:
        """Keep what the queue holds now."""
        async with self._one_queue_act:
            await asyncio.to_thread(_copy_of_moving, self.stack.var_dir / "valkey", self.then)

    async def turn_back(self) -> None:
        """Kill the queue and start it with what it held when it was remembered."""
        async with self._one_queue_act:
            self.history.note("turn back", pid=await self._start_valkey_with(self.then))

    async def _start_valkey_with(self, data: Path | None) -> int:
        """Another life of the queue over these data; returns who died for it."""
        keeper, pid = self.stack.pids("keeper"), self.stack.pids("valkey")
        folder = self.stack.var_dir / "valkey"
        os.kill(keeper, signal.SIGSTOP)  # it would be quicker than we are
        try:
            _signal([pid], signal.SIGKILL)
            await asyncio.to_thread(shutil.rmtree, folder)
            if data is not None:
                await asyncio.to_thread(shutil.copytree, data, folder)
        finally:
            os.kill(keeper, signal.SIGCONT)
        await self._replaced("valkey", pid)
        return int(pid)

    async def _replaced(self, name: str, pid: int) -> None:
        """Wait until the keeper has started another."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError, ValueError, KeyError):
                if self.stack.pids(name) != pid:
                    return
            await asyncio.sleep(0.1)

    async def freeze(self, name: str, seconds: float) -> None:
        """Let a server hold its breath: connections are taken, nothing is answered, nothing is refused."""
        pid = self.stack.pids(name)
        pids = [pid, *children_of(pid)]
        self.history.note("freeze", whom=name, seconds=seconds)
        _signal(pids, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            _signal(pids, signal.SIGCONT)
        self.history.note("thaw", whom=name)

    def at_barriers(self) -> list[dict[str, Any]]:
        """Who died at which point."""
        told = self.barriers / "taken.txt"
        lines = told.read_text().splitlines() if told.exists() else []
        return [{"pid": int(line.split()[0]), "point": line.partition(" ")[2]} for line in lines]

    async def twin(self, seconds: float) -> None:
        """A second scheduler works beside the first for a while, as in a careless deployment."""
        found = await self._alive("scheduler")
        if not found:
            return
        env = _environment(found[0])
        silence = asyncio.subprocess.DEVNULL
        second = await asyncio.create_subprocess_exec(
            *programs.scheduler().command, cwd=ROOT, env=env, stdout=silence, stderr=silence
        )
        self.history.note("twin", pid=second.pid, seconds=seconds)
        try:
            await asyncio.sleep(seconds)
        finally:
            second.kill()
            await second.wait()


def _copy_of_moving(source: Path, target: Path) -> None:
    """A copy of a folder in which a server writes: what vanishes meanwhile means that we begin again."""
    for _ in range(10):
        shutil.rmtree(target, ignore_errors=True)
        with suppress(shutil.Error, FileNotFoundError):
            shutil.copytree(source, target)
            return
    raise RuntimeError(f"{source} could not be copied")


def _environment(pid: int) -> dict[str, str]:
    """What a process was started with."""
    words = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
