"""Sentences that rows keep in English, made known to translators. Knows nothing of Django, for the agents' engine.

`kept` makes a sentence with blanks known, so that `crm.core.told` finds it again in a row; one without blanks only
needs `gettext_noop`.
"""

import re

BLANK = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
PATTERNS: dict[str, re.Pattern[str]] = {}


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the translators, who look for this name. Returns it as it is."""
    return sentence


def kept(sentence: str) -> str:
    """A sentence with blanks that rows keep filled: `kept(gettext_noop("%(who)s took over"))`. Returns it as it is."""
    parts, end = [], 0
    for blank in BLANK.finditer(sentence):
        parts += [re.escape(sentence[end : blank.start()]), f"(?P<{blank[1] or blank[2]}>.+?)"]
        end = blank.end()
    PATTERNS[sentence] = re.compile("".join([*parts, re.escape(sentence[end:])]), re.DOTALL)
    return sentence
