"""Channels that are paused: by a broken account, by a person; mended and resumed."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import selectors, services
from conversations.errors import CannotSendError
from conversations.models import Channel, Message
from crm.core.errors import NotAllowedError, NotFoundError
from crm.models import Alert, EventRecord
from tests.cast import add_player
from tests.conversations.graph import refusal
from tests.conversations.test_sending import fresh, send, write


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def paused(channel) -> Channel:
    """The channel as it is now."""
    return Channel.objects.get(pk=channel.pk)


def test_admins_hear_once_of_a_broken_account(
    owner, admin, manager, viewer, conversation, channel, graph, clock
):
    # given a token that stays bad over several tries
    graph.answers = [refusal(190, 401, details="The token has expired.")] * 3
    message = write(owner, conversation)
    for _ in range(3):
        send(conversation)
        clock.shift(3601)

    # then it was tried now and then, no attempt is burned, and each admin has one alert
    assert (len(graph.requests), fresh(message).attempts, fresh(message).status) == (3, 0, "queued")
    assert EventRecord.objects.filter(name="conversations.channel_paused").count() == 1
    admins = Alert.objects.filter(kind="channel_paused")
    assert [a.user_id for a in admins] == [admin.user.pk]
    assert "The token has expired." in admins[0].body

    # and when the token is good again, the next try mends all by itself
    assert send(conversation) == 1
    assert fresh(message).status == "sent"
    assert paused(channel).paused_because == ""


def test_only_one_message_tries_a_broken_account(owner, conversation, channel, graph, clock):
    # given two conversations waiting for a broken account, whose time to try has come
    graph.answers = [refusal(190, 401)]
    write(owner, conversation)
    send(conversation)
    clock.shift(61)

    # when one worker has claimed, then no other does until it is done
    assert services.claim_next(conversation.pk) is not None
    until = paused(channel).paused_until
    assert until is not None
    assert until > datetime.now(UTC)
    assert selectors.due_units() == []


def test_a_person_pauses_and_resumes(owner, admin, conversation, channel, graph):
    # given a queued message and an admin who pauses the channel
    message = write(owner, conversation)
    row = services.pause_channel(actor=admin.actor(), channel_id=channel.pk, because="We move the number.")
    assert (row.paused_because, row.paused_until) == ("We move the number.", None)

    # then nothing goes out, nothing new is taken, and what was queued stays
    assert send(conversation) == 0
    with pytest.raises(CannotSendError) as refused:
        write(owner, conversation)
    assert refused.value.code == "channel_paused"
    assert (fresh(message).status, Message.objects.filter(direction="out").count()) == ("queued", 1)
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk, because="Said again.")
    assert paused(channel).paused_because == "We move the number."

    # when it is resumed (twice), all goes on and it is told once
    for _ in range(2):
        services.resume_channel(actor=admin.actor(), channel_id=channel.pk)
    assert send(conversation) == 1
    assert EventRecord.objects.filter(name="conversations.channel_resumed").count() == 1
    assert [h.paused_because for h in channel.history.order_by("history_date")][-2:] == [
        "We move the number.",
        "",
    ]


def test_a_pause_of_a_person_is_not_tried(owner, admin, conversation, channel, graph, clock):
    # given a pause that a person made, then no message tries however long it lasts
    write(owner, conversation)
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk)
    clock.shift(timedelta(hours=20).total_seconds())
    assert (send(conversation), selectors.due_units(), graph.requests) == (0, [], [])


def test_a_persons_pause_outlasts_a_provider_that_was_down(owner, admin, conversation, channel, graph, clock):
    # given a provider that was down, and is left alone for a minute, when an admin pauses the channel
    write(owner, conversation)
    Channel.objects.filter(pk=channel.pk).update(broken_until=datetime.now(UTC) + timedelta(minutes=1))
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk)

    # then nothing goes out when that minute is over
    clock.shift(61)
    assert (send(conversation), selectors.due_units(), graph.requests) == (0, [], [])
    assert paused(channel).paused_because != ""


def test_who_may_pause(owner, strangers_workspace, channel):
    # when a rep or somebody from elsewhere tries, then nothing changes
    foreign = add_player(strangers_workspace, "admin", "Foreign")
    for player, refusal_ in ((owner, NotAllowedError), (foreign, NotFoundError)):
        with pytest.raises(refusal_):
            services.pause_channel(actor=player.actor(), channel_id=channel.pk)
        with pytest.raises(refusal_):
            services.resume_channel(actor=player.actor(), channel_id=channel.pk)
    assert paused(channel).paused_because == ""
