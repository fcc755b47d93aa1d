"""What a template must hand on: an include with `only` gets no CSRF token by itself, and its forms would be refused."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.architecture.sources import ROOT

INCLUDED = re.compile(r'{% include "([^"]+)"([^%]*)%}')


def templates() -> dict[str, str]:
    """Every template of ours by its name."""
    folder = Path(ROOT) / "templates"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}


def tokenless(texts: Mapping[str, str]) -> list[str]:
    """Includes that keep the token from a template whose form needs it."""
    return [
        f"{name} includes {part} with only: add csrf_token=csrf_token"
        for name, text in texts.items()
        for part, handed in INCLUDED.findall(text)
        if handed.split()[-1:] == ["only"]
        and "{% csrf_token %}" in texts.get(part, "")
        and "csrf_token=" not in handed
    ]


def test_forms_get_their_token():
    """Django's test client does not ask for one, browsers are refused."""
    assert len(templates()) > 100
    assert tokenless(templates()) == []


def test_a_form_without_is_caught():
    """Only where the included template has a form."""
    form, page = "{% csrf_token %}", '{% include "form.html" with a=b only %}'

    assert tokenless({"form.html": form, "page.html": page}) == [
        "page.html includes form.html with only: add csrf_token=csrf_token"
    ]
    assert tokenless({"form.html": "", "page.html": page}) == []
    assert (
        tokenless({"form.html": form, "page.html": page.replace("a=b", "a=b csrf_token=csrf_token").strip()})
        == []
    )
