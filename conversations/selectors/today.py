"""What of the inbox wants a person now, with the reason; and what comes back later this week."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from conversations.models import Conversation, OwnerKind
from conversations.selectors.threads import visible_conversations
from crm.core.actors import Actor

MOST = 60  # rows that are ranked; whoever has more sees that there are more
CLOSING = timedelta(hours=2)  # a window that closes so soon goes before everything else
LATE = timedelta(hours=1)  # a customer who has waited so long is late
WEEK = timedelta(days=7)


def waiting_for_people(actor: Actor) -> list[dict[str, Any]]:
    """Conversations in which something could not be sent or a customer waits, the actor's own and nobody's; and the
    actor's own that come back within a week."""
    if not actor.may("conversations.view"):
        return []
    now = timezone.now()
    is_open = Q(status=Conversation.Status.OPEN)
    wants = is_open & (Q(waiting_since__isnull=False) | Q(send_failed_at__isnull=False))
    wants &= Q(assignee=actor.user_id) | Q(assignee=None, owner_kind=OwnerKind.NOBODY)
    returns = Q(assignee=actor.user_id, status=Conversation.Status.SNOOZED, snoozed_until__lte=now + WEEK)
    rows = (
        visible_conversations(actor)
        .filter(wants | returns, purpose=Conversation.Purpose.CUSTOMER)
        .select_related("contact", "channel")
        .order_by("waiting_since", "id")[:MOST]
    )
    return [_card(row, now) for row in rows]


def _card(row: Conversation, now: datetime) -> dict[str, Any]:
    card = {
        "about": row.contact_id,
        "title": str(row.contact),
        "text": row.last_message_text,
        "url": reverse("conversations:inbox") + f"?open={row.pk}",
        "action": _("Reply") if row.assignee_id else _("Take it"),
        "at": row.waiting_since or row.send_failed_at or row.last_message_at or now,
    }
    if row.status == Conversation.Status.SNOOZED:
        return card | {
            "kind": "snoozed",
            "rank": 9,
            "why": _("Comes back from snooze"),
            "later": row.snoozed_until,
        }
    return card | _reason(row, now)


def _reason(row: Conversation, now: datetime) -> dict[str, Any]:
    """Why it is here, the most pressing first: its kind, rank and urgency follow from that."""
    if row.waiting_since is None:
        return {
            "kind": "failed", "rank": 1, "urgency": "late", "action": _("See why"),
            "why": _("A message could not be sent"),
        }  # fmt: skip
    waits = _("waits %(time)s for an answer") % {"time": timesince(row.waiting_since, now, depth=1)}
    who = [] if row.assignee_id else [_("nobody has it")]
    closes = row.window_expires_at
    if closes is not None and now < closes <= now + CLOSING:
        left = _("window closes in %(time)s") % {"time": timeuntil(closes, now, depth=1)}
        return {"kind": "window", "rank": 0, "urgency": "late", "why": _joined([left, *who, waits])}
    handed = [_("handed over to you")] if row.assignee_id and row.owned_because else []
    is_late = now - row.waiting_since > LATE
    return {
        "kind": "reply" if row.assignee_id else "unowned",
        "rank": 1 if row.assignee_id else 2,
        "urgency": "late" if is_late else "soon",
        "why": _joined([*who, *handed, waits]),
    }


def _joined(parts: Sequence[str]) -> str:
    """One line, with a capital."""
    line = " · ".join(parts)
    return line[:1].upper() + line[1:]
