"""What to do with what was understood: the dialogue policy, pure.

The order is the policy: silence where a person owns the conversation, then what forces a handoff, then what
was learnt, then what is answered, then the one question that comes next.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from agents.decisions.asking import ask_next, open_slots
from agents.decisions.effects import DoNothing, HandOver, OptOut, Qualify, SaveSlot
from agents.decisions.handoffs import escalate, gravest, hand_on, hand_over
from agents.decisions.session import AgentSpec, SessionState
from agents.decisions.turn import Decision, Turn
from agents.decisions.values import (
    Act,
    KnownSlot,
    SeenMessage,
    Understanding,
)
from crm.core.sentences import gettext_noop, kept

LEARNT = kept(gettext_noop('%(slot)s is "%(value)s": "%(quote)s" %(why)s.'))
UNREADABLE = kept(gettext_noop("The agent can't read a message of kind %(kind)s."))
MISSED = kept(gettext_noop("%(times)s messages in a row that the agent could not answer."))
ENOUGH = kept(gettext_noop("All slots are known and the score is %(points)s of %(needed)s needed."))
TOO_FEW = kept(gettext_noop("Not qualified: the score is %(points)s of %(needed)s."))
OPEN = kept(gettext_noop("Not qualified: the score is %(points)s of %(needed)s, and %(slots)s stayed open."))

Score = Callable[[Mapping[str, KnownSlot]], int]
REOPENING = {"give_info", "ask_price", "ask_question", "request_person"}
SILENT_MEDIA = {"media:sticker", "media:reaction"}


def decide(
    state: SessionState,
    understanding: Understanding,
    spec: AgentSpec,
    score: Score,
    messages: tuple[SeenMessage, ...] = (),
) -> Decision:
    """The policy's answer to one turn. `score` is asked only when nothing is left to find out."""
    turn = Turn(state, understanding, spec, messages[-1] if messages else None)
    _remember(turn)
    _heed_opt_out(turn)
    for step in (_stay_silent, _stop_writing, escalate, _answer_media, _count_misses):
        if step(turn):
            return turn.done()
    _greet(turn)
    _reply(turn)
    _go_on(turn, score)
    return turn.done()


def _remember(turn: Turn) -> None:
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
        turn.why.append(
            LEARNT % {"slot": found.key, "value": found.value, "quote": found.quote, "why": found.because}
        )
    has_words = "empty" not in turn.seen.topics
    turn.state = replace(
        turn.state,
        known=known,
        language=turn.seen.language if has_words else turn.state.language,
        turns=turn.state.turns + 1,
        recent_slot=turn.learnt[-1].key if turn.learnt else turn.state.recent_slot,
        declined=tuple(key for key in turn.state.declined if key not in known),
    )


def _heed_opt_out(turn: Turn) -> None:
    """Who asks us to stop is heard, whatever else the turn comes to: a handoff, or silence."""
    if "opt_out" in turn.seen.topics and turn.last is not None:
        turn.effects.append(OptOut(turn.last.text, turn.last.id))


def _stay_silent(turn: Turn) -> bool:
    """Say nothing where a person has been asked to take over, or where writing was forbidden."""
    state = turn.state
    if state.opted_out:
        if turn.seen.intent.name not in REOPENING or "opt_out" in turn.seen.topics:
            return _nothing(turn, gettext_noop("The customer asked us not to write to them."))
        turn.state = replace(state, opted_out=False)
    if state.phase == "escalated":
        return _nothing(turn, gettext_noop("A person has been asked to take over this conversation."))
    if state.phase == "qualified" and not gravest(turn):
        return _nothing(turn, gettext_noop("The lead is qualified and has been handed to a person."))
    only = set(turn.seen.topics)
    if only & SILENT_MEDIA and "empty" in only and not (only - SILENT_MEDIA - {"empty"}):
        return _nothing(turn, gettext_noop("A sticker or a reaction needs no answer."))
    if "reaction" in only or (only == {"empty"}):
        return _nothing(turn, gettext_noop("There is nothing to answer in this message."))
    return False


def _nothing(turn: Turn, because: str) -> bool:
    """End the turn without a word."""
    turn.effects.append(DoNothing(because))
    turn.why.append(because)
    return True


def _stop_writing(turn: Turn) -> bool:
    """Confirm an opt-out, once; a threat in the same breath still goes to a person."""
    if "opt_out" not in turn.seen.topics or gravest(turn, least=("legal", "refund")):
        return False
    turn.state = replace(turn.state, opted_out=True, asked_slot=None)
    turn.why.append(gettext_noop("The customer asked us to stop writing."))
    turn.say("opt_out")
    return True


def _answer_media(turn: Turn) -> bool:
    """Ask once to write what we can't hear or see; the second time a person should look."""
    kinds = [topic.removeprefix("media:") for topic in turn.seen.topics if topic.startswith("media:")]
    if not kinds or "empty" not in turn.seen.topics:
        return False
    if turn.state.media_refused:
        quote, message_id = f"[{kinds[0]}]", turn.last.id if turn.last else ""
        because = gettext_noop("The customer sends what the agent can't read, again.")
        hand_over(turn, "knowledge_misses", because, quote, message_id)
        return True
    _greet(turn)
    turn.acts.append(Act("cannot_read", facts={"kind": kinds[0]}))
    turn.why.append(UNREADABLE % {"kind": kinds[0]})
    turn.state = replace(turn.state, media_refused=True)
    return True


def _count_misses(turn: Turn) -> bool:
    """Two turns in a row that we can neither understand nor answer go to a person."""
    if not _is_miss(turn):
        turn.state = replace(turn.state, misses=0)
        return False
    turn.state = replace(turn.state, misses=turn.state.misses + 1)
    turn.why.append(gettext_noop("The agent has no answer to this."))
    if turn.state.misses < turn.spec.max_misses:
        return False
    because = MISSED % {"times": turn.state.misses}
    hand_over(
        turn,
        "knowledge_misses",
        because,
        turn.last.text if turn.last else "",
        turn.last.id if turn.last else "",
    )
    return True


def _is_miss(turn: Turn) -> bool:
    """Is the turn one the agent can't answer: unreadable, or a question it has no knowledge for?"""
    topics = set(turn.seen.topics)
    if "unreadable" in topics:
        return True
    answered = topics & {"are_you_a_bot", "price", "about_the_offer"}
    return "question" in topics and not answered and not turn.learnt


def _greet(turn: Turn) -> None:
    """Introduce the agent in its first reply."""
    if not turn.state.greeted:
        turn.say("greet")
        turn.state = replace(turn.state, greeted=True)
    elif "greeting" in turn.seen.topics and turn.seen.intent.name == "greet":
        turn.say("greet_again")


def _reply(turn: Turn) -> None:
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
    elif "wants_to_ask" in topics and not turn.learnt:
        turn.say("go_ahead")
    elif "complaint" in topics and not turn.learnt:
        turn.say("sorry")
    elif "thanks" in topics and not turn.learnt:
        turn.say("welcome")
    if turn.seen.declined_slot:
        turn.say("no_problem")


def _flags(turn: Turn) -> dict[str, str]:
    """Whether something learnt this turn replaced what was known."""
    return {"is_correction": "yes"} if any(one.is_correction for one in turn.learnt) else {}


def _go_on(turn: Turn, score: Score) -> None:
    """Say goodbye, hand a finished lead over, or ask the next question."""
    state = turn.state
    is_leaving = "bye" in turn.seen.topics and not turn.learnt
    is_late = state.phase == "complete" and bool(turn.learnt) and _knows_all(turn)
    if is_late or (state.phase == "collecting" and not open_slots(state, turn.spec)):
        _finish(turn, score)
    elif is_leaving:
        turn.say("bye")
    elif any(act.kind == "go_ahead" for act in turn.acts):
        turn.why.append(gettext_noop("The customer is about to ask something."))
    elif state.phase == "collecting":
        _ask(turn)
    elif not turn.acts:
        turn.say("still_here")


def _knows_all(turn: Turn) -> bool:
    """Is every required slot known?"""
    return all(slot.key in turn.state.known for slot in turn.spec.required)


def _finish(turn: Turn, score: Score) -> None:
    """Nothing is left to ask: qualified and handed over, or thanked."""
    missing = [slot.key for slot in turn.spec.required if slot.key not in turn.state.known]
    points = score(turn.state.known)
    if not missing and points >= turn.spec.qualify_score:
        turn.effects += [Qualify(points), HandOver("qualified")]
        turn.why.append(ENOUGH % {"points": points, "needed": turn.spec.qualify_score})
        turn.state = replace(turn.state, phase="qualified", asked_slot=None)
        turn.say("qualified")
        return
    turn.why.append(
        (OPEN if missing else TOO_FEW)
        % {"points": points, "needed": turn.spec.qualify_score, "slots": ", ".join(missing)}
    )
    turn.state = replace(turn.state, phase="complete", asked_slot=None)
    turn.say("complete")


def _ask(turn: Turn) -> None:
    """Ask for the next open slot, or hand over when the ladder is at its end."""
    step = ask_next(turn.state, turn.seen, turn.spec, has_learnt=bool(turn.learnt))
    turn.state = step.state
    turn.why.append(step.because)
    if step.acts:
        turn.acts += step.acts
    elif step.is_stuck:
        hand_on(turn)
    else:
        turn.state = replace(turn.state, phase="complete", asked_slot=None)
        turn.say("complete")
