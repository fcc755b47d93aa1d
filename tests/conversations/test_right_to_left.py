"""Arabic and Hebrew read from the right, on a page that reads from the left: each text by its own first letter."""

import re

import pytest

from conversations import services
from tests.factories.conversations import receive

NAME, SAID = "مريم الحسن", "كم السعر؟ 3 قطع"


@pytest.fixture
def arabic(channel, owner):
    """Somebody who writes Arabic, answered by the owner, who noted something."""
    conversation = receive(channel, SAID, name=NAME).conversation
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text="עברית")
    return conversation


def directions(html, text):
    """The `dir` of every element that holds exactly this text; `bdi` is one by itself."""
    around = re.findall(rf"<(\w+)([^<>]*)>\s*{re.escape(text)}\s*<", html)
    return {
        "auto" if tag == "bdi" else (re.search(r'dir="(\w+)"', rest) or ["", ""])[1] for tag, rest in around
    }


def test_in_the_thread(arabic, owner):
    html = owner.page.get(f"/inbox/?folder=all&open={arabic.pk}").content.decode()

    assert directions(html, SAID) == {"auto"}
    assert directions(html, "עברית") == {"auto"}
    assert "auto" in directions(html, NAME)
    assert '<textarea class="composer-input" dir="auto"' in html


def test_in_the_list(arabic, owner):
    html = owner.page.get("/inbox/?folder=all").content.decode()

    assert directions(html, NAME) == {"auto"}
    assert directions(html, SAID) == {"auto"}
