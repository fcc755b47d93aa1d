"""The living page of the design system: every component in every state, drawn by the templates the pages use."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm import panels
from crm.core.doors import actor_of
from crm.policies import check_can_manage_settings

TOKENS = {
    "surfaces": ("paper", "surface", "raised", "sunken", "hover", "chosen", "line", "line-strong"),
    "ink": (
        "ink",
        "ink-soft",
        "ink-faint",
        "accent-ink",
        "hot-ink",
        "warm-ink",
        "cold-ink",
        "good-ink",
        "bot-ink",
    ),
    "meaning": (
        "accent",
        "accent-soft",
        "signal",
        "hot",
        "warm",
        "cold",
        "good",
        "bot",
        "danger",
        "highlight",
    ),
}
TYPE = ("2xs", "xs", "sm", "base", "lg", "xl", "2xl")
TONES = ("neutral", "accent", "hot", "warm", "cold", "bot", "good", "bad")
STATUSES = ("new", "working", "qualified", "converted", "disqualified")
SENT = ("queued", "sent", "delivered", "read", "failed", "cancelled")
ICONS = (
    "message-circle",
    "bot",
    "user-round",
    "hand",
    "flame",
    "clock-3",
    "check-check",
    "circle-alert",
    "settings",
    "search",
)


class SampleForm(forms.Form):
    """Fields of each kind; bound with faults, so that both states show."""

    name = forms.CharField(label="Name", help_text="As people call each other.", initial="Budi Santoso")
    mail = forms.EmailField(label="E-mail")
    need = forms.ChoiceField(label="Need", choices=[("web", "A website"), ("shop", "A shop")])
    words = forms.CharField(label="Words", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    is_ours = forms.BooleanField(label="Ours", required=False)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """For admins. Samples only: nothing here is read from or written to the workspace."""
    check_can_manage_settings(actor_of(request))
    return render(request, "crm/styleguide.html", _samples())


def _samples() -> dict[str, Any]:
    now = timezone.now()
    return {
        "tokens": TOKENS,
        "type": TYPE,
        "tones": TONES,
        "statuses": STATUSES,
        "sent": SENT,
        "icons_shown": ICONS,
        "form": SampleForm(
            {"name": "Budi Santoso", "mail": "budi@", "need": "web", "words": "", "is_ours": "on"}
        ),
        "ages": [now - timedelta(minutes=3), now - timedelta(hours=5), now - timedelta(days=3)],
        "windows": [now + timedelta(hours=21), now + timedelta(minutes=40), now - timedelta(minutes=1)],
        "messages": _messages(),
        "note": _note(),
        "give_back": _give_back(),
        "tags": [{"name": "wholesale", "colour": "green"}, {"name": "Bandung", "colour": "blue"}],
        **_inbox(now),
        "entry": {"icon": "flame", "tone": "hot", "who": "Sarah", "what": "scored the lead 82", "when": now},
    }


def _inbox(now: datetime) -> dict[str, Any]:
    """Rows of the list as it paints them, and what waits for its time."""
    return {
        "flags": {"urgent": "Urgent", "high": "High", "low": "Low"},
        "sample": SimpleNamespace(id=UUID(int=0)),
        "rows": panels.samples("inbox rows"),
        "waits": [("neutral", "4m"), ("warm", "25m"), ("bad", "3h")],
        "label_colours": ("grey", "green", "teal", "blue", "violet", "pink", "red", "amber"),
        "later": [_later(now + timedelta(hours=14), "waiting"), _later(now - timedelta(hours=1), "held")],
    }


def _later(due_at: datetime, state: str) -> SimpleNamespace:
    return SimpleNamespace(
        id=UUID(int=0),
        due_at=due_at,
        state=state,
        author="Rina",
        holds_on_answer=True,
        why="They wrote first.",
        text="Good morning! The sample menu is ready.",
    )


def _messages() -> list[SimpleNamespace]:
    said = [
        ("in", "contact", "Budi", "Halo kak, mau tanya harga website", "read"),
        ("out", "agent", "Sarah", "Hi Budi! What kind of business is it for?", "read"),
        ("out", "person", "Rina", "I'll send you an offer today.", "failed"),
    ]
    return [_message(number, *words) for number, words in enumerate(said)]


def _note() -> dict[str, Any]:
    pieces = [("She asked twice, ", False), ("@Tomi", True), (" can you call?", False)]
    return {
        "id": "sample",
        "author_name": "Rina",
        "pieces": pieces,
        "created_at": timezone.now(),
        "can_delete": False,
    }


def _give_back() -> dict[str, Any]:
    return {
        "id": "sample",
        "by_name": "Rina",
        "said": [{"who": "Rina", "side": "us", "text": "I'll send you an offer today."}],
        "said_count": 1,
        "facts_shown": [{"what": "Budget", "was": "5 million", "is": "8 million"}],
        "created_at": timezone.now(),
    }


def _message(number: int, direction: str, author: str, name: str, text: str, status: str) -> SimpleNamespace:
    return SimpleNamespace(
        id=f"sample-{number}",
        conversation_id="",
        direction=direction,
        author_kind=author,
        author_name=name,
        author_id="",
        text=text,
        shows_text=True,
        kind="text",
        status=status,
        error_text="This number is not on WhatsApp." if status == "failed" else "",
        created_at=timezone.now(),
    )
