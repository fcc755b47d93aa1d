"""What somebody looks for, read from what they typed."""

import pytest

from crm.core.texts import around, fold, wanted


@pytest.mark.parametrize(
    ("typed", "is_usual"),
    [
        ("lucia gomez", True),
        ("Łukasz", True),
        ("0811 2345", True),
        ("+62 811", True),
        ("lu", False),
        ("de la Cruz", False),
        ("b2b shop", False),
        ("sari@kopi", False),
        ("wed%ing", False),
        ("0811_2345", False),
        ("", False),
    ],
)
def test_searches_that_differ_in_their_words_alone(typed, is_usual):
    assert wanted(typed).is_usual is is_usual


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0811 0000 101", "8110000101"),
        ("+62 811-0000-101", "628110000101"),
        ("0062 811 0000 101", "628110000101"),
        ("+62 (0)811 0000 101", "628110000101"),
        ("(0811) 0000.101", "8110000101"),
        ("123", ""),  # could be anything
        ("room 1204", ""),
        ("budi1204@example.test", ""),
    ],
)
def test_a_number_is_read_in_any_format(typed, digits):
    """Without what countries and habits put in front."""
    assert wanted(typed).digits == digits


def test_words_are_compared_without_case_and_accents():
    """However they are written; a search has an end."""
    asked = wanted("  Lucía\x00   GÓMEZ ")

    assert (asked.text, asked.words, asked.folded) == ("Lucía GÓMEZ", ("lucia", "gomez"), "lucia gomez")
    assert fold("Straße Ñandú") == "strasse nandu"
    assert len(wanted("a " * 500).words) == 6
    assert wanted("x" * 500).text == "x" * 100


@pytest.mark.parametrize(("typed", "is_too_short"), [("", True), ("b", True), ("b u", True), ("bu", False)])
def test_one_letter_finds_everybody_and_so_nobody(typed, is_too_short):
    """Two are a search."""
    assert wanted(typed).is_too_short is is_too_short


def test_a_message_is_shown_around_the_words():
    """Cut at both ends, never in the middle of what was looked for."""
    text = "so " * 60 + "the wedding cake for Saturday " + "and " * 60

    shown = around(text, ("wedding",))

    assert "the wedding cake for Saturday" in shown
    assert (shown[0], shown[-1], len(shown) <= 122) == ("…", "…", True)
    assert around("Halo kak", ("kak",)) == "Halo kak"
