"""Every model has a room in the Django admin where a list, a filter or a search helps; or a reason to have none."""

import pytest
from django.apps import apps
from django.contrib import admin

from tests.architecture.sources import FLOORS

WITHOUT = {
    "Alert": "a person's own",
    "AlertChoice": "a person's own",
    "AlertTimes": "a person's own",
    "Draft": "a person's own words, not yet sent",
    "Mention": "stands on the page of its note",
    "ConversationLabel": "stands on the conversation",
    "PasswordReset": "a visitor's wish, gone as soon as it is mailed",
    "IdempotencyKey": "answers kept for programs, forgotten after a day",
    "JobStep": "stands on the page of its job",
    "LeadSlot": "stands on the page of its lead",
    "AgentQuestion": "stands on the page of its agent",
}


def ours():
    """Models of ours, without their histories: those stand on the pages of their rows."""
    models = [m for m in apps.get_models() if m._meta.app_label in FLOORS]
    return [m for m in models if not hasattr(m, "history_type")]


def test_every_model_has_a_room_or_a_reason():
    without = {m.__name__ for m in ours() if m not in admin.site._registry}

    assert without == WITHOUT.keys()
    assert len(ours()) - len(without) >= 40


@pytest.mark.parametrize("model", [m for m in ours() if m in admin.site._registry], ids=lambda m: m.__name__)
def test_every_room_has_a_list_one_can_find_things_in(model):
    room = admin.site._registry[model]
    rows = model.__name__ in {"Workspace", "LeadSettings"}  # one row a workspace

    assert tuple(room.list_display) != ("__str__",)
    assert rows or room.search_fields or room.list_filter
