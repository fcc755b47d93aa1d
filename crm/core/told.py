"""Sentences that rows keep in English, told in the language of whoever reads the row.

Who writes a row and who reads it speak different languages, and whoever reads may change theirs: so the row keeps the
English sentence (`crm.core.sentences` makes it known).
"""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext

from crm.core.actors import BOT, SYSTEM, ActorKind
from crm.core.sentences import BLANK, PATTERNS


def said(text: str) -> str:
    """A sentence of a row in the reader's language; what nobody of ours wrote stays as it is."""
    if not text or (get_language() or "en").startswith("en"):
        return text
    told = gettext(text)
    if told != text:
        return told
    found = {sentence: fit for sentence, pattern in PATTERNS.items() if (fit := pattern.fullmatch(text))}
    # "..., and the name stayed open." fits "... of %(needed)s." as well
    closest = max(found, key=len, default="")
    return _filled(gettext(closest), found[closest].groupdict()) if closest else text


def name_of(kind: str, label: str) -> str:
    """Who acted, for a reader: the product itself is called differently in each language, nobody else is."""
    is_ours = kind in {"", ActorKind.SYSTEM} and label in {"", SYSTEM, BOT}
    return gettext(label or SYSTEM) if is_ours else label


def value_in_words(value: Any, most: int) -> str:
    """A value of a row or a file as people read it, at most so many characters; "" when there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        value = ", ".join(map(str, value))
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """Names and numbers stay; a blank called `why` holds a sentence of its own."""
    words = {name: said(value) if name == "why" else value for name, value in values.items()}
    return BLANK.sub(lambda blank: words.get(blank[1] or blank[2], ""), sentence)
