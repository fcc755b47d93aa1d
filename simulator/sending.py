"""What happens to an accepted message of the business: books, statuses to come, the person's phone."""

from dataclasses import dataclass
from typing import Any

from simulator.books import Books
from simulator.clock import Clock
from simulator.delivery import Delivery
from simulator.envelopes import failure_change, status_change
from simulator.hub import Hub
from simulator.meta_contract import MEDIA
from simulator.meta_errors import (
    PAIR_RATE,
    THROUGHPUT,
    UNDELIVERABLE,
    WINDOW_CLOSED,
    GraphError,
    Trouble,
    bad_value,
    wrong,
)
from simulator.meta_limits import Limits
from simulator.meta_templates import Templates
from simulator.numbers import BusinessNumber
from simulator.people import People, Person
from simulator.settings import Dials
from simulator.wamids import new_wamid


@dataclass(frozen=True)
class Accepted:
    """A message that got its wamid, with the trouble it will end in (None when it arrives)."""

    number: BusinessNumber
    person: Person
    body: dict[str, Any]
    wamid: str
    trouble: Trouble | None
    is_on_demand: bool = False  # the trouble is one that a test asked for


class Sending:
    """Takes checked send requests."""

    def __init__(
        self, books: Books, clock: Clock, people: People, *, delivery: Delivery, hub: Hub, dials: Dials
    ) -> None:
        """Limits start fresh; templates are kept in the store."""
        self._books, self._clock, self._people = books, clock, people
        self._delivery, self._hub, self._dials = delivery, hub, dials
        self.limits = Limits(books, clock)
        self.templates = Templates(books.store)

    def accept(self, number: BusinessNumber, body: dict[str, Any]) -> dict[str, Any]:
        """Accepts one message and answers Meta's answer; raises GraphError when it is refused at once."""
        person = self._recipient(body)
        self._check_limits(number, person, body)
        self._check_content(number, body)
        wamid = new_wamid(person.key, inbound=False)
        is_shut = body.get("type") != "template" and self.limits.is_shut(number.phone_number_id, person.key)
        trouble = WINDOW_CLOSED if is_shut else self._trouble(number, person, body)
        sent = Accepted(number, person, body, wamid, trouble, is_shut)
        self._book(sent)
        self._plan(sent)
        self._hub.typing(number.phone_number_id, person.key, on=False)
        contact = {"input": body.get("to") or body["recipient"], "wa_id": person.wa_id}
        if person.user_id:
            contact["user_id"] = person.user_id
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}

    def mark_read(self, number: BusinessNumber, body: dict[str, Any]) -> dict[str, Any]:
        """Marks a person's message and the earlier ones as read; shows typing when asked."""
        said = self._books.said_by_wamid(body["message_id"])
        if said is None or said["number"] != number.phone_number_id:
            raise wrong("Param message_id is not a message that this number received")
        self._books.mark_read(said["wamid"], number.phone_number_id, self._clock.now())
        self._hub.changed(said["person"])
        if "typing_indicator" in body:
            self._hub.typing(number.phone_number_id, said["person"], on=True)
        return {"success": True}

    def _recipient(self, body: dict[str, Any]) -> Person:
        """The person addressed; the phone goes before the user id, as at Meta."""
        if "to" in body:
            return self._people.meet(body["to"].lstrip("+"))
        found = self._people.find(body["recipient"])
        return found or self._people.meet("", user_id=body["recipient"], name="Customer")

    def _check_limits(self, number: BusinessNumber, person: Person, body: dict[str, Any]) -> None:
        dials = self._dials.now
        if person.wa_id == number.display_phone_number:
            raise GraphError(131021, "Recipient cannot be sender", details="The recipient is the sender")
        if not self.limits.throughput_allows(number.phone_number_id, dials.throughput):
            raise GraphError.of(THROUGHPUT)
        if dials.pair_rate and not self.limits.pair_allows(number.phone_number_id, person.key):
            raise GraphError.of(PAIR_RATE)

    def _check_content(self, number: BusinessNumber, body: dict[str, Any]) -> None:
        kind = body.get("type", "text")
        if kind == "template":
            anything = self._dials.now.any_template
            self.templates.check_send(number.phone_number_id, body["template"], any_template=anything)
        if kind in MEDIA and "id" in body[kind]:
            self._check_media(number, body[kind]["id"])

    def _check_media(self, number: BusinessNumber, media_id: str) -> None:
        sql = "SELECT 1 FROM media WHERE id = ? AND number = ?"
        if not self._books.store.row(sql, (media_id, number.phone_number_id)):
            raise bad_value(f"Media id {media_id} is not a media of this number")

    def _trouble(self, number: BusinessNumber, person: Person, body: dict[str, Any]) -> Trouble | None:
        """The trouble that a failed status will tell, although the message is accepted now."""
        if not person.on_whatsapp:
            return UNDELIVERABLE
        free_form = body.get("type") != "template"
        if (
            free_form
            and self._dials.now.window
            and not self.limits.window_open(number.phone_number_id, person.key)
        ):
            return WINDOW_CLOSED
        return None

    def _book(self, sent: Accepted) -> None:
        self._books.accept(
            wamid=sent.wamid,
            number=sent.number.phone_number_id,
            person=sent.person.key,
            body=sent.body,
            text=self.words(sent.number, sent.body),
            accepted=self._clock.now(),
            fate=_fate(sent),
        )

    def _plan(self, sent: Accepted) -> None:
        """Books the statuses to come: sent, delivered, read - or failed."""
        dials, now = self._dials.now, self._clock.now()
        opaque = sent.body.get("biz_opaque_callback_data")
        who = (sent.number, sent.person, sent.wamid)
        if not dials.statuses:
            return
        if sent.trouble:
            at = now + dials.sent_after
            self._send_status(sent, "failed", failure_change(*who, sent.trouble, at=at, opaque=opaque), at)
            return
        for status, after in self._steps(sent.person, sent.body):
            change = status_change(*who, status, at=now + after, opaque=opaque)
            self._send_status(sent, status, change, now + after)

    def _steps(self, person: Person, body: dict[str, Any]) -> list[tuple[str, float]]:
        """The statuses of a message that arrives; a reaction has only `sent`."""
        dials = self._dials.now
        steps = [("sent", dials.sent_after)]
        if body.get("type") != "reaction":
            steps.append(("delivered", dials.delivered_after))
            if person.receipts and dials.read_receipts:
                steps.append(("read", dials.read_after))
        return steps

    def _send_status(self, sent: Accepted, status: str, change: dict[str, Any], at: float) -> None:
        where = (sent.number.phone_number_id, sent.person.key)
        self._delivery.add(*where, "status", change, due=at, wamid=sent.wamid, status=status)

    def words(self, number: BusinessNumber, body: dict[str, Any]) -> str:
        """What a person would read of a message: its text, caption, filled template or emoji."""
        kind = body.get("type", "text")
        content = body[kind]
        if kind == "text":
            return str(content["body"])
        if kind == "interactive":
            return str(content["body"]["text"])
        if kind == "template":
            return self.templates.words(number.phone_number_id, content)
        return str(content.get("caption") or content.get("emoji") or content.get("name") or "")


def _fate(sent: Accepted) -> str:
    """What the books say will become of it: `ok`, a code, or `CODE asked` when a test wanted it so."""
    code = str(sent.trouble.code) if sent.trouble else "ok"
    return f"{code} asked" if sent.is_on_demand else code
