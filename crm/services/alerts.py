"""Telling people, in the app."""

from uuid import UUID

from django.utils import timezone

from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from crm.events import UserAlerted
from crm.models import Alert


@service
def alert_user(
    *, actor: Actor, user_id: UUID, kind: str, key: str, title: str, body: str = "", url: str = ""
) -> Alert:
    """Leave one alert per user and key; said twice it stays one."""
    alert, is_new = Alert.objects.get_or_create(
        user_id=user_id,
        key=key,
        defaults={"workspace_id": actor.workspace_id, "kind": kind, "title": title, "body": body, "url": url},
    )
    if is_new:
        publish(UserAlerted(alert_id=str(alert.id), user_id=str(user_id)), actor=actor)
    return alert


@service
def mark_alerts_read(*, actor: Actor) -> int:
    """Everything the actor was alerted of is seen; returns how many were new."""
    rows = Alert.objects.filter(workspace_id=actor.workspace_id, user=actor.user_id, read_at__isnull=True)
    return rows.update(read_at=timezone.now())
