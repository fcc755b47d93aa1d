"""The people of the ground floor's tests."""

import pytest
from django.test import Client

from tests.crm.people import House, make_house


@pytest.fixture
def house(db) -> House:
    """A workspace with an admin, a manager, a rep and a viewer."""
    return make_house("warung")


@pytest.fixture
def strangers(db) -> House:
    """Another workspace."""
    return make_house("strangers")


@pytest.fixture
def browser() -> Client:
    """A browser that nobody has signed in with."""
    return Client()
