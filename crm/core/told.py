"""Sentences that rows keep in English, told in the language of whoever reads the row.

Who writes a row and who reads it speak different languages, and whoever reads may change theirs: so the row keeps the
English sentence. `kept` makes a sentence with blanks known; one without blanks only needs `gettext_noop`.
"""

import re
from collections.abc import Mapping

from django.utils.translation import get_language, gettext

_BLANK = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
_patterns: dict[str, re.Pattern[str]] = {}


def kept(sentence: str) -> str:
    """A sentence with blanks that rows keep filled: `kept(gettext_noop("%(who)s took over"))`. Returns it as it is."""
    parts, end = [], 0
    for blank in _BLANK.finditer(sentence):
        parts += [re.escape(sentence[end : blank.start()]), f"(?P<{blank[1] or blank[2]}>.+?)"]
        end = blank.end()
    _patterns[sentence] = re.compile("".join([*parts, re.escape(sentence[end:])]), re.DOTALL)
    return sentence


def said(text: str) -> str:
    """A sentence of a row in the reader's language; what nobody of ours wrote stays as it is."""
    if not text or (get_language() or "en").startswith("en"):
        return text
    told = gettext(text)
    if told != text:
        return told
    found = {sentence: fit for sentence, pattern in _patterns.items() if (fit := pattern.fullmatch(text))}
    closest = max(
        found, key=len, default=""
    )  # "..., and the name stayed open." fits "... of %(needed)s." as well
    return _filled(gettext(closest), found[closest].groupdict()) if closest else text


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """Names and numbers stay; a blank called `why` holds a sentence of its own."""
    words = {name: said(value) if name == "why" else value for name, value in values.items()}
    return _BLANK.sub(lambda blank: words.get(blank[1] or blank[2], ""), sentence)
