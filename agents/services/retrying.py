"""Turns that were given up, as dead letters: the agent gets another try at what nobody has answered."""

import json
from uuid import UUID

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents import selectors
from agents.errors import NothingToAnswerError
from agents.models import Turn
from agents.services.locks import Talk, begin_session, lock_talk
from conversations import services as conversation_services
from conversations.models import Message
from crm.core.actors import Actor
from crm.core.dead_letters import Brief, Reason, Source
from crm.core.service import service
from crm.errors import NotDeadError


@service
def retry_turn(*, actor: Actor, pk: UUID) -> None:
    """Give the conversation back to the agent, with the messages it failed at; refused once a person answered."""
    turn = Turn.objects.filter(pk=pk, workspace_id=actor.workspace_id, gave_up=True).first()
    talk = lock_talk(turn.conversation_id) if turn else None
    turn = Turn.objects.select_for_update(no_key=True).filter(pk=pk, gave_up=True).first()
    if turn is None or talk is None:
        raise NotDeadError
    floor = _before(turn)
    _check_unanswered(talk, floor)
    conversation = conversation_services.give_back(
        actor=actor, conversation_id=talk.conversation.pk, from_sequence=floor
    )
    agent = selectors.answering_agent(conversation)
    if agent is None:
        raise NothingToAnswerError(
            gettext("No agent is switched on for this channel. Switch one on, then replay.")
        )
    session = begin_session(Talk(conversation, talk.session), agent)
    session.watermark, session.due_at, session.attempts = floor, timezone.now(), 0
    session.save()
    turn.gave_up = False
    turn.save(update_fields=["gave_up"])


def _before(turn: Turn) -> int:
    """The last message before those the turn failed at."""
    first = Message.objects.filter(pk__in=turn.message_ids).aggregate(first=Min("sequence"))["first"]
    return (first if first is not None else turn.seen_sequence) - 1


def _check_unanswered(talk: Talk, floor: int) -> None:
    answers = Message.objects.filter(conversation=talk.conversation, direction="out", sequence__gt=floor)
    if answers.exclude(author_kind="agent").exists():
        raise NothingToAnswerError


def _brief(turn: Turn) -> Brief:
    url = f"{reverse('conversations:inbox')}?open={turn.conversation_id}"
    return Brief(turn.error, str(turn.session.agent), url, 1)


def _text(turn: Turn) -> bytes:
    seen = list(Message.objects.filter(pk__in=turn.message_ids).order_by("sequence").values("kind", "text"))
    return json.dumps({"messages": seen}, ensure_ascii=False).encode()


GAVE_UP = Reason(
    _("The agent broke down several times"),
    _("A person was asked to answer. If nobody has yet, replay: the agent gets the messages once more."),
)

DEAD_TURNS = Source(
    key="turn",
    title=_("Answers the agent failed at"),
    dead=lambda: Turn.objects.filter(gave_up=True).select_related("session__agent"),
    since="started_at",
    reason="outcome",
    brief=_brief,
    text=_text,
    replay=retry_turn,
    parse=UUID,
    reasons={"failed": GAVE_UP},
)
