"""How long to wait for more before answering: people send one thought in several messages."""

import re
from dataclasses import dataclass

COMPLETE = re.compile(r"[.!?…)\u3002]\s*[^\w\s]*$|^\s*\S+\s*$")
OPEN_END = re.compile(
    r"(?:[,:;\-]|\b(?:and|but|or|so|because|with|for|the|a|my|is|i|"
    r"y|o|pero|con|para|porque|que|el|la|mi|es|"
    r"dan|tapi|atau|yang|yg|untuk|utk|dengan|sama|karena|di|ke|saya|sy))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WaitSettings:
    """Seconds: after a complete message, after a fragment, and in total from the first unanswered message."""

    complete: float = 0.7
    fragment: float = 1.3
    at_most: float = 4.0


def wait_before_answer(text: str, waited: float, settings: WaitSettings) -> float:
    """Seconds to wait after this (latest) message; `waited` so far since the first unanswered one."""
    wait = settings.fragment if looks_unfinished(text) else settings.complete
    return max(0.0, min(wait, settings.at_most - waited))


def looks_unfinished(text: str) -> bool:
    """True when more is probably coming: it ends in the middle of a sentence, or is a short opener without an end."""
    line = text.strip()
    if not line or OPEN_END.search(line):
        return bool(line)
    return len(line.split()) in {2, 3} and not COMPLETE.search(line)
