"""What a person sees while the house starts: one line a step, with the seconds since the beginning."""

import contextlib
import sys
import time

_began = time.monotonic()


def seconds() -> float:
    """Seconds since the command began."""
    return time.monotonic() - _began


def say(text: str) -> None:
    """One line; nobody may be listening any more (a closed terminal), which is no reason to fail."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"[{seconds():6.1f} s] {text}\n")
        sys.stdout.flush()


def show(text: str) -> None:
    """A text of its own, without the clock."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
