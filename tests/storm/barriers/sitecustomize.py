"""Barriers: points of the work at which a worker kills itself, as if somebody had done it with `kill -9`.

Python loads a module of this name at its start when its folder is on PYTHONPATH. With STORM_BARRIERS naming a folder,
the functions below are wrapped as their modules are imported; whoever reaches a point finds a file with the point's
name there, takes it away and dies. Nothing of it is known to the product.
"""

import contextlib
import functools
import os
import signal
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

POINTS = ("before claim", "after claim", "after model", "before commit", "after commit", "after send")
RAISES, KILLS = "storm: this raises", "storm: this kills"  # words of a poisonous message
TAKEN = "taken.txt"
FOLDER = os.environ.get("STORM_BARRIERS", "")


def reach(point):
    """Die here, if somebody wants that."""
    wanted = Path(FOLDER, point)
    with contextlib.suppress(FileNotFoundError):
        wanted.unlink()  # one process gets it
        die(point)


def die(point):
    """kill -9, written down first."""
    with Path(FOLDER, TAKEN).open("a") as told:
        told.write(f"{os.getpid()} {point}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def around(before="", after="", has=bool):
    """A wrapper that reaches `before`, calls, and reaches `after` when the result is something."""

    def wrap(work):
        @functools.wraps(work)
        def guarded(*args, **kwargs):
            if before:
                reach(before)
            result = work(*args, **kwargs)
            if after and has(result):
                reach(after)
            return result

        return guarded

    return wrap


def poisoned(handle):
    """Two defects nobody has thought of: one message makes the work raise, another ends its process."""

    @functools.wraps(handle)
    def guarded(item):
        words = str(item.payload)
        if KILLS in words:
            die("poison")
        if RAISES in words:
            raise RuntimeError("a defect nobody has thought of")
        return handle(item)

    return guarded


def always(_):
    """Whatever came back."""
    return True


WRAPPED = {
    "conversations.services.sending": {
        "claim_next": around("before claim", "after claim"),
    },
    "conversations.services.items": {
        "_claim": around("before claim", "after claim"),
        "_claim_heads": around("before claim", "after claim"),
        "_settle": around(after="before commit", has=always),
        "handle": poisoned,
    },
    "agents.services.turns": {
        "claim_turn": around("before claim", "after claim", has=lambda found: found[0] is not None),
        "think": around(after="after model"),
        "publish_turn": around(after="after commit", has=always),
    },
    "agents.services.publishing": {"_settle": around(after="before commit", has=always)},
    "conversations.channels.whatsapp_meta.adapter": {"MetaWhatsApp.send": around(after="after send")},
}


def wrap(module):
    """Put the barriers into a module that was just imported; AttributeError when a name is gone."""
    for name, wrapper in WRAPPED[module.__name__].items():
        owner = module
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, last, wrapper(getattr(owner, last)))


class Barriers:
    """Finds the modules above and wraps what is in them."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Python's own way, with a step more."""
        if name not in WRAPPED:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def execute_and_wrap(module):
            execute(module)
            wrap(module)

        loader.exec_module = execute_and_wrap
        return spec


if FOLDER:
    sys.meta_path.insert(0, Barriers)
