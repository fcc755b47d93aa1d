"""People in the Django admin: nobody is lifted, lost or left behind by a door beside the services."""

import pytest
from django.urls import reverse

from crm import selectors, services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.errors import LastAdminError
from crm.models import Membership, Role, User


def change_page(row):
    """Where a row is changed."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def person(row, **changes):
    """What the form of a person sends."""
    return {
        "email": row.email,
        "name": row.name,
        "phone": row.phone,
        "language": "",
        "is_active": "on",
    } | changes


@pytest.mark.parametrize("whose", ["rep", "admin"])
def test_nobody_writes_an_address_that_nobody_proved(house, whose):
    # given somebody's own page, or a colleague's
    user = house.user(whose)

    # when another address is sent along with another name
    answer = house.browser("admin").post(change_page(user), person(user, email="ceo@victim.test", name="New"))

    # then the name is kept, and the address is as it was
    assert answer.status_code == 302, answer.context["errors"]
    after = User.objects.get(pk=user.pk)
    assert (after.email, after.name) == (user.email, "New")
    assert not User.objects.filter(email="ceo@victim.test").exists()


def test_nobody_is_deleted_from_the_workspace(house):
    # given a member whom the admin would rather not have
    browser, member = house.browser("admin"), house.members["rep"]
    page = reverse("admin:crm_membership_delete", args=[member.pk])
    many = {"action": "delete_selected", "_selected_action": [str(member.pk)], "post": "yes"}

    # when they ask for it on its page, or in the list
    answer = browser.post(page, {"post": "yes"})
    browser.post(reverse("admin:crm_membership_changelist"), many)

    # then the member is there: one switches people off
    assert answer.status_code == 403
    assert Membership.objects.filter(pk=member.pk).exists()


def role_form(row, *permissions, **changes):
    """What the form of a role sends."""
    return {"key": row.key, "name": row.name, "sight": row.sight, "permissions": permissions} | changes


def test_a_role_keeps_somebody_who_manages_and_the_form_says_so(house):
    # given the one role that lets others in
    row = Role.objects.get(key="admin")

    # when it shall not do so any more
    answer = house.browser("admin").post(change_page(row), role_form(row, "leads.view", name="Less"))

    # then the form says why, still with what was typed, and everything is as it was
    form = answer.context["adminform"].form
    assert answer.status_code == 200
    assert form.non_field_errors() == [LastAdminError().message]
    assert form["name"].value() == "Less"
    row.refresh_from_db()
    assert (row.name, row.permissions) == ("Admin", ["*"])


def test_a_role_is_no_way_above_oneself(house):
    # given somebody who manages people and may nothing else
    people = Role.objects.create(
        workspace=house.workspace, key="people", name="People", permissions=["members.manage"], sight="own"
    )
    house.add("petra", "people")
    page = house.browser("petra")

    # when they lift their own role, change the admins', or delete one above them
    lifted = page.post(change_page(people), role_form(people, "members.manage", "settings.manage"))
    others = Role.objects.get(key="manager")
    lowered = page.post(change_page(others), role_form(others, "leads.view"))
    page.post(reverse("admin:crm_role_delete", args=[spare(house).pk]), {"post": "yes"})

    # then each is refused
    assert (lifted.status_code, lowered.status_code) == (200, 200)
    people.refresh_from_db()
    assert people.permissions == ["members.manage"]
    assert Role.objects.filter(key="spare").exists()
    assert len(Role.objects.get(key="manager").permissions) > 1


def spare(house):
    """A role that nobody holds."""
    return services.save_role(
        actor=house.actor("admin"), key="spare", name="Spare", permissions=["leads.view"], sight="all"
    )


def test_a_role_that_nobody_holds_goes_and_others_stay(house):
    admin = house.actor("admin")
    services.remove_role(actor=admin, role_id=spare(house).pk)

    with pytest.raises(InvalidInputError):
        services.remove_role(actor=admin, role_id=house.members["rep"].role_id)

    assert not Role.objects.filter(key="spare").exists()
    assert Role.objects.filter(key="rep").exists()


def member_form(row, **changes):
    """What the form of a member sends."""
    return {"role": row.role_id, "teams": [], "is_active": "on", "is_available": "on"} | changes


def off(form):
    """The same form with the tick taken away."""
    return {name: value for name, value in form.items() if name != "is_active"}


@pytest.mark.parametrize("by", ["member", "user"])
def test_who_is_switched_off_here_comes_back_without_their_keys(house, by):
    # given a rep who is signed in, and whose program has a key
    secret, theirs = house.key("rep"), house.browser("rep")
    theirs.get("/alerts/")
    row = house.members["rep"] if by == "member" else house.user("rep")
    form = member_form(row) if by == "member" else person(row)
    admin = house.browser("admin")

    # when an admin switches them off, and on again
    gone = admin.post(change_page(row), off(form))
    is_out = theirs.get("/alerts/").status_code == 302
    back = admin.post(change_page(row), form)

    # then they were out at once; back, they sign in anew, and the key opens nothing
    assert (gone.status_code, is_out, back.status_code) == (302, True, 302)
    row.refresh_from_db()
    assert row.is_active
    assert theirs.get("/alerts/").status_code == 302
    assert selectors.find_api_key(secret) is None


@pytest.mark.parametrize("by", ["member", "user"])
def test_nobody_switches_themselves_off(house, by):
    house.add("boss", "admin")
    row = house.members["admin"] if by == "member" else house.user("admin")
    form = member_form(row) if by == "member" else person(row)

    answer = house.browser("admin").post(change_page(row), off(form))

    assert "switch yourself off" in answer.content.decode()
    row.refresh_from_db()
    assert row.is_active


def test_a_member_gets_another_role_and_teams_and_their_place_stays_theirs(house):
    team = services.save_team(actor=house.actor("admin"), name="Java", membership_ids=[])
    row, manager = house.members["rep"], Role.objects.get(key="manager")
    given = member_form(row, role=manager.pk, teams=[team.pk], user=house.user("viewer").pk)
    del given["is_available"]

    answer = house.browser("admin").post(change_page(row), given)

    assert answer.status_code == 302, answer.context["errors"]
    row.refresh_from_db()
    assert (row.role, list(row.teams.all()), row.is_available) == (manager, [team], False)
    assert row.user == house.user("rep")
    assert row.history.first().via == "admin"


def test_what_nobody_may_change_of_a_user_is_refused(house, strangers):
    admin = house.actor("admin")

    with pytest.raises(InvalidInputError):
        services.change_user(actor=admin, user_id=house.user("rep").pk, changes={"email": "a@b.test"})
    with pytest.raises(NotFoundError):
        services.change_user(actor=admin, user_id=strangers.user("rep").pk, changes={"name": "X"})
    services.add_member(actor=house.system, email="rep@strangers.test", role_key="viewer")
    with pytest.raises(NotAllowedError):
        services.change_user(actor=admin, user_id=strangers.user("rep").pk, changes={"name": "X"})

    assert strangers.user("rep").name == "Rep"


def test_what_is_changed_of_rights_here_stands_in_the_audit(house):
    # given changes of a role, a person and a member in the admin
    admin, row = house.browser("admin"), Role.objects.get(key="viewer")
    admin.post(change_page(row), role_form(row, "leads.view", "contacts.view"))
    user = house.user("rep")
    admin.post(change_page(user), person(user, name="Rina"))
    place = house.members["rep"]
    admin.post(change_page(place), member_form(place, role=row.pk))
    services.remove_role(actor=house.actor("admin", via="admin"), role_id=spare(house).pk)

    # when somebody asks what became of people
    page = admin.get("/settings/audit/", {"what": "people"})

    # then each is told with its details, and leads to its record
    gone, new, member, renamed, changed, role = page.context["lines"][:6]
    assert [line["what"] for line in (gone, new, member, renamed, changed, role)] == [
        "Role changed", "Role changed", "Member changed", "Member renamed", "User changed", "Role changed",
    ]  # fmt: skip
    assert {line["via"] for line in (member, changed, role)} == {"admin"}
    assert dict(role["details"])["Allows"] == "contacts.view, leads.view"
    assert dict(changed["details"])["Fields"] == "name"
    assert dict(gone["details"])["Called"] == "Spare"
    assert admin.get(role["url"]).status_code == 200
    asked = admin.get("/settings/audit/", {"record": str(row.pk)}).context["lines"]
    assert [line["what"] for line in asked] == ["Role changed"]
