"""How channels are doing: the colour and its reasons, told once per change; pausing, resuming, asking the provider."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services, tasks
from conversations.channels.port import ChannelError
from conversations.channels.simulator import SimulatorChannel
from conversations.decisions import ChannelSigns, health_of
from conversations.models import Channel, ChannelNotice, InboundDelivery, Message
from conversations.selectors import channel_card, channel_cards
from crm.core.errors import NotAllowedError, NotFoundError
from crm.models import Alert, EventRecord
from tests.conversations.graph import refusal
from tests.factories.conversations import ChannelFactory

PAGE = "/settings/channels/"


@pytest.mark.parametrize(
    ("signs", "colour", "sentence"),
    [
        (ChannelSigns(), "green", ""),
        (ChannelSigns(paused_because="190: expired"), "red", "Sending is paused: 190: expired"),
        (ChannelSigns(check_error="expired"), "red", "The provider refused the account: expired"),
        (
            ChannelSigns(is_broken=True),
            "red",
            "The provider keeps failing: sending waits, and one message tries now and then.",
        ),
        (ChannelSigns(oldest_unread=60), "green", ""),
        (
            ChannelSigns(oldest_unread=61),
            "red",
            "Something that came in has waited over a minute to be read.",
        ),
        (ChannelSigns(oldest_queued=200), "amber", "A message has waited 3 minutes to be sent."),
        (ChannelSigns(sends=4, errors=2), "green", ""),
        (ChannelSigns(sends=6, errors=3), "red", "3 of 6 messages of the last hour met an error."),
        (ChannelSigns(sends=30, errors=3), "amber", "3 of 30 messages of the last hour met an error."),
        (ChannelSigns(sends=31, errors=3), "green", ""),
        (ChannelSigns(is_throttled=True), "amber", "The provider wants it slower for a while."),
        (ChannelSigns(dead=1), "amber", "A dead letter waits for somebody."),
        (ChannelSigns(dead=7), "amber", "7 dead letters wait for somebody."),
        (ChannelSigns(problem="banned"), "red", "The provider reports a problem: banned"),
        (ChannelSigns(warning="limit near"), "amber", "The provider warns: limit near"),
        (ChannelSigns(since_inbound=3 * 86_400.0), "green", ""),
        (
            ChannelSigns(since_inbound=3 * 86_400.0 + 1),
            "amber",
            "Nothing has come in for three days. Is the webhook still set?",
        ),
        (
            ChannelSigns(is_active=False, paused_because="x", oldest_unread=999),
            "off",
            "This channel is switched off: nothing comes in or goes out.",
        ),
    ],
)
def test_what_the_signs_mean(signs, colour, sentence):
    health = health_of(signs)

    assert health.colour == colour
    assert [text for _colour, text in health.reasons] == ([sentence] if sentence else [])


def test_the_gravest_reason_comes_first():
    health = health_of(ChannelSigns(dead=1, is_throttled=True, check_error="expired"))

    assert [colour for colour, _text in health.reasons] == ["red", "amber", "amber"]


def undelivered(channel, *, seconds: float, **more) -> InboundDelivery:
    """A delivery that came so long ago."""
    return InboundDelivery.objects.create(
        workspace_id=channel.workspace_id,
        channel=channel,
        body=b"{}",
        received_at=timezone.now() - timedelta(seconds=seconds),
        **more,
    )


def test_a_card_says_what_is_known_of_its_own_channel(manager, workspace, channel, conversation, owner):
    other = ChannelFactory.create(workspace=workspace, key="other")
    undelivered(channel, seconds=90)
    undelivered(channel, seconds=30, state="dead", reason="unreadable_body")
    for status, code in [
        ("sent", ""),
        ("failed", "131026"),
        ("cancelled", "cancelled"),
        ("failed", "131016"),
    ]:
        message = services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text=status)
        Message.objects.filter(pk=message.pk).update(
            status=status, error_code=code, attempted_at=timezone.now()
        )
    late = services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="late")
    Message.objects.filter(pk=late.pk).update(next_at=timezone.now() - timedelta(seconds=70))
    ChannelNotice.objects.create(
        workspace=workspace, channel=channel, external_id="n1", kind="limits", level="warning",
        title="Half of the limit is used", at=timezone.now(),
    )  # fmt: skip

    card = channel_card(manager.actor(), channel.pk)

    assert 90 <= card.signs.oldest_unread < 120
    assert 70 <= card.signs.oldest_queued < 100
    assert (card.signs.sends, card.signs.errors, card.signs.dead) == (4, 1, 1)
    assert card.signs.warning == "Half of the limit is used"
    assert card.last_inbound_at is not None
    assert card.health.colour == "red"
    untouched = channel_card(manager.actor(), other.pk)
    assert (untouched.signs, untouched.last_inbound_at) == (ChannelSigns(), None)
    assert [c.channel.key for c in channel_cards(manager.actor())] == ["warung-whatsapp", "other"]


def test_it_turns_red_by_itself_and_admins_hear_of_it_once(admin, manager, channel):
    # given a delivery that nobody reads
    row = undelivered(channel, seconds=61)

    # when the clock looks twice
    tasks.look_after_channels()
    tasks.look_after_channels()

    # then admins were told once, and nobody else
    channel.refresh_from_db()
    assert channel.health == "red"
    alert = Alert.objects.get()
    assert (alert.user_id, alert.kind, alert.url) == (admin.user.pk, "channel_red", PAGE)
    assert alert.body == "Something that came in has waited over a minute to be read."
    changes = EventRecord.objects.filter(name="conversations.channel_health_changed")
    assert [(e.payload["was"], e.payload["colour"]) for e in changes] == [("green", "red")]

    # when it is read, then it is green again, and that is told too
    row.state = "done"
    row.save()
    tasks.look_after_channels()
    channel.refresh_from_db()
    assert (channel.health, changes.all().count(), Alert.objects.count()) == ("green", 2, 1)


def test_a_pause_is_alerted_once_and_not_twice(admin, owner, channel):
    system_pause = services.pause_channel(actor=admin.actor(), channel_id=channel.pk, because="Holidays")
    assert system_pause.paused_because == "Holidays"

    tasks.look_after_channels()

    channel.refresh_from_db()
    assert (channel.health, Alert.objects.filter(kind="channel_red").count()) == ("red", 0)


def test_the_page_shows_the_card_and_admins_act_on_it(admin, viewer, channel):
    html = viewer.page.get(PAGE).content.decode()
    assert 'data-colour="green"' in html
    assert "An admin can pause, resume and test it." in html
    assert "pause-channel" not in html

    admin.page.post(f"{PAGE}{channel.pk}/pause/")
    paused = viewer.page.get(PAGE).content.decode()
    assert "Sending is paused: Ada paused it." in paused
    assert 'data-colour="red"' in paused

    admin.page.post(f"{PAGE}{channel.pk}/resume/")
    assert 'data-colour="green"' in viewer.page.get(PAGE).content.decode()


def test_only_admins_pause_and_test(manager, stranger, channel):
    for act in ("pause", "resume", "check"):
        assert manager.page.post(f"{PAGE}{channel.pk}/{act}/").status_code == 403
        assert stranger.page.post(f"{PAGE}{channel.pk}/{act}/").status_code == 404
    assert manager.api.post(f"channels/{channel.pk}/test/").status_code == 403
    with pytest.raises(NotAllowedError):
        services.check_channel(actor=manager.actor(), channel_id=channel.pk)
    with pytest.raises(NotFoundError):
        channel_card(stranger.actor(), channel.pk)
    channel.refresh_from_db()
    assert (channel.paused_because, channel.checked_at) == ("", None)


@pytest.fixture
def simulated(workspace) -> Channel:
    """A channel without a provider."""
    return ChannelFactory.create(
        workspace=workspace, kind="simulator", key="sim", settings={"app_secret": "s"}
    )


def test_a_token_that_is_refused_shows_red_until_it_works(admin, simulated, monkeypatch):
    def refuse(self, account):
        raise ChannelError("auth", "190", "The token has expired.")

    with pytest.MonkeyPatch.context() as once:
        once.setattr(SimulatorChannel, "check", refuse)
        page = admin.page.post(f"{PAGE}{simulated.pk}/check/", follow=True).content.decode()
    assert "The provider says: The token has expired." in page
    assert "The provider refused the account: The token has expired." in page

    page = admin.page.post(f"{PAGE}{simulated.pk}/check/", follow=True).content.decode()
    assert "The provider knows the account, and the token works." in page
    assert 'data-colour="green"' in page


@pytest.mark.parametrize(("until", "goes_on"), [("2030-01-01T00:00:00Z", True), (None, False)])
def test_a_working_token_ends_our_pause_and_not_a_persons(admin, simulated, until, goes_on):
    Channel.objects.filter(pk=simulated.pk).update(paused_because="190: expired", paused_until=until)

    assert services.check_channel(actor=admin.actor(), channel_id=simulated.pk) == ""

    simulated.refresh_from_db()
    assert (simulated.paused_because == "") is goes_on


def test_meta_is_asked_for_the_number_with_the_token(admin, channel, graph):
    graph.answers = [(200, {"verified_name": "Warung", "quality_rating": "YELLOW", "id": "1"})]

    assert services.check_channel(actor=admin.actor(), channel_id=channel.pk) == ""

    (asked,) = graph.requests
    assert "/109900000000011?fields=verified_name,display_phone_number,quality_rating" in asked["path"]
    assert asked["headers"]["Authorization"] == "Bearer test-only-access-token"
    channel.refresh_from_db()
    assert (channel.quality, channel.check_error) == ("YELLOW", "")


@pytest.mark.parametrize(
    "answer", [refusal(190, 401, "Session has expired"), (200, b"no json"), (200, []), (500, b""), "drop"]
)
def test_whatever_else_meta_answers_is_an_error_in_words(admin, channel, graph, answer):
    graph.answers = [answer]

    error = services.check_channel(actor=admin.actor(), channel_id=channel.pk)

    channel.refresh_from_db()
    assert channel.check_error == error != ""
    assert channel.checked_at is not None


def test_the_api_shows_the_card_and_no_secret(admin, channel, nudges):
    listed = admin.api.get("channels/").json()
    one = listed["results"][0]
    assert (one["key"], one["health"]) == ("warung-whatsapp", {"colour": "green", "reasons": []})
    assert "test-only" not in str(listed)

    paused = admin.api.post(f"channels/{channel.pk}/pause/", {"because": "Holidays"}).json()
    assert paused["health"] == {
        "colour": "red",
        "reasons": [{"colour": "red", "sentence": "Sending is paused: Holidays"}],
    }
    assert admin.api.post(f"channels/{channel.pk}/resume/").json()["health"]["colour"] == "green"
    nudges.clear()
    assert admin.api.post(f"channels/{channel.pk}/test/").status_code == 202
    assert nudges == [
        (
            "conversations.check_channel",
            {"workspace_id": str(channel.workspace_id), "channel_id": str(channel.pk)},
        )
    ]
