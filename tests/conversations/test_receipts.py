"""Receipts: in any order, before our own answer, of messages nobody knows: the shown status only goes forward."""

import json
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations import decisions, services
from conversations.channels.port import Accepted, InboundReceipt
from conversations.channels.whatsapp_meta import reading
from conversations.models import Message, MessageReceipt
from crm.core.actors import system_actor
from crm.models import EventRecord
from tests.conversations.hooks import body_of, deliver, status, webhook
from tests.conversations.test_sending import claim_of, fresh, write
from tests.conversations.threads import first_and_then

AT = 1_795_150_800
OFFSET = {"sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}
FAILURE = {
    "errors": [{"code": 131026, "title": "Undeliverable", "error_data": {"details": "Not on WhatsApp"}}]
}


def at(state: str) -> datetime:
    """When Meta says it happened."""
    return datetime.fromtimestamp(AT + OFFSET[state], tz=UTC)


def receipt(state: str, *, of: str = "wamid.out", **more):
    """Meta's receipt of a state, at its time."""
    extra = FAILURE if state == "failed" else {}
    return status(of, state, at=AT + OFFSET[state], **extra, **more)


@pytest.fixture
def sent(owner, conversation) -> Message:
    """A message Meta has accepted as `wamid.out`."""
    message = write(owner, conversation)
    claim = claim_of(conversation)
    services.mark_sent(claim=claim, accepted=Accepted("wamid.out"))
    return Message.objects.get(pk=message.pk)


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_any_order_ends_at_read_with_every_time(channel, sent, order):
    # when the receipts come one by one
    for state in order:
        deliver(channel, webhook(statuses=[receipt(state)]))

    # then the last word is read, each stage has its own time, and every receipt is kept
    row = fresh(sent)
    assert row.status == "read"
    assert (row.sent_at, row.delivered_at, row.read_at) == (at("sent"), at("delivered"), at("read"))
    assert list(MessageReceipt.objects.order_by("id").values_list("status", flat=True)) == list(order)
    assert set(MessageReceipt.objects.values_list("message", flat=True)) == {sent.pk}


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (("sent", "failed"), "failed"),
        (("delivered", "failed"), "delivered"),
        (("read", "failed"), "read"),
        (("sent", "delivered", "failed"), "delivered"),
        (("sent", "delivered", "read", "failed"), "read"),
        (("sent", "played"), "played"),
        (("played", "read"), "played"),
        (("played", "failed"), "played"),
    ],
)
def test_a_failure_only_counts_before_delivery(channel, sent, states, end):
    # when they come in any order in one delivery, then the end is the same
    for order in permutations(states):
        MessageReceipt.objects.all().delete()
        Message.objects.filter(pk=sent.pk).update(
            status="sent", error_code="", delivered_at=None, read_at=None, played_at=None, failed_at=None
        )
        for state in order:
            _file(channel, state)
        row = fresh(sent)
        assert row.status == end, order
        assert (row.error_code, row.error_text) == (
            ("131026", "Not on WhatsApp") if end == "failed" else ("", "")
        )
        assert (row.failed_at is not None) == ("failed" in states)


def _file(channel, state: str) -> None:
    """A receipt as intake files it."""
    [thing] = reading.read(webhook(statuses=[receipt(state)])).things
    assert isinstance(thing, InboundReceipt)
    services.record_receipt(
        actor=system_actor(channel.workspace_id, via="webhook"), channel=channel, receipt=thing
    )


STATES = ["sent", "delivered", "read", "played", "failed"]


@given(
    st.sampled_from([*decisions.RANK, "failed", "cancelled"]), st.lists(st.sampled_from(STATES), max_size=8)
)
def test_a_status_never_goes_back(start, told):
    # given any beginning and any receipts
    rank = {**decisions.RANK, "cancelled": 0, "failed": 1}
    shown = start
    for state in told:
        after = decisions.next_status(shown, state)

        # then each step keeps it or moves it on, and what was read stays read
        assert after == shown or rank[after] >= rank[shown]
        assert after in {shown, state}
        assert not (
            shown in {"delivered", "read", "played"} and after in {"sent", "failed", "queued", "unknown"}
        )
        shown = after

    # and the end does not depend on the order
    ends = {_end(start, order) for order in [told, told[::-1], sorted(told)]}
    if "delivered" in told or "read" in told:
        assert len(ends) == 1


def _end(shown: str, told: list[str]) -> str:
    for state in told:
        shown = decisions.next_status(shown, state)
    return shown


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=7))
def test_the_row_never_goes_back_either(channel, sent, order):
    # given the same message anew, when any receipts come, repeated or not
    Message.objects.filter(pk=sent.pk).update(
        status="sent",
        error_code="",
        sent_at=at("failed"),
        delivered_at=None,
        read_at=None,
        played_at=None,
        failed_at=None,
    )
    ranks = []
    for state in order:
        _file(channel, state)
        ranks.append({"failed": 1, **decisions.RANK}[fresh(sent).status])

    # then the shown rank only grows, and the times are those of the receipts
    row = fresh(sent)
    assert ranks == sorted(ranks)
    told = set(order)
    assert (row.status == "played") == ("played" in told)
    assert (row.status == "read") == ("read" in told and "played" not in told)
    assert (row.read_at is not None) == bool(told & {"read", "played"})
    assert (row.delivered_at is not None) == bool(told & {"delivered", "read", "played"})
    assert row.sent_at <= at("failed")


def test_receipts_before_our_own_answer_are_parked_and_matched(owner, channel, conversation):
    # given a message on its way, whose receipts overtake Meta's answer to us (and echo nothing)
    message = write(owner, conversation)
    claim = claim_of(conversation)
    deliver(channel, webhook(statuses=[receipt("delivered"), receipt("sent"), receipt("read")]))
    assert (fresh(message).status, MessageReceipt.objects.filter(message=None).count()) == ("queued", 3)

    # when the answer is written down
    services.mark_sent(claim=claim, accepted=Accepted("wamid.out"))

    # then they all count
    row = fresh(message)
    assert (row.status, row.delivered_at, row.read_at) == ("read", at("delivered"), at("read"))
    assert not MessageReceipt.objects.filter(message=None).exists()


def test_a_failure_that_overtakes_our_answer_stays_with_its_reason(owner, channel, conversation):
    # given a failure that comes before the answer to our request, echoing our id
    message = write(owner, conversation)
    claim = claim_of(conversation)
    opaque = {"biz_opaque_callback_data": f"msg:{message.pk}"}
    deliver(channel, webhook(statuses=[receipt("failed", **opaque)]))

    # then the answer does not wash it away
    services.mark_sent(claim=claim, accepted=Accepted("wamid.out"))
    row = fresh(message)
    assert (row.status, row.error_code, row.error_text) == ("failed", "131026", "Not on WhatsApp")


def test_a_cancelled_message_that_went_out_all_the_same_says_so(owner, channel, sent):
    # given a cancelled message, when Meta tells that it was sent, then that is shown
    Message.objects.filter(pk=sent.pk).update(status="cancelled", error_code="cancelled")
    deliver(channel, webhook(statuses=[receipt("sent")]))
    assert (fresh(sent).status, fresh(sent).error_code) == ("sent", "")


@pytest.mark.parametrize("opaque", ["msg:not-a-uuid", "msg:", "else", "msg:" + "0" * 600])
def test_an_odd_echo_matches_nothing(channel, sent, opaque):
    # when a receipt echoes something that is not ours, then it is kept as an orphan
    deliver(channel, webhook(statuses=[receipt("read", of="wamid.else", biz_opaque_callback_data=opaque)]))
    assert MessageReceipt.objects.get().message is None
    assert fresh(sent).status == "sent"


def test_another_workspaces_receipt_touches_nothing(channel, strangers_channel, sent):
    # when another business's receipt names our message's id and our own id
    opaque = {"biz_opaque_callback_data": f"msg:{sent.pk}"}
    deliver(strangers_channel, webhook(statuses=[receipt("read", **opaque)], number="109900000000012"))
    assert fresh(sent).status == "sent"
    assert MessageReceipt.objects.get().workspace_id == strangers_channel.workspace_id


def test_the_collections_receipts(channel, owner, conversation):
    # given a message of ours under the id of each payload, then it ends as the collection says
    ends = {
        "wa_status_read_then_delivered_then_sent": "read",
        "wa_status_read_only": "read",
        "wa_status_played_voice": "played",
        "wa_status_failed_131047_window_closed": "failed",
        "wa_status_failed_131026_undeliverable": "failed",
        "wa_status_failed_131049_ecosystem": "failed",
        "wa_status_failed_after_delivered": "delivered",
    }
    for name, end in ends.items():
        value = json.loads(body_of(name))["entry"][0]["changes"][0]["value"]
        message = write(owner, conversation)
        Message.objects.filter(pk=message.pk).update(status="sent", provider_id=value["statuses"][0]["id"])
        deliver(channel, body_of(name))
        row = fresh(message)
        assert row.status == end, name
        assert (row.error_code != "") == (end == "failed")
        assert (row.delivered_at is not None) == (end in {"read", "delivered", "played"})


def test_each_step_is_told_once(channel, sent):
    # when the same receipts come twice, then people are told of each step once
    before = EventRecord.objects.filter(name="conversations.message_status_changed").count()
    for _ in range(2):
        deliver(channel, webhook(statuses=[receipt("sent"), receipt("delivered"), receipt("read")]))
    told = EventRecord.objects.filter(name="conversations.message_status_changed").count()
    assert told - before == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("receipt_first", [True, False])
def test_a_receipt_and_our_answer_at_the_same_moment_meet(owner, channel, conversation, receipt_first):
    # given a receipt that echoes nothing, and the answer to our request, each before the other has committed
    message = write(owner, conversation)
    claim = claim_of(conversation)

    def answer():
        services.mark_sent(claim=claim, accepted=Accepted("wamid.out"))

    def file():
        _file(channel, "delivered")

    first_and_then(*((file, answer) if receipt_first else (answer, file)))

    # then the message is delivered, whoever was first, and nothing is left parked
    assert fresh(message).status == "delivered"
    assert not MessageReceipt.objects.filter(message=None).exists()
