"""Looks after running programs: starts again what dies, ever more patiently, and says so."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from config.launcher import children, logs
from config.launcher.paths import ROOT, VarDir
from config.launcher.programs import Program
from config.launcher.progress import say, show

FIRST_PAUSE = 0.5  # seconds before a program is started again
LONGEST_PAUSE = float(os.environ.get("RESTART_PAUSE_AT_MOST") or 30.0)
HEALTHY_AFTER = 60.0  # seconds after which an earlier death is forgotten
ASKED_EVERY = 2.0  # seconds between asking a program to end and asking again


@dataclass
class Ward:
    """One program and what we know about it."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    pause: float = FIRST_PAUSE
    again_at: float | None = None  # dead: when it is started again


class Nursery:
    """The running programs of a house."""

    def __init__(self, var: VarDir, environment: Mapping[str, str]) -> None:
        """`environment`: what every program sees."""
        self.var, self.environment = var, environment
        self.wards: dict[str, Ward] = {}

    def start(self, program: Program) -> None:
        """Start a program for the first time, with an empty log."""
        logs.rotate(self.var.log_file(program.name))
        self.wards[program.name] = Ward(program, self._launch(program), time.monotonic())

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        """Run it; it dies with us."""
        names = {"PGAPPNAME": program.name, **program.environment}
        return children.start(
            program.command,
            log=self.var.log_file(program.name),
            cwd=ROOT,
            env={**self.environment, **names},
            keep=program.keep,
        )

    def pids(self) -> dict[str, int]:
        """The process of each program."""
        return {name: ward.process.pid for name, ward in self.wards.items()}

    def look(self) -> bool:
        """Notice the dead and start again those whose pause is over. True when a program was started."""
        started = False
        for ward in self.wards.values():
            if ward.again_at is None and ward.process.poll() is not None:
                self._mourn(ward)
            elif ward.again_at is not None and time.monotonic() >= ward.again_at:
                ward.process, ward.started, ward.again_at = self._launch(ward.program), time.monotonic(), None
                started = True
        return started

    def _mourn(self, ward: Ward) -> None:
        """Say what died and how it ended, end what it left running, and decide when it is started again."""
        children.signal_group(ward.process, signal.SIGKILL)
        if time.monotonic() - ward.started > HEALTHY_AFTER:
            ward.pause = FIRST_PAUSE
        ward.again_at = time.monotonic() + ward.pause
        name, how = ward.program.name, _how(ward.process.returncode)
        say(f"{name} ended ({how}); starting it again in {ward.pause:.1f} s. It said:")
        show(logs.last_lines(self.var.log_file(name)))
        ward.pause = min(ward.pause * 2, LONGEST_PAUSE)

    def restart(self, environment: Mapping[str, str]) -> None:
        """Start all programs again with another environment."""
        self.environment = environment
        programs = [ward.program for ward in self.wards.values()]
        self.stop([program.name for program in programs])
        for program in programs:
            self.start(program)

    def stop(self, names: list[str]) -> None:
        """Ask these programs to end, all at once, and wait for each as long as it may take."""
        going = [self.wards.pop(name) for name in names if name in self.wards]
        for ward in going:
            if ward.process.poll() is None:
                ward.process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        for ward in going:
            if not _has_ended(ward.process, asked + ward.program.grace):
                say(f"{ward.program.name} did not end in {ward.program.grace:.0f} s; ending it by force")
            children.signal_group(ward.process, signal.SIGKILL)
            ward.process.wait()


def _has_ended(process: subprocess.Popen[bytes], until: float) -> bool:
    """Wait for its end, and ask again meanwhile: a program that raises where Python drops it has not heard us."""
    while (left := until - time.monotonic()) > 0:
        if children.wait(process, min(left, ASKED_EVERY)):
            return True
        process.send_signal(signal.SIGTERM)
    return process.poll() is not None


def _how(code: int) -> str:
    """How a process ended, in words."""
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
