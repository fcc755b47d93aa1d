"""Blocks inside a transaction: their savepoints wait for a statement, and undo what they should all the same."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from config.walled.cursors import _Walled
from crm.core import walls
from crm.models import Workspace


@pytest.fixture
def told(monkeypatch, workspace):
    """What the server is told from here on, message by message."""
    name_now()  # what the fixtures left to be told goes with this
    heard: list[str] = []
    plain = _Walled._plain

    def listen(self, text, query, params, options):
        heard.append(str(query))
        return plain(self, text, query, params, options)

    monkeypatch.setattr(_Walled, "_plain", listen)
    return heard


def rename(name):
    """One statement."""
    Workspace.objects.update(name=name)


def ask(statement):
    """By hand."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@transaction.atomic
def fail_after(*steps):
    """A block that does these and fails."""
    for step in steps:
        step()
    raise ValueError("no")


@transaction.atomic
def within(*steps):
    """A block that does these."""
    for step in steps:
        step()


def name_now():
    """Of the only workspace in sight."""
    return Workspace.objects.values_list("name", flat=True).get()


def words(message):
    """The first words of the statements of a message."""
    return [part.split()[0] for part in message.split("; ")]


def to(name):
    """A step that renames."""
    return partial(rename, name)


def test_a_block_that_asks_nothing_tells_nothing(told):
    within(within)
    with pytest.raises(ValueError, match="no"):
        within(fail_after)

    assert told == []


def test_a_block_costs_no_message_of_its_own(told):
    within(partial(within, to("one")), to("two"))

    # then its savepoint goes with the first statement, and the release with the next
    assert [words(message) for message in told] == [
        ["SAVEPOINT", "SAVEPOINT", "UPDATE"],
        ["RELEASE", "UPDATE"],
    ]
    assert name_now() == "two"


def test_what_a_failed_block_did_is_undone_and_no_more(workspace):
    with transaction.atomic():
        rename("outer")
        with pytest.raises(ValueError, match="no"):
            fail_after(to("inner"), partial(within, to("innermost")))
        assert name_now() == "outer"

    assert name_now() == "outer"


def test_a_block_that_failed_before_it_asked_takes_nothing_back_of_the_last(workspace):
    with transaction.atomic():
        within(to("kept"))
        with pytest.raises(ValueError, match="no"):
            fail_after()

    assert name_now() == "kept"


def test_the_outer_block_undoes_what_ended_well_within_it(workspace):
    rename("before")
    with pytest.raises(ValueError, match="no"):
        fail_after(partial(within, to("inner")), partial(within, to("another")))

    assert name_now() == "before"


def test_after_a_statement_that_failed_the_outer_block_goes_on(workspace):
    with transaction.atomic():
        rename("outer")
        with pytest.raises(DatabaseError):
            within(partial(ask, "SELECT 1 / 0"))
        assert name_now() == "outer"
        rename("after")

    assert name_now() == "after"


def test_after_a_value_that_no_statement_takes_the_outer_block_goes_on(workspace):
    """It fails before anything is sent, and so the savepoint that should have come along is not there either."""
    with transaction.atomic():
        rename("outer")
        with pytest.raises((ValueError, DatabaseError), match="NUL"):
            within(to("in\0ner"))
        rename("after")
        with pytest.raises(ValueError, match="no"):
            fail_after(to("inner"))

    assert name_now() == "after"


def test_a_statement_that_is_no_sql_is_undone_with_the_block_around_it(workspace):
    """The server reads a message as a whole: it never made the savepoint that came along with this."""

    def refused():
        with pytest.raises(DatabaseError):
            within(partial(ask, "SELEC 1"))

    rename("before")
    with pytest.raises(transaction.TransactionManagementError):
        within(to("outer"), refused, to("after"))

    assert name_now() == "before"


def test_a_failure_that_was_swallowed_is_heard_at_the_end_of_its_block(workspace):
    def swallow():
        with pytest.raises(DatabaseError):
            ask("SELECT 1 / 0")

    rename("before")
    with pytest.raises(DatabaseError, match="aborted"):
        within(to("inside"), swallow)

    assert name_now() == "before"


def test_what_can_not_carry_a_savepoint_finds_it_made(workspace):
    """Many rows at once, and rows by a cursor of the server."""

    def many():
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE crm_workspace SET name = %s WHERE id = %s", [("many", workspace.pk)])

    rename("before")
    with pytest.raises(ValueError, match="no"):
        fail_after(many)
    with transaction.atomic():
        assert [row.name for row in Workspace.objects.iterator(chunk_size=1)] == ["before"]


def test_the_walls_stand_after_a_block_that_was_taken_back(workspace, strangers_workspace):
    def there():
        with walls.within(strangers_workspace.pk):
            assert name_now() == strangers_workspace.name

    with walls.within(workspace.pk):
        assert name_now() == workspace.name
        with pytest.raises(ValueError, match="no"):
            fail_after(there)
        assert name_now() == workspace.name


@pytest.mark.django_db(transaction=True)
def test_savepoints_end_with_their_transaction(workspace):
    """The last release of a transaction is never told: its commit says the same."""
    within(partial(within, to("kept")))
    within(to("later"))

    assert name_now() == "later"


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_in_a_block_leaves_no_savepoint_to_the_next(workspace):
    with pytest.raises(DatabaseError):
        within(partial(within, connection.close, to("lost")))
    within(partial(within, to("found")))

    assert name_now() == "found"
