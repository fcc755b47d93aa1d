"""A turn: claimed by one worker, thought through outside any transaction, published only if nothing has changed."""

import logging
import time
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
from agents.llm.registry import choose_model
from agents.models import AgentSession, TurnOutcome
from agents.runtime import engine
from agents.services.claims import Claim
from agents.services.effects import carry_out, hand_over_to_people
from agents.services.records import record_failure, record_turn
from conversations import selectors as conversations
from conversations.models import Conversation, Message, OwnerKind
from crm import selectors as crm
from crm.core.actors import acting
from leads import selectors as leads
from leads import services as lead_services

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 5
MAX_RESTARTS = 2
QUIET_KINDS = {"reaction", "system", "edit", "revoke", "sticker"}


def run_turn(*, conversation_id: UUID) -> float | None:
    """Answer what is new in a conversation. Returns the seconds after which to look again, None when all is done."""
    claim, wait = claim_turn(conversation_id)
    if claim is None:
        return wait
    began = time.perf_counter()
    try:
        outcome = think(claim)
    except Exception as error:
        log.exception("turn failed", extra={"conversation": str(conversation_id)})
        give_up_or_retry(claim, error)
        return None
    published = publish_turn(claim, outcome, latency_ms=int((time.perf_counter() - began) * 1000))
    return 0.0 if published == TurnOutcome.SUPERSEDED else None


def think(claim: Claim) -> engine.TurnOutcome:
    """The engine's part. No transaction is open."""
    seed = zlib.crc32(f"{claim.conversation_id}:{claim.seen}".encode())
    turn = engine.TurnInput(
        state=claim.state, messages=claim.messages, spec=claim.spec, now=claim.started_at, seed=seed
    )
    return engine.run_turn(turn, model=choose_model(_model_settings()), score=claim.score)


def _model_settings() -> dict[str, str]:
    """Which model this installation has a key for; none means the offline engine."""
    return {
        "api_key": settings.OPENAI_API_KEY,
        "base_url": settings.OPENAI_BASE_URL,
        "model": settings.OPENAI_MODEL,
    }


@transaction.atomic
def claim_turn(conversation_id: UUID) -> tuple[Claim | None, float | None]:
    """Lease the session when its time has come; else the seconds to wait, or None when there is nothing to do."""
    session = _locked_session(conversation_id)
    if session is None or session.due_at is None:
        return None, None
    now = timezone.now()
    conversation = Conversation.objects.select_related("channel", "contact").get(pk=conversation_id)
    if conversation.owner_kind != OwnerKind.AGENT or conversation.status != Conversation.Status.OPEN:
        _rest(session, conversation.last_inbound_sequence)
        return None, None
    if session.lease_until and session.lease_until > now:
        return None, None  # somebody is at it; they look again when they are done
    if session.due_at > now:
        return None, (session.due_at - now).total_seconds()
    return _lease(session, conversation, now), None


def _locked_session(conversation_id: UUID) -> AgentSession | None:
    rows = AgentSession.objects.select_for_update(of=("self",)).select_related("agent")
    return rows.filter(conversation_id=conversation_id).first()


def _rest(session: AgentSession, watermark: int) -> None:
    """Nothing is owed any more."""
    session.watermark = max(session.watermark, watermark)
    session.due_at = session.hard_deadline = session.lease_until = session.lease_token = None
    session.attempts = session.restarts = 0
    session.save()


def _lease(session: AgentSession, conversation: Conversation, now: datetime) -> Claim | None:
    floor = max(session.watermark, conversation.agent_from_sequence)
    messages = [m for m in conversations.inbound_after(conversation.pk, floor) if m.kind not in QUIET_KINDS]
    if not messages:
        _rest(session, conversation.last_inbound_sequence)
        return None
    session.attempts += 1
    session.lease_until, session.lease_token = now + LEASE, uuid.uuid4()
    session.save()
    return _claim(session, conversation, messages, now)


def _claim(
    session: AgentSession, conversation: Conversation, messages: list[Message], now: datetime
) -> Claim:
    actor = selectors.actor_for_agent(session.agent)
    lead = lead_services.capture_lead(
        actor=actor,
        contact_id=conversation.contact_id,
        conversation_id=conversation.pk,
        source=conversation.channel.kind,
    )
    country = selectors.country_of(conversation.contact)
    was_returned = conversation.agent_from_sequence > session.watermark
    return Claim(
        session_id=session.pk,
        token=session.lease_token,  # type: ignore[arg-type]
        conversation_id=conversation.pk,
        lead_id=lead.pk,
        agent=session.agent,
        actor=actor,
        epoch=conversation.ownership_epoch,
        seen=messages[-1].sequence,
        messages=tuple(SeenMessage(str(m.pk), m.text, m.kind, m.provider_time) for m in messages),
        state=_state(
            session, selectors.known_slots(lead), country, was_returned, lead.qualified_at is not None
        ),
        spec=selectors.spec_of(session.agent, country),
        score=leads.scorer_for(actor, lead.pk),
        started_at=now,
    )


def _state(
    session: AgentSession, known: dict[str, KnownSlot], country: str, was_returned: bool, is_qualified: bool
) -> SessionState:
    """What the agent remembers, with the lead's slots as they are now; a returned conversation starts afresh."""
    state = replace(SessionState.from_json(session.state), known=known, country_hint=country)
    if was_returned:
        phase: Phase = "complete" if is_qualified else "collecting"
        state = replace(state, phase=phase, misses=0, price_asks=0, sentiments=(), asked_slot=None)
    return state


def publish_turn(claim: Claim, outcome: engine.TurnOutcome, *, latency_ms: int) -> TurnOutcome:
    """Carry the effects out, all or nothing, if the lease is held, the bot still owns the conversation and no
    newer message has come. A draft that is out of date is dropped, twice at most."""
    with acting(claim.actor), transaction.atomic():
        contact_id = Conversation.objects.values_list("contact_id", flat=True).get(pk=claim.conversation_id)
        crm.lock_contact(
            claim.actor, contact_id
        )  # contact, conversation, lead: everybody locks in this order
        conversation = conversations.lock_conversation(claim.actor, claim.conversation_id)
        session = _locked_session(claim.conversation_id)
        if session is None or session.lease_token != claim.token:
            return TurnOutcome.SUPERSEDED
        verdict = _verdict(claim, conversation, session)
        turn = record_turn(claim, outcome, verdict, latency_ms)
        if verdict == TurnOutcome.PUBLISHED:
            carry_out(claim, outcome, turn, conversation)
            session.state = outcome.state.to_json()
        _settle(claim, session, conversation, verdict)
        return verdict


def _verdict(claim: Claim, conversation: Conversation, session: AgentSession) -> TurnOutcome:
    is_bots = conversation.owner_kind == OwnerKind.AGENT and conversation.ownership_epoch == claim.epoch
    if not is_bots or conversation.status != Conversation.Status.OPEN:
        return TurnOutcome.SILENCED
    newer = conversations.inbound_after(conversation.pk, claim.seen)
    if any(m.kind not in QUIET_KINDS for m in newer) and session.restarts < MAX_RESTARTS:
        return TurnOutcome.SUPERSEDED
    return TurnOutcome.PUBLISHED


def _settle(claim: Claim, session: AgentSession, conversation: Conversation, verdict: TurnOutcome) -> None:
    """What the session waits for next."""
    session.lease_until = session.lease_token = None
    session.attempts = 0
    if verdict == TurnOutcome.SUPERSEDED:
        session.restarts += 1
        session.save()
        return
    session.restarts = 0
    session.watermark = max(session.watermark, claim.seen)
    if conversation.last_inbound_sequence <= claim.seen:
        session.due_at = session.hard_deadline = None
    else:
        session.due_at = session.due_at or timezone.now()
    session.save()


def give_up_or_retry(claim: Claim, error: Exception) -> None:
    """A turn broke: try again a few times, then a person gets the conversation. Never silence."""
    with acting(claim.actor), transaction.atomic():
        conversation = conversations.lock_conversation(claim.actor, claim.conversation_id)
        session = _locked_session(claim.conversation_id)
        if session is None or session.lease_token != claim.token:
            return
        record_failure(claim, error)
        session.lease_until = session.lease_token = None
        if session.attempts < MAX_ATTEMPTS:
            session.due_at = timezone.now() + timedelta(seconds=2**session.attempts)
            session.save()
            return
        _rest(session, claim.seen)
        if conversation.owner_kind == OwnerKind.AGENT and conversation.ownership_epoch == claim.epoch:
            hand_over_to_people(claim, "agent_failed")
