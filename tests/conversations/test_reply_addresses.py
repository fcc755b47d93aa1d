"""Where replies go: to where they wrote from last, never to an address they have given up."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.channels.port import Address
from conversations.models import Conversation
from tests.factories.conversations import BUDI, receive

NEW, USER = "628110000909", "ID.66601190023417750094"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def start() -> datetime:
    """When Budi wrote first."""
    return timezone.now() - timedelta(hours=2)


def moves(channel, at: datetime) -> None:
    """WhatsApp tells that Budi has a new number."""
    receive(channel, "Budi moved", at=at, kind="system", is_quiet=True, moved_to=(Address("wa_id", NEW),))


def reached(conversation) -> tuple[str, str]:
    """Where replies go now."""
    row = Conversation.objects.get(pk=conversation.pk)
    return row.recipient_kind, row.recipient_value


def test_a_late_message_from_the_old_number_does_not_bring_it_back(channel, start):
    # given a customer who wrote, wrote again and changed their number; what they wrote again comes late
    talk = receive(channel, "hi", at=start).conversation
    moves(channel, start + 2 * MINUTE)
    receive(channel, "still the old one", at=start + MINUTE)

    # then it is theirs and counts for the window, and replies go to the new number
    row = Conversation.objects.get()
    assert (row.last_message_text, row.last_inbound_at) == ("still the old one", start + MINUTE)
    assert row.window_expires_at == start + MINUTE + timedelta(hours=24)
    assert reached(talk) == ("wa_id", NEW)


def test_a_thread_that_it_opens_is_answered_at_the_new_number(channel, owner, start):
    # given that the thread was closed before the late message came
    talk = receive(channel, "hi", at=start).conversation
    moves(channel, start + 2 * MINUTE)
    services.close_conversation(actor=owner.actor(), conversation_id=talk.pk)
    new = receive(channel, "still the old one", at=start + MINUTE).conversation
    assert (new.pk != talk.pk, reached(new)) == (True, ("wa_id", NEW))


def test_who_goes_back_to_their_old_number_is_answered_there(channel, start):
    # given somebody whom we know by their user id, too
    senders = (Address("wa_id", BUDI), Address("bsuid", USER))
    talk = receive(channel, "hi", at=start, senders=senders).conversation
    moves(channel, start + MINUTE)
    assert reached(talk) == ("wa_id", NEW)
    receive(channel, "back again", at=start + 2 * MINUTE, senders=senders)
    assert reached(talk) == ("wa_id", BUDI)


def test_older_words_change_neither_the_address_nor_that_nobody_is_reached(channel, start):
    # given a customer who wrote by their user id, and could not be reached afterwards
    number, user = Address("wa_id", BUDI), Address("bsuid", USER)
    talk = receive(channel, "hi", at=start + MINUTE, senders=(user, number)).conversation
    Conversation.objects.update(unreachable_since=start + 2 * MINUTE)

    # when something comes that they wrote before, by their number
    receive(channel, "older", at=start, senders=(number,))
    assert reached(talk) == ("bsuid", USER)
    assert Conversation.objects.get().unreachable_since == start + 2 * MINUTE

    # and when they write anew, then they are reached where they wrote from
    receive(channel, "newer", at=start + 3 * MINUTE, senders=(number,))
    assert reached(talk) == ("wa_id", BUDI)
    assert Conversation.objects.get().unreachable_since is None
