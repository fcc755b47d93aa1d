"""`manage.py` uses the same embedded services as `make up`: the running ones, else its own while it lives."""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from config.launcher import environment, locks, services
from config.launcher.errors import ServiceFailedError
from config.launcher.paths import VarDir

NEED_NOTHING = frozenset(
    {"help", "version", "--help", "--version", "makemessages", "compilemessages", "collectstatic"}
)


def prepare_environment(argv: Sequence[str]) -> None:
    """Set what the settings will read, before they do. Ends the command in plain words when services fail."""
    environment.read_dot_env()
    var = VarDir(environment.var_dir())
    var.prepare()
    embedded = not os.environ.get("DATABASE_URL")
    if len(argv) > 1 and argv[1] not in NEED_NOTHING:
        try:
            found = services.ensure(var.path)
        except ServiceFailedError as error:
            sys.exit(str(error))
    else:
        found = services.Services(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    _take(_running_house(var))
    os.environ.update(environment.house_environment(var, found))
    if embedded:  # a database of our own making is a demo until somebody says otherwise
        os.environ.setdefault("DEMO", "1")


def _running_house(var: VarDir) -> dict[str, str]:
    """What `make up` told its programs beyond the services; nothing when it does not run."""
    if not (var.run / "up.lock").exists() or not locks.is_held(var.run / "up.lock"):
        return {}
    try:
        house: dict[str, Any] = json.loads((var.run / "up.json").read_text())
    except FileNotFoundError:  # it is just starting
        return {}
    return dict(house["environment"])


def _take(given: dict[str, str]) -> None:
    """Take over what the environment does not say itself."""
    for name, value in given.items():
        os.environ.setdefault(name, value)
