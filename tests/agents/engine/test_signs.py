"""Reasons to hand over: every way of saying them, and the look-alikes that must not."""

import json
from pathlib import Path

import pytest

from agents.llm.offline.reading import read
from agents.llm.offline.signs import find_signs

SAYINGS = json.loads((Path(__file__).parent / "sayings.json").read_text(encoding="utf-8"))
ALARMS = [
    (reason, language, text)
    for reason, by_language in SAYINGS["alarms"].items()
    for language, texts in by_language.items()
    for text in texts
]
ORDINARY = [(language, text) for language, texts in SAYINGS["ordinary"].items() for text in texts]


def hard_signs(text, language):
    signs = find_signs(read([("m1", text)], language))
    return [sign for sign in signs if sign.confidence >= 0.6]


@pytest.mark.parametrize(("reason", "language", "text"), ALARMS)
def test_a_reason_to_hand_over_is_found_with_its_words(reason, language, text):
    signs = {sign.reason: sign for sign in hard_signs(text, language)}

    assert reason in signs
    assert signs[reason].quote in text
    assert signs[reason].message_id == "m1"


@pytest.mark.parametrize(("language", "text"), ORDINARY)
def test_ordinary_words_do_not_hand_over(language, text):
    assert hard_signs(text, language) == []


def test_an_ordinary_price_question_is_a_weak_sign():
    signs = find_signs(read([("m1", "how much is a logo?")], "en"))

    assert [(sign.reason, sign.confidence) for sign in signs] == [("pricing", 0.4)]
