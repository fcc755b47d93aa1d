"""The Django admin in the reader's language, down to the names of its columns."""

from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path, label_for_field
from django.test import RequestFactory
from django.utils.translation import override

from config.admin_words import NAMES, THEME
from crm.models import Contact, Membership, Role, User
from tests.architecture.catalogues import LANGUAGES, entries, folder
from tests.architecture.sources import FLOORS
from tests.crm.people import make_house
from tests.crm.test_admin import rooms, url

TRANSLATED = {  # where they are written: by Django, by a model of ours
    "password", "last login", "superuser status", "groups", "user permissions", "bot answers",
    "messages a second", "wait at most", "wait after a complete message", "wait after a fragment",
}  # fmt: skip


def english(label):
    """A name as it was written."""
    with override(None):
        return str(label)


def said(label, language):
    """A name as a reader of the language reads it."""
    with override(language):
        return str(label)


@cache
def same_in(language):
    """Words that the language has from English, as its translators said: total, error, lead."""
    written = entries((folder(language) / "django.po").read_text())
    return {e.text.lower() for e in written if e.said[0].lower() == e.text.lower()}


def is_english(name, language):
    """A name that stays as it was written, though the language has a word for it."""
    return said(name, language) == english(name) and english(name).lower() not in same_in(language)


def names(model):
    """What Django calls a model and its fields."""
    meta = model._meta
    return [meta.verbose_name, meta.verbose_name_plural, *(f.verbose_name for f in own_fields(model))]


def own_fields(model):
    """Columns and many-to-many fields; not simple-history's, which no page names."""
    fields = (*model._meta.local_fields, *model._meta.local_many_to_many)
    return [f for f in fields if not f.name.startswith("history_")]


def our_models():
    """Of our floors, histories too."""
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def shown(room, request):
    """Everything a room says of its own: its model and app, columns, filters, fields, headings, tables."""
    yield from (room.opts.verbose_name, room.opts.verbose_name_plural, room.opts.app_config.verbose_name)
    yield from (label(room, name) for name in room.get_list_display(request))
    yield from (filter_title(room, given) for given in room.get_list_filter(request))
    fieldsets = room.get_fieldsets(request)
    yield from (title for title, _rest in fieldsets if title)
    yield from form_words(room, request, flatten_fieldsets(fieldsets))
    for table in (kind(room.model, admin.site) for kind in room.inlines):
        yield from (table.verbose_name, table.verbose_name_plural)
        yield from (label(table, name) for name in table.fields)


def label(room, name):
    """The name of a column or of a field that is only read."""
    return (
        room.opts.verbose_name if name == "__str__" else label_for_field(name, room.model, model_admin=room)
    )


def filter_title(room, given):
    """What stands above a filter: the name of its field."""
    path = given if isinstance(given, str) else given[0]
    return get_fields_from_path(room.model, path)[-1].verbose_name


def form_words(room, request, names):
    """What stands beside the fields of a form."""
    fields = room.get_form(request).base_fields
    return [fields[name].label if name in fields else label(room, name) for name in names]


@pytest.fixture
def request_of_admin(db):
    """Somebody who may manage everything looks."""
    house = make_house("ours")
    request: Any = RequestFactory().get("/admin/")
    request.actor, request.user = house.actor("admin"), house.user("admin")
    request.workspace = house.workspace
    return request


def test_the_list_holds_every_name_once_and_in_order():
    written = [m for m in our_models() if not hasattr(m, "instance_type")]
    listed = [english(name) for name in NAMES]

    assert listed == sorted(set(listed))
    assert set(listed) == {english(n) for m in written for n in names(m)} - TRANSLATED
    assert list(THEME) == sorted(set(THEME))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_and_field_has_a_name_in_the_language(language):
    bare = {
        (model.__name__, english(name))
        for model in our_models()
        for name in names(model)
        if is_english(name, language)
    }

    assert bare == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_room_speaks_the_language(request_of_admin, language):
    bare = {
        (model.__name__, english(text))
        for model, room in rooms().items()
        for text in shown(room, request_of_admin)
        if text and is_english(text, language)
    }

    assert bare == set()


@pytest.mark.parametrize(
    ("language", "model", "page_says"),
    [
        ("es", Contact, ["Contactos", "Idioma", "Responsable", "Creado el", "Escribe para buscar"]),
        ("es", Membership, ["Membresías", "Usuario", "Rol", "Disponible", "Última entrega"]),
        ("id", Contact, ["Kontak", "Bahasa", "Pemilik", "Dibuat pada", "Ketik untuk mencari"]),
        ("id", Role, ["Peran", "Nama", "Kunci", "Jangkauan pandang", "Anggota"]),
    ],
)
def test_a_list_is_read_in_the_language(db, language, model, page_says):
    # given an admin who reads another language
    house = make_house("ours")
    house.contact("Budi", "15550100")
    User.objects.filter(pk=house.user("admin").pk).update(language=language)

    # when they open a list
    page = house.browser("admin").get(url(model)).content.decode()

    # then its heads are in that language, and the English ones are gone
    assert [words for words in page_says if words not in page] == []
    gone = ("Created at", "Last handed at", "Sight", "Type to search", "Select all rows")
    assert [words for words in gone if words in page] == []


def test_what_migrations_are_made_of_stays_as_it_was_written():
    field = Contact._meta.get_field("owner")

    assert "verbose_name" not in field.deconstruct()[3]
    assert "verbose_name" not in Contact._meta.original_attrs
