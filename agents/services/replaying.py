"""A stored turn, taken again: to see what today's engine would have done."""

from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.values import SeenMessage, SlotSpec
from agents.llm.port import AgentModel
from agents.models import Turn
from agents.runtime import engine
from conversations.models import Message


def replay_turn(turn: Turn, *, model: AgentModel) -> engine.TurnOutcome:
    """What the engine makes of the turn's state, messages, settings, score and seed. Nothing is carried out."""
    rows = Message.objects.filter(workspace_id=turn.workspace_id, pk__in=turn.message_ids).order_by(
        "sequence"
    )
    spec = {**turn.spec, "languages": tuple(turn.spec["languages"])}
    spec["slots"] = tuple(SlotSpec(**{**s, "options": tuple(s["options"])}) for s in turn.spec["slots"])
    given = engine.TurnInput(
        state=SessionState.from_json(turn.state_before),
        messages=tuple(SeenMessage(str(m.pk), m.text, m.kind, m.provider_time) for m in rows),
        spec=AgentSpec(**spec),
        now=turn.started_at,
        seed=turn.seed,
        meanwhile=tuple(turn.saw),
    )
    return engine.run_turn(given, model=model, score=lambda known: turn.score)
