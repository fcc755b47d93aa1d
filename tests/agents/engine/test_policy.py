"""The dialogue policy: what is asked, saved, answered and handed over."""

import pytest

from agents.runtime.engine import (
    AgentSpec,
    DoNothing,
    Escalate,
    HandOver,
    KnownSlot,
    OptOut,
    Qualify,
    SaveSlot,
    Say,
    SessionState,
    SlotSpec,
)
from tests.agents.engine.talk import converse, effects, reply, say, values


def test_a_lead_is_qualified_when_all_slots_are_known():
    turns = converse("Hi", "I need a website for my coffee shop", "Bandung", "I'm Budi", "5 juta")

    last = turns[-1]
    assert values(last.state) == {
        "need": "website",
        "business_type": "coffee shop",
        "location": "Bandung",
        "name": "Budi",
        "budget": "5 juta",
    }
    assert last.state.known["budget"].normalised == {"amount": "5000000", "currency": "IDR"}
    assert effects(last, Qualify) == [Qualify(60)]
    assert effects(last, HandOver) == [HandOver("qualified")]
    assert last.state.phase == "qualified"
    assert "colleague" in reply(last)


def test_a_complete_lead_with_a_low_score_is_thanked_and_not_handed_over():
    last = converse("I need a logo for my gym in Leeds, I'm Dan, budget 200 pounds", score=10)[-1]

    assert last.state.phase == "complete"
    assert effects(last, Qualify) == []
    assert effects(last, HandOver) == []
    assert "colleague" in reply(last)


def test_each_reply_asks_at_most_one_question_besides_the_name():
    for turn in converse("Hi", "a website", "a bakery", "Lima", "Ana"):
        asked = [act.slot for act in turn.acts if act.kind == "ask"]
        assert len(asked) <= 1


def test_what_is_known_is_not_asked_again():
    turns = converse("Hi, I'm Ana from Lima and I need a logo")

    assert {act.slot for act in turns[0].acts if act.kind == "ask"} == {"business_type"}


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("I'm in Bandung and need a logo", "no, I meant Surabaya", "Surabaya"),
        ("butuh logo, lokasi Bandung", "bukan Bandung, maksudku Surabaya", "Surabaya"),
        ("necesito un logo, estoy en Lima", "no, quise decir Cusco", "Cusco"),
    ],
)
def test_a_correction_replaces_what_was_known(first, second, wanted):
    turns = converse(first, second)

    saved = [effect.slot for effect in effects(turns[1], SaveSlot)]
    assert values(turns[1].state)["location"] == wanted
    assert [(slot.key, slot.is_correction) for slot in saved] == [("location", True)]


def test_a_confirmed_value_is_not_overwritten_by_inference():
    known = {"business_type": KnownSlot("business_type", "art gallery", is_confirmed=True)}
    state = SessionState(language="en", known=known, greeted=True)

    outcome = say(state, "I sell shoes too")

    assert values(outcome.state)["business_type"] == "art gallery"
    assert effects(outcome, SaveSlot) == []


def test_the_first_price_question_is_deferred_and_the_second_handed_over():
    first, second = converse("how much is a logo?", "ok but how much?")

    assert effects(first, Escalate) == []
    assert "exact price" in reply(first)
    assert [one.reason for one in effects(second, Escalate)] == ["pricing"]
    assert effects(second, HandOver) == [HandOver("pricing")]


def test_the_pricing_policy_may_hand_over_at_once_or_never():
    at_once = converse("how much is a logo?", spec=AgentSpec(pricing_policy="hand_over"))[0]
    never = converse("how much is a logo?", "how much?", "how much?", spec=AgentSpec(pricing_policy="never"))

    assert [one.reason for one in effects(at_once, Escalate)] == ["pricing"]
    assert [effects(turn, Escalate) for turn in never] == [[], [], []]


def test_bargaining_is_handed_over_at_once():
    outcome = converse("can you give me a discount?")[0]

    escalation = effects(outcome, Escalate)[0]
    assert escalation.reason == "pricing"
    assert escalation.quote in "can you give me a discount?"
    assert escalation.message_id == "m0-0"


def test_two_questions_in_a_row_without_an_answer_are_handed_over():
    first, second = converse("what time do you open?", "and where is your office?")

    assert effects(first, Escalate) == []
    assert "colleague" in reply(first)
    assert [one.reason for one in effects(second, Escalate)] == ["knowledge_misses"]


def test_noise_is_asked_about_once_and_then_handed_over():
    first, second = converse("asdkj qwpe zzzx", "lkjh mnbv fghtr ppq")

    assert effects(first, Escalate) == []
    assert [act.kind for act in first.acts][:2] == ["greet", "did_not_understand"]
    assert [one.reason for one in effects(second, Escalate)] == ["knowledge_misses"]


def test_after_an_escalation_the_agent_says_nothing():
    turns = converse("I want to talk to a person", "hello?", "are you there?")

    assert [effects(turn, Say) != [] for turn in turns] == [True, False, False]
    assert all(effects(turn, DoNothing) for turn in turns[1:])
    assert sum(len(effects(turn, Escalate)) for turn in turns) == 1


def test_an_honest_answer_to_are_you_a_bot():
    outcome = converse("are you a bot?")[0]

    assert "assistant" in reply(outcome)
    assert "person" in reply(outcome)
    assert effects(outcome, Escalate) == []


def test_an_opt_out_is_confirmed_once_and_then_respected():
    turns = converse("I need a logo", "STOP", "ok")

    assert len(effects(turns[1], OptOut)) == 1
    assert effects(turns[1], Say) != []
    assert effects(turns[2], Say) == []
    assert turns[2].state.opted_out


@pytest.mark.parametrize("before", ["STOP", "I will sue you, my lawyer will call"])
def test_an_opt_out_is_heard_where_nothing_is_said_to_it(before):
    turns = converse(before, "STOP")

    assert len(effects(turns[1], OptOut)) == 1
    assert effects(turns[1], Say) == []


def test_an_opt_out_with_a_threat_is_heard_and_goes_to_a_person():
    turn = converse("Stop messaging me, or my lawyer will call you")[0]

    assert len(effects(turn, OptOut)) == 1
    assert [one.reason for one in effects(turn, Escalate)] == ["legal"]


def test_a_customer_who_opted_out_may_start_again():
    turns = converse("STOP", "Hi, I need a website after all")

    assert not turns[1].state.opted_out
    assert effects(turns[1], Say) != []


def test_a_voice_note_is_refused_politely_once():
    first = say(SessionState(), "", kind="audio")
    second = say(first.state, "", kind="audio")

    assert "voice notes" in reply(first)
    assert effects(first, Escalate) == []
    assert [one.reason for one in effects(second, Escalate)] == ["knowledge_misses"]


@pytest.mark.parametrize("kind", ["sticker", "reaction"])
def test_a_sticker_needs_no_answer(kind):
    outcome = say(SessionState(), "", kind=kind)

    assert effects(outcome, Say) == []
    assert len(effects(outcome, DoNothing)) == 1


def test_a_slot_refused_twice_is_left_alone():
    turns = converse(
        "I'm Ana, I need a logo for my bakery in Lima", "I'd rather not say", "I'd rather not say"
    )

    assert turns[0].state.asked_slot == "budget"
    assert turns[1].state.asked_slot == "budget"
    assert turns[2].state.declined == ("budget",)
    assert turns[2].state.phase == "complete"
    assert "budget" not in turns[2].state.known


def test_a_question_is_rephrased_when_it_is_asked_again():
    turns = converse("I need a logo", "ok", "ok")

    levels = [act.level for turn in turns for act in turn.acts if act.kind == "ask"]
    keys = {turn.template_keys[-1] for turn in turns if turn.template_keys[-1].startswith("ask.business")}
    assert levels == [0, 1, 2]
    assert keys == {"ask.business_type.1", "ask.business_type.2"}


def test_a_workspace_may_phrase_its_own_question():
    slots = (SlotSpec("size", "choice", {"en": "size"}, options=("S", "M"), question={"en": "Which size?"}),)
    spec = AgentSpec(slots=slots)

    first, second = converse("Hi", "M please", spec=spec)

    assert "Which size?" in reply(first)
    assert values(second.state) == {"size": "M"}


def test_the_language_of_the_conversation_is_kept_until_it_clearly_changes():
    turns = converse("Hola, necesito un logo", "ok", "I would like to continue in English please")

    assert [turn.state.language for turn in turns] == ["es", "es", "en"]


def test_the_outcome_says_why():
    outcome = converse("I'm Ana")[0]

    assert any('name is "Ana"' in sentence for sentence in outcome.why)
    assert outcome.model_name == "offline-rules-1"
    assert (outcome.tokens_in, outcome.cost) == (0, "0")


def test_who_wants_to_ask_something_is_let_to_ask():
    outcome = converse("Hi", "I have a question")[1]

    assert [act.kind for act in outcome.acts] == ["go_ahead"]
    assert outcome.state.misses == 0
    assert outcome.understanding.looks_unfinished


def test_a_late_answer_still_qualifies_the_lead():
    turns = converse("I'm Ana, I need a logo for my bakery in Lima", "no idea", "no idea", "ok, 300 usd")

    assert turns[2].state.phase == "complete"
    assert effects(turns[3], Qualify) == [Qualify(60)]
    assert turns[3].state.phase == "qualified"


def test_questions_that_lead_nowhere_end_with_a_person_and_no_escalation():
    spec = AgentSpec(slots=(SlotSpec("budget", "money", {"en": "budget"}),), max_asks_per_slot=2)

    turns = converse("Hi", "hmm ok", "well ok", spec=spec)

    assert effects(turns[2], HandOver) == [HandOver("knowledge_misses")]
    assert effects(turns[2], Escalate) == []
    assert "colleague" in reply(turns[2])


def test_a_trade_at_the_end_of_a_need_fills_its_own_slot():
    # when the price of a package for a trade is asked, then the trade is known, and the need ends before it
    [first] = converse("paket branding kedai kopi harganya berapa")
    assert values(first.state) == {"need": "paket branding", "business_type": "kedai kopi"}


def test_words_about_the_money_are_not_taken_for_the_trade():
    # given somebody who has said everything but the trade, when they repeat their budget for everything
    outcomes = converse("mau foto produk, saya Budi di Bandung", "budget 15 juta", "15 juta buat semuanya")

    # then the trade is still open
    assert "business_type" not in values(outcomes[-1].state)
