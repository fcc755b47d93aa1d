"""Blanks in replies kept ready: {{contact.first_name|friend}}. Plain texts in and out."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

BLANKS = (
    "contact.name",
    "contact.first_name",
    "contact.phone",
    "me.name",
    "me.first_name",
    "workspace.name",
    "channel.name",
)
_BLANK = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")
_SHORTCUT = re.compile(r"[\w-]+")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; what is not known says what stands behind its bar, or nothing."""
    return _BLANK.sub(lambda blank: values.get(blank[1], "") or (blank[2] or "").strip(), text)


def faults_of_canned(shortcut: str, text: str) -> dict[str, str]:
    """What is wrong with a reply kept ready, by field, with the fix."""
    wrong = {}
    if not _SHORTCUT.fullmatch(shortcut):
        wrong["shortcut"] = _("Use letters, digits, - and _ only: it is typed after a slash.")
    unknown = sorted({blank[1] for blank in _BLANK.finditer(text)} - set(BLANKS))
    if unknown:
        wrong["text"] = _("Nothing fills %(names)s. These can be filled: %(choices)s.") % {
            "names": ", ".join(unknown),
            "choices": ", ".join(BLANKS),
        }
    elif "{{" in _BLANK.sub("", text) or "}}" in _BLANK.sub("", text):
        wrong["text"] = _("A blank is not closed: write it as {{contact.name}}.")
    if not text.strip():
        wrong["text"] = _("Write what it says.")
    return wrong
