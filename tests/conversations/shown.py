"""What the rows of the inbox say, read from the page as its HTML."""

import re
from dataclasses import dataclass
from html import unescape

NAME = re.compile(r'<strong class="row-name clip" dir="auto">(.*?)</strong>')
REASON = re.compile(r'<span class="row-reason clip">(.*?)</span>')
TONE = re.compile(r'data-tone="(\w+)" data-testid="waits"')
SINCE = re.compile(r'data-testid="waits">.*?datetime="(.*?)"')
URL = re.compile(r'<a class="conversation-row" href="(.*?)"')
PATTERNS = (NAME, REASON, TONE, SINCE, URL)


@dataclass(frozen=True)
class Shown:
    """One row: empty where it says nothing."""

    name: str
    reason: str
    tone: str
    since: str
    url: str


def shown_rows(answer) -> list[Shown]:
    """The rows of an answer, in order."""
    parts = answer.content.decode().split('<li id="conversation-row-')[1:]
    return [Shown(*(_first(pattern, part) for pattern in PATTERNS)) for part in parts]


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return unescape(found[1]) if found else ""
