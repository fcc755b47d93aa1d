"""Fixtures of the leads' tests."""

import pytest

from tests.factories.leads import Cast, make_cast


@pytest.fixture
def cast(db) -> Cast:
    """A workspace with an admin, a manager, a rep and a viewer."""
    return make_cast()


@pytest.fixture
def strangers(db) -> Cast:
    """Another workspace."""
    return make_cast("strangers")
