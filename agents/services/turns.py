"""A turn: claimed by one worker, thought through outside any transaction, published only if nothing has changed."""

import logging
import time
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from agents.llm.port import AgentModel
from agents.llm.registry import choose_model, load_models
from agents.models import AgentSession
from agents.runtime import engine
from agents.services.claiming import claim_turn
from agents.services.claims import Claim
from agents.services.failing import fail_turn
from agents.services.publishing import publish_turn
from conversations.models import Conversation
from crm.core.walls import within_row

log = logging.getLogger(__name__)


@within_row(Conversation, "conversation_id")
def run_turn(*, conversation_id: UUID) -> float | None:
    """Answer what is new in a conversation. Returns the seconds after which to look again, None when all is done."""
    claim: Claim | None = None
    try:
        claim, wait = claim_turn(conversation_id)
        if claim is None:
            return wait
        began = time.perf_counter()
        outcome = think(claim)
        publish_turn(claim, outcome, latency_ms=int((time.perf_counter() - began) * 1000))
    except Exception as error:
        log.exception("turn failed", extra={"conversation": str(conversation_id)})
        return fail_turn(conversation_id, error, claim)
    return _look_again(conversation_id)


def think(claim: Claim, model: AgentModel | None = None) -> engine.TurnOutcome:
    """The engine's part, by this model or by the one that is set up, which has less time than the lease lasts. No
    transaction is open."""
    model = model or choose_model(_model_settings(), seconds=_seconds_left(claim))
    turn = engine.TurnInput(
        state=claim.state,
        messages=claim.messages,
        spec=claim.spec,
        now=claim.started_at,
        seed=claim.seed,
        meanwhile=claim.meanwhile,
    )
    return engine.run_turn(turn, model=model, score=claim.score)


def _seconds_left(claim: Claim) -> float:
    """How long a model may be waited for, all its calls together."""
    return settings.MODEL_TIMEOUT - (timezone.now() - claim.started_at).total_seconds()


def waits_for_model() -> bool:
    """Whether a turn takes seconds, because its model is asked over a wire."""
    return bool(settings.OPENAI_API_KEY)


def warm_up() -> None:
    """Load what takes long to load, so that nobody's first answer waits for it."""
    load_models(_model_settings())


def _model_settings() -> dict[str, str]:
    """Which model this installation has a key for; none means the offline engine."""
    return {
        "api_key": settings.OPENAI_API_KEY,
        "base_url": settings.OPENAI_BASE_URL,
        "model": settings.OPENAI_MODEL,
    }


def _look_again(conversation_id: UUID) -> float | None:
    """Seconds until something is due in the conversation; None when nothing is."""
    rows = AgentSession.objects.filter(conversation_id=conversation_id, due_at__isnull=False)
    due_at = rows.values_list("due_at", flat=True).first()
    return max(0.0, (due_at - timezone.now()).total_seconds()) if due_at else None
