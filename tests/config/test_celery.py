"""A worker process outlives what happens to one of its tasks."""

from contextlib import closing
from types import SimpleNamespace

import pytest
from celery import signals
from celery.fixups.django import DjangoWorkerFixup
from django.db import DatabaseError, connection, transaction

from config.celery import app


def after_a_task(*, is_eager):
    """What Celery says to everybody when a task has ended, however it ended."""
    task = SimpleNamespace(request=SimpleNamespace(is_eager=is_eager), name="any")
    signals.task_postrun.send(sender=None, task=task, task_id="1", args=(), kwargs={}, retval=None, state="")


def before_a_task():
    """What Celery does and says before each task of a worker."""
    DjangoWorkerFixup(app).close_database()
    task = SimpleNamespace(request=SimpleNamespace(is_eager=False), name="any")
    signals.task_prerun.send(sender=None, task=task, task_id="1", args=(), kwargs={})


def backend():
    """The process of PostgreSQL at the other end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


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


@pytest.mark.django_db(transaction=True)
def test_a_task_has_the_connection_of_the_one_before_it():
    before = backend()

    for _ in range(3):
        before_a_task()
        after_a_task(is_eager=False)

    assert backend() == before


@pytest.fixture
def _leaves_no_broken_connection(transactional_db):
    """Whatever happens in the test."""
    yield
    connection.close()


@pytest.mark.usefixtures("_leaves_no_broken_connection")
@pytest.mark.parametrize("has_noticed", [True, False])
def test_a_connection_that_was_cut_between_two_tasks_gives_way_to_a_new_one(has_noticed):
    # Given a server that has ended the connection, as one that restarts does
    before = backend()
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    if has_noticed:
        with pytest.raises(DatabaseError):
            answer()

    # When the next task begins, then it is not told
    before_a_task()
    assert answer() == (42,)
    assert backend() != before


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_too_old_gives_way_to_a_new_one():
    before = backend()
    connection.close_at = 0.0

    before_a_task()

    assert backend() != before
