"""Sentences and addresses of templates that are looked up once: in each language, below each prefix."""

from uuid import uuid4

import pytest
from django.template import Context, Engine
from django.template.defaulttags import URLNode
from django.templatetags.i18n import TranslateNode
from django.urls import NoReverseMatch, set_script_prefix
from django.utils.safestring import mark_safe
from django.utils.translation import override


@pytest.fixture
def asked(monkeypatch):
    """What Django's own tags were asked, in order."""
    found = []
    for node in (TranslateNode, URLNode):
        original = node.render

        def render(self, context, original=original):
            found.append(type(self).__name__)
            return original(self, context)

        monkeypatch.setattr(node, "render", render)
    return found


def template(text: str):
    engine = Engine(builtins=["crm.templatetags.remembering"], libraries={"i18n": "crm.templatetags.spoken"})
    return engine.from_string("{% load i18n %}" + text)


def test_a_fixed_sentence_is_looked_up_once_a_language(asked):
    said = template("{% trans 'Leads' %} {% translate 'Settings' as word %}{{ word }}")
    for language, words in (("en", "Leads Settings"), ("es", "Leads Configuración")) * 3:
        with override(language):
            assert said.render(Context()) == words
    assert len(asked) == 4


def test_what_the_page_brings_and_sentences_with_a_context_are_asked_each_time(asked):
    said = template("{% trans word %} {% trans 'Open' context 'state' %}")
    with override("en"):
        assert [said.render(Context({"word": word})) for word in ("Leads", "Inbox")] == [
            "Leads Open",
            "Inbox Open",
        ]
    assert len(asked) == 4


def test_a_sentence_is_markup_only_where_it_may_be(asked):
    # given one template, rendered for a page and for a plain mail
    said = template("{% trans 'a < b' %}{{ word }}")
    assert said.render(Context({"word": "<"})) == "a < b&lt;"
    assert said.render(Context({"word": "<"}, autoescape=False)) == "a < b<"
    assert said.render(Context({"word": mark_safe("<")})) == "a < b<"


def test_a_place_is_looked_up_once_and_one_with_named_arguments_each_time(asked):
    place = template(
        "{% url 'leads:list' %} {% url 'leads:list' as list %}{{ list }} {% url 'leads:detail' id %}"
        " {% url 'leads:detail' lead_id=id %}"
    )
    for lead in (uuid4(), uuid4()):
        page = f"/leads/{lead}/"
        assert place.render(Context({"id": lead})) == f"/leads/ /leads/ {page} {page}"
    assert asked == ["RememberingAddress"] * 2


def test_places_below_a_prefix_are_others():
    place = template("{% url 'leads:list' %}")
    assert place.render(Context()) == "/leads/"
    set_script_prefix("/crm/")
    try:
        assert place.render(Context()) == "/crm/leads/"
    finally:
        set_script_prefix("/")
    assert place.render(Context()) == "/leads/"


def test_a_place_that_is_not_there_is_refused_unless_the_template_asks_for_it():
    assert template("{% url 'nowhere' as way %}[{{ way }}]").render(Context()) == "[]"
    with pytest.raises(NoReverseMatch):
        template("{% url 'nowhere' %}").render(Context())
