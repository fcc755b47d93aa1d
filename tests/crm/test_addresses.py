"""Addresses of pages: looked up once, each with its own ids, and right below every prefix."""

from random import randrange
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import NoReverseMatch, path, reverse, set_script_prefix

from crm.core import addresses
from crm.core.addresses import address_of

urlpatterns = [path("elsewhere/", lambda request: HttpResponse(), name="home")]


@pytest.fixture
def below():
    yield set_script_prefix
    set_script_prefix("/")


def test_a_page_is_found_by_its_name():
    assert address_of("leads:list") == "/leads/"
    assert address_of("leads:list") == "/leads/"


def test_the_prefix_we_stand_under_counts(below):
    assert address_of("leads:list") == "/leads/"
    below("/crm/")
    assert address_of("leads:list") == "/crm/leads/"


def test_other_addresses_are_not_mixed_up():
    with override_settings(ROOT_URLCONF=__name__):
        assert address_of("home") == "/elsewhere/"
    with pytest.raises(NoReverseMatch):
        address_of("home")


def test_ids_numbers_and_words_are_those_one_asked_for():
    for _ in range(2):
        lead, number = uuid4(), randrange(10**6)
        assert address_of("leads:detail", lead) == f"/leads/{lead}/"
        assert address_of("leads:restore", lead, number) == reverse("leads:restore", args=[lead, number])
        for slot in ("budget", "city"):
            assert address_of("leads:correct_slot", lead, slot) == reverse(
                "leads:correct_slot", args=[lead, slot]
            )


def test_an_address_is_looked_up_once_for_all_ids():
    address_of("leads:detail", uuid4())
    before = addresses._address.cache_info().misses
    address_of("leads:detail", uuid4())
    assert addresses._address.cache_info().misses == before


def test_a_page_that_needs_other_arguments_is_refused():
    for arguments in ([], ["no id"], [uuid4(), uuid4()]):
        with pytest.raises(NoReverseMatch):
            address_of("leads:detail", *arguments)
