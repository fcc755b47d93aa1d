"""A worker process outlives what happens to one of its tasks."""

from types import SimpleNamespace

import pytest
from celery import signals
from django.db import DatabaseError, connection, transaction

import config.celery  # noqa: F401  its receivers are under test


def after_a_task(*, is_eager):
    """What Celery says to everybody when a task has ended, however it ended."""
    task = SimpleNamespace(request=SimpleNamespace(is_eager=is_eager), name="any")
    signals.task_postrun.send(sender=None, task=task, task_id="1", args=(), kwargs={}, retval=None, state="")


def answer():
    """Something only a living connection knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 42")
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_nobody_ends_does_not_stop_later_tasks():
    # Given a task that was stopped inside a transaction and whose connection is gone
    transaction.atomic().__enter__()
    connection.close()
    with pytest.raises(DatabaseError, match="the connection is closed"):
        answer()

    # When Celery has said that it is over
    after_a_task(is_eager=False)

    # Then the next one is outside any transaction, on a connection that answers
    assert not connection.in_atomic_block
    assert answer() == (42,)


@pytest.mark.django_db
def test_a_task_called_within_a_transaction_leaves_it_alone():
    with transaction.atomic():
        after_a_task(is_eager=True)

        assert connection.in_atomic_block
        assert answer() == (42,)
