"""Fixtures of the conversations' tests."""

import pytest


@pytest.fixture(autouse=True)
def _no_broker(nudges):
    """Tests decide when a worker looks."""
