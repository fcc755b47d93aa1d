"""The labelled conversations are well formed, and their labels keep the rules a judge relies on."""

import json
import re
import unicodedata
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

EVALUATION = Path(__file__).parents[2] / "agents" / "evaluation"
LANGUAGES = ("en", "es", "id")
SLOTS = ("name", "business_type", "location", "need", "budget")
INTENTS = {
    *("give_info", "greet", "ask_price", "ask_question", "request_person", "complaint", "refund", "legal"),
    *("thanks", "bye", "confirm", "deny", "opt_out", "other"),
}
# What a customer says when a rule forces a handoff: the reason names the only intents it may come with.
INTENTS_OF_REASON = {
    "human_request": {"request_person"},
    "legal": {"legal"},
    "refund": {"refund"},
    "negative_sentiment": {"complaint"},
    "pricing": {"ask_price"},
    "knowledge_misses": {"ask_question", "other"},
}
ALWAYS_ESCALATE = {"request_person": "human_request", "legal": "legal", "refund": "refund"}
LEAST_OF_REASON = {
    "human_request": 3,
    "legal": 2,
    "refund": 2,
    "negative_sentiment": 2,
    "pricing": 2,
    "knowledge_misses": 1,
}
LEAST_OF_BLIND_TAG = {
    "several_facts": 6,
    "correction": 6,
    "whatsapp_spelling": 8,
    "escalation": 12,
    "hard_negative": 8,
}
LEAST_OF_TAG = {
    "several_facts": 8,
    "fragments": 8,
    "correction": 6,
    "whatsapp_spelling": 10,
    "emoji": 8,
    "escalation": 12,
    "hard_negative": 12,
    "price_first": 4,
    "mixed": 4,
    "small_talk": 3,
    "opt_out": 3,
    "plain": 8,
}
CURRENCIES = {
    *("USD", "EUR", "GBP", "IDR", "MXN", "PEN", "COP", "ARS", "CLP", "BOB", "CRC", "HNL", "GTQ", "DOP"),
    *("PAB", "UYU", "PYG", "VES", "CAD", "AUD", "NZD", "INR", "PHP", "SGD", "MYR", "ZAR", "KES", "NGN"),
}
# The leading digits of the amounts that people here write in words.
NUMBER_WORDS = {
    "a thousand": "1",
    "four hundred": "4",
    "three and a half": "35",
    "five": "5",
    "six": "6",
    "palo y medio": "15",
    "un millón": "1",
    "mil bolivianos": "1",
    "seis": "6",
    "cuatrocientos": "4",
    "cinco": "5",
    "veinte": "2",
    "dos": "2",
    "millón y medio": "15",
    "sejuta": "1",
    "satu": "1",
    "satu setengah": "15",
    "dua": "2",
    "empat": "4",
    "dua setengah": "25",
}


def read_set(language: str, folder: str = "sets") -> list[dict[str, Any]]:
    """The conversations of one language in one folder, `sets` or `blind`."""
    path = EVALUATION / folder / f"{language}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert set(content) == {"language", "conversations"}
    assert content["language"] == language
    conversations: list[dict[str, Any]] = content["conversations"]
    return conversations


ALL = [
    (each["id"], each)
    for folder in ("sets", "blind")
    for language in LANGUAGES
    for each in read_set(language, folder)
]
every_conversation = pytest.mark.parametrize(
    "conversation", [pytest.param(each, id=name) for name, each in ALL]
)


def said(conversation: dict[str, Any]) -> str:
    """Everything the customer wrote, folded, one message a line."""
    return "\n".join(text for turn in conversation["turns"] for text in turn["messages"]).casefold()


def reasons(conversation: dict[str, Any]) -> list[str | None]:
    """The escalation label of each turn, in order."""
    return [turn["escalation"] for turn in conversation["turns"]]


def leading_digits(amount: str) -> str:
    """An amount without separators and trailing zeros: `5 juta`, `5.000.000` and `5k` all begin with 5."""
    return re.sub(r"\D", "", amount).strip("0")


def has_emoji(text: str) -> bool:
    """Whether a pictograph occurs in the text."""
    return any(unicodedata.category(char) == "So" for char in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_set_is_large_and_its_ids_are_unique(language: str) -> None:
    conversations = read_set(language)

    ids = [conversation["id"] for conversation in conversations]

    assert len(conversations) >= 48
    assert ids == [f"{language}-{number:03d}" for number in range(1, len(ids) + 1)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_blind_set_is_a_fair_measurement(language: str) -> None:
    conversations = read_set(language, "blind")

    ids = [conversation["id"] for conversation in conversations]
    tags = Counter(tag for conversation in conversations for tag in conversation["tags"])
    escalated = Counter(each for conversation in conversations for each in reasons(conversation) if each)

    assert ids == [f"blind-{language}-{number:03d}" for number in range(1, 35)]
    assert set(tags) <= set(LEAST_OF_TAG)
    assert {tag for tag, least in LEAST_OF_BLIND_TAG.items() if tags[tag] < least} == set()
    assert {key for key, least in LEAST_OF_REASON.items() if escalated[key] < least} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_conversations_say_the_same(language: str) -> None:
    everything = read_set(language) + read_set(language, "blind")
    texts = Counter(said(conversation) for conversation in everything)

    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_conversation_is_there_often_enough(language: str) -> None:
    tags = Counter(tag for conversation in read_set(language) for tag in conversation["tags"])

    assert set(tags) == set(LEAST_OF_TAG)
    assert {tag: tags[tag] for tag, least in LEAST_OF_TAG.items() if tags[tag] < least} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_intent_is_there(language: str) -> None:
    turns = [turn for conversation in read_set(language) for turn in conversation["turns"]]

    escalated = Counter(turn["escalation"] for turn in turns if turn["escalation"])

    assert set(escalated) == set(LEAST_OF_REASON)
    assert {key: escalated[key] for key, least in LEAST_OF_REASON.items() if escalated[key] < least} == {}
    assert {turn["intent"] for turn in turns} == INTENTS


@every_conversation
def test_a_conversation_has_the_right_shape(conversation: dict[str, Any]) -> None:
    assert list(conversation) == ["id", "about", "tags", "turns", "slots", "absent"]
    assert conversation["about"].strip()
    assert conversation["tags"]
    assert 1 <= len(conversation["turns"]) <= 7
    assert set(conversation["slots"]) | set(conversation["absent"]) <= set(SLOTS)
    assert set(conversation["slots"]) & set(conversation["absent"]) == set()


@every_conversation
def test_a_turn_has_messages_and_known_labels(conversation: dict[str, Any]) -> None:
    for turn in conversation["turns"]:
        assert set(turn) - {"asked"} == {"messages", "intent", "escalation"}
        assert turn["messages"]
        assert all(text and text == text.strip() for text in turn["messages"])
        assert turn["intent"] in INTENTS
        assert turn["escalation"] in {None, *INTENTS_OF_REASON}
        assert turn.get("asked", "name") in SLOTS


@every_conversation
def test_the_agent_asks_for_a_slot_once(conversation: dict[str, Any]) -> None:
    questions = [turn["asked"] for turn in conversation["turns"] if "asked" in turn]

    assert len(questions) == len(set(questions))


@every_conversation
def test_an_escalation_fits_its_intent_and_ends_the_conversation(conversation: dict[str, Any]) -> None:
    for turn in conversation["turns"]:
        reason = turn["escalation"]
        assert reason is None or turn["intent"] in INTENTS_OF_REASON[reason]
        assert turn["intent"] not in ALWAYS_ESCALATE or reason == ALWAYS_ESCALATE[turn["intent"]]

    assert [reason for reason in reasons(conversation)[:-1] if reason] == []
    assert ("escalation" in conversation["tags"]) == bool(reasons(conversation)[-1])


@every_conversation
def test_the_price_asked_twice_is_a_pricing_escalation(conversation: dict[str, Any]) -> None:
    asked = [turn["escalation"] for turn in conversation["turns"] if turn["intent"] == "ask_price"]

    assert len(asked) <= 2
    assert asked[1:] in ([], ["pricing"])


@every_conversation
def test_two_misses_are_two_turns_in_a_row(conversation: dict[str, Any]) -> None:
    if "knowledge_misses" in reasons(conversation):
        last_two = [turn["intent"] for turn in conversation["turns"][-2:]]

        assert last_two in (["ask_question", "ask_question"], ["other", "other"])


@every_conversation
def test_a_tag_is_true_of_its_conversation(conversation: dict[str, Any]) -> None:
    tags, turns = conversation["tags"], conversation["turns"]
    intents = [turn["intent"] for turn in turns]

    assert "fragments" not in tags or any(len(turn["messages"]) > 1 for turn in turns)
    assert ("emoji" in tags) <= has_emoji(said(conversation))
    assert ("opt_out" in tags) == ("opt_out" in intents)
    assert not {"hard_negative", "escalation"} <= set(tags)
    if "price_first" in tags:
        assert turns[intents.index("ask_price")]["escalation"] is None
        assert intents.index("ask_price") == 0


@every_conversation
def test_a_text_value_was_said(conversation: dict[str, Any]) -> None:
    text = said(conversation)
    values = {slot: accepted for slot, accepted in conversation["slots"].items() if slot != "budget"}

    for slot, accepted in values.items():
        assert any(value.casefold() in text for value in accepted), slot
        assert len({value.casefold() for value in accepted}) == len(accepted), slot
        assert all(value and value == value.strip() and len(value) <= 90 for value in accepted), slot


@every_conversation
def test_a_name_is_never_made_up(conversation: dict[str, Any]) -> None:
    text = said(conversation)

    assert [name for name in conversation["slots"].get("name", []) if name.casefold() not in text] == []


@every_conversation
def test_a_budget_was_said(conversation: dict[str, Any]) -> None:
    text = said(conversation)
    numbers = {leading_digits(number) for number in re.findall(r"\d[\d.,]*", text)}
    words = {digits for word, digits in NUMBER_WORDS.items() if re.search(rf"\b{word}\b", text)}

    for budget in conversation["slots"].get("budget", []):
        assert set(budget) == {"amount", "currency"}
        assert Decimal(budget["amount"]) >= 50
        assert leading_digits(budget["amount"]) in numbers | words
        assert budget["currency"] is None or budget["currency"] in CURRENCIES
