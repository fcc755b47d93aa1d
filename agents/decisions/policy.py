"""What to do with what was understood: the dialogue policy, pure.

The order is the policy: silence where a person owns the conversation, then what forces a handoff, then what
was learnt, then what is answered, then the one question that comes next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from agents.decisions.asking import ask_next, open_slots
from agents.decisions.effects import DoNothing, Effect, Escalate, HandOver, OptOut, Qualify, SaveSlot
from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.values import (
    Act,
    EscalationReason,
    EscalationSign,
    FoundSlot,
    KnownSlot,
    SeenMessage,
    Understanding,
)

Score = Callable[[Mapping[str, KnownSlot]], int]
GRAVEST_FIRST: tuple[EscalationReason, ...] = (
    "legal",
    "refund",
    "human_request",
    "negative_sentiment",
    "pricing",
)
REOPENING = {"give_info", "ask_price", "ask_question", "request_person"}
SILENT_MEDIA = {"media:sticker", "media:reaction"}


@dataclass(frozen=True, slots=True)
class Decision:
    """The state after the turn, what to carry out, what to say, and why in plain sentences."""

    state: SessionState
    effects: tuple[Effect, ...] = ()
    acts: tuple[Act, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(slots=True)
class _Turn:
    """The turn while it is being decided."""

    state: SessionState
    seen: Understanding
    spec: AgentSpec
    last: SeenMessage | None
    effects: list[Effect] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    learnt: list[FoundSlot] = field(default_factory=list)

    def done(self) -> Decision:
        """What was decided."""
        return Decision(self.state, tuple(self.effects), tuple(self.acts), tuple(self.why))

    def say(self, kind: str, **facts: str) -> None:
        """Add an act to the reply."""
        self.acts.append(Act(kind, facts=facts))


def decide(
    state: SessionState,
    understanding: Understanding,
    spec: AgentSpec,
    score: Score,
    messages: tuple[SeenMessage, ...] = (),
) -> Decision:
    """The policy's answer to one turn. `score` is asked only when nothing is left to find out."""
    turn = _Turn(state, understanding, spec, messages[-1] if messages else None)
    _remember(turn)
    for step in (_stay_silent, _stop_writing, _escalate, _answer_media, _count_misses):
        if step(turn):
            return turn.done()
    _greet(turn)
    _reply(turn)
    _go_on(turn, score)
    return turn.done()


def _remember(turn: _Turn) -> None:
    """Keep the language and the slots, whatever comes next."""
    known = dict(turn.state.known)
    for found in turn.seen.slots:
        if (old := known.get(found.key)) is not None and old.is_confirmed and found.is_inferred:
            continue
        known[found.key] = KnownSlot(
            found.key, found.value, found.normalised, found.confidence, found.message_id
        )
        turn.effects.append(SaveSlot(found))
        turn.learnt.append(found)
        turn.why.append(f'{found.key} is "{found.value}": "{found.quote}" {found.because}.')
    has_words = "empty" not in turn.seen.topics
    turn.state = replace(
        turn.state,
        known=known,
        language=turn.seen.language if has_words else turn.state.language,
        turns=turn.state.turns + 1,
        recent_slot=turn.learnt[-1].key if turn.learnt else turn.state.recent_slot,
        declined=tuple(key for key in turn.state.declined if key not in known),
    )


def _stay_silent(turn: _Turn) -> bool:
    """Say nothing where a person has been asked to take over, or where writing was forbidden."""
    state = turn.state
    if state.opted_out:
        if turn.seen.intent.name not in REOPENING or "opt_out" in turn.seen.topics:
            return _nothing(turn, "The customer asked us not to write to them.")
        turn.state = replace(state, opted_out=False)
    if state.phase == "escalated":
        return _nothing(turn, "A person has been asked to take over this conversation.")
    if state.phase == "qualified" and not _gravest(turn):
        return _nothing(turn, "The lead is qualified and has been handed to a person.")
    only = set(turn.seen.topics)
    if only & SILENT_MEDIA and "empty" in only and not (only - SILENT_MEDIA - {"empty"}):
        return _nothing(turn, "A sticker or a reaction needs no answer.")
    if "reaction" in only or (only == {"empty"}):
        return _nothing(turn, "There is nothing to answer in this message.")
    return False


def _nothing(turn: _Turn, because: str) -> bool:
    """End the turn without a word."""
    turn.effects.append(DoNothing(because))
    turn.why.append(because)
    return True


def _stop_writing(turn: _Turn) -> bool:
    """Confirm an opt-out, once; a threat in the same breath still goes to a person."""
    if "opt_out" not in turn.seen.topics or _gravest(turn, least=("legal", "refund")):
        return False
    message = turn.last
    turn.effects.append(OptOut(message.text if message else "", message.id if message else ""))
    turn.state = replace(turn.state, opted_out=True, asked_slot=None)
    turn.why.append("The customer asked us to stop writing.")
    turn.say("opt_out")
    return True


def _gravest(turn: _Turn, least: tuple[EscalationReason, ...] = GRAVEST_FIRST) -> EscalationSign | None:
    """The gravest sign that is sure enough to act upon."""
    sure = [one for one in turn.seen.escalations if one.confidence >= turn.spec.answer_threshold]
    return next((one for reason in least for one in sure if one.reason == reason), None)


def _escalate(turn: _Turn) -> bool:
    """Hand over when a rule says so; ordinary questions for the price are counted first."""
    sign = _gravest(turn) or _price_asked_again(turn)
    if sign is None:
        return False
    _hand_over(turn, sign.reason, f"The customer {sign.because or sign.reason}.", sign.quote, sign.message_id)
    return True


def _price_asked_again(turn: _Turn) -> EscalationSign | None:
    """The price question that is one too many under the agent's pricing policy, or None."""
    sign = next((one for one in turn.seen.escalations if one.reason == "pricing"), None)
    if sign is None:
        return None
    turn.state = replace(turn.state, price_asks=turn.state.price_asks + 1)
    most = {"hand_over": 0, "defer_once": 1, "never": turn.state.price_asks}[turn.spec.pricing_policy]
    if turn.state.price_asks <= most:
        return None
    return replace(sign, because="asks for the price" + (" again" if turn.state.price_asks > 1 else ""))


def _hand_over(turn: _Turn, reason: EscalationReason, because: str, quote: str, message_id: str) -> None:
    """Escalate with a reason code and the words it came from, and tell the customer."""
    was_handed = turn.state.phase == "qualified"
    turn.effects += [Escalate(reason, because, quote, message_id), HandOver(reason)]
    turn.why.append(f'{because} Their words: "{quote}".')
    turn.state = replace(turn.state, phase="escalated", asked_slot=None, greeted=True)
    if not was_handed:
        turn.say(f"hand_over.{reason}")


def _answer_media(turn: _Turn) -> bool:
    """Ask once to write what we can't hear or see; the second time a person should look."""
    kinds = [topic.removeprefix("media:") for topic in turn.seen.topics if topic.startswith("media:")]
    if not kinds or "empty" not in turn.seen.topics:
        return False
    if turn.state.media_refused:
        quote, message_id = f"[{kinds[0]}]", turn.last.id if turn.last else ""
        because = "The customer sends what the agent can't read, again."
        _hand_over(turn, "knowledge_misses", because, quote, message_id)
        return True
    _greet(turn)
    turn.acts.append(Act("cannot_read", facts={"kind": kinds[0]}))
    turn.why.append(f"The agent can't read a message of kind {kinds[0]}.")
    turn.state = replace(turn.state, media_refused=True)
    return True


def _count_misses(turn: _Turn) -> bool:
    """Two turns in a row that we can neither understand nor answer go to a person."""
    if not _is_miss(turn):
        turn.state = replace(turn.state, misses=0)
        return False
    turn.state = replace(turn.state, misses=turn.state.misses + 1)
    turn.why.append("The agent has no answer to this.")
    if turn.state.misses < turn.spec.max_misses:
        return False
    because = f"{turn.state.misses} messages in a row that the agent could not answer."
    _hand_over(
        turn,
        "knowledge_misses",
        because,
        turn.last.text if turn.last else "",
        turn.last.id if turn.last else "",
    )
    return True


def _is_miss(turn: _Turn) -> bool:
    """Is the turn one the agent can't answer: unreadable, or a question it has no knowledge for?"""
    topics = set(turn.seen.topics)
    if "unreadable" in topics:
        return True
    answered = topics & {"are_you_a_bot", "price", "about_the_offer"}
    return "question" in topics and not answered and not turn.learnt


def _greet(turn: _Turn) -> None:
    """Introduce the agent in its first reply."""
    if not turn.state.greeted:
        turn.say("greet")
        turn.state = replace(turn.state, greeted=True)
    elif "greeting" in turn.seen.topics and turn.seen.intent.name == "greet":
        turn.say("greet_again")


def _reply(turn: _Turn) -> None:
    """Answer what was said, before anything is asked."""
    topics = set(turn.seen.topics)
    if "how_are_you" in topics:
        turn.say("how_are_you")
    if "are_you_a_bot" in topics:
        turn.say("are_you_a_bot")
    if turn.learnt and turn.state.phase == "collecting":
        turn.say("acknowledge", slots=",".join(one.key for one in turn.learnt), **_flags(turn))
    if any(one.reason == "pricing" for one in turn.seen.escalations):
        turn.say("defer_price")
    elif "unreadable" in topics:
        turn.say("did_not_understand")
    elif "about_the_offer" in topics and not turn.learnt:
        turn.say("about_the_offer")
    elif _is_miss(turn) or ("question" in topics and "about_the_business" in topics):
        turn.say("cannot_answer")
    elif "complaint" in topics and not turn.learnt:
        turn.say("sorry")
    elif "thanks" in topics and not turn.learnt:
        turn.say("welcome")
    if turn.seen.declined_slot:
        turn.say("no_problem")


def _flags(turn: _Turn) -> dict[str, str]:
    """Whether something learnt this turn replaced what was known."""
    return {"is_correction": "yes"} if any(one.is_correction for one in turn.learnt) else {}


def _go_on(turn: _Turn, score: Score) -> None:
    """Say goodbye, hand a finished lead over, or ask the next question."""
    state = turn.state
    is_leaving = "bye" in turn.seen.topics and not turn.learnt
    if state.phase == "collecting" and not open_slots(state, turn.spec):
        _finish(turn, score)
    elif is_leaving:
        turn.say("bye")
    elif state.phase == "collecting":
        _ask(turn)
    elif not turn.acts:
        turn.say("still_here")


def _finish(turn: _Turn, score: Score) -> None:
    """Nothing is left to ask: qualified and handed over, or thanked."""
    missing = [slot.key for slot in turn.spec.required if slot.key not in turn.state.known]
    points = score(turn.state.known)
    if not missing and points >= turn.spec.qualify_score:
        turn.effects += [Qualify(points), HandOver("qualified")]
        turn.why.append(f"All slots are known and the score is {points} of {turn.spec.qualify_score} needed.")
        turn.state = replace(turn.state, phase="qualified", asked_slot=None)
        turn.say("qualified")
        return
    turn.why.append(
        f"Not qualified: the score is {points} of {turn.spec.qualify_score}"
        + (f", and {', '.join(missing)} stayed open." if missing else ".")
    )
    turn.state = replace(turn.state, phase="complete", asked_slot=None)
    turn.say("complete")


def _ask(turn: _Turn) -> None:
    """Ask for the next open slot, or hand over when the ladder is at its end."""
    step = ask_next(turn.state, turn.seen, turn.spec, has_learnt=bool(turn.learnt))
    turn.state = step.state
    turn.why.append(step.because)
    if step.acts:
        turn.acts += step.acts
    elif step.is_stuck:
        last = turn.last
        turn.acts.clear()
        _hand_over(turn, "knowledge_misses", step.because, last.text if last else "", last.id if last else "")
    else:
        turn.state = replace(turn.state, phase="complete", asked_slot=None)
        turn.say("complete")
