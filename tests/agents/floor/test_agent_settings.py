"""Settings, Agents and Slots: saved, checked, told, ordered, and taken back."""

from typing import Any
from uuid import uuid4

import pytest

from agents import services
from agents.models import Agent, AgentQuestion
from agents.selectors import agent_for, bots_of, spec_of
from crm import selectors as crm_selectors
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import EventRecord
from leads import services as leads
from leads.models import Slot


def change(admin, row, **changes):
    """As the page does."""
    return services.change_agent(actor=admin.actor(), agent_id=row.pk, changes=changes)


def test_a_change_counts_from_the_next_turn_on_and_says_who_made_it(sarah, admin):
    row = change(admin, sarah, name=" Ayu ", answer_threshold=0.7, tone="calm")

    spec = spec_of(Agent.objects.get(pk=sarah.pk), "ID")
    assert (spec.name, spec.answer_threshold, spec.tone) == ("Ayu", 0.7, "calm")
    event = EventRecord.objects.get(name="agents.agent_changed")
    assert event.payload == {
        "agent_id": str(sarah.pk), "called": "Ayu", "fields": ["name", "tone", "answer_threshold"],
    }  # fmt: skip
    told = crm_selectors.changes_of(row, {"name": "Name", "answer_threshold": "Sure"})
    assert told[0]["who"] == admin.user.name
    assert {(ln["label"], ln["old"], ln["new"]) for ln in told[0]["lines"]} == {
        ("Name", "Sarah", "Ayu"), ("Sure", "0.6", "0.7"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"default_language": "es", "languages": ["en"]}, "default_language", "Choose one of the languages it speaks."),
        ({"clarify_threshold": 0.9}, "clarify_threshold", "Must not be above the confidence from which it acts."),
        ({"wait_fragment": 60.0}, "wait_at_most", "Must not be shorter than the other waits."),
        ({"workspace_id": "x"}, "workspace_id", "This can't be changed."),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_name(sarah, admin, changes, field, sentence):
    with pytest.raises(InvalidInputError) as refused:
        change(admin, sarah, name="New", **changes)

    assert refused.value.fields == {field: [sentence]}
    assert Agent.objects.get(pk=sarah.pk).name == "Sarah"


def test_switched_off_it_answers_nobody_and_undo_brings_it_back(sarah, admin, conversation):
    answer = admin.page.post(f"/settings/agents/{sarah.pk}/switch/", {"is_active": "0"}, follow=True)

    assert agent_for(conversation) is None
    row = Agent.objects.get(pk=sarah.pk)
    undo = f"/settings/agents/{sarah.pk}/changes/{crm_selectors.latest_change_of(row)}/undo/"
    assert f'data-undo="{undo}"' in answer.content.decode()

    admin.page.post(undo, headers={"HX-Request": "true"})
    assert agent_for(conversation) == sarah


def test_it_answers_on_the_channels_it_is_set_on_and_only_on_ours(sarah, admin, channel, strangers_channel):
    def set_on(ids):
        return services.change_agent(actor=admin.actor(), agent_id=sarah.pk, changes={}, channel_ids=ids)

    set_on([channel.pk])
    assert list(sarah.channels.all()) == [channel]
    with pytest.raises(InvalidInputError) as refused:
        set_on([strangers_channel.pk])

    assert refused.value.fields == {"channels": ["Choose channels of this workspace."]}
    assert list(sarah.channels.all()) == [channel]


@pytest.mark.parametrize("role", ["manager", "owner", "viewer"])
def test_others_may_not(sarah, role, request):
    player = request.getfixturevalue(role)

    with pytest.raises(NotAllowedError):
        change(player, sarah, name="Mine")
    with pytest.raises(NotAllowedError):
        leads.add_slot(actor=player.actor(), key="hat", label="Hat", kind="text")

    assert Agent.objects.get(pk=sarah.pk).name == "Sarah"
    assert player.page.get("/settings/agents/").status_code == 403
    assert player.page.get("/settings/slots/").status_code == 403
    assert bots_of(player.actor())[0]["switch_url"] == ""


def test_another_workspaces_agent_is_not_there(sarah, stranger):
    with pytest.raises(NotFoundError):
        change(stranger, sarah, name="Mine")

    assert Agent.objects.get(pk=sarah.pk).name == "Sarah"


def test_the_page_says_what_is_wrong_beside_the_field_and_saves(sarah, admin):
    page = f"/settings/agents/{sarah.pk}/"
    sent = {
        "name": "Ayu", "tone": "calm", "languages": ["en", "id"], "default_language": "id", "is_active": "on",
        "pricing_policy": "never", "max_asks_per_slot": "2", "max_misses": "1", "answer_threshold": "0.6",
        "clarify_threshold": "0.3", "wait_complete": "1", "wait_fragment": "2", "wait_at_most": "4",
    }  # fmt: skip

    wrong = admin.page.post(page, {**sent, "wait_at_most": "1"}).content.decode()
    saved = admin.page.post(page, sent, follow=True).content.decode()

    assert "Must not be shorter than the other waits." in wrong
    row = Agent.objects.get(pk=sarah.pk)
    assert (row.name, row.pricing_policy, row.languages) == ("Ayu", "never", ["en", "id"])
    assert "Say that a colleague gives the price; hand over only when they insist" in saved


def test_a_new_agent_is_off_until_somebody_switches_it_on(sarah, admin):
    row = services.add_agent(actor=admin.actor(), changes={"name": "Dewi"})

    assert (row.is_active, row.workspace_id) == (False, sarah.workspace_id)


# Slots.


def order(workspace):
    """The slots in the order they are asked for."""
    return list(Slot.objects.filter(workspace=workspace, is_active=True).values_list("key", flat=True))


def slot(sarah, key="need"):
    """One of the slots the workspace began with."""
    return Slot.objects.get(workspace_id=sarah.workspace_id, key=key)


def test_a_slot_is_added_asked_last_and_once(sarah, admin, workspace):
    leads.add_slot(actor=admin.actor(), key="hat", label="Hat", kind="choice", options=["S", "M"])

    assert order(workspace)[-1] == "hat"
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"key": "hat", "label": "Other", "kind": "text"}, "key"),
        ({"key": "shoe", "label": "Shoe", "kind": "choice"}, "options"),
        ({"key": "Shoe!", "label": "Shoe", "kind": "text"}, "key"),
    )
    for given, field in refusals:
        with pytest.raises(InvalidInputError) as refused:
            leads.add_slot(actor=admin.actor(), **given)
        assert list(refused.value.fields) == [field]
    assert order(workspace) == ["name", "business_type", "location", "need", "budget", "hat"]


def test_slots_are_ordered_one_step_at_a_time(sarah, admin, workspace):
    need = slot(sarah)

    leads.move_slot(actor=admin.actor(), slot_id=need.pk, is_up=True)
    leads.move_slot(actor=admin.actor(), slot_id=need.pk, is_up=True)

    assert order(workspace) == ["name", "need", "business_type", "location", "budget"]
    part = admin.page.post(
        f"/settings/slots/{need.pk}/move/", {"to": "up"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert part.index("<code>need</code>") < part.index("<code>name</code>")
    leads.move_slot(actor=admin.actor(), slot_id=need.pk, is_up=True)
    assert order(workspace) == ["need", "name", "business_type", "location", "budget"]


def test_a_slot_is_changed_switched_off_and_taken_back(sarah, admin, workspace):
    need = slot(sarah)

    leads.change_slot(actor=admin.actor(), slot_id=need.pk, changes={"label": "Wish", "is_required": False})
    leads.change_slot(actor=admin.actor(), slot_id=need.pk, changes={"is_active": False})
    assert "need" not in order(workspace)

    off = crm_selectors.latest_change_of(need)
    leads.undo_slot_change(actor=admin.actor(), slot_id=need.pk, change_id=off)
    need.refresh_from_db()
    assert (need.label, need.is_required, need.is_active) == ("Wish", False, True)
    with pytest.raises(InvalidInputError):
        leads.change_slot(actor=admin.actor(), slot_id=need.pk, changes={"key": "wish"})


def test_the_agent_asks_in_the_workspaces_own_words(sarah, admin):
    need = slot(sarah)

    def word(**texts):
        return services.word_questions(actor=admin.actor(), agent_id=sarah.pk, slot_id=need.pk, texts=texts)

    word(en=" What can we make for you? ", id="Mau dibuatkan apa?")
    asked = spec_of(Agent.objects.get(pk=sarah.pk), "ID").slot("need")
    assert asked is not None
    assert asked.question == {"en": "What can we make for you?", "id": "Mau dibuatkan apa?"}
    word(en="")
    assert list(AgentQuestion.objects.values_list("language", "text")) == [("id", "Mau dibuatkan apa?")]
    with pytest.raises(InvalidInputError, match="need a look"):
        word(fr="Quoi ?")
    with pytest.raises(NotFoundError):
        services.word_questions(actor=admin.actor(), agent_id=uuid4(), slot_id=need.pk, texts={"en": "x"})


def test_the_slot_page_saves_the_questions_of_each_language(sarah, admin):
    need = slot(sarah)
    sent = {"label": "Need", "is_required": "on", f"question_{sarah.pk.hex}_es": "¿Qué necesitas?"}

    admin.page.post(f"/settings/slots/{need.pk}/", sent)

    assert list(AgentQuestion.objects.values_list("language", "text")) == [("es", "¿Qué necesitas?")]
    assert "¿Qué necesitas?" in admin.page.get(f"/settings/slots/{need.pk}/").content.decode()
