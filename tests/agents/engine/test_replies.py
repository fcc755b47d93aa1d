"""The reviewed replies: complete in every language, and safe with whatever customers are called."""

import json
import re
from pathlib import Path

import pytest

from agents.decisions.slots import DEFAULT_SLOTS
from agents.decisions.values import Act, KnownSlot
from agents.llm.offline import composer
from agents.llm.port import ComposeRequest, Persona

REPLIES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in composer.FOLDER.glob("*.json")}
GAPS = {
    "agent",
    "business",
    "name",
    "business_type",
    "location",
    "need",
    "budget",
    "label",
    "options",
    "example",
}
SARAH = Persona("Sarah", "Acme")


def compose(*acts, language="en", known=None, persona=SARAH, seed=1):
    request = ComposeRequest(persona, language, acts, known or {}, DEFAULT_SLOTS, seed)
    return composer.compose(request, "test")


def test_all_languages_have_the_same_replies():
    assert set(REPLIES) == {"en", "es", "id"}
    assert set(REPLIES["en"]) == set(REPLIES["es"]) == set(REPLIES["id"])


@pytest.mark.parametrize("language", ["en", "es", "id"])
def test_every_reply_is_short_calm_and_fillable(language):
    for key, variants in REPLIES[language].items():
        assert variants, key
        for text in variants:
            assert len(text) <= 160, (key, text)
            assert text.count("!") <= 1, (key, text)
            assert set(re.findall(r"\{(\w+)\}", text)) <= GAPS, (key, text)


@pytest.mark.parametrize("language", ["en", "es", "id"])
def test_something_can_be_said_without_knowing_anything(language):
    nobody = Persona("Sarah")
    kinds = [
        "greet",
        "acknowledge",
        "defer_price",
        "cannot_answer",
        "qualified",
        "complete",
        "hand_over.legal",
        "bye",
    ]

    for kind in kinds:
        assert compose(Act(kind), language=language, persona=nobody).bubbles, kind


def test_another_seed_says_it_differently():
    said = {compose(Act("greet"), seed=seed).bubbles for seed in range(12)}

    assert len(said) > 1


def test_an_unknown_language_is_answered_in_english():
    assert compose(Act("hand_over.legal"), language="fr").bubbles[0] in REPLIES["en"]["hand_over.legal"]


def test_braces_in_a_name_stay_what_they_are():
    known = {"name": KnownSlot("name", "{business}")}

    said = {
        compose(Act("acknowledge", facts={"slots": "name"}), known=known, seed=seed).bubbles[0]
        for seed in range(9)
    }

    assert any("{business}" in text for text in said)
    assert all("Acme" not in text for text in said)


def test_a_long_value_is_not_said_back():
    known = {"business_type": KnownSlot("business_type", "x" * 80)}

    said = compose(Act("acknowledge", facts={"slots": "business_type"}), known=known).bubbles[0]

    assert "xxx" not in said


def test_a_long_reply_is_two_bubbles_and_a_short_one_is_one():
    short = compose(Act("no_problem"), Act("ask", "location"))
    long = compose(Act("greet"), Act("defer_price"), Act("ask", "location"))

    assert len(short.bubbles) == 1
    assert len(long.bubbles) == 2
    assert long.bubbles[1].endswith("?")


def test_the_files_hold_no_tabs_and_end_with_a_line():
    for path in composer.FOLDER.glob("*.json"):
        text = Path(path).read_text(encoding="utf-8")
        assert "\t" not in text
        assert text.endswith("}\n")
