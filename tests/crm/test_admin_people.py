"""People in the Django admin: nobody is lifted, lost or left behind by a door beside the services."""

import pytest
from django.urls import reverse

from crm import services
from crm.core.errors import InvalidInputError
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
    given = {"key": "spare", "name": "Spare", "permissions": ["leads.view"], "sight": "all"}
    return services.save_role(actor=house.actor("admin"), **given)


def test_a_role_that_nobody_holds_goes_and_others_stay(house):
    admin = house.actor("admin")
    services.remove_role(actor=admin, role_id=spare(house).pk)

    with pytest.raises(InvalidInputError):
        services.remove_role(actor=admin, role_id=house.members["rep"].role_id)

    assert not Role.objects.filter(key="spare").exists()
    assert Role.objects.filter(key="rep").exists()
