"""What every test has: servers of its own (config/settings/test.py), closed sockets, a media folder."""

import pytest
from django.test import override_settings
from django.utils import translation

import config.celery  # noqa: F401  tasks stand nowhere, as in a worker
from crm.core import walls
from crm.core.broker import broker
from tests import databases

pytest_plugins = [
    "tests.browsers",
    "tests.cast",
    "tests.journeys.fixtures",
    "tests.scheduling",
    "tests.stack",
]


@pytest.fixture(autouse=True, scope="session")
def _outside_the_walls():
    """Tests prepare and look everywhere; requests, tasks and services under test stand where they really would."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walls, "outside", walls.EVERYWHERE)
        yield


@pytest.fixture(autouse=True)
def _nobody_has_waited_in_vain(monkeypatch):
    """A test that makes Redis go away must not silence the hints and nudges of the next five seconds' tests."""
    monkeypatch.setattr(broker, "_away_until", 0.0)


@pytest.fixture(autouse=True)
def _in_the_houses_language():
    """A request leaves its reader's language in the thread; the next test begins without it."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _media_folder(tmp_path_factory):
    """Files that tests upload go where nobody looks for them later."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Copy the test database from a migrated one instead of migrating each time."""
    databases.use_migrated_template()
