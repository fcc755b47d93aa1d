"""The Celery application: nudges to look at rows that are due."""

import os
import signal
from typing import Any

from celery import Celery, Task, signals

from config import env
from config.launcher.children import die_with_parent
from config.signs import sign_of_life
from crm.core import walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")


class WalledTask(Task):
    """Every task stands nowhere until it says in which workspace it works."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As Celery does it."""
        with walls.nowhere():
            return super().__call__(*args, **kwargs)


app = Celery("crm", task_cls=WalledTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_process_init.connect
def _die_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed would hold its task for ever and steal the next one's."""
    die_with_parent(signal.SIGKILL, os.getppid())


@signals.heartbeat_sent.connect
def _worker_lives(**_: Any) -> None:
    """Each heartbeat of a worker is a sign of its life for health; the one for turns does not speak for the other."""
    sign_of_life(env.PROGRAM or "worker")


@signals.task_prerun.connect
def _keep_what_works(task: Any, **_: Any) -> None:
    """A task has the connection of the one before it, as a request has: one that broke or is too old gives way to a new
    one. A new one for each task cost more than the task: PostgreSQL starts a process that knows no table yet."""
    from django.db import connections  # noqa: PLC0415  needs settings

    if not task.request.is_eager:
        for connection in connections.all(initialized_only=True):
            connection.close_if_unusable_or_obsolete()


@signals.task_postrun.connect
def _leave_no_transaction_open(task: Any, **_: Any) -> None:
    """A task whose time is up in the middle of a statement can leave Django inside a transaction nobody ends.

    Such a connection refuses every later task of this process; without it they get a new one.
    """
    from django.db import connections  # noqa: PLC0415  needs settings

    if task.request.is_eager:  # a part of somebody else's transaction
        return
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            connection.close()
            del connections[connection.alias]


@signals.worker_init.connect
def _keep_a_wire(**_: Any) -> None:
    """A worker has no event loop: without one of its own each hint would open a connection to Redis."""
    from crm import live  # noqa: PLC0415  needs settings

    live.use_a_loop_of_our_own()


@signals.worker_init.connect
def _warm_up(**_: Any) -> None:
    """Load the engine's word lists, and a model's client, before the first customer waits for them: once, and before
    the pool's processes are forked, so that all share them and one that is replaced is there at once."""
    from agents import services  # noqa: PLC0415  only workers need it

    services.warm_up()
