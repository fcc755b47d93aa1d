"""Where pages are: a page that needs no argument is looked up once, however many times a list names it."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

MOST = 2_000  # addresses that are remembered


def address_of(name: str) -> str:
    """The address of a page by its name ("leads:list"), below the prefix we stand under; NoReverseMatch when there is
    no such page, or it needs an argument."""
    return _address(name, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=MOST)
def _address(name: str, _prefix: str, urls: str) -> str:
    return reverse(name, urlconf=urls)
