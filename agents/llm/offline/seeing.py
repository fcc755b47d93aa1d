"""What every extractor saw in a batch, under the key of the slot it may fill."""

from dataclasses import replace

from agents.decisions.values import SlotSpec
from agents.llm.offline.businesses import find_businesses
from agents.llm.offline.custom import find_custom
from agents.llm.offline.found import Candidate
from agents.llm.offline.money import BY_COUNTRY, find_money
from agents.llm.offline.names import find_names
from agents.llm.offline.needs import find_needs
from agents.llm.offline.places import find_places
from agents.llm.offline.reading import Reading
from agents.llm.port import UnderstandRequest


def candidates_of(
    reading: Reading, request: UnderstandRequest, language: str, *, is_correcting: bool
) -> list[tuple[str, Candidate]]:
    """What every extractor saw, under the key of the slot it may fill."""
    found: list[tuple[str, Candidate]] = []
    country = request.country
    taken_kinds: set[str] = set()
    for slot in sorted(
        request.slots, key=lambda one: (one.key != request.asked_slot, one.key in request.known)
    ):
        is_asked = slot.key == request.asked_slot
        if slot.kind in {"name", "place", "money"} and slot.kind in taken_kinds:
            continue
        taken_kinds.add(slot.kind)
        seen = _extract(
            reading, request, slot, language, country, is_asked=is_asked, is_correcting=is_correcting
        )
        if slot.kind == "place" and seen:
            country = seen[0].normalised.get("country") or country
        found += [(slot.key, one) for one in seen]
    return _with_currency(found, request, country, language)


def _extract(
    reading: Reading,
    request: UnderstandRequest,
    slot: SlotSpec,
    language: str,
    country: str,
    *,
    is_asked: bool,
    is_correcting: bool,
) -> list[Candidate]:
    """What the extractor of this slot's kind saw."""
    if slot.kind == "name":
        return find_names(reading, is_asked=is_asked)
    if slot.kind == "place":
        return find_places(reading, is_asked=is_asked)
    if slot.kind == "money":
        is_expected = is_asked or (is_correcting and slot.key in request.known)
        place = request.known.get("location")
        known = (place.normalised.get("country") if place else "") or country
        return find_money(reading, is_asked=is_expected, language=language, country=known)
    if slot.key == "business_type":
        return find_businesses(reading, is_asked=is_asked, language=language)
    if slot.key == "need":
        return find_needs(reading, is_asked=is_asked)
    return find_custom(reading, slot, is_asked=is_asked, country=country, language=language)


def _with_currency(
    found: list[tuple[str, Candidate]], request: UnderstandRequest, country: str, language: str
) -> list[tuple[str, Candidate]]:
    """Amounts without a currency take the one of a country named in the same batch."""
    del language
    code = BY_COUNTRY.get(country, "")
    return [
        (key, replace(one, normalised={**one.normalised, "currency": code}))
        if one.kind == "money" and code and "currency" not in one.normalised
        else (key, one)
        for key, one in found
    ]
