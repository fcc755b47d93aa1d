"""How long to wait for the rest of what a customer is writing, before the agent answers."""

from dataclasses import dataclass

from agents.decisions.values import Understanding


@dataclass(frozen=True, slots=True)
class WaitSettings:
    """Seconds to wait after the last message: complete or a fragment; `longest` counts from the first
    unanswered message, so that a fast writer is not left without an answer."""

    after_complete: float = 0.7
    after_fragment: float = 1.3
    longest: float = 4.0


DEFAULT_WAIT = WaitSettings()
AT_ONCE = {"opt_out"}


def wait_before_answer(
    understanding: Understanding, waited_so_far: float, settings: WaitSettings = DEFAULT_WAIT
) -> float:
    """Seconds to wait from now, never negative.

    `waited_so_far` is how many seconds ago the first unanswered message came. Escalations and opt-outs
    do not wait: nothing the customer may add changes them.
    """
    if understanding.escalations and max(one.confidence for one in understanding.escalations) >= 0.9:
        return 0.0
    if AT_ONCE.intersection(understanding.topics):
        return 0.0
    wanted = settings.after_fragment if understanding.looks_unfinished else settings.after_complete
    return max(0.0, min(wanted, settings.longest - waited_so_far))
