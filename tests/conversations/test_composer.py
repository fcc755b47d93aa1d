"""The box below a thread: open with a clock, or locked with the reason and the way on."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import services
from conversations.models import Channel, Choice, Consent, Conversation, Message, MessageTemplate, Purpose
from tests.conversations.test_sending import fresh, send, write

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def shown(player, conversation) -> str:
    """The open conversation as a fragment."""
    answer = player.page.get(f"/inbox/{conversation.pk}/", headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def close_window() -> None:
    """The customer wrote too long ago."""
    Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(seconds=119))


def template(channel, **values) -> MessageTemplate:
    """One that the provider takes."""
    given = {"name": "hello_again", "language": "es", "status": "APPROVED", "category": "MARKETING"} | values
    return MessageTemplate.objects.create(workspace_id=channel.workspace_id, channel=channel, **given)


def test_an_open_box_says_how_long(owner, conversation):
    # given a window that closes in an hour, of which two minutes are kept back
    Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(hours=1))
    page = shown(owner, conversation)
    assert f'data-seconds-left="{58 * 60 + 1}"' in page
    assert 'data-testid="composer-locked"' not in page


def test_outside_the_window_it_says_what_to_do(owner, conversation):
    # given a closed window and no template, then the box is locked with the reason and the way on
    close_window()
    page = shown(owner, conversation)
    assert 'data-code="window_closed"' in page
    assert "More than 24 hours have passed" in page
    assert "You can answer again as soon as the customer writes." in page
    assert "template-form" not in page


def test_outside_the_window_a_template_can_be_sent(owner, conversation, channel, graph):
    # given two templates of which one is paused
    good, paused = template(channel), template(channel, name="sale", status="PAUSED")
    close_window()
    page = shown(owner, conversation)
    assert f'value="{good.pk}"' in page
    assert str(paused.pk) not in page

    # when the rep sends it (twice, by a double click), then one goes out with its blanks filled
    for _ in range(2):
        data = {"template": str(good.pk), "values": "Budi\n\nMonday", "idempotency_key": "k1"}
        answer = owner.page.post(f"/inbox/{conversation.pk}/template/", data, headers=HTMX)
        assert answer.status_code == 200
    assert send(conversation) == 1
    sent = graph.requests[0]["body"]["template"]
    assert (sent["name"], sent["language"]["code"]) == ("hello_again", "es")
    assert [p["text"] for p in sent["components"][0]["parameters"]] == ["Budi", "Monday"]
    assert Message.objects.get(direction="out").text == "hello_again · Budi · Monday"

    # and what can't be used, or is nobody's, is refused
    for choice, code in ((str(paused.pk), 409), ("nonsense", 400), (str(channel.pk), 400)):
        answer = owner.page.post(f"/inbox/{conversation.pk}/template/", {"template": choice}, headers=HTMX)
        assert answer.status_code == code
    assert Message.objects.filter(direction="out").count() == 1


def test_who_wants_no_offers_gets_none(owner, conversation, channel, graph):
    # given a customer who stopped marketing messages, and a template of each kind
    offer, receipt = template(channel), template(channel, name="receipt", category="UTILITY")
    Consent.objects.create(
        workspace_id=channel.workspace_id,
        contact=conversation.contact,
        channel=channel,
        purpose=Purpose.MARKETING,
        choice=Choice.OUT,
        source="button",
        at=datetime.now(UTC),
    )

    # then the offer is refused with the reason, the receipt and an answer are not
    url = f"/inbox/{conversation.pk}/template/"
    refused = owner.page.post(url, {"template": str(offer.pk)}, headers=HTMX)
    assert refused.status_code == 409
    assert "wants no offers" in refused["HX-Trigger"]
    assert not Message.objects.filter(direction="out").exists()
    assert owner.page.post(url, {"template": str(receipt.pk)}, headers=HTMX).status_code == 200
    write(owner, conversation, "You are welcome")
    assert send(conversation) == 2


def test_an_offer_that_waits_is_not_sent_once_the_customer_said_stop(owner, conversation, channel, graph):
    # given an offer that is queued when the customer presses "no more offers"
    url = f"/inbox/{conversation.pk}/template/"
    assert owner.page.post(url, {"template": str(template(channel).pk)}, headers=HTMX).status_code == 200
    Consent.objects.create(
        workspace_id=channel.workspace_id,
        contact=conversation.contact,
        channel=channel,
        purpose=Purpose.MARKETING,
        choice=Choice.OUT,
        source="button",
        at=datetime.now(UTC),
    )

    # then it does not go out, and the bubble says why
    assert send(conversation) == 0
    message = Message.objects.get(direction="out")
    assert (message.status, message.error_code, graph.requests) == ("failed", "opted_out", [])


def test_a_template_that_was_paused_meanwhile_is_not_sent(owner, conversation, channel, graph):
    # given a template that is queued when the provider pauses it
    row = template(channel)
    owner.page.post(f"/inbox/{conversation.pk}/template/", {"template": str(row.pk)}, headers=HTMX)
    MessageTemplate.objects.update(status="PAUSED")

    # then it is not tried, and the bubble says why
    assert send(conversation) == 0
    message = Message.objects.get(direction="out")
    assert (message.status, message.error_code, graph.requests) == ("failed", "template_unusable", [])


def test_a_paused_channel_locks_the_box_and_the_api(owner, conversation, channel):
    # given a channel that an admin paused
    Channel.objects.update(paused_because="We move the number.")
    page = shown(owner, conversation)
    assert 'data-code="channel_paused"' in page
    assert "Sending on this channel is paused" in page

    # then the API says the same with the code
    answer = owner.api.post(f"conversations/{conversation.pk}/messages/", {"text": "Hi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_paused")
    assert not Message.objects.filter(direction="out").exists()


def test_the_api_says_beforehand_whether_a_reply_may_be_sent(owner, conversation):
    # given an open window, then the thread says until when
    until = conversation.window_expires_at - timedelta(minutes=2)
    told = owner.api.get(f"conversations/{conversation.pk}/").json()["sending"]
    assert (told["ok"], told["code"], told["reason"]) == (True, "", "")
    assert datetime.fromisoformat(told["until"]) == until

    # and outside of it the code and the sentence that a refusal would have
    close_window()
    told = owner.api.get("conversations/").json()["results"][0]["sending"]
    assert (told["ok"], told["code"], told["until"]) == (False, "window_closed", None)
    answer = owner.api.post(f"conversations/{conversation.pk}/messages/", {"text": "Hi"})
    assert (answer.status_code, answer.json()["detail"]) == (409, told["reason"])


def test_a_viewer_is_told_so(viewer, conversation):
    # given somebody who may only read, then the box says so and no template is offered
    close_window()
    page = shown(viewer, conversation)
    assert "Your role lets you read conversations, not answer them." in page
    answer = viewer.page.post(f"/inbox/{conversation.pk}/template/", {"template": "x"}, headers=HTMX)
    assert answer.status_code in {400, 403}


def test_what_is_not_confirmed_is_said_in_plain_words(owner, conversation, graph, clock):
    # given a reply whose answer was lost, and silence
    graph.answers = ["drop"]
    message = write(owner, conversation, "once")
    send(conversation)
    clock.shift(61)
    services.send_due(conversation_id=conversation.pk)
    assert fresh(message).status == "failed"

    # then the bubble says so, and a person may send it again
    page = shown(owner, conversation)
    assert "the customer may have it" in page
    assert 'data-testid="retry"' in page
