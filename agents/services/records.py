"""Every turn is kept: what it saw, what it decided and why, what it cost."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils import timezone

from agents.models import AgentSession, Turn, TurnOutcome
from agents.runtime import engine
from agents.services.claims import Claim
from conversations.models import Conversation


def record_turn(claim: Claim, outcome: engine.TurnOutcome, verdict: TurnOutcome, latency_ms: int) -> Turn:
    """The row of a turn that was thought through, published or not."""
    return Turn.objects.create(
        **_seen(claim),
        state_after=outcome.state.to_json(),
        understanding=asdict(outcome.understanding),
        acts=[asdict(act) for act in outcome.acts],
        effects=[{"effect": type(e).__name__, **asdict(e)} for e in outcome.effects],
        score=claim.score(outcome.state.known),
        why=list(outcome.why),
        outcome=verdict,
        model_name=outcome.model_name,
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        cost=Decimal(outcome.cost),
        latency_ms=latency_ms,
    )


def record_failure(
    conversation: Conversation, session: AgentSession, claim: Claim | None, error: str
) -> Turn:
    """The row of a turn that broke; without a claim it broke before anything was read."""
    seen = (
        _seen(claim)
        if claim
        else {
            "workspace_id": conversation.workspace_id,
            "session_id": session.pk,
            "conversation_id": conversation.pk,
            "seen_sequence": conversation.last_inbound_sequence,
            "epoch": conversation.ownership_epoch,
            "state_before": session.state,
            "started_at": timezone.now(),
        }
    )
    return Turn.objects.create(**seen, outcome=TurnOutcome.FAILED, error=error[:4000])


def _seen(claim: Claim) -> dict[str, Any]:
    return {
        "workspace_id": claim.actor.workspace_id,
        "session_id": claim.session_id,
        "conversation_id": claim.conversation_id,
        "message_ids": [m.id for m in claim.messages],
        "seen_sequence": claim.seen,
        "epoch": claim.epoch,
        "agent_version": claim.agent.version,
        "seed": claim.seed,
        "spec": asdict(claim.spec),
        "saw": list(claim.meanwhile),
        "state_before": claim.state.to_json(),
        "started_at": claim.started_at,
    }
