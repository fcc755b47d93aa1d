"""The world: everything that lives between the start and the stop of one run."""

from pathlib import Path
from typing import Any

from starlette.requests import Request

from simulator.books import Books
from simulator.clock import Clock
from simulator.delivery import Delivery, Update
from simulator.door import Door
from simulator.faults import Faults
from simulator.hub import Hub
from simulator.inbound import Inbound
from simulator.media import Media
from simulator.numbers import Numbers
from simulator.people import People
from simulator.personas import Personas
from simulator.posting import Client
from simulator.recorder import Recorder, masked_headers, readable
from simulator.sending import Sending
from simulator.settings import Dials
from simulator.store import Store


class World:
    """Puts the parts together. Make it inside the event loop that will run it."""

    def __init__(self, data: Path, *, product_url: str, base_url: str, token: str) -> None:
        """Opens the store in `data` and takes up what an earlier run left."""
        data.mkdir(parents=True, exist_ok=True)
        self.token = token
        self.store = Store(data / "world.sqlite3")
        self.clock = Clock(self.store)
        self.dials = Dials(self.store)
        self.numbers = Numbers(self.store)
        self.people = People(self.store)
        self.recorder = Recorder(self.clock)
        self.books = Books(self.store)
        self.faults = Faults()
        self.hub = Hub(self.clock)
        self.media = Media(self.store, self.clock)
        parts = (self.store, self.clock, self.numbers, self.dials)
        self.door = Door(Client(product_url), self.dials, self.recorder)
        self.delivery = Delivery(*parts, door=self.door)
        self.delivery.on_delivered = self._reached
        self.door.on_taken = self._took
        self.media.base_url = base_url.rstrip("/")
        self._hands()

    def _hands(self) -> None:
        """The parts that write: sending, people writing, personas."""
        shelves = (self.books, self.clock, self.people)
        self.sending = Sending(*shelves, delivery=self.delivery, hub=self.hub, dials=self.dials)
        self.inbound = Inbound(*shelves, delivery=self.delivery, hub=self.hub, media=self.media)
        self.personas = Personas(self.store, self.people)

    async def start(self) -> None:
        """Begins to deliver."""
        self.delivery.start()

    async def stop(self) -> None:
        """Stops delivering and closes the file with everything in it."""
        self.hub.close()
        await self.delivery.stop()
        self.store.close()

    async def reset(self) -> None:
        """Empties books, log and people; faults, settings and clock as at the start. Numbers stay."""
        await self.delivery.forget()
        self.books.forget()
        self.people.forget()
        self.recorder.clear()
        self.faults.clear()
        self.delivery.faults = type(self.delivery.faults)()
        self.dials.reset()
        self.clock.reset()
        self.sending.limits.clear()
        self.personas.reset()
        await self.store.committed()

    def note_request(
        self, request: Request, raw: bytes, status: int | None, answer: bytes, *, fault: bool
    ) -> None:
        """Logs a request of the product; status None says that the connection was cut."""
        self.recorder.note(
            "request",
            method=request.method,
            path=request.url.path,
            query=dict(request.query_params) if "access_token" not in request.query_params else "***",
            headers=masked_headers(request.headers.items()),
            body=readable(raw),
            status=status,
            answer=readable(answer),
            fault=fault,
        )

    def _reached(self, update: Update) -> None:
        """The product took a person's message: two grey ticks."""
        if update.kind == "message":
            self.store.write("UPDATE said SET reached = 1 WHERE wamid = ?", (update.wamid,))
            self.hub.changed(update.person)

    def _took(self, body: bytes, number: str) -> None:
        """The product answered a body with 2xx."""
        self.books.take(body, number, self.clock.now())

    def counts(self) -> dict[str, Any]:
        """A short account of everything."""
        return self.books.counts() | {"settled": self.delivery.settled, "offset": self.clock.offset}
