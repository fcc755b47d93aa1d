"""Every text people read is translated into every language, and the compiled catalogue is the written one."""

import gettext
import struct

import pytest

from tests.architecture.catalogues import (
    BLANKS,
    LANGUAGES,
    Entry,
    entries,
    folder,
    texts_of,
    texts_of_template,
)
from tests.architecture.sources import ROOT, parsed, sources

MEND = "see docs/how-to/translate.md"
FORMS = {"es": 2, "id": 1}


def written(language: str) -> list[Entry]:
    """What the translators wrote."""
    return entries((folder(language) / "django.po").read_text())


def wanted() -> set[tuple[str, str, str]]:
    """Every text of the product."""
    paths = [p for p in (ROOT / "templates").rglob("*") if p.suffix in {".html", ".txt"}]
    found = {text for path in paths for text in texts_of_template(path.read_text())}
    return found | {text for source in sources() for text in texts_of(source)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_and_nothing_is_left_over(language):
    texts, known = {key[:2] for key in wanted()}, {entry.key[:2] for entry in written(language)}

    assert len(texts) > 1_500
    assert (sorted(texts - known), sorted(known - texts)) == ([], []), MEND


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_translated_by_a_person_who_was_sure(language):
    unsure = [e.text for e in written(language) if "fuzzy" in e.flags]
    empty = [e.text for e in written(language) if not all(e.said.values())]
    forms = [e.text for e in written(language) if len(e.said) != (FORMS[language] if e.plural else 1)]

    assert (unsure, empty, forms) == ([], [], []), MEND


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_the_same(language):
    assert [fault for entry in written(language) for fault in wrong_blanks(entry)] == []


def wrong_blanks(entry: Entry) -> list[str]:
    """Forms whose blanks are not the text's. A plural's form may leave the number out, as "once" does."""
    known = set(BLANKS.findall(entry.text)) | set(BLANKS.findall(entry.plural))
    for said in entry.said.values():
        blanks = set(BLANKS.findall(said))
        if not blanks <= known or (blanks != known and not entry.plural):
            return [f"{entry.text!r} has {sorted(known)}, {said!r} has {sorted(blanks)}"]
    return []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_the_same(language):
    path = folder(language) / "django.mo"
    with path.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    (count,) = struct.unpack("<I", path.read_bytes()[8:12])
    rows = written(language)

    assert count == len(rows) + 1, f"the .mo is older than the .po: {MEND}"  # and the head
    assert [e.text for e in rows if _compiled(compiled, e) != list(e.said.values())] == [], MEND


def _compiled(catalogue: gettext.GNUTranslations, entry: Entry) -> list[str]:
    if entry.plural:
        return [catalogue.ngettext(entry.text, entry.plural, n) for n in (1, 2)[: len(entry.said)]]
    if entry.context:
        return [catalogue.pgettext(entry.context, entry.text)]
    return [catalogue.gettext(entry.text)]


def test_texts_are_found_in_python():
    source = parsed(
        '_("One " "two")\nngettext("%(n)d lead", "%(n)d leads", n)\npgettext("state", "Open")\n_(name)\nlog("Three")'
    )

    assert list(texts_of(source)) == [
        ("", "One two", ""),
        ("", "%(n)d lead", "%(n)d leads"),
        ("state", "Open", ""),
    ]


def test_texts_are_found_in_templates():
    template = (
        '{% load i18n %}{% trans "Sign in" %} plain {{ name|default:_("Agent") }} {# {% trans "No" %} #}'
        "{% blocktrans trimmed count n=many %}{{ n }} lead{% plural %}{{ n }} leads{% endblocktrans %}"
    )

    assert set(texts_of_template(template)) == {
        ("", "Sign in", ""),
        ("", "Agent", ""),
        ("", "%(n)s lead", "%(n)s leads"),
    }


def test_wrong_blanks_are_caught():
    assert wrong_blanks(Entry(text="%(n)d leads", said={0: "%(m)d leads"})) != []
    assert wrong_blanks(Entry(text="Hi {name}", said={0: "Hola"})) != []
    assert wrong_blanks(Entry(text="once", plural="%(n)s times", said={0: "una vez", 1: "%(n)s veces"})) == []


def test_a_written_catalogue_is_read():
    po = (
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n\n#, fuzzy\nmsgctxt "state"\nmsgid "Open"\nmsgstr "Abi"\n"erta"\n\n'
        'msgid "%(n)d lead"\nmsgid_plural "%(n)d leads"\nmsgstr[0] "a"\nmsgstr[1] "b"\n\n'
        '#~ msgid "Old"\n#~ msgstr "x"\n'
    )

    assert [(e.key, e.flags, e.said) for e in entries(po)] == [
        (("state", "Open", ""), "#, fuzzy", {0: "Abierta"}),
        (("", "%(n)d lead", "%(n)d leads"), "", {0: "a", 1: "b"}),
    ]
