"""The judgement: rules and facts in, points and reasons out. No database."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from crm.core.texts import fold
from leads.decisions.rules import EXAMPLES, mistakes_in
from leads.decisions.scoring import score, temperature_of
from leads.decisions.texts import amount_in
from leads.decisions.values import Facts, Rule, Thresholds


@dataclass
class Known:
    value: str
    normalised: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0


BUDGET = Known("5 juta", {"amount": "5000000", "currency": "IDR"})


def one(when: str, params: dict[str, Any], facts: Facts, points: int = 10) -> tuple[int, list[str]]:
    scored = score([Rule("rule", when, params, points, "because {value}")], facts)
    return scored.score, [reason.because for reason in scored.reasons]


@pytest.mark.parametrize(
    ("when", "params", "facts", "because"),
    [
        ("slot_known", {"slot": "budget"}, Facts(slots={"budget": BUDGET}), "because 5 juta"),
        ("slot_known", {"slot": "budget"}, Facts(), None),
        ("slot_known", {"slot": "budget"}, Facts(slots={"budget": Known("")}), None),
        (
            "slot_known",
            {"slot": "budget", "min_confidence": 0.5},
            Facts(slots={"budget": Known("x", {}, 0.4)}),
            None,
        ),
        (
            "slot_matches",
            {"slot": "type", "any_of": ["café"]},
            Facts(slots={"type": Known("CAFE")}),
            "because CAFE",
        ),
        (
            "slot_matches",
            {"slot": "type", "any_of": ["coffee shop"]},
            Facts(slots={"type": Known("kedai", {"type": "coffee_shop"})}),
            "because kedai",
        ),
        (
            "slot_matches",
            {"slot": "type", "any_of": ["art"]},
            Facts(slots={"type": Known("party hire")}),
            None,
        ),
        (
            "budget_at_least",
            {"amounts": {"IDR": "5000000"}},
            Facts(slots={"budget": BUDGET}),
            "because 5 juta",
        ),
        ("budget_at_least", {"amounts": {"IDR": "5000001"}}, Facts(slots={"budget": BUDGET}), None),
        ("budget_at_least", {"amounts": {"USD": "1"}}, Facts(slots={"budget": BUDGET}), None),
        ("budget_at_least", {"amounts": {"IDR": "1"}}, Facts(slots={"budget": Known("a lot", {})}), None),
        (
            "budget_at_least",
            {"amounts": {"IDR": "1"}},
            Facts(slots={"budget": Known("?", {"amount": "NaN", "currency": "IDR"})}),
            None,
        ),
        (
            "intent_seen",
            {"intent": "ask_price"},
            Facts(intents=frozenset({"ask_price"})),
            "because ask price",
        ),
        ("intent_seen", {"intent": "ask_price"}, Facts(intents=frozenset({"greet"})), None),
        ("replied_within", {"minutes": 5}, Facts(reply_seconds=300), "because 5 min"),
        ("replied_within", {"minutes": 5}, Facts(reply_seconds=301), None),
        ("replied_within", {"minutes": 5}, Facts(), None),
        ("language_is", {"language": "es"}, Facts(language="es"), "because es"),
        ("language_is", {"language": ""}, Facts(language=""), None),
        ("source_is", {"source": "whatsapp"}, Facts(source="whatsapp"), "because whatsapp"),
        ("source_is", {"source": "whatsapp"}, Facts(source="sms"), None),
        ("tag_is", {"tag": "vip"}, Facts(tags=frozenset({"vip"})), "because vip"),
        ("tag_is", {"tag": "vip"}, Facts(), None),
        ("no_such_rule", {}, Facts(), None),
    ],
)
def test_each_kind_of_rule_holds_only_for_its_facts(when, params, facts, because):
    assert one(when, params, facts) == ((10, [because]) if because else (0, []))


def test_the_score_is_the_sum_kept_between_0_and_100():
    facts = Facts(source="whatsapp")

    def of(*points: int) -> int:
        return score([Rule(str(p), "source_is", {"source": "whatsapp"}, p, "") for p in points], facts).score

    assert of(30, 12) == 42
    assert of(90, 50) == 100
    assert of(20, -50) == 0


def test_reasons_name_the_rule_its_points_and_what_was_found():
    rule = Rule(
        "Budget known", "slot_known", {"slot": "budget"}, 15, "Told us the budget: {value} (+{points})"
    )

    scored = score([rule], Facts(slots={"budget": BUDGET}))

    (reason,) = scored.reasons
    assert (reason.rule, reason.points, reason.because) == (
        "Budget known",
        15,
        "Told us the budget: 5 juta (+15)",
    )


def test_braces_in_a_sentence_are_only_text():
    rule = Rule("r", "source_is", {"source": "a"}, 1, "{value.__class__} {0} {unknown}")

    assert score([rule], Facts(source="a")).reasons[0].because == "{value.__class__} {0} {unknown}"


@pytest.mark.parametrize(
    ("points", "word"), [(0, "cold"), (39, "cold"), (40, "warm"), (69, "warm"), (70, "hot"), (100, "hot")]
)
def test_temperature_begins_at_its_threshold(points, word):
    assert temperature_of(points, Thresholds()) == word


@pytest.mark.parametrize("when", EXAMPLES)
def test_every_example_is_a_rule_without_mistakes(when):
    assert mistakes_in(when, EXAMPLES[when]) == []


@pytest.mark.parametrize(
    ("when", "params", "says"),
    [
        ("slot_known", {}, '"slot" is missing. Example: {"slot": "budget"}'),
        ("slot_known", [], 'Write an object, for example {"slot": "budget"}.'),
        ("slot_known", {"slot": 3}, '"slot" must be a text.'),
        (
            "slot_known",
            {"slot": "budget", "min_confidence": 2},
            '"min_confidence" must be a number between 0 and 1.',
        ),
        (
            "slot_known",
            {"slot": "a", "colour": "b"},
            '"colour" means nothing here. Example: {"slot": "budget"}',
        ),
        ("replied_within", {"minutes": True}, '"minutes" must be a number above 0.'),
        ("replied_within", {"minutes": 0}, '"minutes" must be a number above 0.'),
        ("slot_matches", {"slot": "a", "any_of": []}, '"any_of" must be a list of one or more texts.'),
        (
            "budget_at_least",
            {"slot": "budget", "amounts": {"usd": "1"}},
            '"amounts" must give an amount for each currency code, for example {"USD": "3000"}.',
        ),
        (
            "budget_at_least",
            {"slot": "budget", "amounts": {"USD": "-1"}},
            '"amounts" must give an amount for each currency code, for example {"USD": "3000"}.',
        ),
        ("dance", {}, "There is no kind of rule called 'dance'."),
    ],
)
def test_mistakes_in_a_rule_are_said_in_a_sentence(when, params, says):
    assert mistakes_in(when, params) == [says]


def test_fold_ignores_case_and_accents():
    assert fold("CAFETERÍA Ñandú") == "cafeteria nandu"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("IDR 60.000.000", {"amount": "60000000", "currency": "IDR"}),
        ("Rp 2,500,000", {"amount": "2500000", "currency": "IDR"}),
        ("$ 1,200.50", {"amount": "1200.50", "currency": "USD"}),
        ("3000 EUR", {"amount": "3000", "currency": "EUR"}),
        ("5 000", {"amount": "5000"}),
        ("5 juta", {}),
        ("between 2 and 3", {}),
        ("a lot", {}),
    ],
)
def test_an_amount_a_colleague_typed_is_read_or_left_alone(text, found):
    assert amount_in(text) == found
