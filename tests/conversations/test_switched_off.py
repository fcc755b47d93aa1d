"""A channel that an admin switched off: nothing goes out, what is queued waits for it to come back."""

import pytest

from conversations import selectors, services
from conversations.errors import CannotSendError
from conversations.models import Broadcast, Channel, Message
from tests.conversations.test_composer import shown
from tests.conversations.test_later import agree, at, became_of, later, plan
from tests.conversations.test_sending import bot_writes, fresh, send, write

WHY = "This channel is switched off: nothing goes out. An admin can switch it on in Settings."


def switch(channel, *, on: bool) -> None:
    """As the admin's box does."""
    Channel.objects.filter(pk=channel.pk).update(is_active=on)


def test_what_is_queued_waits_until_it_is_on_again(owner, conversation, channel, graph):
    # given a queued message when the channel is switched off
    message = write(owner, conversation)
    switch(channel, on=False)

    # then no worker finds it, and none that comes by sends it
    assert (selectors.due_units(), send(conversation), graph.requests) == ([], 0, [])
    assert fresh(message).status == "queued"

    # when it is on again, then it goes out
    switch(channel, on=True)
    assert ([unit.lane for unit in selectors.due_units()], send(conversation)) == (["person"], 1)
    assert fresh(message).status == "sent"


def test_the_claim_itself_asks_whether_the_channel_is_on(owner, conversation, channel):
    # given a worker that found the message just before
    write(owner, conversation)
    switch(channel, on=False)
    assert services.claim_next(conversation.pk) is None


def test_nobody_writes_on_it_and_each_hears_why(owner, agent, conversation, channel):
    failed = write(owner, conversation)
    Message.objects.update(status="failed")
    switch(channel, on=False)

    # then people, the bot and whoever tries again are refused, and nothing is queued
    for attempt in (
        lambda: write(owner, conversation),
        lambda: bot_writes(agent, conversation),
        lambda: services.retry_message(actor=owner.actor(), message_id=failed.pk),
    ):
        with pytest.raises(CannotSendError) as refused:
            attempt()
        assert (refused.value.code, refused.value.message) == ("channel_off", WHY)
    assert [m.status for m in Message.objects.filter(direction="out")] == ["failed"]

    # and composer and API say so
    assert 'data-code="channel_off"' in shown(owner, conversation)
    answer = owner.api.post(f"conversations/{conversation.pk}/messages/", {"text": "Hi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_off")


def test_what_was_planned_is_held_with_the_reason(owner, manager, conversation, channel):
    # given a message for later and a broadcast
    row = later(owner, conversation)
    agree(conversation)
    broadcast = plan(manager, conversation)
    switch(channel, on=False)

    # when their time comes, then neither goes out, and both say why
    at(2)
    assert (fresh(row).state, fresh(row).why) == ("held", WHY)
    assert became_of(Broadcast.objects.get(pk=broadcast.pk)) == [("skipped", WHY)]
    assert not Message.objects.filter(direction="out").exists()
