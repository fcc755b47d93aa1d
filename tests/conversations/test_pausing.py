"""Channels that are paused: by a broken account, by a person; mended and resumed."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import selectors, services
from conversations.channels.port import ChannelError
from conversations.errors import CannotSendError
from conversations.models import Channel, Message
from conversations.selectors import account_of
from conversations.services.claiming import Claim
from conversations.services.pacing import note_success, note_throttled
from crm.core.actors import system_actor
from crm.core.errors import NotAllowedError, NotFoundError
from crm.models import Alert, EventRecord
from tests.cast import add_player
from tests.conversations.graph import refusal
from tests.conversations.test_sending import claim_of, fresh, send, write
from tests.factories.conversations import PHONE_NUMBER_ID


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


def test_a_message_that_fails_meanwhile_does_not_end_a_persons_pause(
    owner, admin, conversation, channel, graph, clock
):
    # given a message on its way when an admin pauses the channel, and a token that is refused
    write(owner, conversation)
    claim = claim_of(conversation)
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk, because="We move the number.")
    services.mark_failed(claim=claim, error=ChannelError("auth", "190", "The token has expired."))

    # then the pause is still that person's, and no message tries the account
    row = paused(channel)
    assert (row.paused_because, row.paused_until) == ("We move the number.", None)
    clock.shift(3601)
    assert (send(conversation), selectors.due_units(), graph.requests) == (0, [], [])


def test_one_that_arrives_meanwhile_does_not_end_it_either(owner, admin, conversation, channel, clock):
    # given a broken account that one message tries, when an admin pauses the channel
    write(owner, conversation)
    services.mark_failed(claim=claim_of(conversation), error=ChannelError("auth", "190", "Expired."))
    clock.shift(61)
    claim = claim_of(conversation)
    seen = channel_of(claim)
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk, because="We move the number.")

    # when that message arrives, whatever its worker had read of the channel before
    note_success(system_actor(channel.workspace_id, via="task"), seen)
    row = paused(channel)
    assert (row.paused_because, row.paused_until) == ("We move the number.", None)
    assert not EventRecord.objects.filter(name="conversations.channel_resumed").exists()


def channel_of(claim: Claim) -> Channel:
    """The channel as a worker read it."""
    return Message.objects.select_related("channel").get(pk=claim.message_id).channel


def save_in_admin(admin, channel, **values):
    """The channel's page in the admin, as it is shown, with something changed; on success it leads away."""
    given = {"kind": channel.kind, "key": channel.key, "name": channel.name, "rate": 80, "is_active": "on"}
    given |= {f"set_{name}": "" for name in channel.settings} | {"set_phone_number_id": PHONE_NUMBER_ID}
    answer = admin.page.post(f"/admin/conversations/channel/{channel.pk}/change/", given | values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def create_again(admin, channel, **settings):
    """`create_channel` for one that is there."""
    services.create_channel(actor=admin.actor(), kind=channel.kind, key=channel.key, settings=settings)


def resumed() -> int:
    """How often it was told that a channel sends again."""
    return EventRecord.objects.filter(name="conversations.channel_resumed").count()


def test_saved_settings_do_not_end_a_persons_pause(owner, admin, conversation, channel, graph):
    # given a pause of a person's, and a provider that wants it slower
    write(owner, conversation)
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk, because="We move the number.")
    Channel.objects.update(broken_until=datetime.now(UTC) + timedelta(minutes=1))

    # when a new token is set in the admin and by command
    save_in_admin(admin, channel, set_access_token="test-only-new-token")
    create_again(admin, channel, access_token="test-only-newer-token")

    # then what was waited for is over, and the pause is not
    row = paused(channel)
    assert (row.paused_because, row.paused_until, row.broken_until) == ("We move the number.", None, None)
    assert account_of(row).settings["access_token"] == "test-only-newer-token"
    assert (send(conversation), graph.requests, resumed()) == (0, [], 0)


@pytest.mark.parametrize("door", [save_in_admin, create_again])
def test_new_settings_end_our_own_pause_and_the_same_ones_do_not(owner, admin, conversation, channel, door):
    # given an account that is broken
    write(owner, conversation)
    services.mark_failed(claim=claim_of(conversation), error=ChannelError("auth", "190", "Expired."))

    # when it is saved with nothing new, then it waits on
    door(admin, channel)
    assert (paused(channel).paused_because, resumed()) == ("190: Expired.", 0)

    # when it gets a new token, then it goes on, and that is told
    name = "set_access_token" if door is save_in_admin else "access_token"
    door(admin, channel, **{name: "test-only-new-token"})
    row = paused(channel)
    assert (row.paused_because, resumed()) == ("", 1)
    assert account_of(row).settings["access_token"] == "test-only-new-token"


def test_a_longer_wait_is_not_shortened(owner, conversation, channel):
    # given an account that is to wait two minutes
    write(owner, conversation)
    note_throttled(channel, 120.0)
    until = paused(channel).throttled_until

    # when another worker's answer doesn't say for how long
    claim = claim_despite(conversation, channel)
    limit = ChannelError("throttled", "130429", "Slower.", scope="account")
    services.mark_failed(claim=claim, error=limit)

    # then the longer wait counts
    assert paused(channel).throttled_until == until


def claim_despite(conversation, channel) -> Claim:
    """Claimed by another worker the moment before."""
    until = paused(channel).throttled_until
    Channel.objects.update(throttled_until=None)
    claim = claim_of(conversation)
    Channel.objects.update(throttled_until=until)
    return claim


def test_who_may_pause(owner, strangers_workspace, channel):
    # when a rep or somebody from elsewhere tries, then nothing changes
    foreign = add_player(strangers_workspace, "admin", "Foreign")
    for player, refusal_ in ((owner, NotAllowedError), (foreign, NotFoundError)):
        with pytest.raises(refusal_):
            services.pause_channel(actor=player.actor(), channel_id=channel.pk)
        with pytest.raises(refusal_):
            services.resume_channel(actor=player.actor(), channel_id=channel.pk)
    assert paused(channel).paused_because == ""
