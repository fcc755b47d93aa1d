"""Rows of the inbox for the style guide: each sign once, painted as the list paints them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString

from conversations.models import Label
from conversations.selectors import Listed
from conversations.views.rows import Painter

LABEL, LEAD = UUID(int=7), UUID(int=8)


def sample_rows() -> SafeString:
    """Somebody who waits too long, a hot lead whose answer failed, and one the bot talks with."""
    now = timezone.now()
    labels = {LABEL: Label(id=LABEL, name="Catering", colour="green")}
    leads = {LEAD: {"temperature": "hot", "status_label": "Qualified", "score": 82}}
    return Painter("#guide-inbox", now, labels, leads, open_id=str(UUID(int=1))).rows(_rows(now))


def _rows(now: datetime) -> list[Listed]:
    agents: dict[str, Any] = {"last_message_direction": "out", "last_message_author_kind": "agent"}
    return [
        _row(now, 1, contact_name="Budi Santoso", priority=4, unread_count=2, stake=4,
             waiting_since=now - timedelta(hours=5), last_message_text="Saya mau bicara dengan orang"),
        _row(now, 2, contact_name="Ana López", priority=3, owner_kind="person", assignee_name="Rina",
             send_failed_at=now, last_message_direction="out", last_message_text="Your offer", label_ids=[LABEL],
             contact_id=LEAD),
        _row(now, 3, contact_name="Maya Chen", owner_kind="agent", has_draft=True, status="snoozed",
             snoozed_until=now + timedelta(hours=14), last_message_text="What kind of business is it for?", **agents),
    ]  # fmt: skip


def _row(now: datetime, number: int, **told: Any) -> Listed:
    usual = {
        "pk": UUID(int=number), "status": "open", "owner_kind": "nobody", "unread_count": 0,
        "window_expires_at": now + timedelta(hours=21 - 9.8 * (number - 1)), "waiting_since": None, "priority": 2,
        "snoozed_until": None, "send_failed_at": None, "last_message_at": now - timedelta(minutes=25 * number),
        "last_message_direction": "in", "last_message_author_kind": "contact", "contact_id": UUID(int=0),
        "channel_kind": "whatsapp", "assignee_name": None, "assignee_email": None, "label_ids": [],
        "has_draft": False,
    }  # fmt: skip
    return Listed(**(usual | told))
