"""Where pages are: an address is looked up once, however many times a list names it. Ids in it are stood in for."""

from functools import lru_cache
from uuid import UUID, uuid5

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

MOST = 2_000  # addresses that are remembered
_NOTHING = UUID("8d0b5a0e-6f0e-4f0b-9a43-0a9b1f6f7c11")  # ids nothing has

Argument = UUID | int | str


def address_of(name: str, *arguments: Argument) -> str:
    """The address of a page by its name ("leads:list"), below the prefix we stand under; NoReverseMatch when there is
    no such page, or it needs other arguments."""
    asked = tuple(_stand_in(each, place) for place, each in enumerate(arguments))
    found = _address(name, asked, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)
    for stand_in, real in zip(asked, arguments, strict=True):
        if stand_in is not real:
            found = found.replace(str(stand_in), str(real))
    return found


def _stand_in(argument: Argument, place: int) -> Argument:
    """What is put for an id or a number, so that all of them share one address; words stand for themselves."""
    if type(argument) is int:
        return _NUMBERS[place]
    return _IDS[place] if isinstance(argument, UUID) else argument


_IDS = [uuid5(_NOTHING, str(place)) for place in range(9)]
_NUMBERS = [9_160_340_817_250_000_001 + place for place in range(9)]


@lru_cache(maxsize=MOST)
def _address(name: str, arguments: tuple[Argument, ...], _prefix: str, urls: str) -> str:
    return reverse(name, urlconf=urls, args=arguments)
