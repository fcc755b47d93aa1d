"""Which slot to ask for next, and how: the re-ask ladder."""

from dataclasses import dataclass, replace

from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.values import Act, SlotSpec, Understanding
from crm.core.sentences import gettext_noop, kept

UNANSWERED = kept(gettext_noop("%(slot)s was asked %(times)s times without an answer."))
UNKNOWN = kept(gettext_noop("%(slot)s is not known yet."))
ASKED_BEFORE = kept(gettext_noop("%(slot)s is not known yet; asked %(times)s times before."))

LAST_RUNG = 2
UNPRODUCTIVE = {"confirm", "deny", "other", "give_info"}


@dataclass(frozen=True, slots=True)
class Step:
    """The question to ask now; no acts when nothing is left, `is_stuck` when the ladder is at its end."""

    state: SessionState
    acts: tuple[Act, ...]
    because: str
    is_stuck: bool = False


def open_slots(state: SessionState, spec: AgentSpec) -> tuple[SlotSpec, ...]:
    """The required slots that are neither known nor given up, in the order they are asked for."""
    return tuple(one for one in spec.required if one.key not in state.known and one.key not in state.declined)


def ask_next(state: SessionState, seen: Understanding, spec: AgentSpec, *, has_learnt: bool) -> Step:
    """One question for the next open slot. A slot refused twice is given up; the third unanswered
    question for the same slot in turns that brought nothing ends the ladder."""
    state = _give_up_refused(state, seen)
    left = open_slots(state, spec)
    if not left:
        return Step(state, (), gettext_noop("Every slot is known or was refused."))
    slot = _stay_on(state, left) if not has_learnt else left[0]
    asked = state.ask_counts.get(slot.key, 0)
    is_idle = not has_learnt and seen.intent.name in UNPRODUCTIVE and not seen.asks_question
    if asked >= spec.max_asks_per_slot and is_idle:
        return Step(state, (), UNANSWERED % {"slot": slot.key, "times": asked}, is_stuck=True)
    because = (ASKED_BEFORE if asked else UNKNOWN) % {"slot": slot.key, "times": asked}
    counted = replace(state, asked_slot=slot.key, ask_counts={**state.ask_counts, slot.key: asked + 1})
    return Step(counted, _acts(state, left, slot, asked, spec), because)


def _give_up_refused(state: SessionState, seen: Understanding) -> SessionState:
    """A slot the customer refuses to answer is asked once more, differently, and then left alone."""
    key = seen.declined_slot
    if key is None or state.ask_counts.get(key, 0) < LAST_RUNG:
        return state
    return replace(state, declined=tuple(dict.fromkeys((*state.declined, key))), asked_slot=None)


def _stay_on(state: SessionState, left: tuple[SlotSpec, ...]) -> SlotSpec:
    """The slot asked for last, if it is still open; otherwise the first open one."""
    return next((one for one in left if one.key == state.asked_slot), left[0])


def _acts(
    state: SessionState, left: tuple[SlotSpec, ...], slot: SlotSpec, asked: int, spec: AgentSpec
) -> tuple[Act, ...]:
    """The question, and in the very first one the name along with it."""
    ask = Act("ask", slot.key, min(asked, LAST_RUNG))
    name = next((one for one in left if one.kind == "name"), None)
    is_first = not state.ask_counts
    if name is None or name is slot or not is_first or any(one.question for one in spec.slots):
        return (ask,)
    return (ask, Act("ask_along", name.key))
