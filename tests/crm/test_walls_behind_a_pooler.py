"""Behind pgbouncer in transaction mode many clients share a connection of the server: none sees another's rows."""

# mypy: disable-error-code="arg-type"

from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection, transaction

from config.walled.base import DatabaseWrapper
from crm import services
from crm.core import walls
from crm.core.actors import system_actor
from crm.models import Contact
from tests.conversations.threads import at_once
from tests.factories.crm import ContactFactory
from tests.poolers import pooler

NAMES = "SELECT name FROM crm_contact ORDER BY name"


@pytest.fixture
def pooled_url(transactional_db, tmp_path):
    """The test database through a pooler that holds one connection to the server."""
    there = connection.settings_dict
    url = f"postgres://{there['USER']}:{there['PASSWORD']}@{there['HOST']}:{there['PORT']}/{there['NAME']}"
    with pooler(tmp_path, url) as pooled:
        yield pooled


@pytest.fixture
def clients(pooled_url):
    """Two clients of the product's own kind."""
    port = urlsplit(pooled_url).port
    options = {k: v for k, v in connection.settings_dict["OPTIONS"].items() if k not in {"options", "pool"}}
    there = {**connection.settings_dict, "PORT": port, "OPTIONS": options}
    made = [DatabaseWrapper(there) for _ in range(2)]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def two(workspace, strangers_workspace):
    """A contact in each workspace."""
    ours = ContactFactory.create(workspace=workspace, name="Ours")
    return ours, ContactFactory.create(workspace=strangers_workspace, name="Theirs")


def asked(client, statement=NAMES, params=None):
    """First column of all rows."""
    with client.cursor() as cursor:
        cursor.execute(statement, params)
        return [row[0] for row in cursor.fetchall()]


def test_two_clients_on_one_connection_never_see_each_others_rows(clients, two):
    first, second = clients

    for _ in range(25):
        with walls.within(two[0].workspace_id):
            assert asked(first) == ["Ours"]
        assert asked_nowhere(second) == []
        with walls.within(two[1].workspace_id):
            assert asked(second) == ["Theirs"]
        assert asked_nowhere(first) == []
        with walls.everywhere():
            assert asked(first) == ["Ours", "Theirs"]
        assert asked_nowhere(second) == []

    assert asked(first, "SELECT pg_backend_pid()") == asked(second, "SELECT pg_backend_pid()")


def asked_nowhere(client):
    """What a client sees that nobody has told where it stands."""
    with walls.nowhere():
        return asked(client)


def test_transactions_take_turns_and_leave_nothing(clients, two):
    first, second = clients

    for client, row, seen in ((first, two[0], "Ours"), (second, two[1], "Theirs")) * 10:
        with walls.within(row.workspace_id):
            client.set_autocommit(False)
            assert asked(client) == [seen]
            assert asked(client, "UPDATE crm_contact SET language = 'en' RETURNING name") == [seen]
            client.rollback() if row is two[0] else client.commit()
            client.set_autocommit(True)
        assert asked_nowhere(first) == asked_nowhere(second) == []

    assert list(Contact.objects.order_by("name").values_list("language", flat=True)) == ["", "en"]


def test_what_is_said_to_the_session_would_leak(pooled_url, two):
    """Why the transaction is told, and never the session: the same pooler hands that on to the next client."""
    options = {"autocommit": True, "prepare_threshold": None}
    with psycopg.connect(pooled_url, **options) as first, psycopg.connect(pooled_url, **options) as second:
        assert second.execute(NAMES).fetchall() == []
        first.execute("SELECT set_config('app.workspace', %s, false)", [str(two[0].workspace_id)])

        assert second.execute(NAMES).fetchall() == [("Ours",)]


def test_many_at_once_see_their_own(clients, two):
    """Two threads, one connection of the server, a hundred statements each."""

    def look(client, row, name):
        client.inc_thread_sharing()
        with walls.within(row.workspace_id):
            return {tuple(asked(client)) for _ in range(100)} == {(name,)}

    assert at_once(lambda: look(clients[0], two[0], "Ours"), lambda: look(clients[1], two[1], "Theirs")) == [
        True,
        True,
    ]


@pytest.fixture
def _product_behind_a_pooler(clients):
    """The product's own connection goes through the pooler."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("PORT", "OPTIONS"):
            patched.setitem(connection.settings_dict, name, clients[0].settings_dict[name])
        connection.close()
        yield
        connection.close()


@pytest.mark.usefixtures("_product_behind_a_pooler")
def test_services_work_behind_a_pooler(two):
    """A change with its event, its locks and its savepoints."""
    actor = system_actor(two[0].workspace_id, via="command")

    with transaction.atomic():
        known = services.recognise_contact(actor=actor, knowns=[services.Known("phone", "+62811000111")])
    again = services.recognise_contact(actor=actor, knowns=[services.Known("wa_id", "62811000111")])

    assert known == again
    assert list(Contact.objects.order_by("name").values_list("name", flat=True)) == ["", "Ours", "Theirs"]
