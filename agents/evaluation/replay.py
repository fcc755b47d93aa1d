"""Plays a labelled conversation through the engine, turn by turn, and notes where it differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from agents.evaluation.sets import Accepted, LabelledConversation, LabelledTurn
from agents.runtime.engine import (
    AgentModel,
    AgentSpec,
    Escalate,
    KnownSlot,
    SeenMessage,
    SessionState,
    TurnInput,
    TurnOutcome,
    run_turn,
)

CLOCK = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POINTS_PER_SLOT = 20
SPEC = AgentSpec(name="Sarah", business_name="Acme", qualify_score=50)


@dataclass(slots=True)
class Tally:
    """Counts of one kind of question: how many were asked, how many came out right."""

    asked: int = 0
    right: int = 0

    def note(self, is_right: bool) -> None:
        """Count one."""
        self.asked += 1
        self.right += is_right

    def __iadd__(self, other: "Tally") -> "Tally":
        self.asked += other.asked
        self.right += other.right
        return self


@dataclass(slots=True)
class Verdict:
    """What one conversation adds to the figures, and every difference as a sentence."""

    conversation: str
    slots: Tally = field(default_factory=Tally)
    invented: Tally = field(default_factory=Tally)
    intents: Tally = field(default_factory=Tally)
    escalations: Tally = field(default_factory=Tally)
    ordinary: Tally = field(default_factory=Tally)
    languages: Tally = field(default_factory=Tally)
    failures: list[str] = field(default_factory=list)


def replay(conversation: LabelledConversation, model: AgentModel, spec: AgentSpec = SPEC) -> Verdict:
    """Run all its turns, state carried along, until the engine or the label ends it by an escalation.

    Where the label says what the agent had just asked, the session is put there: the customer in the
    label answers that question and no other.
    """
    verdict = Verdict(conversation.id)
    state = SessionState()
    for place, turn in enumerate(conversation.turns):
        outcome = _run(state, turn, place, model, spec)
        state = outcome.state
        _judge_turn(verdict, conversation, turn, outcome, place)
        if turn.escalation or _escalated(outcome):
            break
    _judge_slots(verdict, conversation, state.known)
    return verdict


def points(known: Mapping[str, KnownSlot]) -> int:
    """A plain score for the replay: so many points for each slot."""
    return POINTS_PER_SLOT * len(known)


def _run(
    state: SessionState, turn: LabelledTurn, place: int, model: AgentModel, spec: AgentSpec
) -> TurnOutcome:
    """One turn, a minute after the one before."""
    now = CLOCK + timedelta(minutes=place)
    messages = tuple(
        SeenMessage(f"{place}-{number}", text, sent_at=now) for number, text in enumerate(turn.messages)
    )
    asked = replace(state, asked_slot=turn.asked) if turn.asked else state
    return run_turn(TurnInput(asked, messages, spec, now, seed=place), model=model, score=points)


def _judge_turn(
    verdict: Verdict,
    conversation: LabelledConversation,
    turn: LabelledTurn,
    outcome: TurnOutcome,
    place: int,
) -> None:
    """Intent, language and escalation of one turn."""
    said = " / ".join(turn.messages)
    reason = _escalated(outcome)
    guess = outcome.understanding.intent.name
    _note(
        verdict, verdict.intents, guess == turn.intent, f'turn {place}: {guess}, not {turn.intent}: "{said}"'
    )
    language = outcome.understanding.language
    _note(
        verdict,
        verdict.languages,
        language == conversation.language,
        f'turn {place}: taken for {language}: "{said}"',
    )
    if turn.escalation:
        _note(
            verdict,
            verdict.escalations,
            reason == turn.escalation,
            f'turn {place}: escalation {reason}, not {turn.escalation}: "{said}"',
        )
    else:
        _note(verdict, verdict.ordinary, reason is None, f'turn {place}: false escalation {reason}: "{said}"')


def _escalated(outcome: TurnOutcome) -> str | None:
    """The reason of the turn's escalation, or None."""
    return next((effect.reason for effect in outcome.effects if isinstance(effect, Escalate)), None)


def _judge_slots(
    verdict: Verdict, conversation: LabelledConversation, known: Mapping[str, KnownSlot]
) -> None:
    """The values at the end, and whether anything was made up."""
    for key, accepted in conversation.slots.items():
        value = known.get(key)
        is_right = value is not None and any(_agrees(value, one) for one in accepted)
        shown = "nothing" if value is None else f'"{value.value}" {dict(value.normalised)}'
        _note(verdict, verdict.slots, is_right, f"{key} is {shown}, not {accepted[0]}")
    made_up = [f'{key} "{known[key].value}"' for key in conversation.absent if key in known]
    _note(verdict, verdict.invented, not made_up, f"made up: {', '.join(made_up)}")


def _agrees(value: KnownSlot, accepted: Accepted) -> bool:
    """Is the value one that the label accepts? Texts differ in case, space and punctuation only."""
    if isinstance(accepted, str):
        return _plain(value.value) == _plain(accepted)
    currency = accepted.get("currency")
    return value.normalised.get("amount") == accepted["amount"] and (
        currency is None or value.normalised.get("currency") == currency
    )


def _plain(text: str) -> str:
    """The letters and digits of a text in lower case, words apart by one space."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _note(verdict: Verdict, tally: Tally, is_right: bool, failure: str) -> None:
    """Count, and keep the sentence when it is wrong."""
    tally.note(is_right)
    if not is_right:
        verdict.failures.append(failure)
