"""The people on WhatsApp: names, business-scoped user ids, and whether they show read receipts."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from simulator.refusals import BadRequestError
from simulator.store import Store

COUNTRY_CODES = {
    "62": "ID", "57": "CO", "34": "ES", "52": "MX", "55": "BR", "54": "AR", "51": "PE", "56": "CL",
    "44": "GB", "65": "SG", "60": "MY", "91": "IN", "49": "DE", "33": "FR", "1": "US",
}  # fmt: skip
ON_WHATSAPP = re.compile(r"\d{7,15}")


@dataclass(frozen=True)
class Person:
    """Somebody with WhatsApp. `wa_id` is digits, or "" for a username-only person."""

    wa_id: str
    user_id: str  # business-scoped user id; "" plays the time before they existed
    name: str
    username: str = ""
    receipts: bool = True
    on_whatsapp: bool = True

    @property
    def key(self) -> str:
        """What the books file this person under: the phone digits, else the user id."""
        return self.wa_id or self.user_id


def user_id_for(wa_id: str) -> str:
    """A steady invented business-scoped user id for phone digits, like `ID.13491208655302741918`."""
    country = next((code for prefix, code in COUNTRY_CODES.items() if wa_id.startswith(prefix)), "US")
    number = int.from_bytes(hashlib.sha256(wa_id.encode()).digest()[:8]) % 10**20
    return f"{country}.{number:020d}"


class People:
    """Everybody met so far, found by phone digits or user id."""

    def __init__(self, store: Store) -> None:
        """Loads the people met in earlier runs."""
        self._store = store
        self._found: dict[str, Person] = {}
        for row in store.rows("SELECT value FROM people"):
            self._index(Person(**json.loads(row["value"])))

    def find(self, key: str) -> Person | None:
        """The person with these phone digits or this user id, if met."""
        return self._found.get(key)

    def meet(self, wa_id: str, **known: Any) -> Person:
        """The person with these phone digits (or `user_id`), made or brought up to date."""
        person = self.find(wa_id or str(known.get("user_id", "")))
        if person is None:
            person = Person(
                wa_id=wa_id, user_id=user_id_for(wa_id) if wa_id else "", name=f"Customer {wa_id[-4:]}"
            )
        person, before = replace(person, **known), person
        if not person.key:
            raise BadRequestError("a person needs phone digits in `from` or a `user_id`")
        if person != before or self.find(person.key) is None:
            self._keep(person)
        return person

    def forget(self) -> None:
        """Forgets everybody (the books are emptied by the store)."""
        self._found.clear()

    def _keep(self, person: Person) -> None:
        self._index(person)
        value = json.dumps(asdict(person))
        self._store.write("INSERT OR REPLACE INTO people VALUES (?, ?)", (person.key, value))

    def _index(self, person: Person) -> None:
        for key in filter(None, (person.wa_id, person.user_id)):
            self._found[key] = person


def digits(phone: object) -> str:
    """Phone digits of `+62 811-0000-101` or `628110000101`; raises BadRequestError when it is no phone."""
    found = re.sub(r"[\s()+-]", "", str(phone))
    if not ON_WHATSAPP.fullmatch(found):
        raise BadRequestError(f"not a phone number: {phone!r}")
    return found
