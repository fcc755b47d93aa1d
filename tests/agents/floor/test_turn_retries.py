"""Turns that were given up are dead letters: replayed while nobody has answered, and only then."""

import pytest

from agents import services
from agents.errors import NothingToAnswerError
from agents.models import Turn
from conversations import services as conversation_services
from crm import selectors as crm
from crm import services as crm_services
from tests.agents.floor.stage import answer, fresh, said_by_bot, session_of
from tests.factories.conversations import receive


@pytest.fixture
def given_up(channel, sarah, owner, monkeypatch):
    """A conversation whose answer broke five times; Sarah is well again by now."""

    def broken(*_, **__):
        raise ValueError("the model is ill")

    with pytest.MonkeyPatch.context() as once:
        once.setattr("agents.services.turns.think", broken)
        talk = receive(channel, "I need a website").conversation
        answer(talk.pk, rounds=6)
    return talk


def letter_of(player) -> str:
    """The one on the list."""
    (row,) = crm.visible_letters(player.actor(), source="turn").order_by("-letter_since", "-letter")[:5]
    return str(row.letter)


def test_the_agent_answers_what_it_had_failed_at(given_up, manager):
    letter = crm.get_letter(manager.actor(), letter_of(manager))
    assert letter.source.brief(letter.row).sentence == "ValueError('the model is ill')"
    assert b"I need a website" in letter.source.text(letter.row)
    assert fresh(given_up.pk).owner_kind == "person"

    crm_services.replay_letter(actor=manager.actor(), letter=letter.id)
    assert fresh(given_up.pk).owner_kind == "agent"
    answer(given_up.pk)

    assert said_by_bot(given_up.pk)[-1].endswith("?")
    assert session_of(given_up.pk).state["asked_slot"] == "name"
    assert Turn.objects.filter(gave_up=True).count() == 0
    published = Turn.objects.get(outcome="published")
    assert published.message_ids == [str(given_up.messages.get(direction="in").pk)]


def test_not_when_a_person_has_answered_since(given_up, manager, owner):
    letter = letter_of(manager)
    conversation_services.send_message(actor=owner.actor(), conversation_id=given_up.pk, text="Hi, Rina here")

    with pytest.raises(NothingToAnswerError):
        crm_services.replay_letter(actor=manager.actor(), letter=letter)

    assert fresh(given_up.pk).owner_kind == "person"
    assert letter_of(manager) == letter


def test_not_when_no_agent_is_switched_on(given_up, manager, sarah):
    sarah.is_active = False
    sarah.save()

    with pytest.raises(NothingToAnswerError) as refused:
        crm_services.replay_letter(actor=manager.actor(), letter=letter_of(manager))

    assert "Switch one on" in refused.value.message
    assert fresh(given_up.pk).owner_kind == "person"
    assert services.run_turn(conversation_id=given_up.pk) is None
