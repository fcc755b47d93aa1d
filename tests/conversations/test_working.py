"""What is done first when much is due, and what comes to an end because it waited too long."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from conversations import selectors, services, tasks
from conversations.decisions import Turns, Unit
from conversations.models import Channel, Conversation, InboundDelivery, InboundItem, Message
from crm.models import EventRecord
from tests.conversations.graph import refusal
from tests.conversations.hooks import post, text, webhook
from tests.conversations.test_sending import bot_writes, fresh, send, write
from tests.factories.conversations import receive

AT = 1_795_150_800
FLOODER, OTHER = uuid4(), uuid4()


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def unit(workspace, lane: str) -> Unit:
    """Something due in a lane of a workspace."""
    return Unit(lane, workspace, workspace, "key")


def choices(turns: Turns, *units: Unit, times: int) -> list[Unit]:
    """What is chosen one after another while all of it stays due."""
    chosen = [turns.choose(units) for _ in range(times)]
    return [u for u in chosen if u]


def test_in_a_workspace_what_came_in_is_first():
    # given work in every lane of one workspace
    lanes = ["bulk", "receipts", "bot", "person", "inbound"]

    # then the urgent come in their order, as each is done
    turns, units, done = Turns(), [unit(OTHER, lane) for lane in lanes], []
    while chosen := turns.choose(units):
        units.remove(chosen)
        done.append(chosen.lane)
    assert done == ["inbound", "person", "bot", "receipts", "bulk"]
    assert Turns().choose([]) is None


def test_a_flood_gets_every_other_turn_and_no_more():
    # given a workspace that floods and one with a single message
    chosen = choices(Turns(), unit(FLOODER, "inbound"), unit(OTHER, "person"), times=12)

    # then they take turns
    assert 5 <= sum(u.workspace_id == OTHER for u in chosen) <= 7


def test_a_workspace_with_many_lanes_has_no_more_turns_than_another():
    # given a workspace in which everything waits, and one with a single message after the other
    lanes = [unit(FLOODER, lane) for lane in ("inbound", "person", "bot")]
    chosen = choices(Turns(), *lanes, unit(OTHER, "inbound"), times=24)

    # then the other has half of the turns but of each fourth, which is the longest waiting lane's
    assert sum(u.workspace_id == OTHER for u in chosen) == 11


def test_a_flood_does_not_keep_peoples_words_or_the_bots_waiting():
    # given a workspace in which messages keep coming in, and reps and the bot keep answering
    lanes = [unit(FLOODER, lane) for lane in ("inbound", "person", "bot")]
    chosen = [u.lane for u in choices(Turns(), *lanes, times=12)]

    # then what came in is first, and they take turns
    assert chosen == ["inbound", "person", "bot"] * 4


def test_no_lane_starves_behind_a_flood():
    # given a flood of messages, and receipts and a broadcast of the same workspace
    lanes = [unit(FLOODER, lane) for lane in ("inbound", "receipts", "bulk")]
    chosen = [u.lane for u in choices(Turns(), *lanes, times=24)]

    # then the urgent have three of four turns, and the others share the fourth
    assert [chosen.count(lane) for lane in ("inbound", "receipts", "bulk")] == [18, 3, 3]


def test_a_workspace_does_not_wait_for_anothers_backlog(
    owner, conversation, channel, strangers_channel, graph
):
    # given a hundred messages of strangers waiting to be read in one workspace, and then one in another
    flood = [text(f"{n}", id=f"wamid.f{n}", at=AT, sender=f"62812{n:07d}") for n in range(100)]
    post(strangers_channel, webhook(*flood, number=strangers_channel.settings["phone_number_id"]))
    post(channel, webhook(text("me too", id="wamid.me", at=AT)))
    for pk in list(InboundDelivery.objects.values_list("pk", flat=True)):
        services.read_delivery(delivery_id=pk)
    reply = write(owner, conversation, "at once")

    # when a worker does a few pieces of work, then ours are among them
    done = []
    for _ in range(6):
        chosen = services.working._turns.choose(selectors.due_units())
        assert chosen is not None
        services.working._do(chosen)
        done.append(chosen.workspace_id)
    assert done.count(channel.workspace_id) >= 2
    assert fresh(reply).status == "sent"
    assert not InboundItem.objects.filter(channel=channel, state="new").exists()
    assert InboundItem.objects.filter(channel=strangers_channel, state="new").count() >= 60


def test_what_is_due_is_one_head_per_lane(owner, agent, conversation, channel, clock):
    # given a head that waits for its retry, with others of its conversation behind it
    write(owner, conversation, "first")
    write(owner, conversation, "second")
    Message.objects.filter(text="first").update(next_at=datetime.now(UTC) + timedelta(minutes=1))
    assert selectors.due_units() == []

    # when another conversation has something, then that is due; and the first one when its time has come
    other = receive(channel, "hi", phone="628110000102").conversation
    bot_writes(agent, other)
    assert [(u.lane, u.key) for u in selectors.due_units()] == [("bot", str(other.pk))]
    clock.shift(61)
    assert {(u.lane, u.key) for u in selectors.due_units()} == {
        ("bot", str(other.pk)),
        ("person", str(conversation.pk)),
    }


def test_a_channel_that_waits_is_not_looked_at(owner, conversation, channel):
    # given something to send, then whatever holds the channel hides it
    write(owner, conversation)
    later, earlier = datetime.now(UTC) + timedelta(minutes=1), datetime.now(UTC) - timedelta(minutes=1)
    rows = Channel.objects.filter(pk=channel.pk)
    for held in (
        {"throttled_until": later},
        {"broken_until": later},
        {"paused_because": "190", "paused_until": later},
        {"paused_because": "A person", "paused_until": None},
    ):
        rows.update(**held)
        assert (selectors.due_units(), send(conversation)) == ([], 0)
        rows.update(throttled_until=None, broken_until=None, paused_because="", paused_until=None)

    # and when the time has come it is due again
    rows.update(paused_because="190", paused_until=earlier)
    assert [u.lane for u in selectors.due_units()] == ["person"]


def test_a_worker_comes_back_when_the_time_was_over(owner, conversation, graph, nudges):
    # given two conversations to answer and a worker with hardly any time
    write(owner, conversation)
    assert services.work(seconds=0) == 0.0

    # then it does one thing, and asks to come back; with nothing to do it does not
    assert Message.objects.filter(status="sent").count() == 1
    assert services.work() is None
    nudges.clear()
    tasks.work()
    assert nudges == []


def test_a_worker_comes_back_for_what_had_to_wait_a_moment(owner, conversation, channel, graph):
    # given a number that may send two a second, and three messages
    Channel.objects.filter(pk=channel.pk).update(rate=2)
    for n in range(3):
        write(owner, conversation, f"{n}")

    # then two go out, and the worker knows when to come back for the third
    wait = services.work()
    assert graph.texts == ["0", "1"]
    assert wait is not None
    assert 0 < wait <= 1


def test_a_bots_answer_that_is_too_late_is_left_to_a_person(agent, conversation, graph, clock):
    # given an answer in two bubbles that its channel could not send for a quarter of an hour
    first, second = bot_writes(agent, conversation, "one"), bot_writes(agent, conversation, "two")
    Channel.objects.update(paused_because="190: The token has expired.")
    clock.shift(15 * 60 - 1)
    assert selectors.overdue_sends() == []
    clock.shift(1)

    # when the sweep looks, then nothing goes out, a person gets the conversation, and it is told why
    tasks.sweep_sending()
    assert (fresh(first).status, fresh(first).error_code) == ("cancelled", "late")
    assert (fresh(second).status, fresh(second).error_code) == ("cancelled", "late")
    assert EventRecord.objects.filter(name="conversations.bot_reply_dropped").count() == 1
    assert selectors.overdue_sends() == []
    assert graph.requests == []


def test_a_persons_late_answer_is_still_sent(owner, conversation, graph, clock):
    # given a reply of a rep that waited for an hour, then it goes out all the same
    message = write(owner, conversation)
    clock.shift(3600)
    Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert selectors.overdue_sends() == []
    assert (send(conversation), fresh(message).status) == (1, "sent")


def test_nothing_stays_unknown_on_a_channel_that_waits(owner, conversation, graph, clock):
    # given a lost answer, and then a token that expired
    graph.answers = ["drop"]
    message = write(owner, conversation)
    send(conversation)
    Channel.objects.update(paused_because="190: The token has expired.")
    clock.shift(15 * 60)

    # then a person hears of it although nothing can be sent
    tasks.sweep_sending()
    assert (fresh(message).status, fresh(message).error_code) == ("failed", "unknown_outcome")


def test_newer_words_of_the_customer_take_back_what_the_bot_has_not_said(agent, channel, conversation, graph):
    # given an answer in two bubbles, of which the first has gone out
    said = bot_writes(agent, conversation, "one", cause="turn:1:0")
    services.send_due(conversation_id=conversation.pk)
    unsaid = bot_writes(agent, conversation, "two", cause="turn:1:1")

    # when the customer sends a sticker, nothing happens; when they write, the rest is taken back
    receive(channel, "👍", kind="sticker", wants_answer=False)
    assert fresh(unsaid).status == "queued"
    receive(channel, "wait, something else")
    assert (fresh(said).status, fresh(unsaid).status, fresh(unsaid).error_code) == (
        "sent",
        "cancelled",
        "overtaken",
    )
    dropped = EventRecord.objects.get(name="conversations.bot_reply_dropped")
    assert (dropped.payload["why"], dropped.payload["cause"]) == ("overtaken", "turn:1:1")
    assert send(conversation) == 0


@pytest.fixture
def failed(agent, channel, conversation, clock) -> Message:
    """A bot's answer that did not go out; twenty minutes later, the customer has written again."""
    message = bot_writes(agent, conversation)
    Message.objects.filter(pk=message.pk).update(status="failed", error_code="gave_up", gave_up=True)
    clock.shift(20 * 60)
    receive(channel, "are you there?")
    clock.shift(1)
    return message


def test_a_bots_answer_that_a_person_sends_again_goes_out(owner, conversation, graph, failed):
    # when a person presses retry, then it counts as of now, whatever it is older than
    services.retry_message(actor=owner.actor(), message_id=failed.pk)
    assert selectors.overdue_sends() == []
    services.settle_overdue(conversation_id=conversation.pk)
    assert (send(conversation), fresh(failed).status) == (1, "sent")
    assert not EventRecord.objects.filter(name="conversations.bot_reply_dropped").exists()


def test_a_bots_answer_that_is_sent_again_can_be_too_late_once_more(
    owner, conversation, graph, clock, failed
):
    # given a retry on a channel that can't send
    services.retry_message(actor=owner.actor(), message_id=failed.pk)
    Channel.objects.update(paused_because="190: The token has expired.")
    clock.shift(15 * 60 - 1)
    assert selectors.overdue_sends() == []

    # when a quarter of an hour is over, then a person hears of it
    clock.shift(1)
    assert selectors.overdue_sends() == [conversation.pk]
    tasks.sweep_sending()
    assert (fresh(failed).error_code, graph.requests) == ("late", [])


def test_a_bots_answer_that_is_sent_again_can_be_overtaken_once_more(
    owner, channel, conversation, graph, clock, failed
):
    # given a retry that a worker has, when the customer writes again
    services.retry_message(actor=owner.actor(), message_id=failed.pk)
    assert services.claim_next(conversation.pk) is not None
    clock.shift(1)
    receive(channel, "never mind")

    # then it does not go out when it has to be tried once more
    Message.objects.filter(pk=failed.pk).update(lease_until=None, lease_token=None)
    assert (send(conversation), fresh(failed).error_code) == (0, "overtaken")


def test_a_retry_that_was_overtaken_is_not_sent(agent, channel, conversation, graph, clock):
    # given an answer on its way that was refused for now, while the customer wrote on
    graph.answers = [refusal(131016, 503)]
    message = bot_writes(agent, conversation)
    claim = services.claim_next(conversation.pk)
    assert claim is not None
    receive(channel, "wait")
    assert fresh(message).status == "queued"
    Message.objects.filter(pk=message.pk).update(lease_until=None, lease_token=None)

    # then at the next claim it is taken back
    assert send(conversation) == 0
    assert (fresh(message).status, fresh(message).error_code) == ("cancelled", "overtaken")


def test_the_third_answer_goes_out_however_fast_the_customer_writes(agent, channel, conversation):
    # given a customer who overtakes every answer
    for n in range(3):
        bot_writes(agent, conversation, f"{n}", cause=f"turn:{n}:0")
        receive(channel, f"and {n}")

    # then two are dropped and the third stays
    states = list(
        Message.objects.filter(author_kind="agent").values_list("status", flat=True).order_by("sequence")
    )
    assert states == ["cancelled", "cancelled", "queued"]


def test_a_farewell_is_not_taken_back(agent, channel, conversation):
    # given a bot that said goodbye and handed over
    message = bot_writes(agent, conversation, "A colleague goes on.")
    services.hand_over(
        actor=agent, conversation_id=conversation.pk, user_id=None, because="Qualified", epoch=0
    )

    # when the customer writes, then the goodbye still goes out
    receive(channel, "thanks")
    assert fresh(message).status == "queued"
