"""When to answer: each message pushes the time, within a limit."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agents import selectors
from agents.decisions.session import SessionState
from agents.decisions.timing import WaitSettings, wait_before_answer
from agents.decisions.values import SeenMessage, Understanding
from agents.llm.port import UnderstandRequest
from agents.llm.registry import offline_model
from agents.models import Agent, AgentSession
from agents.services.locks import Talk, begin_session, is_bots, lock_talk
from conversations import services as conversation_services
from conversations.models import Conversation, Message
from crm.core.actors import system_actor
from crm.core.walls import within_row

log = logging.getLogger(__name__)

LOOKED_AT = (
    5  # of all that waits: whether they are still writing shows at its end, however long they have been
)


@within_row(Conversation, "conversation_id")
def schedule_turn(*, conversation_id: UUID) -> float | None:
    """A message came: set when the agent answers. Returns the seconds until then; None when it owes no answer, or when
    somebody will look before that already and wait for the rest.

    A conversation whose agent was switched off waits for people instead.
    """
    conversation = Conversation.objects.select_related("channel").filter(pk=conversation_id).first()
    if conversation is None or not is_bots(conversation):
        return None
    agent = selectors.answering_agent(conversation)
    session = AgentSession.objects.filter(conversation=conversation).first()
    waiting = selectors.unanswered(conversation, session, last=LOOKED_AT)
    look = _look(session, agent, waiting) if agent and waiting else None  # no lock is held meanwhile
    return _set_due(conversation_id, agent, look)


@transaction.atomic
def _set_due(conversation_id: UUID, agent: Agent | None, look: Understanding | None) -> float | None:
    """Write the time down, by what is true now. Whether the agent is still there when the time has come, the turn
    asks."""
    talk = lock_talk(conversation_id)
    if talk is None or not talk.is_bots:
        return None
    if agent is None:
        leave_to_people(talk)
        return None
    session = begin_session(talk, agent)
    if look is None or not selectors.is_unanswered(talk.conversation, session):
        _note_quiet(talk, session)
        return None
    return _push(session, agent, look)


def _push(session: AgentSession, agent: Agent, look: Understanding) -> float | None:
    now, before = timezone.now(), session.due_at
    session.hard_deadline = session.hard_deadline or now + timedelta(seconds=agent.wait_at_most)
    waited = max(0.0, agent.wait_at_most - (session.hard_deadline - now).total_seconds())
    wait = wait_before_answer(look, waited, _patience(agent))
    due_at = min(session.hard_deadline, now + timedelta(seconds=wait))
    if session.attempts and session.due_at:
        due_at = max(
            due_at, session.due_at
        )  # it broke: a new message doesn't shorten the wait before the next try
    session.due_at = due_at
    session.save()
    is_watched = before is not None and now < before <= due_at
    return None if is_watched else max(0.0, (due_at - now).total_seconds())


def _note_quiet(talk: Talk, session: AgentSession) -> None:
    """What is new wants no answer (a reaction): it is dealt with, and the sweep need not look again."""
    latest = talk.conversation.last_inbound_sequence
    if (
        session.due_at is None
        and session.watermark < latest
        and not selectors.is_unanswered(talk.conversation, session)
    ):
        session.watermark = latest
        session.save()


def leave_to_people(talk: Talk) -> None:
    """Nobody is there to answer: the (locked) conversation waits for a person."""
    conversation = talk.conversation
    conversation_services.hand_over(
        actor=system_actor(conversation.workspace_id, via="task"),
        conversation_id=conversation.pk,
        user_id=None,
        because=gettext_noop("The agent is switched off"),
        epoch=conversation.ownership_epoch,
    )


def _patience(agent: Agent) -> WaitSettings:
    return WaitSettings(agent.wait_complete, agent.wait_fragment, agent.wait_at_most)


def _look(session: AgentSession | None, agent: Agent, waiting: list[Message]) -> Understanding:
    """A first look that never keeps an answer from being scheduled: if it breaks, the turn will say so."""
    try:
        return _first_look(session, agent, waiting)
    except Exception:
        log.exception("first look failed", extra={"agent": str(agent.pk)})
        return Understanding(language=agent.default_language)


def _first_look(session: AgentSession | None, agent: Agent, waiting: list[Message]) -> Understanding:
    """What the offline engine makes of the messages: enough to tell a fragment from a thought. A few ms."""
    state = SessionState.from_json(session.state if session else {})
    request = UnderstandRequest(
        messages=tuple(SeenMessage(str(m.pk), m.words, m.kind, m.provider_time) for m in waiting),
        slots=(),
        known=state.known,
        asked_slot=state.asked_slot,
        language=state.language,
        languages=tuple(agent.languages),
        default_language=agent.default_language,
        country=state.country_hint,
    )
    return offline_model().understand(request)
