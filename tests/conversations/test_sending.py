"""Sending over real HTTP: what was queued goes out once, in order, and every answer has its consequence."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from conversations import decisions, selectors, services
from conversations.channels.port import Accepted, Address, ChannelError, Template
from conversations.channels.whatsapp_meta import errors
from conversations.errors import BotSilencedError, CannotSendError
from conversations.models import Channel, Conversation, InboundDelivery, Message
from conversations.selectors import threads
from conversations.services.claiming import Claim
from conversations.services.rechecks import NOT_CONFIRMED
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import EventRecord
from tests.conversations.graph import refusal
from tests.conversations.hooks import deliver, status, text, webhook
from tests.factories.conversations import BUDI, PHONE_NUMBER_ID, receive


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def write(player, conversation, text="Hello", **values) -> Message:
    """A person writes."""
    return services.send_message(actor=player.actor(), conversation_id=conversation.pk, text=text, **values)


def bot_writes(agent, conversation, text="I am Sarah", **values) -> Message:
    """The bot writes in the ownership it sees now."""
    epoch = Conversation.objects.get(pk=conversation.pk).ownership_epoch
    return services.send_message(
        actor=agent, conversation_id=conversation.pk, text=text, **{"epoch": epoch} | values
    )


def send(conversation) -> int:
    """A worker looks."""
    return services.send_due(conversation_id=conversation.pk)


def claim_of(conversation) -> Claim:
    """A worker has claimed and not yet sent."""
    claim = services.claim_next(conversation.pk)
    assert claim is not None
    return claim


def fresh(row):
    """The row as it is now."""
    return type(row).objects.get(pk=row.pk)


def test_a_reply_goes_out_over_http(owner, conversation, graph):
    # when a rep replies and a worker looks
    message = write(owner, conversation, "Halo Budi, ini Rina", reply_to="wamid.asked")
    assert (message.status, message.sequence, message.author_kind) == ("queued", 2, "person")
    assert send(conversation) == 1

    # then Meta got exactly one request, as it wants it
    [request] = graph.requests
    assert request["path"].endswith(f"/{PHONE_NUMBER_ID}/messages")
    assert request["headers"]["Authorization"] == "Bearer test-only-access-token"
    assert request["body"] == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{BUDI}",
        "biz_opaque_callback_data": f"msg:{message.pk}",
        "context": {"message_id": "wamid.asked"},
        "type": "text",
        "text": {"body": "Halo Budi, ini Rina", "preview_url": False},
    }

    # and the bubble knows Meta's id and when it went
    sent = fresh(message)
    assert (sent.status, sent.provider_id, sent.attempts) == ("sent", "wamid.out-1", 1)
    assert (sent.sent_at, sent.lease_token, sent.error_code) == (datetime.now(UTC), None, "")
    assert send(conversation) == 0
    assert len(graph.requests) == 1


def test_many_messages_go_out_in_their_order(owner, conversation, graph):
    # when five are queued, then one look sends them in order
    for n in range(5):
        write(owner, conversation, f"{n}")
    assert send(conversation) == 5
    assert graph.texts == ["0", "1", "2", "3", "4"]


def test_a_template_and_a_user_without_number(owner, strangers_channel, stranger, graph):
    # given somebody known by user id only, whose window closed long ago
    message = receive(strangers_channel, "hola", senders=(Address("bsuid", "CO.77"),))
    Conversation.objects.update(window_expires_at=datetime.now(UTC) - timedelta(days=9))

    # when a template is sent, then it goes to the user id
    template = Template("hello_again", "es", ("Camila",))
    services.send_message(
        actor=stranger.actor(), conversation_id=message.conversation_id, text="Hola", template=template
    )
    services.send_due(conversation_id=message.conversation_id)
    body = graph.requests[0]["body"]
    assert (body["recipient"], "to" in body, body["type"]) == ("CO.77", False, "template")
    assert body["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Camila"}]


PERMANENT = [100, 131008, 131009, 131026, 131049, 131050, 131051, 132000, 132001, 132015, 999_999]
TRANSIENT = [1, 2, 131000, 131016, 131057, 133004]
AUTH = [0, 3, 10, 190, 200, 299, 368, 130497, 131005, 131031, 131042]


@pytest.mark.parametrize("code", PERMANENT)
def test_a_permanent_refusal_is_final(owner, conversation, graph, clock, code):
    # given that Meta refuses for good
    graph.answers = [refusal(code, details="Not this way.")]
    words = errors.IN_WORDS.get(code, "Not this way.")
    message = write(owner, conversation)
    after = write(owner, conversation, "next")
    send(conversation)

    # then it failed with the reason, the next one went out, and nothing is tried again
    row = fresh(message)
    assert (row.status, row.error_code, row.error_text) == ("failed", str(code), words)
    assert row.failed_at == datetime.now(UTC)
    assert fresh(after).status == "sent"
    clock.shift(100_000)
    assert send(conversation) == 0
    assert len(graph.requests) == 2


@pytest.mark.parametrize(
    ("answer", "burned"),
    [
        *[(refusal(code, 503), 1) for code in TRANSIENT],
        *[(refusal(code), 1) for code in (131048, 131056)],
        *[(refusal(code), 0) for code in (4, 80007, 130429)],
        (refusal(42, 429), 0),
        ((429, b"slow down"), 0),
    ],
)
def test_a_passing_refusal_is_tried_again_in_order(owner, conversation, graph, clock, answer, burned):
    # given that Meta refuses once, with something that passes
    graph.answers = [answer]
    message = write(owner, conversation, "first")
    write(owner, conversation, "second")
    assert send(conversation) == 1

    # then it waits, and the second waits behind it; an account that is too fast burns no attempt
    row = fresh(message)
    assert (row.status, row.attempts, row.lease_token) == ("queued", burned, None)
    assert timedelta(0) < row.next_at - datetime.now(UTC) <= timedelta(seconds=8)
    assert send(conversation) == 0

    # and both go out later, in order
    clock.shift(601)
    assert send(conversation) == 2
    assert graph.texts == ["first", "first", "second"]
    assert fresh(message).status == "sent"


@pytest.mark.parametrize(("code", "status"), [(131016, 503), (130429, 429), (131056, 400)])
def test_the_providers_own_wish_to_wait_counts(owner, conversation, graph, code, status):
    # given a refusal with Retry-After: out of order, the whole account too fast, too fast for one person
    graph.answers = [refusal(code, status, **{"Retry-After": "77"})]
    message = write(owner, conversation)
    send(conversation)

    # then nothing is tried before that, and for certain afterwards
    assert timedelta(seconds=70) < fresh(message).next_at - datetime.now(UTC) <= timedelta(seconds=80)


def test_a_limit_for_one_person_waits_longer_each_time():
    assert decisions.wait_before_retry(1, None, is_pair=True) == timedelta(seconds=4)
    assert decisions.wait_before_retry(3, None, is_pair=True) == timedelta(seconds=64)


def test_it_is_given_up_after_eight_attempts(owner, conversation, graph, clock):
    # given that Meta is down for very long
    graph.answers = [refusal(131016, 503, "Try later.")] * 20
    message = write(owner, conversation)
    for _ in range(12):
        send(conversation)
        clock.shift(decisions.MAX_WAIT + 1)
        Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(hours=1))

    # then there were eight requests, and a sentence says so
    assert len(graph.requests) == 8
    row = fresh(message)
    assert (row.status, row.error_code, row.error_text) == ("failed", "131016", "Try later.")


@pytest.mark.parametrize("answer", [*[refusal(code, 401) for code in AUTH], (401, b"who?"), (403, {})])
def test_a_broken_account_pauses_the_channel_and_burns_no_attempt(
    owner, conversation, channel, graph, clock, answer
):
    # given a token that is no longer good
    graph.answers = [answer] * 3
    message = write(owner, conversation)
    other = receive(channel, "hi", phone="628110000102")
    waiting = write(owner, other.conversation)
    assert send(conversation) == 1

    # then the whole channel waits, with the reason, and no attempt is counted
    row = fresh(message)
    assert (row.status, row.attempts) == ("queued", 0)
    paused = Channel.objects.get(pk=channel.pk)
    assert paused.paused_because
    assert paused.paused_until == datetime.now(UTC) + timedelta(seconds=60)
    assert EventRecord.objects.filter(name="conversations.channel_paused").count() == 1
    assert send(other.conversation) == 0
    assert selectors.due_units() == []
    assert len(graph.requests) == 1

    # and when the pause is over everything goes on
    graph.answers = []
    clock.shift(61)
    assert [u.lane for u in selectors.due_units()] == ["person"]
    assert (send(conversation), send(other.conversation)) == (1, 1)
    assert {fresh(message).status, fresh(waiting).status} == {"sent"}


def test_nobody_listening_is_passing(owner, conversation, settings, clock):
    # given a provider that can't be reached at all
    settings.META_GRAPH_URL = "http://127.0.0.1:9"
    message = write(owner, conversation)
    send(conversation)
    assert (fresh(message).status, fresh(message).error_code) == ("queued", "no_connection")


@pytest.mark.parametrize(
    "answer",
    ["hang", "drop", (500, b"oops"), refusal(424242, 503), (200, {"messages": []}), (200, b"thanks")],
)
def test_without_a_clear_answer_it_is_unknown_and_not_sent_again(owner, conversation, graph, clock, answer):
    # given that the answer is lost on its way
    graph.answers = [answer]
    message = write(owner, conversation, "once")
    write(owner, conversation, "after")
    send(conversation)
    assert fresh(message).status == "unknown"

    # then nothing is sent while a receipt may still tell, and the next one waits behind it
    for _ in range(3):
        clock.shift(19)
        assert send(conversation) == 0
    assert graph.texts == ["once"]


def test_a_receipt_with_our_own_id_settles_it(owner, conversation, channel, graph, clock):
    # given a send whose answer was lost
    graph.answers = ["drop"]
    message = write(owner, conversation, "once")
    send(conversation)

    # when Meta's receipt echoes our id
    opaque = {"biz_opaque_callback_data": f"msg:{message.pk}"}
    deliver(channel, webhook(statuses=[status("wamid.real", "delivered", at=1_795_150_800, **opaque)]))

    # then we know, and it is never sent again
    row = fresh(message)
    assert (row.status, row.provider_id, row.error_code) == ("delivered", "wamid.real", "")
    clock.shift(1000)
    assert send(conversation) == 0
    assert graph.texts == ["once"]


def test_without_a_receipt_the_bot_says_it_once_more_and_then_a_person_decides(
    owner, agent, conversation, graph, clock
):
    # given answers that are lost again and again
    graph.answers = ["drop", refusal(2, 503), "drop", "drop"]
    message = bot_writes(agent, conversation, "maybe")
    after = bot_writes(agent, conversation, "after")
    send(conversation)

    # when the wait is over it is tried once more (a refusal in between is none of it)
    clock.shift(61)
    send(conversation)
    clock.shift(61)
    send(conversation)
    assert graph.texts == ["maybe", "maybe", "maybe"]
    assert fresh(message).status == "unknown"

    # then a person decides; the next one goes on
    graph.answers = []
    clock.shift(61)
    send(conversation)
    row = fresh(message)
    assert (row.status, row.error_code, row.error_text) == ("failed", "unknown_outcome", NOT_CONFIRMED)
    assert graph.texts == ["maybe", "maybe", "maybe", "after"]
    assert fresh(after).status == "sent"


def test_a_persons_words_are_never_said_twice_by_themselves(owner, conversation, graph, clock):
    # given a reply of a rep whose answer was lost, and silence
    graph.answers = ["drop"]
    message = write(owner, conversation, "once")
    after = write(owner, conversation, "after")
    send(conversation)
    clock.shift(61)
    send(conversation)

    # then the rep decides, in plain words, and the next one goes on
    row = fresh(message)
    assert (row.status, row.error_code, row.error_text) == ("failed", "unknown_outcome", NOT_CONFIRMED)
    assert (graph.texts, fresh(after).status) == (["once", "after"], "sent")
    services.retry_message(actor=owner.actor(), message_id=message.pk)
    send(conversation)
    assert (graph.texts, fresh(message).status) == (["once", "after", "once"], "sent")


@pytest.mark.parametrize("is_read", [False, True])
def test_nothing_is_repeated_while_its_receipt_waits_to_be_read(
    agent, conversation, channel, graph, clock, is_read
):
    # given a lost answer, and a receipt that has come but is not read, or read and not worked off
    graph.answers = ["drop"]
    message = bot_writes(agent, conversation, "once")
    send(conversation)
    opaque = {"biz_opaque_callback_data": f"msg:{message.pk}"}
    body = webhook(statuses=[status("wamid.lost", "sent", at=1_795_150_800, **opaque)])
    delivery = InboundDelivery.objects.create(workspace_id=channel.workspace_id, channel=channel, body=body)
    if is_read:
        services.read_delivery(delivery_id=delivery.pk)

    # then silence means nothing yet
    for _ in range(4):
        clock.shift(61)
        assert send(conversation) == 0
    assert (graph.texts, fresh(message).status) == (["once"], "unknown")

    # but after a quarter of an hour a person looks
    clock.shift(15 * 60)
    send(conversation)
    assert (graph.texts, fresh(message).error_code) == (["once"], "unknown_outcome")


def test_what_others_say_meanwhile_keeps_nothing_waiting(agent, conversation, channel, graph, clock):
    # given a lost answer, and other customers' messages and receipts that wait to be read
    graph.answers = ["drop"]
    bot_writes(agent, conversation, "again")
    send(conversation)
    theirs = {"biz_opaque_callback_data": f"msg:{uuid4()}"}
    unread = {"workspace_id": channel.workspace_id, "channel": channel}
    read = InboundDelivery.objects.create(
        body=webhook(statuses=[status("wamid.theirs", "sent", at=1_795_150_800, **theirs)]), **unread
    )
    services.read_delivery(delivery_id=read.pk)
    InboundDelivery.objects.create(body=webhook(text("Halo", id="wamid.1", at=1_795_150_800)), **unread)

    # when a minute has passed, then the bot says it once more
    clock.shift(61)
    assert send(conversation) == 1
    assert graph.texts == ["again", "again"]


def test_what_is_too_much_to_look_through_is_waited_for(
    agent, conversation, channel, graph, clock, monkeypatch
):
    # given a lost answer, and more unread deliveries than are looked through
    monkeypatch.setattr(threads, "SEARCHED", 2)
    graph.answers = ["drop"]
    message = bot_writes(agent, conversation, "once")
    send(conversation)
    for _ in range(3):
        InboundDelivery.objects.create(workspace_id=channel.workspace_id, channel=channel, body=b"{}")

    # then one of them may hold its receipt, until fewer are left
    clock.shift(61)
    assert send(conversation) == 0
    assert fresh(message).status == "unknown"
    InboundDelivery.objects.earliest("pk").delete()
    clock.shift(16)
    assert send(conversation) == 1


def test_what_the_provider_refuses_for_a_day_is_not_sent_again_before(owner, conversation, graph, clock):
    # given a message held back for the customer's sake
    graph.answers = [refusal(131049)]
    message = write(owner, conversation)
    send(conversation)

    # then sending again is refused for a day, and possible after it
    with pytest.raises(CannotSendError) as refused:
        services.retry_message(actor=owner.actor(), message_id=message.pk)
    assert (refused.value.code, fresh(message).status) == ("too_soon", "failed")
    clock.shift(24 * 3600)
    Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(hours=1))
    services.retry_message(actor=owner.actor(), message_id=message.pk)
    assert fresh(message).status == "queued"


def test_a_receipt_after_we_gave_up_still_tells(owner, conversation, channel, graph, clock):
    # given a message that was given up without knowing
    graph.answers = ["drop"]
    message = write(owner, conversation)
    for _ in range(2):
        send(conversation)
        clock.shift(61)
    assert fresh(message).error_code == "unknown_outcome"

    # when Meta says after all that it was sent
    opaque = {"biz_opaque_callback_data": f"msg:{message.pk}"}
    deliver(channel, webhook(statuses=[status("wamid.real", "sent", at=1_795_150_800, **opaque)]))
    assert (fresh(message).status, fresh(message).error_code) == ("sent", "")


def test_a_worker_killed_while_sending_leaves_it_unknown(agent, conversation, graph, clock):
    # given a worker that claimed and died, before or after its request
    message = bot_writes(agent, conversation)
    assert services.claim_next(conversation.pk) is not None
    assert services.claim_next(conversation.pk) is None

    # then others wait for its lease, then for a receipt, and only then send
    clock.shift(29)
    assert (send(conversation), fresh(message).status) == (0, "queued")
    clock.shift(2)
    assert (send(conversation), fresh(message).status) == (0, "unknown")
    clock.shift(59)
    assert send(conversation) == 0
    clock.shift(2)
    assert (send(conversation), fresh(message).status) == (1, "sent")
    assert len(graph.requests) == 1


def test_an_answer_that_comes_after_the_lease_is_not_lost(owner, conversation, graph, clock):
    # given a worker that slept with Meta's answer in its hand, so that the message became unknown
    message = write(owner, conversation)
    claim = claim_of(conversation)
    clock.shift(31)
    send(conversation)
    assert fresh(message).status == "unknown"

    # when it wakes up and tells, then that counts, and nothing is sent a second time
    services.mark_sent(claim=claim, accepted=Accepted("wamid.late"))
    assert (fresh(message).status, fresh(message).provider_id) == ("sent", "wamid.late")
    clock.shift(61)
    assert send(conversation) == 0
    assert graph.requests == []


def test_a_failure_that_comes_after_the_lease_changes_nothing(owner, conversation, graph, clock):
    # given the same worker, but with bad news
    message = write(owner, conversation)
    claim = claim_of(conversation)
    clock.shift(31)
    send(conversation)
    before = Message.objects.filter(pk=message.pk).values().get()

    # then its news is too old
    services.mark_failed(claim=claim, error=ChannelError("permanent", "100", "old"))
    assert Message.objects.filter(pk=message.pk).values().get() == before


@pytest.mark.parametrize("kind", ["permanent", "transient", "throttled", "auth", "unknown"])
def test_bad_news_never_undoes_a_receipt(owner, conversation, channel, clock, kind):
    # given a message whose delivery Meta told us before its answer to our request was lost
    message = write(owner, conversation)
    claim = claim_of(conversation)
    opaque = {"biz_opaque_callback_data": f"msg:{message.pk}"}
    deliver(channel, webhook(statuses=[status("wamid.real", "delivered", at=1_795_150_800, **opaque)]))

    # then it stays delivered, and the lease is free
    services.mark_failed(claim=claim, error=ChannelError(kind, "x", "late"))
    row = fresh(message)
    assert (row.status, row.error_code, row.lease_token) == ("delivered", "", None)


def test_a_failed_one_can_be_sent_again_in_its_place(owner, conversation, graph):
    # given a message that failed
    graph.answers = [refusal(131026)]
    message = write(owner, conversation, "again")
    send(conversation)

    # when a person retries, then it goes out, at its place
    row = services.retry_message(actor=owner.actor(), message_id=message.pk)
    assert (row.status, row.attempts, row.sequence, row.error_code) == ("queued", 0, 2, "")
    assert send(conversation) == 1
    assert fresh(message).status == "sent"

    # and what did not fail is not sent again
    with pytest.raises(CannotSendError) as refused:
        services.retry_message(actor=owner.actor(), message_id=message.pk)
    assert refused.value.code == "not_failed"


def test_the_same_cause_sends_once(agent, conversation):
    # when a turn is published twice, then one message is queued
    first = bot_writes(agent, conversation, cause="turn:1:0")
    second = bot_writes(agent, conversation, cause="turn:1:0", text="other words")
    assert (first.pk, Message.objects.filter(direction="out").count()) == (second.pk, 1)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "x" * 4097])
def test_what_whatsapp_does_not_take_is_refused_before(owner, conversation, text):
    # when it is empty or too long, then nothing is queued and the bot keeps the word
    with pytest.raises(InvalidInputError) as refused:
        write(owner, conversation, text)
    assert "text" in refused.value.fields
    assert not Message.objects.filter(direction="out").exists()
    assert fresh(conversation).owner_kind == "agent"


def test_a_verdict_says_until_when_and_what_else_is_in_the_way():
    # given an open window
    given: dict[str, Any] = {"now": NOW, "status": "open", "has_window": True, "is_template": False}
    given["window_expires_at"] = NOW + timedelta(hours=1)

    # then the answer says until when; a template may go out at any time
    assert decisions.can_send(**given) == decisions.Verdict(True, until=NOW + timedelta(minutes=58))
    assert decisions.can_send(**given | {"is_template": True}) == decisions.Verdict(True)

    # and each thing in the way has a code and a sentence of its own, for templates too
    for given_, code in [
        ({"has_recipient": False}, "no_recipient"),
        ({"is_paused": True}, "channel_paused"),
    ]:
        for is_template in (False, True):
            verdict = decisions.can_send(**given | given_ | {"is_template": is_template})
            assert (verdict.ok, verdict.code, verdict.reason) == (False, code, decisions.NOT_NOW[code])


def test_strangers_and_viewers_send_nothing(stranger, viewer, conversation):
    # when people without the right write, then nothing is queued
    with pytest.raises(NotFoundError):
        write(stranger, conversation)
    with pytest.raises(NotAllowedError):
        write(viewer, conversation)
    assert not Message.objects.filter(direction="out").exists()


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "left", "has_window", "is_template", "code"),
    [
        ("open", timedelta(hours=23), True, False, ""),
        ("open", 3 * MINUTE, True, False, ""),
        ("open", 2 * MINUTE + timedelta(microseconds=1), True, False, ""),
        ("open", 2 * MINUTE, True, False, "window_closed"),
        ("open", timedelta(0), True, False, "window_closed"),
        ("open", -timedelta(days=2), True, False, "window_closed"),
        ("open", None, True, False, "window_closed"),
        ("open", -timedelta(days=2), True, True, ""),
        ("open", None, True, True, ""),
        ("open", None, False, False, ""),
        ("open", -timedelta(days=2), False, False, ""),
        ("snoozed", timedelta(hours=1), True, False, ""),
        ("closed", timedelta(hours=1), True, False, "conversation_closed"),
        ("closed", timedelta(hours=1), True, True, "conversation_closed"),
        ("closed", None, False, False, "conversation_closed"),
    ],
)
def test_what_can_be_sent_when(state, left, has_window, is_template, code):
    # then the one answer for composer, agent and API is this table
    verdict = decisions.can_send(
        now=NOW,
        status=state,
        window_expires_at=None if left is None else NOW + left,
        has_window=has_window,
        is_template=is_template,
    )
    assert (verdict.ok, verdict.code, bool(verdict.reason)) == (not code, code, bool(code))


def test_a_closed_window_is_refused_at_every_door(owner, agent, conversation, graph):
    # given that Budi wrote a day and a bit ago
    Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(seconds=30))

    # then the service, the API and the composer refuse with the same reason, and the bot keeps the word
    with pytest.raises(CannotSendError, match="24 hours"):
        bot_writes(agent, conversation)
    answer = owner.api.post(f"conversations/{conversation.pk}/messages/", {"text": "Hi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "window_closed")
    page = owner.page.post(f"/inbox/{conversation.pk}/send/", {"text": "Hi"}, headers={"HX-Request": "true"})
    assert page.status_code == 409
    assert "24 hours" in page["HX-Trigger"]
    assert not Message.objects.filter(direction="out").exists()
    assert fresh(conversation).owner_kind == "agent"


def test_a_window_that_closed_meanwhile_is_refused_at_the_claim(owner, conversation, graph):
    # given a message queued in time, and a worker that came too late
    message = write(owner, conversation)
    Conversation.objects.update(window_expires_at=datetime.now(UTC))

    # then no request is made, and the reason is shown
    assert send(conversation) == 0
    assert (fresh(message).status, fresh(message).error_code) == ("failed", "window_closed")
    assert graph.requests == []


def test_after_the_provider_found_the_window_closed_nothing_more_is_tried(owner, conversation, graph, clock):
    # given that Meta says so in its answer, though by our count there is time
    graph.answers = [refusal(131047)]
    message = write(owner, conversation)
    after = write(owner, conversation, "next")
    send(conversation)

    # then the next one is not tried, now or later
    assert (fresh(message).status, fresh(message).error_code) == ("failed", "131047")
    assert (fresh(after).status, fresh(after).error_code) == ("failed", "window_closed")
    clock.shift(100_000)
    assert send(conversation) == 0
    assert len(graph.requests) == 1


@pytest.mark.parametrize(("wrote", "status"), [(-5, "failed"), (5, "sent")])
def test_what_the_provider_said_of_the_window_counts_before_it_is_written_down(
    owner, conversation, graph, wrote, status
):
    # given a refusal that is known from a message alone, as when the worker dies just then, and a reply that waits
    refused, reply = write(owner, conversation, "Hi"), write(owner, conversation, "Are you there?")
    at = datetime.now(UTC) - timedelta(minutes=1)
    Message.objects.filter(pk=refused.pk).update(status="failed", error_code="131047", failed_at=at)
    Conversation.objects.update(last_inbound_at=at + timedelta(seconds=wrote))

    # then it is only tried when the customer has written since
    send(conversation)
    assert fresh(reply).status == status
    assert graph.texts == (["Are you there?"] if status == "sent" else [])
    assert fresh(reply).error_code == ("" if status == "sent" else "window_closed")


def test_closing_takes_back_the_bots_words_only(owner, agent, conversation, graph):
    # given words of the bot, then of a person, and a conversation closed before a worker looked
    mine = bot_writes(agent, conversation, "bot")
    reply = write(owner, conversation, "Thanks, bye!")
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)

    # then the person's goodbye still goes out
    send(conversation)
    assert graph.texts == ["Thanks, bye!"]
    assert (fresh(mine).status, fresh(reply).status) == ("cancelled", "sent")


def test_the_bot_only_writes_in_its_own_time(owner, agent, conversation):
    # when it answers with an ownership of the past, or none at all, it is silent
    for epoch in (None, 7):
        with pytest.raises(BotSilencedError):
            bot_writes(agent, conversation, epoch=epoch)
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    with pytest.raises(BotSilencedError):
        bot_writes(agent, conversation)
    assert not Message.objects.filter(direction="out").exists()
