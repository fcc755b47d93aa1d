"""The business numbers this world knows: the demo number, and what tests add."""

import json
from dataclasses import asdict, dataclass

from simulator.refusals import BadRequestError
from simulator.store import Store


@dataclass(frozen=True)
class BusinessNumber:
    """One WhatsApp number of a business, with the secrets that the product holds too."""

    phone_number_id: str
    display_phone_number: str  # digits only, as webhooks carry it
    channel_key: str
    app_secret: str
    verify_token: str
    access_token: str  # "" accepts any bearer
    verified_name: str = "Demo business"
    waba_id: str = "200000000000001"
    quality_rating: str = "GREEN"


DEMO = BusinessNumber(
    phone_number_id="100000000000001",
    display_phone_number="628110000001",
    channel_key="demo-whatsapp",
    app_secret="demo-app-secret",  # noqa: S106 - the loopback world's own, published on purpose
    verify_token="demo-verify-token",  # noqa: S106
    access_token="demo-access-token",  # noqa: S106
    verified_name="Studio Senja",  # as the demo workspace is called, so that both sides of the demo agree
)


class Numbers:
    """The table of numbers, by phone number id."""

    def __init__(self, store: Store) -> None:
        """Loads the kept numbers; the demo number is always there."""
        self._store = store
        kept = store.rows("SELECT value FROM numbers ORDER BY rowid")
        self._by_id = {DEMO.phone_number_id: DEMO}
        for row in kept:
            number = BusinessNumber(**json.loads(row["value"]))
            self._by_id[number.phone_number_id] = number

    def all(self) -> list[BusinessNumber]:
        """Every number, the demo number first."""
        return list(self._by_id.values())

    def get(self, phone_number_id: str) -> BusinessNumber | None:
        """The number with this phone number id, if known."""
        return self._by_id.get(phone_number_id)

    def chosen(self, name: object) -> BusinessNumber:
        """A number by phone number id, channel key or display digits; the demo number for None."""
        if name is None:
            return DEMO
        for number in self._by_id.values():
            if str(name).lstrip("+") in {
                number.phone_number_id,
                number.channel_key,
                number.display_phone_number,
            }:
                return number
        raise BadRequestError(f"no such number: {name}")

    def put(self, given: dict[str, str]) -> BusinessNumber:
        """Adds or replaces a number from its fields; refuses unknown or missing ones."""
        try:
            number = BusinessNumber(**{name: str(value) for name, value in given.items()})
        except TypeError as wrong:
            raise BadRequestError(f"a number needs its fields: {wrong}") from wrong
        self._by_id[number.phone_number_id] = number
        value = json.dumps(asdict(number))
        self._store.write("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (number.phone_number_id, value))
        return number
