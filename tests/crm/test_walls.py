"""What the database shows and takes, depending on where the code stands."""

# mypy: disable-error-code="arg-type,comparison-overlap,func-returns-value,union-attr,var-annotated"

import json
import os
import threading
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import override_settings

from config.celery import app
from config.launcher.paths import VarDir
from crm import bus, checks, live
from crm.core import walls
from crm.core.actors import system_actor
from crm.core.service import service
from crm.models import Account, Contact, EventRecord, Identity, Membership, Team, Workspace
from tests.architecture.sources import FLOORS
from tests.factories.crm import ContactFactory, IdentityFactory


@pytest.fixture
def two(workspace, strangers_workspace):
    """A contact in each workspace: (ours, theirs)."""
    return ContactFactory.create(workspace=workspace), ContactFactory.create(workspace=strangers_workspace)


@pytest.fixture
def _nowhere():
    """As in a process that no door has told anything."""
    with walls.nowhere():
        yield


@contextmanager
def acting_as(power):
    """In the block this connection acts as a role that row security yields to; its name."""
    role = f"above_{power.lower()}_{os.environ['TEST_SLOT']}_{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    secret = (VarDir(Path(os.environ["VAR_DIR"])).secrets / "postgres-superuser").read_text().strip()
    where = {"user": "postgres", "password": secret, "dbname": "postgres"}
    with psycopg.connect(os.environ["DATABASE_URL"], **where, autocommit=True) as root:
        root.execute(f"CREATE ROLE {role} {power}")
        try:
            root.execute(f"GRANT {role} TO {connection.settings_dict['USER']}")
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {role}")
                yield role
                cursor.execute("RESET ROLE")
        finally:
            root.execute(f"DROP ROLE {role}")


def refused():
    """A write that row security refuses, with its own transaction to break."""
    return pytest.raises(ProgrammingError, match="row-level security policy")


def test_nobody_stands_anywhere_by_default(two, monkeypatch):
    monkeypatch.setattr(walls, "outside", walls.NOTHING)

    assert walls.scope() == walls.NOTHING
    assert [m.__name__ for m in _walled() if m._base_manager.exists()] == []
    with refused(), transaction.atomic():
        Contact.objects.create(workspace=two[0].workspace, name="Nobody's")

    monkeypatch.undo()
    assert set(Contact.objects.values_list("pk", flat=True)) == {two[0].pk, two[1].pk}


def _walled():
    nobodys = {"user", "passwordreset"}
    tables = [
        m for m in apps.get_models() if m._meta.app_label in FLOORS and m._meta.model_name not in nobodys
    ]
    assert len(tables) > 40
    return tables


def test_one_sees_the_rows_of_the_workspace_alone(two):
    ours, theirs = two

    with walls.within(ours.workspace_id):
        assert list(Contact.objects.all()) == [ours]
        assert list(Workspace.objects.values_list("pk", flat=True)) == [ours.workspace_id]
        assert not Contact.objects.filter(pk=theirs.pk).exists()
        assert set(Contact.history.values_list("workspace_id", flat=True)) == {ours.workspace_id}
        assert not EventRecord.objects.filter(workspace=theirs.workspace).exists()


def test_another_workspaces_rows_can_not_be_touched(two):
    ours, theirs = two

    with walls.within(ours.workspace_id):
        assert Contact.objects.filter(pk=theirs.pk).update(name="Mine") == 0
        assert Contact.objects.filter(pk=theirs.pk)._raw_delete("default") == 0
        with refused(), transaction.atomic():
            ContactFactory.create(workspace=theirs.workspace)

    theirs.refresh_from_db()
    assert theirs.name.startswith("Contact ")
    assert Contact.objects.filter(workspace=theirs.workspace).count() == 1


def test_a_row_is_not_made_elsewhere_although_nothing_of_it_is_read_back(two):
    # what an INSERT returns must be visible, which refuses it, too: so nothing is returned here
    ours, theirs = two
    copy = """
        INSERT INTO crm_contact SELECT (jsonb_populate_record(contact, %s)).* FROM crm_contact contact WHERE id = %s
    """
    elsewhere = json.dumps({"id": str(uuid4()), "workspace_id": str(theirs.workspace_id)})

    with (
        walls.within(ours.workspace_id), refused(), transaction.atomic(), connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(copy, [elsewhere, ours.pk])


def test_rows_do_not_move_between_workspaces(two):
    ours, theirs = two

    with walls.within(ours.workspace_id), refused(), transaction.atomic():
        Contact.objects.filter(pk=ours.pk).update(workspace=theirs.workspace)

    ours.refresh_from_db()
    assert ours.workspace_id != theirs.workspace_id


def test_rows_without_a_workspace_stand_behind_their_parents(two, workspace, strangers_workspace):
    ours, theirs = two
    account = Account.objects.create(workspace=workspace, name="Ours")
    foreign = Account.objects.create(workspace=strangers_workspace, name="Theirs")
    theirs.accounts.add(foreign)
    tie = Contact.accounts.through

    with walls.within(workspace.pk):
        ours.accounts.add(account)
        assert list(tie.objects.values_list("account_id", flat=True)) == [account.pk]
        with refused(), transaction.atomic():
            tie.objects.create(contact=ours, account=foreign)
        with refused(), transaction.atomic():
            tie.objects.create(contact=theirs, account=foreign)

    assert tie.objects.count() == 2


def test_a_copy_passes_the_wall_too(two):
    """What a teammate may write row by row a bulk insert may, and no more."""
    ours, theirs = two
    rows = [Contact(workspace=w, name="Many") for w in (ours.workspace, theirs.workspace)]

    with walls.within(ours.workspace_id):
        with refused(), transaction.atomic():
            Contact.objects.bulk_create(rows)
        Contact.objects.bulk_create(rows[:1])

    assert list(Contact.objects.filter(name="Many")) == rows[:1]


def test_where_one_stands_ends_with_the_block(two):
    ours, theirs = two

    with walls.within(ours.workspace_id):
        with walls.within(theirs.workspace_id):
            assert list(Contact.objects.all()) == [theirs]
        assert list(Contact.objects.all()) == [ours]
        with walls.everywhere():
            assert Contact.objects.count() == 2
        with walls.nowhere():
            assert Contact.objects.count() == 0
            walls.enter(theirs.workspace_id)
            assert list(Contact.objects.all()) == [theirs]
        assert list(Contact.objects.all()) == [ours]


def test_a_savepoint_taken_back_takes_nothing_else_back(two):
    """What was said since a savepoint is forgotten with it: it is said again."""
    ours, theirs = two

    with walls.within(ours.workspace_id), transaction.atomic():
        assert list(Contact.objects.all()) == [ours]
        savepoint = transaction.savepoint()
        with walls.within(theirs.workspace_id):
            assert list(Contact.objects.all()) == [theirs]
            transaction.savepoint_rollback(savepoint)
            assert list(Contact.objects.all()) == [theirs]
        assert list(Contact.objects.all()) == [ours]
        with pytest.raises(DatabaseError), transaction.atomic(), walls.within(theirs.workspace_id):
            Contact.objects.extra(where=["nothing like it"]).count()
        assert list(Contact.objects.all()) == [ours]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_on_the_connection(two):
    """Outside of a transaction each statement is told by itself; afterwards the connection knows nothing."""
    ours, _theirs = two

    with walls.within(ours.workspace_id):
        assert list(Contact.objects.all()) == [ours]
        assert Contact.objects.filter(pk=ours.pk).update(name="Once") == 1
        assert list(Contact.objects.iterator(chunk_size=1)) == [ours]
        with transaction.atomic():
            assert list(Contact.objects.iterator(chunk_size=1)) == [ours]

    bare = psycopg.Cursor(connection.connection).execute(
        "SELECT current_setting('app.workspace', true)"
    )  # not ours
    assert bare.fetchone() in {("",), (None,)}


@pytest.mark.django_db(transaction=True)
def test_what_can_not_be_told_alone_asks_for_a_transaction(two):
    rename = "UPDATE crm_contact SET name = %s"

    with (
        walls.within(two[0].workspace_id),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="Open a transaction first"),
    ):
        cursor.executemany(rename, [("a",), ("b",)])

    assert not Contact.objects.filter(name__in=["a", "b"]).exists()


@pytest.mark.django_db(transaction=True)
def test_threads_stand_for_themselves(two):
    """What one thread says no other hears."""
    seen = []

    def look():
        try:
            with walls.within(two[1].workspace_id):
                seen.extend(Contact.objects.values_list("pk", flat=True))
        finally:
            connection.close()

    with walls.within(two[0].workspace_id):
        other = threading.Thread(target=look)
        other.start()
        other.join()
        assert list(Contact.objects.all()) == [two[0]]

    assert seen == [two[1].pk]


def test_a_row_brings_its_own_walls(two):
    seen = []

    @walls.within_row(Contact, "contact_id")
    def work(*, contact_id):
        seen.append(walls.scope())
        return Contact.objects.filter(pk=contact_id).count()

    assert work(contact_id=two[0].pk) == 1
    assert work(contact_id=uuid4()) == 0
    with walls.within(two[1].workspace_id):
        assert work(contact_id=two[0].pk) == 0
    assert seen == [
        walls.Scope(workspace_id=two[0].workspace_id),
        walls.NOTHING,
        walls.Scope(workspace_id=two[1].workspace_id),
    ]


def test_a_scope_is_an_id_and_nothing_else():
    """It becomes part of a statement: text that is no id never gets there."""
    with pytest.raises(ValueError, match="badly formed"), walls.within("'; DROP TABLE crm_contact; --"):
        raise AssertionError

    assert walls.scope() == walls.EVERYWHERE


def test_statements_cost_no_second_way(two, django_assert_num_queries):
    with walls.within(two[0].workspace_id), django_assert_num_queries(2):
        assert Contact.objects.count() == 1
        assert Workspace.objects.count() == 1


def test_a_value_taken_elsewhere_does_not_show(two):
    """An address that another workspace knows is free here; the refusal of a real double is our own."""
    ours, theirs = two
    IdentityFactory.create(contact=theirs, workspace=theirs.workspace, value="628120000001")

    with walls.within(ours.workspace_id):
        assert not Identity.objects.filter(value="628120000001").exists()
        made = IdentityFactory.create(contact=ours, workspace=ours.workspace, value="628120000001")

    assert Identity.objects.filter(value="628120000001").count() == 2
    assert made.workspace_id == ours.workspace_id


def test_requests_begin_nowhere_and_stand_in_the_members_workspace(owner, stranger, two, monkeypatch):
    """Pages, API and their end: a browser of each workspace, one after the other, on one connection."""
    seen = []
    monkeypatch.setattr(
        "crm.panels._counts", {"leads": lambda actor: seen.append(walls.scope()) or Contact.objects.none()}
    )

    owner.page.get("/")
    stranger.page.get("/")

    assert seen == [walls.Scope(workspace_id=w.workspace_id) for w in two]
    assert [c["id"] for c in owner.api.get("contacts/").json()["results"]] == [str(two[0].pk)]
    assert [c["id"] for c in stranger.api.get("contacts/").json()["results"]] == [str(two[1].pk)]
    assert walls.scope() == walls.EVERYWHERE


def test_a_person_of_two_workspaces_sees_one_at_a_time(owner, stranger, two, strangers_workspace):
    Membership.objects.create(
        workspace=strangers_workspace,
        user=owner.user,
        role=stranger.member.role,
    )

    owner.page.post(f"/workspaces/{strangers_workspace.pk}/choose/")
    page = owner.page.get("/")

    assert page.context["workspace"] == strangers_workspace
    assert {w.pk for w in page.context["workspaces"]()} == {two[0].workspace_id, strangers_workspace.pk}


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS"])
def test_a_role_above_the_walls_is_refused(db, power):
    """Both powers, as PostgreSQL reports them; a demo may (it runs on a machine of its own)."""
    with acting_as(power) as role:
        with override_settings(DEMO=False):
            [error] = checks.check_the_walls_hold(None, databases=["default"])
            assert checks.check_the_walls_hold(None, databases=None) == []
        with override_settings(DEMO=True):
            assert checks.check_the_walls_hold(None, databases=["default"]) == []

    assert (error.id, error.msg.split(":")[0]) == (
        "crm.E003",
        f"The database role '{role}' is a superuser or has BYPASSRLS",
    )
    assert error.hint.endswith(f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS.")


def test_a_role_above_the_walls_gets_no_traffic(db, anonymous):
    with acting_as("SUPERUSER") as role:
        with override_settings(DEMO=False):
            answer = anonymous.get("/health/ready")
        with override_settings(DEMO=True):
            assert anonymous.get("/health/ready").status_code == 200

    said = f"the database role '{role}' is above row security and DEMO is off: use another one"
    assert (answer.status_code, answer.json()) == (503, {"status": said})


def test_the_roles_of_the_product_stand_below_the_walls(db, anonymous):
    with override_settings(DEMO=False):
        assert checks.check_the_walls_hold(None, databases=["default"]) == []
        assert anonymous.get("/health/ready").status_code == 200


def test_teams_stay_with_their_workspace(workspace, strangers_workspace):
    """Two teams of one name, each its workspace's own."""
    with walls.within(workspace.pk):
        Team.objects.get_or_create(workspace=workspace, name="Night")
    with walls.within(strangers_workspace.pk):
        _team, is_new = Team.objects.get_or_create(workspace=strangers_workspace, name="Night")

    assert is_new


def test_a_service_stands_in_its_actors_workspace(two):
    @service
    def look(*, actor):
        return walls.scope(), Contact.objects.count()

    actor = system_actor(two[1].workspace_id, via="task")

    with walls.within(two[0].workspace_id):
        assert look(actor=actor) == (walls.Scope(workspace_id=two[1].workspace_id), 1)
    assert look(actor=actor) == (walls.Scope(workspace_id=two[1].workspace_id), 1)


def test_a_task_stands_nowhere_until_it_says_where(two):
    @app.task(name="tests.look")
    def look():
        return walls.scope(), Contact.objects.count()

    assert look() == (walls.NOTHING, 0)
    assert walls.scope() == walls.EVERYWHERE


def test_a_stranger_stands_nowhere(two, anonymous, monkeypatch):
    seen = []
    monkeypatch.setattr("crm.panels._demo_sign_ins", lambda request: seen.append(walls.scope()) or [])

    assert anonymous.get("/").status_code == 200
    assert seen == [walls.NOTHING]


def test_a_wire_asks_in_its_persons_workspace(two, owner, monkeypatch):
    monkeypatch.setitem(live._topics, "look", lambda actor, id_: walls.scope())

    assert live.may_watch(owner.actor(), "look") == walls.Scope(workspace_id=two[0].workspace_id)


def test_news_is_told_in_its_workspace(two, monkeypatch):
    """Also by the sweep, which finds it from everywhere."""
    seen = []
    monkeypatch.setattr("crm.bus._tell", lambda record: seen.append(walls.scope()) or [])
    record = EventRecord.objects.filter(workspace=two[0].workspace).first()

    bus.deliver(record)

    assert seen == [walls.Scope(workspace_id=two[0].workspace_id)]
