"""What of the inbox wants a person now, with the reason."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from conversations.models import Conversation, OwnerKind
from conversations.selectors.threads import visible_conversations
from crm.core.actors import Actor


def waiting_for_people(actor: Actor) -> list[dict[str, Any]]:
    """Open conversations in which a customer waits for a person: the actor's own, then nobody's."""
    if not actor.may("conversations.view"):
        return []
    rows = (
        visible_conversations(actor)
        .filter(status=Conversation.Status.OPEN, waiting_since__isnull=False)
        .exclude(owner_kind=OwnerKind.AGENT)
        .select_related("contact", "channel")
        .order_by("waiting_since")[:30]
    )
    return [_card(actor, row) for row in rows if row.assignee_id in {None, actor.user_id}]


def _card(actor: Actor, row: Conversation) -> dict[str, Any]:
    waited = timesince(row.waiting_since, timezone.now(), depth=1)  # type: ignore[arg-type]
    why = (
        _("Has waited for you for %(time)s")
        if row.assignee_id
        else _("Nobody has it; has waited for %(time)s")
    )
    return {
        "rank": 1 if row.assignee_id else 2,
        "kind": "reply",
        "about": row.contact_id,
        "title": str(row.contact),
        "why": why % {"time": waited},
        "text": row.last_message_text,
        "url": reverse("conversations:inbox") + f"?open={row.pk}",
        "action": _("Reply") if row.assignee_id else _("Take it"),
        "at": row.waiting_since,
    }
