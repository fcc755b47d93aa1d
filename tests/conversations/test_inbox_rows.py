"""The painted rows of the inbox's list: what they say, and that nothing anybody wrote is markup in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from conversations.models import Label
from conversations.selectors import Listed
from conversations.views.rows import Painter
from crm.core.reading import as_read_by

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVIL = """<script>'"&</script>"""
SAFE = "&lt;script&gt;&#x27;&quot;&amp;&lt;/script&gt;"
LABEL = UUID(int=7)


def a_row(**told) -> Listed:
    """A conversation of Ana's that nobody has."""
    usual = {
        "pk": UUID(int=1), "status": "open", "owner_kind": "nobody", "unread_count": 0, "window_expires_at": None,
        "waiting_since": None, "priority": 2, "snoozed_until": None, "send_failed_at": None,
        "last_message_at": NOW, "last_message_text": "Hello", "last_message_direction": "in",
        "last_message_author_kind": "contact", "contact_id": UUID(int=2), "contact_name": "Ana",
        "channel_kind": "whatsapp_meta", "assignee_name": None, "assignee_email": None, "label_ids": [],
        "has_draft": False,
    }  # fmt: skip
    return Listed(**(usual | told))


@pytest.fixture
def painter(settings):
    """Who paints for a rep in English, on the clock of nowhere."""
    with as_read_by("en", "", "UTC"):
        yield Painter("/inbox/?", NOW, {}, {}, can_pick=True)


def test_what_people_wrote_is_never_markup(painter):
    # given markup wherever somebody else than us writes
    label = Label(id=LABEL, name=EVIL, colour=EVIL)
    lead = {"status_label": EVIL, "temperature": EVIL, "score": 7}
    row = a_row(
        contact_name=EVIL, last_message_text=EVIL, owner_kind="person", assignee_name=EVIL, label_ids=[LABEL]
    )
    painter = replace(painter, base=f"/inbox/?q={EVIL}", labels={LABEL: label}, leads={row.contact_id: lead})

    # when the row is painted, then all of it is text: name (twice), words, assignee, label (twice), lead (twice), and
    # the address (twice)
    html = painter.rows([row])
    assert "<script>" not in html
    assert html.count(SAFE) == 10
    assert unescape(html).count(EVIL) == 10


def test_a_bare_row_says_who_what_and_when(painter):
    html = painter.rows([a_row()])
    assert '<strong class="row-name clip" dir="auto">Ana</strong>' in html
    assert '<time class="age number" datetime="2026-11-21T12:00:00+00:00" data-age>21 Nov</time>' in html
    assert '<span class="row-middle"><span class="row-snippet clip"><bdi>Hello</bdi></span></span>' in html
    assert '<use href="/static/assets/icons' in html or "#message-circle" in html
    assert 'data-tone="warm" data-testid="owner"' in html
    assert 'href="/inbox/?open=00000000-0000-0000-0000-000000000001"' in html
    assert 'hx-get="/inbox/00000000-0000-0000-0000-000000000001/"' in html
    for word in (
        "aria-current=",
        "data-unread",
        "unread number",
        "row-draft",
        "row-failed",
        "window-ring",
        "flag",
    ):
        assert word not in html


SIGNS: dict[str, tuple[dict[str, Any], str]] = {
    "unread": ({"unread_count": 3}, '<span class="visually-hidden">Unread:</span>3</span>'),
    "draft": ({"has_draft": True}, 'data-testid="draft-mark">Draft</span>'),
    "failed": ({"send_failed_at": NOW}, '<span class="row-failed">Not delivered</span>'),
    "ours": ({"last_message_direction": "out"}, '<span class="row-you">Us:</span> <bdi>Hello</bdi>'),
    "bots": (
        {"last_message_direction": "out", "last_message_author_kind": "agent"},
        '<span class="visually-hidden">Agent:</span> <bdi>Hello</bdi>',
    ),
    "window": (
        {"window_expires_at": NOW + timedelta(hours=1)},
        '<span class="window-ring" data-expires-at="2026-11-21T13:00:00+00:00"',
    ),
    "urgent": ({"priority": 4}, '<span class="flag-name">Urgent</span>'),
    "low": ({"priority": 1}, '<span class="flag-name">Low</span>'),
    "waits": (
        {"waiting_since": NOW - timedelta(hours=5)},
        '<time class="number" datetime="2026-11-21T07:00:00+00:00" data-age></time>',
    ),
    "bot": ({"owner_kind": "agent"}, "#bot"),
    "somebody": ({"owner_kind": "person", "assignee_name": "Rina"}, "</svg>Rina</span>"),
    "nameless": ({"owner_kind": "person", "assignee_email": "rina@demo.test"}, "</svg>rina@demo.test</span>"),
    "left": ({"owner_kind": "person"}, "</svg>A person</span>"),
    "asleep": (
        {"status": "snoozed", "snoozed_until": NOW + timedelta(days=2, minutes=5)},
        'data-testid="snoozed"',
    ),
    "back": ({"snoozed_until": NOW}, "</svg>Back</span>"),
    "stranger": ({"contact_name": ""}, ">Unknown contact</strong>"),
    "stake": ({"stake": 1}, '<span class="row-reason clip">Our last message did not arrive</span>'),
    "mail": ({"channel_kind": "mail"}, "#mail"),
    "other": ({"channel_kind": "carrier pigeon"}, "#flask-conical"),
}


@pytest.mark.parametrize("name", list(SIGNS))
def test_each_sign_is_there_when_it_is_true_and_not_otherwise(painter, name):
    told, sign = SIGNS[name]
    assert sign in painter.rows([a_row(**told)])
    assert sign not in painter.rows([a_row()])


def test_the_open_one_is_marked_and_only_who_may_triage_picks(painter):
    # given two rows, one of them open
    rows = [a_row(), a_row(pk=uuid4())]
    html = replace(painter, open_id=str(rows[0].pk)).rows(rows)
    assert html.count('aria-current="true"') == 1
    assert html.index('aria-current="true"') < html.index(f"conversation-row-{rows[1].pk}")

    # then boxes are there for who may do something with what is picked
    assert html.count('type="checkbox"') == 2
    assert 'type="checkbox"' not in replace(painter, can_pick=False).rows(rows)


def test_the_words_are_the_readers(painter):
    rows = [a_row(last_message_direction="out")]
    with translation.override("es"):
        assert "Us:" not in Painter("/inbox/?", NOW, {}, {}).rows(rows)


def test_labels_put_away_and_leads_out_of_sight_are_not_shown(painter):
    html = painter.rows([a_row(label_ids=[LABEL])])
    assert 'class="label"' not in html
    assert 'class="heat"' not in html
