"""People in the Django admin: nobody is lifted, lost or left behind by a door beside the services."""

import pytest
from django.urls import reverse

from crm.models import User


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
