"""What holds for any conversation at all: nothing invented, nothing thrown, at most one escalation."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.runtime.engine import Escalate, KnownSlot, SaveSlot, SessionState
from tests.agents.engine.talk import effects, say

# words that meet in all orders: names, places, amounts, questions, threats, corrections and noise
TALK = """
hi hola halo I need a website quiero un logo butuh jasa foto for my coffee shop toko kopi in
Lima di Bandung soy Ana nama saya Budi it's Tom 5 juta $500 10k mil pesos how much berapa harga
? ! ... , no I meant bukan actually stop thanks gracias refund lawyer abogado pengacara person
orang 😡 👍 asdf qwzx maybe not sure rp 2.500.000 dos mil entre y sampai under call me what time
"""
WORDS = st.sampled_from(TALK.split())
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
TEXTS = st.one_of(SENTENCES, st.text(max_size=60))
BATCHES = st.lists(TEXTS, min_size=1, max_size=3).map(tuple)
TALKS = st.lists(BATCHES, min_size=1, max_size=5)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def play(talk, seed=0):
    """The outcomes of a talk, with the texts each was given."""
    state, played = SessionState(), []
    for place, batch in enumerate(talk):
        outcome = say(state, *batch, seed=seed + place)
        played.append((state, batch, outcome))
        state = outcome.state
    return played


@CALM
@given(TALKS)
def test_every_saved_value_has_its_words_in_its_own_message(talk):
    for before, batch, outcome in play(talk):
        texts = {f"m{before.turns}-{place}": text for place, text in enumerate(batch)}
        for effect in effects(outcome, SaveSlot):
            slot = effect.slot
            assert slot.quote != ""
            assert texts[slot.message_id][slot.start : slot.end] == slot.quote


@CALM
@given(TALKS)
def test_two_slots_of_a_turn_never_share_a_span(talk):
    for _before, _batch, outcome in play(talk):
        spans = [(s.slot.message_id, s.slot.start, s.slot.end) for s in effects(outcome, SaveSlot)]
        for place, (message, start, end) in enumerate(spans):
            others = [one for one in spans[place + 1 :] if one[0] == message]
            assert all(end <= other[1] or other[2] <= start for other in others)


@CALM
@given(TALKS)
def test_a_conversation_is_escalated_at_most_once(talk):
    escalations = [one for _before, _batch, outcome in play(talk) for one in effects(outcome, Escalate)]

    assert len(escalations) <= 1


@CALM
@given(TALKS)
def test_the_state_survives_storage(talk):
    for _before, _batch, outcome in play(talk):
        stored = json.loads(json.dumps(outcome.state.to_json()))
        assert SessionState.from_json(stored) == outcome.state


@CALM
@given(TALKS, st.integers(min_value=0, max_value=2**31))
def test_the_same_input_and_seed_give_the_same_outcome(talk, seed):
    first = [outcome for _before, _batch, outcome in play(talk, seed)]
    second = [outcome for _before, _batch, outcome in play(talk, seed)]

    assert first == second


@CALM
@given(BATCHES)
def test_a_confirmed_slot_survives_inference(batch):
    known = {"business_type": KnownSlot("business_type", "art gallery", is_confirmed=True)}
    state = SessionState(language="en", greeted=True, known=known)

    outcome = say(state, *batch)

    inferred = [e.slot for e in effects(outcome, SaveSlot) if e.slot.is_inferred]
    assert all(slot.key != "business_type" for slot in inferred)


def test_a_state_of_a_newer_release_is_still_read():
    stored = {**SessionState(language="es").to_json(), "field_of_the_future": 1, "version": 99}

    assert SessionState.from_json(stored) == SessionState(language="es")
    assert SessionState.from_json({}) == SessionState()
