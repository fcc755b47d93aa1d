"""Doing things at the same moment, each with a database connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from config.launcher import children


def at_once(*works: Callable[[], Any], seconds: float = 30.0) -> list[Any]:
    """Start all works together; their results in order. What one raised is raised here."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)
    errors: list[BaseException] = []

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(seconds)
            results[place] = work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), "a thread hangs"
    if errors:
        raise errors[0]
    return results


def first_and_then(first: Callable[[], Any], then: Callable[[], Any]) -> list[Any]:
    """`then` begins when `first` is done but not committed; the commit comes when `then` waits for it or is done."""
    begun, done = threading.Event(), threading.Event()

    def one() -> Any:
        with transaction.atomic():
            result = first()
            begun.set()
            assert children.wait_until(lambda: done.is_set() or _somebody_waits(), seconds=10)
        return result

    def other() -> Any:
        assert begun.wait(10)
        try:
            return then()
        finally:
            done.set()

    return at_once(one, other)


def _somebody_waits() -> bool:
    """True while another connection waits for this one's locks."""
    waiting = "NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_locks WHERE {waiting}")
        return bool(cursor.fetchone()[0])
