"""Plays the demo's stories through the services that real customers and colleagues use; nothing is sent to anybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agents import services as agents
from agents.llm.registry import offline_model
from agents.management.demo.clock import at
from agents.management.demo.stories import STORIES, Line, Story
from agents.models import AgentSession
from conversations import services as conversations
from conversations.models import Channel, Conversation, Message
from crm.core.actors import Actor
from crm.models import Alert, EventRecord
from leads import services as leads
from leads.events import LeadHandedOver
from leads.models import Lead, ScoreRun

TYPING = timedelta(seconds=4)  # between two bubbles of one answer
ANSWERED = timedelta(seconds=5)  # how long the agent takes
NOT_ARRIVED = ("131026", "The number is not on WhatsApp, or can't get messages now.")


@transaction.atomic
def play_stories(system: Actor, channel: Channel, people: dict[str, Actor]) -> int:
    """Fill an empty channel with the stories; returns how many, 0 when it was filled before. All or nothing."""
    if Conversation.objects.filter(channel=channel).exists():
        return 0
    now = timezone.now()
    for story in STORIES:
        _Play(story, system, channel, people, now).play()
    return len(STORIES)


class _Play:
    """One story on the stage."""

    def __init__(
        self, story: Story, system: Actor, channel: Channel, people: dict[str, Actor], now: datetime
    ) -> None:
        self.story, self.system, self.channel, self.people, self.now = story, system, channel, people, now
        self.person = next(iter(people.values()))  # the colleague who acted last
        self.moment = now  # of the last line
        self.acts = {
            "bot": self._answer, "close": self._close, "lost": self._lose, "failed": self._fail,
        }  # fmt: skip

    def play(self) -> None:
        """Every line, each at its moment."""
        first, *rest = self.story.lines
        self._at(first, self._begin)
        for line in rest:
            self._at(line, self._act_of(line[0]))
        if self.story.is_read:
            Conversation.objects.filter(pk=self.talk.pk).update(unread_count=0)
            Alert.objects.filter(url__contains=str(self.talk.pk)).update(read_at=F("created_at"))

    def _act_of(self, who: str) -> Callable[[Line], None]:
        """What happens in a line of theirs; a colleague's name means that they write."""
        if who == "them":
            return self._hear
        self.person = self.people.get(who, self.person)
        return self.acts.get(who, self._write)

    def _at(self, line: Line, act: Callable[[Line], None]) -> None:
        """Let it happen at its moment, and tell whom it concerns."""
        said_at, began = self.now - timedelta(minutes=line[1]), timezone.now()
        self.moment = moment = self.moment + ANSWERED if line[0] == "bot" else said_at
        with at(moment):
            act(line)
            new = list(self.talk.messages.filter(created_at=moment).order_by("sequence"))
            self._deliver(new)
            self._alert(moment)
            for place, message in enumerate(new):
                self._note(message, moment + place * TYPING)
        ScoreRun.objects.filter(lead_id=self.lead_id, at__gte=began).update(at=moment)  # its clock is its own

    def _deliver(self, new: list[Message]) -> None:
        """What we wrote has arrived: it never waits for a sender."""
        for message in new:
            if message.direction == "out":
                message.status, message.provider_id, message.next_at = "read", f"demo.{uuid4().hex}", None
                message.sent_at = message.delivered_at = message.read_at = message.created_at
                message.save()

    def _alert(self, moment: datetime) -> None:
        """The alert that a handover brings, before its event is delivered: so it has the handover's time."""
        refs = [f"conversation:{self.talk.pk}"]
        rows = EventRecord.objects.filter(name=LeadHandedOver.name, occurred_at=moment, refs__contains=refs)
        for record in rows:
            agents.alert_owner(
                actor=self.system,
                lead_id=UUID(record.payload["lead_id"]),
                user_id=UUID(record.payload["user_id"]) if record.payload["user_id"] else None,
                reason=record.payload["reason"],
                key=f"handed_over:{record.id}",
            )

    def _note(self, message: Message, moment: datetime) -> None:
        """The moment of a message, and what the lead remembers of it."""
        Message.objects.filter(pk=message.pk).update(created_at=moment)
        leads.follow_message(actor=self.system, message_id=message.pk)

    def _begin(self, line: Line) -> None:
        """The lead is captured from where it came, and shows what the team wrote down of it."""
        self._hear(line)
        lead = leads.capture_lead(
            actor=self.system,
            contact_id=self.talk.contact_id,
            conversation_id=self.talk.pk,
            source=self.story.source,
        )
        changes = {"tags": self.story.tags, "next_step": self.story.next_step}
        leads.change_lead(actor=self.system, lead_id=lead.pk, changes=changes)
        Lead.objects.filter(pk=lead.pk).update(
            last_activity_at=timezone.now()
        )  # its default has a clock of its own
        self.lead_id = lead.pk

    def _hear(self, line: Line) -> None:
        self.channel.is_bot_on = self.story.is_bot_on  # for a new conversation; the row stays as it is
        given = conversations.InboundMessage(
            external_id=f"demo.{uuid4().hex}",
            account="",
            senders=(conversations.Address("wa_id", self.story.number),),
            sender_name=self.story.name,
            kind="text",
            text=line[2],
            sent_at=self.now - timedelta(minutes=line[1]),
        )
        message = conversations.receive_message(actor=self.system, channel=self.channel, message=given)
        self.talk = message.conversation

    def _answer(self, line: Line) -> None:
        """The agent's turn, by the built-in engine whatever model is set up: no network, and the same every time."""
        agents.schedule_turn(conversation_id=self.talk.pk)
        AgentSession.objects.filter(conversation=self.talk).update(due_at=timezone.now())
        claim, _ = agents.claim_turn(self.talk.pk)
        if claim is not None:
            with self._switched_on():
                agents.publish_turn(claim, agents.think(claim, model=offline_model()), latency_ms=40)

    def _write(self, line: Line) -> None:
        with self._switched_on():
            conversations.send_message(actor=self.person, conversation_id=self.talk.pk, text=line[2])
        owner_id = Conversation.objects.values_list("assignee_id", flat=True).get(pk=self.talk.pk)
        if owner_id:
            leads.follow_owner(actor=self.system, contact_id=self.talk.contact_id, user_id=owner_id)

    @contextmanager
    def _switched_on(self) -> Iterator[None]:
        """The archive takes what is said on the stage; all is one transaction, and so nobody else sees it on."""
        rows = Channel.objects.filter(pk=self.channel.pk)
        rows.update(is_active=True)
        yield
        rows.update(is_active=self.channel.is_active)

    def _close(self, line: Line) -> None:
        conversations.close_conversation(actor=self.person, conversation_id=self.talk.pk)

    def _lose(self, line: Line) -> None:
        leads.disqualify_lead(actor=self.person, lead_id=self.lead_id, reason=line[2])

    def _fail(self, line: Line) -> None:
        """The provider refused our last message."""
        last = self.talk.messages.filter(direction="out").latest("sequence")
        last.status, (last.error_code, last.error_text) = "failed", NOT_ARRIVED
        last.failed_at, last.delivered_at, last.read_at = last.sent_at, None, None
        last.save()
