"""Telling people: in the app, and by mail as they chose. Nobody is told of what they did themselves."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from crm import decisions, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import NotAllowedError, NotFoundError
from crm.core.service import service
from crm.events import UserAlerted
from crm.models import Alert, AlertChoice, AlertTimes, MailChoice


@service
def alert_user(
    *, actor: Actor, user_id: UUID, kind: str, key: str, title: str, body: str = "", url: str = ""
) -> Alert | None:
    """Leave one alert per user and key; said twice it stays one. None when they want none of this kind, did it
    themselves, or work here no more."""
    if actor.user_id == user_id:
        return None
    if selectors.find_member(actor.workspace_id, str(user_id)) is None:
        return None
    wish = selectors.alert_wish(actor.workspace_id, user_id, kind)
    if not wish.in_app and wish.mail == MailChoice.OFF:
        return None
    now = timezone.now()
    said = {"kind": kind, "title": title[:200], "body": body, "url": url, "is_in_app": wish.in_app}
    mailed = {"mail": wish.mail, "mail_due_at": decisions.mail_time(now, wish.mail, wish.hours)}
    alert, is_new = Alert.objects.get_or_create(
        user_id=user_id, key=key, defaults={"workspace_id": actor.workspace_id, **said, **mailed}
    )
    if is_new:
        publish(UserAlerted(alert_id=str(alert.id), user_id=str(user_id)), actor=actor)
    return alert


@service
def mark_alerts_read(*, actor: Actor) -> int:
    """Everything the actor was alerted of is seen; returns how many were new."""
    rows = Alert.objects.filter(workspace_id=actor.workspace_id, user=actor.user_id, read_at__isnull=True)
    return rows.update(read_at=timezone.now())


@service
def mark_alert_read(*, actor: Actor, alert_id: UUID) -> Alert:
    """One is seen; said twice it was seen the first time. Its mail, if it still waits, is not needed any more."""
    found = selectors.alerts_of(actor).filter(pk=alert_id).first()
    if found is None:
        raise NotFoundError
    if found.read_at is None:
        found.read_at = timezone.now()
        found.save(update_fields=["read_at"])
    return found


@service
def choose_alerts(*, actor: Actor, choices: Mapping[str, tuple[bool, str]], hours: Mapping[str, Any]) -> None:
    """How the actor wants to be told, per kind (in the app, by mail) and at which times; what waits follows."""
    user_id = _person(actor)
    for kind, (in_app, mail) in choices.items():
        AlertChoice.objects.update_or_create(
            workspace_id=actor.workspace_id,
            user_id=user_id,
            kind=kind,
            defaults={"in_app": in_app, "mail": mail},
        )
    AlertTimes.objects.update_or_create(
        workspace_id=actor.workspace_id, user_id=user_id, defaults={**hours, "is_mail_off": False}
    )
    _reschedule(actor.workspace_id, user_id)


def _person(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise NotAllowedError(_("Only people choose how they are told."))
    return actor.user_id


def _reschedule(workspace_id: UUID, user_id: UUID) -> None:
    """Mails that wait go when the new choice says, or not at all."""
    now = timezone.now()
    waiting = Alert.objects.filter(workspace_id=workspace_id, user_id=user_id, mail_due_at__isnull=False)
    for alert in waiting.select_for_update(no_key=True):
        wish = selectors.alert_wish(workspace_id, user_id, alert.kind)
        alert.mail, alert.mail_due_at = wish.mail, decisions.mail_time(now, wish.mail, wish.hours)
        alert.save(update_fields=["mail", "mail_due_at"])


@service
def stop_mail(*, actor: Actor, is_off: bool) -> None:
    """By the link in a mail: none any more, or as it was. The choices per kind stay."""
    user_id = _person(actor)
    AlertTimes.objects.update_or_create(
        workspace_id=actor.workspace_id,
        user_id=user_id,
        defaults={"is_mail_off": is_off},
        create_defaults={"is_mail_off": is_off, "digest_at": time(8)},
    )
    _reschedule(actor.workspace_id, user_id)
