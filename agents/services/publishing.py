"""A turn is published only if nothing has changed while it was thought through."""

from django.db import transaction
from django.utils import timezone

from agents import selectors
from agents.models import AgentSession, TurnOutcome
from agents.runtime import engine
from agents.services.claims import Claim
from agents.services.effects import carry_out
from agents.services.locks import Talk, is_bots, lock_talk, rest, stand_down
from agents.services.records import record_turn
from conversations.models import Conversation
from crm.core.actors import acting

MAX_RESTARTS = 2


def publish_turn(claim: Claim, outcome: engine.TurnOutcome, *, latency_ms: int) -> TurnOutcome:
    """Carry the effects out, all or nothing, if the lease is held, the bot still owns the conversation and no
    newer message has come. A draft that is out of date is dropped, twice at most."""
    with acting(claim.actor), transaction.atomic():
        talk = lock_talk(claim.conversation_id)
        session = talk.session if talk else None
        if talk is None or session is None:
            return TurnOutcome.SUPERSEDED
        if session.lease_token != claim.token:  # thought dead: somebody else answers, or has answered
            record_turn(claim, outcome, TurnOutcome.SUPERSEDED, latency_ms)
            return TurnOutcome.SUPERSEDED
        has_newer = selectors.is_unanswered(talk.conversation, session, after=claim.seen)
        verdict = _verdict(claim, talk, session, has_newer=has_newer)
        turn = record_turn(claim, outcome, verdict, latency_ms)
        if verdict == TurnOutcome.PUBLISHED:
            carry_out(claim, outcome, turn, talk.conversation)
            session.state, session.epoch = outcome.state.to_json(), claim.epoch
        _settle(claim, talk, session, verdict, has_newer=has_newer)
        return verdict


def _verdict(claim: Claim, talk: Talk, session: AgentSession, *, has_newer: bool) -> TurnOutcome:
    if not talk.is_bots or talk.conversation.ownership_epoch != claim.epoch:
        return TurnOutcome.SILENCED
    if has_newer and session.restarts < MAX_RESTARTS:
        return TurnOutcome.SUPERSEDED
    return TurnOutcome.PUBLISHED


def _settle(
    claim: Claim, talk: Talk, session: AgentSession, verdict: TurnOutcome, *, has_newer: bool
) -> None:
    """What the session waits for next: the rest of what the customer is writing, or nothing."""
    session.lease_until = session.lease_token = None
    session.attempts = 0
    if verdict == TurnOutcome.SUPERSEDED:
        session.restarts += 1
        session.save()
        return
    if verdict == TurnOutcome.SILENCED:
        _fall_silent(talk, session)
        return
    session.watermark, session.restarts = max(session.watermark, claim.seen), 0
    if has_newer and is_bots(_fresh(claim)):
        session.due_at = session.due_at or timezone.now()
        session.save()
    else:
        rest(session, talk.conversation.last_inbound_sequence)


def _fall_silent(talk: Talk, session: AgentSession) -> None:
    """What it read stays unanswered. When the conversation is its own again already, it thinks again."""
    stand_down(session)
    if talk.is_bots and selectors.is_unanswered(talk.conversation, session):
        session.due_at = timezone.now()
        session.save()


def _fresh(claim: Claim) -> Conversation:
    """As it is after the effects: a handover may be among them."""
    return Conversation.objects.get(pk=claim.conversation_id)
