"""Reading who is signed in: a living session, and nothing else."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.core.sessions import SessionStore


def test_a_living_session_is_read_and_can_be_changed(db):
    kept = SessionStore()
    kept["word"] = "yes"
    kept.create()
    kept.save()

    found = SessionStore(kept.session_key)
    assert found["word"] == "yes"
    found["word"] = "no"
    found.save()
    assert SessionStore(kept.session_key)["word"] == "no"
    assert Session.objects.count() == 1


def test_an_old_or_unknown_session_is_nobodys_and_its_key_is_forgotten(db):
    # given a session whose time is over, and a key somebody thought up
    kept = SessionStore()
    kept["word"] = "yes"
    kept.create()
    kept.save()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    for key in (kept.session_key, "a" * 32, None):
        found = SessionStore(key)
        assert found.get("word") is None
        assert found.session_key is None
