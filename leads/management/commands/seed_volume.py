"""manage.py seed_volume --leads N --opportunities N --messages N [--workspace SLUG]: believable bulk data, fast.

Adds to what is there. Rows are copied in, without events and without history.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from conversations.models import Channel, Conversation, Message
from crm import selectors as crm_selectors
from crm.core.actors import system_actor
from crm.core.errors import DomainError
from crm.models import Contact, Identity, User, Workspace
from leads import selectors, services
from leads.management.copying import copy_rows
from leads.management.people import Person, person
from leads.models import Lead, LeadSlot
from leads.selectors import SlotFact, fold

DAYS = 180  # how long ago the oldest lead wrote first
BATCH = 10_000


class Command(BaseCommand):
    """Fill a workspace for load tests and demonstrations."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """How many of each, and where."""
        for name in ("leads", "opportunities", "messages"):
            parser.add_argument(f"--{name}", type=int, default=0)
        parser.add_argument("--workspace", default="demo")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, and say how long it took."""
        started = time.monotonic()
        try:
            workspace = crm_selectors.get_workspace(options["workspace"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["messages"] and not options["leads"]:
            raise CommandError("Messages belong to the new leads: say --leads too.")
        services.set_up_leads(actor=system_actor(workspace.pk, via="command"))
        counts = Volume(workspace, options["leads"], options["messages"]).write()
        seconds = time.monotonic() - started
        text = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self.stdout.write(f"{workspace.slug}: {text} in {seconds:.1f} s")
        if options["opportunities"]:
            self.stdout.write("Opportunities are not there yet: none were written.")


@dataclass(frozen=True, slots=True)
class Story:
    """One lead to be: who, since when, how many messages, and the ids of its rows."""

    who: Person
    since: datetime
    messages: int
    contact_id: UUID
    lead_id: UUID
    conversation_id: UUID | None
    owner: User | None
    is_open: bool

    def said_at(self, position: int) -> datetime:
        """When message number `position` was written, from 0."""
        return self.since + timedelta(seconds=40 * position)

    @property
    def last_at(self) -> datetime:
        """When the last message was written."""
        return self.said_at(max(0, self.messages - 1))

    def text(self, position: int) -> tuple[str, str]:
        """(direction, words) of message number `position`: they begin, and we take turns."""
        turn = position // 2
        return ("out", self.who.hears(turn)) if position % 2 else ("in", self.who.says(turn))


class Volume:
    """So many leads with so many messages, in one workspace."""

    def __init__(self, workspace: Workspace, leads: int, messages: int) -> None:
        self.workspace, self.leads, self.messages = workspace, leads, messages
        self.first = Contact.objects.filter(workspace=workspace).count()
        self.dice = random.Random(f"{workspace.slug}/{self.first}")  # noqa: S311  the same place, the same people
        self.now = timezone.now()
        self.owners = [m.user for m in crm_selectors.members_who_may(workspace.pk, "conversations.reply")]
        self.rules = selectors.rules_of(workspace.pk)
        self.thresholds = selectors.thresholds_of(workspace.pk)

    def write(self) -> dict[str, int]:
        """Copy all rows, batch by batch; returns how many of each table."""
        counts: dict[str, int] = {}
        with transaction.atomic():
            channel = self._channel() if self.messages else None
            for start in range(0, self.leads, BATCH):
                stories = [self._story(i) for i in range(start, min(self.leads, start + BATCH))]
                for name, count in self._copy(stories, channel).items():
                    counts[name] = counts.get(name, 0) + count
        with connection.cursor() as cursor:
            for model in (Contact, Identity, Conversation, Message, Lead, LeadSlot):
                cursor.execute(f'ANALYZE "{model._meta.db_table}"')
        return counts

    def _channel(self) -> Channel:
        """The workspace's first channel; a simulator when it has none."""
        found = (
            Channel.objects.filter(workspace=self.workspace, is_active=True).order_by("created_at").first()
        )
        return found or Channel.objects.create(
            workspace=self.workspace, kind="simulator", key=f"{self.workspace.slug}-volume", name="Simulator"
        )

    def _copy(self, stories: list[Story], channel: Channel | None) -> dict[str, int]:
        talks = [story for story in stories if story.conversation_id]
        counts = {
            "contacts": copy_rows(Contact, (self._contact(s) for s in stories)),
            "identities": copy_rows(Identity, (self._identity(s) for s in stories)),
            "leads": copy_rows(Lead, (self._lead(s, channel) for s in stories)),
            "slots": copy_rows(LeadSlot, (row for s in stories for row in self._slots(s))),
        }
        if channel is not None:
            counts["conversations"] = copy_rows(Conversation, (self._talk(s, channel) for s in talks))
            counts["messages"] = copy_rows(Message, (row for s in talks for row in self._said(s, channel)))
        return counts

    def _id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)

    def _story(self, i: int) -> Story:
        """Lead number `i`. Messages are dealt out evenly; the first leads get what is left over."""
        share, rest = divmod(self.messages, self.leads)
        messages = share + (i < rest)
        age = timedelta(days=DAYS) * self.dice.random() ** 1.3  # more of them lately
        has_owner = bool(self.owners) and self.dice.random() < 0.6
        return Story(
            who=person(self.dice, self.first + i),
            since=self.now - age - timedelta(seconds=40 * messages),
            messages=messages,
            contact_id=self._id(),
            lead_id=self._id(),
            conversation_id=self._id() if messages else None,
            owner=self.dice.choice(self.owners) if has_owner else None,
            is_open=age < timedelta(days=14),
        )

    def _row(self, story: Story, **values: Any) -> dict[str, Any]:
        return {"workspace_id": self.workspace.pk, "created_at": story.since, **values}

    def _contact(self, story: Story) -> dict[str, Any]:
        who = story.who
        return self._row(
            story, id=story.contact_id, name=who.name, folded_name=fold(who.name), language=who.language
        )

    def _identity(self, story: Story) -> dict[str, Any]:
        number = story.who.number
        shown = f"+62 {number[2:5]}-{number[5:8]}-{number[8:]}"
        return self._row(
            story,
            id=self._id(),
            contact_id=story.contact_id,
            kind="wa_id",
            value=number,
            shown_as=shown,
            scope="",
        )

    def _lead(self, story: Story, channel: Channel | None) -> dict[str, Any]:
        """A lead scored by the workspace's own rules, in the state its story has reached."""
        who = story.who
        facts = {key: SlotFact(key, value, plain) for key, (value, plain) in who.told.items()}
        scored = selectors.score_of(self.rules, self.thresholds, facts, language=who.language)
        status = self._status(story, scored.score)
        direction, words = story.text(story.messages - 1) if story.messages else ("", "")
        business = who.told.get("business_type", ("", {}))[0]
        place = who.told.get("location", ("", {}))[0]
        is_qualified = status in {"qualified", "converted"}
        return self._row(
            story,
            id=story.lead_id,
            contact_id=story.contact_id,
            status=status,
            score=scored.score,
            temperature=scored.temperature,
            score_reasons=[asdict(reason) for reason in scored.reasons],
            owner_id=story.owner.pk if story.owner else None,
            owner_name=str(story.owner) if story.owner else "",
            source=services.source_of_channel(channel.kind) if channel else "import",
            conversation_id=story.conversation_id,
            name_line=who.name,
            business_type=business,
            search_line=fold(f"{who.name} {business} {place} {who.number}"),
            last_activity_at=story.last_at,
            last_message_at=story.last_at if story.messages else None,
            last_message_text=words,
            last_message_direction=direction,
            qualified_at=story.last_at if is_qualified else None,
            handed_over_at=story.last_at if is_qualified and story.owner else None,
            closed_at=story.last_at if status in {"converted", "disqualified"} else None,
            disqualified_because="No answer" if status == "disqualified" else "",
        )

    def _status(self, story: Story, score: int) -> str:
        if not story.is_open and self.dice.random() < 0.7:
            return "converted" if score >= self.thresholds.qualify_from else "disqualified"
        if score >= self.thresholds.qualify_from:
            return "qualified"
        return "working" if story.who.told else "new"

    def _slots(self, story: Story) -> Iterator[dict[str, Any]]:
        for key, (value, plain) in story.who.told.items():
            yield self._row(
                story, id=self._id(), lead_id=story.lead_id, key=key, value=value, normalised=plain, confidence=0.9,
                quote=value, source="agent",
            )  # fmt: skip

    def _talk(self, story: Story, channel: Channel) -> dict[str, Any]:
        """The conversation: nobody's bot answers it, so that a running house stays quiet."""
        direction, words = story.text(story.messages - 1)
        inbound = story.messages - 1 if direction == "in" else max(0, story.messages - 2)
        return self._row(
            story,
            id=story.conversation_id,
            contact_id=story.contact_id,
            channel_id=channel.pk,
            status="open" if story.is_open else "closed",
            owner_kind="person" if story.owner else "nobody",
            assignee_id=story.owner.pk if story.owner else None,
            recipient_kind="wa_id",
            recipient_value=story.who.number,
            last_sequence=story.messages,
            last_inbound_sequence=inbound + 1,
            last_inbound_at=story.said_at(inbound),
            last_message_at=story.last_at,
            last_message_text=words,
            last_message_direction=direction,
            last_message_author_kind="contact" if direction == "in" else "agent",
        )

    def _said(self, story: Story, channel: Channel) -> Iterator[dict[str, Any]]:
        for position in range(story.messages):
            direction, words = story.text(position)
            at = story.said_at(position)
            is_in = direction == "in"
            yield {
                "id": self._id(),
                "workspace_id": self.workspace.pk,
                "created_at": at,
                "conversation_id": story.conversation_id,
                "channel_id": channel.pk,
                "sequence": position + 1,
                "direction": direction,
                "text": words,
                "status": "delivered" if is_in else "read",
                "author_kind": "contact" if is_in else "agent",
                "author_name": story.who.name if is_in else "Sarah",
                "sent_at": None if is_in else at,
            }
