"""Addresses of pages that need no argument: looked up once, and right below every prefix."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import NoReverseMatch, path, set_script_prefix

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


def test_a_page_that_needs_an_argument_is_refused():
    with pytest.raises(NoReverseMatch):
        address_of("leads:detail")
