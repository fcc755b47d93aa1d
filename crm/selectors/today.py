"""What somebody has done, for the start page."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Count, Q
from django.db.models.fields.json import KT

from crm.core.actors import Actor, ActorKind
from crm.models import EventRecord

# What counts as cleared, by the kind of event; answers count once for each conversation.
CLEARED = {
    "answered": ("conversations.message_queued",),
    "stepped": ("leads.next_step_done",),
    "decided": ("leads.lead_qualified", "leads.lead_disqualified"),
    "closed": ("conversations.conversation_closed",),
}


def cleared_on(actor: Actor, day: date, zone: tzinfo) -> dict[str, int]:
    """What the actor themselves finished on a day, by kind; kinds without any are left out. One statement."""
    begin = datetime.combine(day, time.min, tzinfo=zone)
    rows = EventRecord.objects.filter(
        workspace_id=actor.workspace_id,
        actor_kind=ActorKind.PERSON,
        actor_id=actor.id,
        occurred_at__gte=begin,
        occurred_at__lt=begin + timedelta(days=1),
    )
    talk = KT("payload__conversation_id")
    wanted: dict[str, Any] = {
        kind: Count(talk, filter=Q(name__in=names), distinct=True)
        if kind == "answered"
        else Count("pk", filter=Q(name__in=names))
        for kind, names in CLEARED.items()
    }
    return {kind: number for kind, number in rows.aggregate(**wanted).items() if number}
