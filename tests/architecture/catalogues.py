"""What there is to translate, and what is translated: found without gettext, which a fresh machine doesn't have."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

from tests.architecture.sources import ROOT, Source

LANGUAGES = ("es", "id")
MARKED = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}  # fmt: skip  name of the call -> where its context, its text and its plural stand
CALL = re.compile(
    r"\b(n?p?gettext|_)\(((?:u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\"|count|[,\s])+)\)"
)  # what templatize makes of a template's texts
BLANKS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")

Text = tuple[str, str, str]  # context, text, plural


@dataclass
class Entry:
    """One entry of a .po file."""

    context: str = ""
    text: str = ""
    plural: str = ""
    flags: str = ""
    said: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> Text:
        """What it translates."""
        return self.context, self.text, self.plural


def folder(language: str) -> Path:
    """Where the catalogues of a language are."""
    return Path(ROOT) / "locale" / language / "LC_MESSAGES"


def entries(po: str) -> list[Entry]:
    """The entries of a .po file without its head; what is out of use (#~) left out."""
    blocks = [b for b in re.split(r"\n\s*\n", po) if re.search(r"^msgid ", b, re.MULTILINE)]
    return [_entry(block) for block in blocks[1:]]


def _entry(block: str) -> Entry:
    found, name = Entry(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            found.flags += line
        if line.startswith("#"):
            continue
        word, _space, rest = line.partition(" ") if not line.startswith('"') else (name, "", line)
        name = word
        _put(found, name, ast.literal_eval(rest))
    return found


def _put(entry: Entry, name: str, text: str) -> None:
    fields = {"msgctxt": "context", "msgid": "text", "msgid_plural": "plural"}
    if name in fields:
        setattr(entry, fields[name], getattr(entry, fields[name]) + text)
    else:
        number = int(name.removeprefix("msgstr").strip("[]") or 0)
        entry.said[number] = entry.said.get(number, "") + text


def texts_of(source: Source) -> Iterator[Text]:
    """What a Python file has to say to people."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := _name(node.func)) in MARKED:
            yield from _marked(name, node.args)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _marked(name: str, given: list[ast.expr]) -> Iterator[Text]:
    texts = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in given]
    context, text, plural = (None if at is None or at >= len(texts) else texts[at] for at in MARKED[name])
    if text:
        yield context or "", text, plural or ""


def texts_of_template(text: str) -> Iterator[Text]:
    """What a template has to say to people."""
    for name, given in CALL.findall(templatize(text)):
        arguments = ast.parse(f"f({given})", mode="eval").body
        assert isinstance(arguments, ast.Call)
        yield from _marked(name, arguments.args)
