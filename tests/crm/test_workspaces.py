"""Workspaces, people, roles and keys - by the operator's commands and by the services."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import selectors, services
from crm.core.actors import ANY, Sight
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import ApiKey, EventRecord, Membership, Role, User, Workspace


def run(*words, **options):
    """What a command prints."""
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_create_workspace_twice_is_one(db):
    first = run("create_workspace", "warung", "--name", "Warung")
    second = run("create_workspace", "warung", "--name", "Other name")

    assert first == second == "workspace warung (Warung)\n"
    assert Workspace.objects.count() == 1
    roles = Role.objects.values_list("key", "sight")
    assert sorted(roles) == [("admin", "all"), ("manager", "all"), ("rep", "team"), ("viewer", "all")]
    assert EventRecord.objects.filter(name="crm.workspace_created").count() == 1


@pytest.mark.parametrize(("slug", "name"), [("Not a slug!", "X"), ("s" * 61, "X"), ("fine", "n" * 121)])
def test_a_workspace_that_does_not_fit_is_refused_in_words(db, slug, name):
    with pytest.raises(CommandError, match=r"^Some fields need a look\. (slug|name): "):
        run("create_workspace", slug, "--name", name)

    assert not Workspace.objects.exists()


def test_create_user_twice_is_one_with_the_newest_role_and_password(db):
    run("create_workspace", "warung")

    first = run("create_user", "Ana@Warung.test", workspace="warung", role="rep", password="one")
    second = run("create_user", "ana@warung.test", workspace="warung", role="manager", password="two")

    assert first == "ana@warung.test is rep of warung\n"
    assert second == "ana@warung.test is manager of warung\n"
    user = User.objects.get()
    assert user.check_password("two")
    assert Membership.objects.get().role.key == "manager"


def test_create_user_without_a_password_keeps_the_old_one(db):
    run("create_workspace", "warung")
    run("create_user", "ana@warung.test", workspace="warung", role="rep", password="one")

    run("create_user", "ana@warung.test", workspace="warung", role="rep")

    assert User.objects.get().check_password("one")


def test_a_new_user_without_a_password_cant_sign_in(db):
    run("create_workspace", "warung")
    run("create_user", "ana@warung.test", workspace="warung", role="rep")

    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize(
    ("email", "workspace", "role", "words"),
    [
        ("ana@warung.test", "nowhere", "rep", "There is no workspace 'nowhere'"),
        ("ana@warung.test", "warung", "boss", "There is no role 'boss'"),
        ("not an address", "warung", "rep", "valid email"),
    ],
)
def test_create_user_refuses_in_words_and_changes_nothing(db, email, workspace, role, words):
    run("create_workspace", "warung")

    with pytest.raises(CommandError, match=words):
        run("create_user", email, workspace=workspace, role=role, password="x")

    assert not User.objects.exists()


def test_create_api_key_prints_the_key_alone(house):
    printed = run("create_api_key", workspace="warung", user="rep@warung.test", name="BI")

    key = selectors.find_api_key(printed.removesuffix("\n"))
    assert printed.count("\n") == 1
    assert key is not None
    assert (key.membership_id, key.name) == (house.members["rep"].pk, "BI")
    assert printed.strip() not in str(ApiKey.objects.values().get())


def test_create_api_key_refuses_strangers_and_those_who_left(house, strangers):
    with pytest.raises(CommandError, match="is not a member of this workspace"):
        run("create_api_key", workspace="warung", user="rep@strangers.test")

    Membership.objects.filter(pk=house.members["rep"].pk).update(is_active=False)
    with pytest.raises(CommandError, match="is not a member of this workspace"):
        run("create_api_key", workspace="warung", user="rep@warung.test")
    assert not ApiKey.objects.exists()


def test_roles_hold_what_they_say(house):
    admin, manager, rep, viewer = (house.actor(name) for name in ("admin", "manager", "rep", "viewer"))

    assert admin.may("members.manage")
    assert manager.may("leads.assign")
    assert not manager.may("settings.manage")
    assert rep.may("leads.edit")
    assert not rep.may("leads.assign")
    assert viewer.may("contacts.view")
    assert not viewer.may("contacts.edit")
    assert [a.sight for a in (admin, manager, rep, viewer)] == [Sight.ALL, Sight.ALL, Sight.TEAM, Sight.ALL]
    assert admin.permissions == {ANY}


def test_only_those_who_manage_members_add_them_or_make_keys(house):
    actor, before = house.actor("manager"), Membership.objects.count()

    with pytest.raises(NotAllowedError):
        services.add_member(actor=actor, email="new@warung.test", role_key="admin")
    with pytest.raises(NotAllowedError):
        services.create_api_key(actor=actor, email="admin@warung.test")

    assert Membership.objects.count() == before
    assert not ApiKey.objects.exists()
    assert not User.objects.filter(email="new@warung.test").exists()


def test_a_role_of_another_workspace_is_unknown(house, strangers):
    Role.objects.create(workspace=strangers.workspace, key="boss", name="Boss")

    with pytest.raises(InvalidInputError):
        services.add_member(actor=house.actor("admin"), email="rep@warung.test", role_key="boss")

    assert Membership.objects.get(pk=house.members["rep"].pk).role.key == "rep"


def test_one_person_may_work_in_two_workspaces(house, strangers):
    services.add_member(actor=strangers.system, email="rep@warung.test", role_key="viewer")

    places = selectors.memberships_of(house.user("rep"))

    assert [(m.workspace.slug, m.role.key) for m in places] == [("warung", "rep"), ("strangers", "viewer")]


def test_a_key_dies_with_its_date_its_member_and_its_user(house):
    secret = house.key("rep")
    row = ApiKey.objects.get()
    assert selectors.find_api_key(secret) == row
    assert selectors.find_api_key(secret + "x") is None

    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert selectors.find_api_key(secret) is None
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert selectors.find_api_key(secret) == row

    Membership.objects.filter(pk=row.membership_id).update(is_active=False)
    assert selectors.find_api_key(secret) is None
    Membership.objects.filter(pk=row.membership_id).update(is_active=True)

    User.objects.filter(pk=house.user("rep").pk).update(is_active=False)
    assert selectors.find_api_key(secret) is None


def test_a_revoked_key_opens_nothing(house, strangers):
    secret = house.key("rep")
    row = ApiKey.objects.get()

    with pytest.raises(NotFoundError):
        services.revoke_api_key(actor=strangers.actor("admin"), key_id=row.pk)
    with pytest.raises(NotAllowedError):
        services.revoke_api_key(actor=house.actor("rep"), key_id=row.pk)
    assert selectors.find_api_key(secret) is not None

    first = services.revoke_api_key(actor=house.actor("admin"), key_id=row.pk).revoked_at
    again = services.revoke_api_key(actor=house.actor("admin"), key_id=row.pk).revoked_at
    assert selectors.find_api_key(secret) is None
    assert first == again is not None


def test_the_history_of_a_key_never_holds_its_digest(house):
    house.key("rep")

    assert "digest" not in ApiKey.history.values().get()


def at_work(player) -> User:
    """As a session finds them."""
    user = selectors.user_at_work(player.user.pk)
    assert user is not None
    return user


def test_who_looks_at_a_page_and_where_they_work_is_read_in_one_statement(manager):
    manager.page.get("/settings/")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert manager.page.get("/settings/").status_code == 200

    told = [query["sql"] for query in asked]
    assert len([sql for sql in told if 'FROM "crm_membership"' in sql and "team_mates" in sql]) == 1
    assert [sql for sql in told if 'FROM "crm_user"' in sql] == []


def test_what_was_read_with_a_user_is_used_once(manager):
    user = at_work(manager)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert selectors.chosen_membership(user, "") == manager.member
    assert len(asked) == 0

    Membership.objects.filter(pk=manager.member.pk).update(is_active=False)

    assert selectors.chosen_membership(user, "") is None


def test_a_user_who_works_nowhere_is_a_user_still_and_nobody_is_nobody(manager):
    Membership.objects.filter(pk=manager.member.pk).update(is_active=False)

    found = at_work(manager)

    assert (found.pk, found.known_places, selectors.chosen_membership(found, "")) == (
        manager.user.pk,
        None,
        None,
    )
    assert selectors.user_at_work(uuid4()) is None
    assert manager.page.get("/leads/").status_code == 403
