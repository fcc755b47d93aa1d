"""A turn is claimed: one worker gets the session and everything the engine needs, as plain values."""

import uuid
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agents import selectors
from agents.decisions.session import Phase, SessionState
from agents.decisions.values import KnownSlot, SeenMessage
from agents.models import Agent, AgentSession
from agents.services.claims import Claim
from agents.services.failing import MAX_ATTEMPTS, give_up
from agents.services.locks import Talk, lock_talk, rest, stand_down
from agents.services.scheduling import leave_to_people
from conversations import selectors as conversations
from conversations.models import Conversation, Message
from leads import selectors as leads
from leads import services as lead_services
from leads.models import Lead

LEASE = timedelta(seconds=settings.CLAIM_LEASE)
FILED_WITHIN = timedelta(seconds=10)  # after the longest that the agent waits for the rest of a thought
LOOK_AGAIN = timedelta(seconds=3)  # unless something is filed earlier


@transaction.atomic
def claim_turn(conversation_id: UUID) -> tuple[Claim | None, float | None]:
    """Lease the session when its time has come; else the seconds to wait, or None when there is nothing to do."""
    talk = lock_talk(conversation_id)
    session = talk.session if talk else None
    if talk is None or session is None or session.due_at is None:
        return None, None
    now = timezone.now()
    if not talk.is_bots:
        stand_down(session)
        return None, None
    if session.lease_until and session.lease_until > now:
        return None, None  # somebody is at it; they look again when they are done
    if session.due_at > now:
        return None, (session.due_at - now).total_seconds()
    if _waits_for_words(talk, session, now):
        return None, None
    return _claim_due(talk, session, now), None


def _waits_for_words(talk: Talk, session: AgentSession, now: datetime) -> bool:
    """More of what they wrote has come in: it is answered with the rest, once it is filed, which sets the time anew.
    What can't be filed is waited for a while only; then the sweep finds the turn."""
    session.hard_deadline = session.hard_deadline or now
    last = session.hard_deadline + FILED_WITHIN
    if now >= last or not conversations.has_words_to_file(talk.conversation):
        return False
    session.due_at = min(last, now + LOOK_AGAIN)
    session.save(update_fields=["due_at", "hard_deadline"])
    return True


def _claim_due(talk: Talk, session: AgentSession, now: datetime) -> Claim | None:
    """The claim, unless nobody is there to answer, nothing is unanswered, or it was tried too often."""
    agent = selectors.answering_agent(talk.conversation)
    waiting = selectors.unanswered(talk.conversation, session)
    if agent is None or not waiting:
        rest(session, talk.conversation.last_inbound_sequence)
        if agent is None:
            leave_to_people(talk)
        return None
    if session.attempts >= MAX_ATTEMPTS:  # a turn that stops its worker never reaches an error handler
        give_up(talk, session)
        return None
    session.agent = agent
    session.attempts += 1
    session.lease_until, session.lease_token = now + LEASE, uuid.uuid4()
    session.save()
    return _claim(talk, session, agent, waiting, now)


def _claim(talk: Talk, session: AgentSession, agent: Agent, messages: list[Message], now: datetime) -> Claim:
    conversation = talk.conversation
    actor = selectors.actor_for_agent(agent)
    lead = lead_services.capture_lead(
        actor=actor,
        contact_id=conversation.contact_id,
        conversation_id=conversation.pk,
        source=lead_services.source_of(conversation),
    )
    held, thresholds = leads.slots_held(lead), leads.thresholds_of(lead.workspace_id)
    country, seen = selectors.country_of(conversation.contact_id), messages[-1].sequence
    return Claim(
        session_id=session.pk,
        token=session.lease_token,  # type: ignore[arg-type]
        conversation_id=conversation.pk,
        lead_id=lead.pk,
        agent=agent,
        actor=actor,
        epoch=conversation.ownership_epoch,
        seen=seen,
        seed=zlib.crc32(f"{conversation.pk}:{seen}".encode()),
        messages=tuple(SeenMessage(str(m.pk), m.words, m.kind, m.provider_time) for m in messages),
        state=_state(talk, session, lead, selectors.known_slots(held), country),
        spec=selectors.spec_of(agent, country, thresholds),
        score=leads.scorer_for(lead, held, thresholds),
        meanwhile=_meanwhile(conversation),
        started_at=now,
    )


def _state(
    talk: Talk, session: AgentSession, lead: Lead, known: dict[str, KnownSlot], country: str
) -> SessionState:
    """What the agent remembers, with what is known of the lead by now."""
    state = replace(SessionState.from_json(session.state), known=known, country_hint=country)
    is_qualified = lead.qualified_at is not None
    is_new_lead = state.phase == "returned" and not is_qualified
    if talk.conversation.ownership_epoch != session.epoch or is_new_lead:
        return _returned(state, is_qualified=is_qualified)
    return state


def _meanwhile(conversation: Conversation) -> tuple[str, ...]:
    """What the one who gave the conversation back leaves to the bot."""
    digest = conversations.digest_for_agent(conversation)
    return conversations.digest_lines(digest) if digest else ()


def _returned(state: SessionState, *, is_qualified: bool) -> SessionState:
    """A person had the conversation and gave it back: what was counted against the customer is forgotten, and
    a lead that was handed over as qualified is not handed over again for nothing."""
    phase: Phase = "returned" if is_qualified else "collecting"
    return replace(
        state,
        phase=phase,
        misses=0,
        price_asks=0,
        ask_counts={},
        asked_slot=None,
        media_refused=False,
    )
