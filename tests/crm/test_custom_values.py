"""Values of custom fields: what each kind keeps, and what it refuses in which words."""

from datetime import date

import pytest

from crm.decisions import as_kept

SIZES = ["S", "M"]


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  hello ", "hello"),
        ("text", " ", None),
        ("number", "12", 12),
        ("number", "12.50", 12.5),
        ("number", -3, -3),
        ("number", 0, 0),
        ("date", "2026-11-30", "2026-11-30"),
        ("date", date(2026, 11, 30), "2026-11-30"),
        ("choice", "m", "M"),
        ("yes_no", "yes", True),
        ("yes_no", "No", False),
        ("yes_no", False, False),
        ("url", "https://example.test/a?b=c", "https://example.test/a?b=c"),
        ("url", None, None),
    ],
)
def test_what_is_kept(kind, given, kept):
    found = as_kept(kind, SIZES, given)

    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        ("text", 5, "Write a text."),
        ("text", "x" * 2001, "At most 2000 characters."),
        ("number", "dozen", "Write a number, e.g. 12.5."),
        ("number", "NaN", "Write a number, e.g. 12.5."),
        ("number", True, "Write a number, e.g. 12.5."),
        ("number", [1], "Write a number, e.g. 12.5."),
        ("number", "1e15", "This number is too large."),
        ("date", "tomorrow", "Write a date, e.g. 2026-11-30."),
        ("date", 5, "Write a date, e.g. 2026-11-30."),
        ("choice", "XL", "Choose one of: S, M."),
        ("choice", ["S"], "Choose one of: S, M."),
        ("yes_no", "perhaps", "Write yes or no."),
        ("url", "example.test", "Write a web address, e.g. https://example.com."),
        ("url", "javascript:alert(1)", "Write a web address, e.g. https://example.com."),
        ("url", "https://", "Write a web address, e.g. https://example.com."),
        ("url", "https://[", "Write a web address, e.g. https://example.com."),
        ("url", "https://a b.test", "Write a web address, e.g. https://example.com."),
    ],
)
def test_what_is_refused_and_why(kind, given, why):
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the sentence is what people read
        as_kept(kind, SIZES, given)

    assert str(refused.value) == why
