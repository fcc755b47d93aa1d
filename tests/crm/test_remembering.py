"""Includes that remember: the same words once, everything else as ever."""

import pytest
from django.template import Context, Engine
from django.template.loader_tags import IncludeNode
from django.utils.safestring import mark_safe
from django.utils.translation import override

from crm.templatetags import remembering

BUILTIN = "crm.templatetags.remembering"
PARTS = {
    "said.html": "{% load i18n %}{{ counter.next }}{{ word }}{% trans 'Leads' %}",
    "only.html": '{% include "said.html" with word=word counter=counter only %}',
    "whole.html": '{% include "said.html" with word=word %}',
}


class Counter:
    """Counts how often it is asked."""

    asked = 0

    def next(self):
        self.asked += 1
        return self.asked


@pytest.fixture
def rendered(monkeypatch, settings):
    """(what a template says, how many times the part was rendered)."""
    settings.DEBUG = False
    monkeypatch.setattr(remembering, "_known", {})
    times = []
    original = IncludeNode.render

    def counted(node, context):
        times.append(1)
        return original(node, context)

    monkeypatch.setattr(IncludeNode, "render", counted)
    loader = ("django.template.loaders.locmem.Loader", PARTS)
    engine = Engine(loaders=[loader], builtins=[BUILTIN], libraries={"i18n": "django.templatetags.i18n"})

    def render(name="only.html", **given):
        return engine.get_template(name).render(Context(given)), len(times)

    return render


def test_the_same_words_are_rendered_once(rendered):
    assert rendered(word="Hello ") == ("Hello Leads", 1)
    assert rendered(word="Hello ") == ("Hello Leads", 1)
    assert rendered(word="Hi ") == ("Hi Leads", 2)


def test_each_language_has_its_own(rendered):
    with override("en"):
        rendered(word="")
    with override("id"):
        assert rendered(word="")[1] == 2


def test_markup_and_text_of_the_same_letters_are_not_the_same(rendered):
    assert rendered(word=mark_safe("<b>"))[0] == "<b>Leads"
    assert rendered(word="<b>")[0] == "&lt;b&gt;Leads"


def test_true_and_one_are_not_the_same(rendered):
    assert rendered(word=1)[0] == "1Leads"
    assert rendered(word=True)[0] == "TrueLeads"


def test_numbers_that_are_written_differently_elsewhere_are_not_kept(rendered):
    rendered(word=1_000)
    assert remembering._known == {}

    rendered(word=999)
    assert len(remembering._known) == 1


def test_what_depends_on_more_than_words_is_rendered_every_time(rendered):
    counter = Counter()
    assert [rendered(word="", counter=counter)[0] for _ in range(2)] == ["1Leads", "2Leads"]
    assert [rendered("whole.html", word="a", counter=counter)[0] for _ in range(2)] == ["3aLeads", "4aLeads"]
    assert remembering._known == {}


def test_long_words_are_not_kept_and_neither_is_everything_for_ever(rendered, monkeypatch):
    monkeypatch.setattr(remembering, "MOST", 3)
    rendered(word="x" * 201)
    assert remembering._known == {}

    for n in range(10):
        rendered(word=str(n))
    assert len(remembering._known) <= 3


def test_a_developer_sees_every_change(rendered, settings):
    settings.DEBUG = True
    assert [rendered(word="")[1] for _ in range(2)] == [1, 2]
