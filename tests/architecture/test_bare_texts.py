"""Nothing that people read stands in a template, or in a refusal, without being handed to the translators."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from tests.architecture.catalogues import MARKED
from tests.architecture.sources import FLOORS, ROOT, Source, parsed, sources
from tests.architecture.test_templates import templates

NAMES = {"Chat CRM", "Chat\u2009CRM", "Chat", "CRM", "OpenAPI", "API", "Esc"}  # the same in every language
FREE = {  # template -> why its words stay English
    "crm/styleguide.html": "samples of components, for those who build them",
    "leads/_where_to.html": "attributes, no words",
    "landing/_picture.html": "the names of the people in the picture",
}
READ = {"title", "aria-label", "placeholder", "alt", "data-title"}
QUIET = {"script", "style", "code", "kbd"}
TAG = re.compile(r"{%-?\s*(\w+)(.*?)-?%}", re.DOTALL)
HANDED = re.compile(r'\b(?:text|title|label|placeholder|why|action_text)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")


class Reader(HTMLParser):
    """Collects what a browser would show or read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in QUIET
        self.found += [value for name, value in attrs if name in READ and value]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in QUIET

    def handle_data(self, data: str) -> None:
        self.found += [] if self.quiet else data.split("\n")


def bare_texts(template: str) -> list[str]:
    """What stands in a template untranslated."""
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", template, flags=re.DOTALL)
    text = re.sub(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", "", text, flags=re.DOTALL)
    handed = [t for tag, rest in TAG.findall(text) if tag == "include" for t in HANDED.findall(rest)]
    text = re.sub(r"{{.*?}}|{%.*?%}", "", text, flags=re.DOTALL)
    reader = Reader()
    reader.feed(text)
    shown = [t.strip(" ·:|/–—…\u2009") for t in [*reader.found, *handed]]
    return [t for t in shown if WORD.search(t) and t not in NAMES]


def refusals(source: Source) -> Iterator[str]:
    """Sentences of a refusal that nobody can translate, by place."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in errors_of_ours():
            yield from (f"{source.path}:{line} {text}" for line, text in _sentences(node))
        if isinstance(node, ast.ClassDef) and node.name in errors_of_ours():
            yield from _messages(source, node)


@cache
def errors_of_ours() -> set[str]:
    """The names of all refusals."""
    files = [s for s in sources() if s.path.endswith("/errors.py") and s.rooms[0] in FLOORS]
    return {n.name for s in files for n in ast.walk(s.tree) if isinstance(n, ast.ClassDef)}


def _messages(source: Source, node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        is_message = isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "message"
        if is_message and isinstance(line.value, ast.Constant):  # type: ignore[attr-defined]
            yield f"{source.path}:{line.lineno} {line.value.value!r}"  # type: ignore[attr-defined]


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts with words in them that are not handed to gettext; keys, codes and formats of dates are no sentences."""
    for child in _spoken(node):
        if isinstance(child, ast.Call) and _name(child) in {*MARKED, "join", "date_format", "format"}:
            continue
        if isinstance(child, ast.Constant | ast.JoinedStr):
            text = ast.unparse(child)
            if re.search(r"[a-z]{2,}[.,:;']? [\w'{]", text):
                yield child.lineno, text
            continue
        yield from _sentences(child)


def _spoken(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Dict):
        return list(node.values)
    return [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.Compare | ast.expr_context)]


def _name(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_templates_hold_no_bare_text():
    found = {name: bare_texts(text) for name, text in templates().items() if name not in FREE}

    assert len(found) > 150
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_what_is_free_is_there():
    assert all((Path(ROOT) / "templates" / name).exists() for name in FREE)


def test_refusals_can_be_translated():
    assert len(errors_of_ours()) > 30
    assert [fault for source in sources() for fault in refusals(source)] == []


def test_a_bare_text_is_caught():
    template = (
        '{% load i18n %}<p title="Bare title">Bare {{ name }}</p>{% trans "Fine" %}{# Not read #}<kbd>Ctrl</kbd>'
        '{% include "components/button.html" with text="Send" %}{% blocktrans %}Fine{% endblocktrans %} · Chat CRM'
    )

    assert bare_texts(template) == ["Bare title", "Bare", "Send"]


def test_a_bare_refusal_is_caught():
    wrong = parsed('raise InvalidInputError(fields={"a name": [f"There is no {name} here."]})')
    right = parsed('raise InvalidInputError(_("There is no %(n)s.") % {"n": name}, fields={"name": [text]})')

    assert list(refusals(wrong)) == ["leads/views/sample.py:1 f'There is no {name} here.'"]
    assert list(refusals(right)) == []
