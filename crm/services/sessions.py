"""Signed-in browsers: when they were seen, and how they are signed out."""

import time
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from crm import live
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.service import service

SEEN_EVERY = 60.0  # seconds between two notes of one browser
_noted: dict[str, float] = {}  # when this process last noted a session
_ROOM_FOR = 10_000


def note_session_seen(user_id: UUID, key: str, *, ip: str, device: str) -> None:
    """Remember, to the minute, that a browser was here, from where and what it says it is."""
    now = time.monotonic()
    if now - _noted.get(key, -SEEN_EVERY) < SEEN_EVERY:
        return
    if len(_noted) >= _ROOM_FOR:
        _noted.clear()
    _noted[key] = now
    known = {"user_id": user_id, "ip": ip, "user_agent": device[:200], "last_seen_at": timezone.now()}
    UserSession.objects.update_or_create(session_key=key, defaults=known)


@transaction.atomic
def end_sessions(user_id: UUID, *, but: str = "") -> int:
    """A person is signed out everywhere, but in one browser; their live wires close. Returns how many."""
    keys = list(
        UserSession.objects.filter(user_id=user_id).exclude(session_key=but).values_list("session_key")
    )
    return _end([key for (key,) in keys])


@service
def end_own_session(*, actor: Actor, session_id: int) -> int:
    """One browser of the actor's own is signed out; somebody else's is not there."""
    found = UserSession.objects.filter(user_id=actor.user_id, pk=session_id).first()
    if found is None:
        raise NotFoundError
    return _end([found.session_key])


@service
def end_other_sessions(*, actor: Actor, but: str) -> int:
    """The actor is signed out everywhere, but in this browser."""
    return 0 if actor.user_id is None else end_sessions(actor.user_id, but=but)


def _end(keys: list[str]) -> int:
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    for key in keys:
        _noted.pop(key, None)
    transaction.on_commit(lambda: live.end_sessions(keys), robust=True)
    return len(keys)
