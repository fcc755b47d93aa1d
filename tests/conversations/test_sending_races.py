"""Sending at the same moment: one request a message, and never a word of the bot after a takeover."""

import pytest
from django.db import connection

from conversations import services
from conversations.channels.port import Accepted
from conversations.errors import BotSilencedError
from conversations.models import Conversation, Message
from tests.conversations.graph import slowly
from tests.conversations.test_sending import bot_writes, fresh, send, write
from tests.conversations.threads import at_once, first_and_then
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_make_one_request_each_message(owner, conversation, graph):
    # given four messages and a provider that takes its time
    graph.answers = [slowly(0.05)] * 8
    for n in range(4):
        write(owner, conversation, f"{n}")

    # when four workers look at the same moment, until nothing is left
    at_once(*[lambda: send(conversation)] * 4)
    send(conversation)

    # then every message was sent once, in order
    assert graph.texts == ["0", "1", "2", "3"]
    assert set(Message.objects.filter(direction="out").values_list("status", "attempts")) == {("sent", 1)}


def test_nothing_is_claimed_for_the_bot_after_a_takeover(owner, agent, channel):
    # given many rounds in which a takeover and a claim meet
    for round_ in range(12):
        conversation = receive(channel, "hi", phone=f"62812{round_:07d}").conversation
        message = bot_writes(agent, conversation)
        log: list[str] = []

        def claim(pk=conversation.pk, log=log):
            claim = services.claim_next(pk)
            log.append("claimed" if claim else "nothing")

        def take(pk=conversation.pk, log=log):
            services.take_over(actor=owner.actor(), conversation_id=pk)
            log.append("taken")

        at_once(claim, take)

        # then either the worker was first, or the message is cancelled and no claim is to be had
        row = fresh(message)
        assert (row.status, row.lease_token is None) in {("queued", False), ("cancelled", True)}
        assert services.claim_next(conversation.pk) is None
        assert ("claimed" in log) == (row.status == "queued")
        assert fresh(conversation).ownership_epoch == 1


def test_a_claim_waits_for_a_takeover_that_has_begun(owner, agent, conversation):
    # given a bot's message whose outcome stayed unknown, due once more, and a takeover not committed yet
    message = bot_writes(agent, conversation)
    Message.objects.filter(pk=message.pk).update(status="unknown", times_unknown=1, attempts=1)

    # when a worker looks meanwhile, then it waits for the takeover and finds nothing to send
    def take():
        services.take_over(actor=owner.actor(), conversation_id=conversation.pk)

    _, found = first_and_then(take, lambda: services.claim_next(conversation.pk))
    assert found is None
    assert fresh(message).status == "cancelled"


def test_a_bot_that_decides_while_a_person_takes_over_is_silent(owner, agent, channel):
    # given many rounds in which the bot publishes as a rep takes over
    for round_ in range(12):
        conversation = receive(channel, "hi", phone=f"62813{round_:07d}").conversation

        def publish(row=conversation):
            try:
                return services.send_message(
                    actor=agent, conversation_id=row.pk, text="bot", cause=f"turn:{row.pk}", epoch=0
                )
            except BotSilencedError:
                return None

        def take(pk=conversation.pk):
            services.take_over(actor=owner.actor(), conversation_id=pk)

        message, _ = at_once(publish, take)

        # then whatever was queued is cancelled
        assert message is None or fresh(message).status == "cancelled"
        assert services.claim_next(conversation.pk) is None


def test_the_same_cause_at_once_is_one_message(owner, conversation):
    # when a double click arrives on five connections
    def click():
        return write(owner, conversation, "once", cause="composer:1").pk

    assert len(set(at_once(*[click] * 5))) == 1
    assert Message.objects.filter(direction="out").count() == 1


def test_everybody_writing_at_once_leaves_no_gap(owner, agent, channel, conversation):
    # when customer, rep and bot write at the same moment
    def reply():
        return write(owner, conversation, "rep").pk

    def ask():
        return receive(channel, "customer").pk

    def answer():
        try:
            return bot_writes(agent, conversation).pk
        except BotSilencedError:
            return None

    at_once(reply, ask, answer, reply, ask, answer)

    # then the sequence has no gap and the conversation knows its last one
    numbers = list(Message.objects.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Conversation.objects.get().last_sequence == len(numbers)
    assert len(numbers) >= 5


def test_what_a_worker_is_sending_is_left_alone(owner, conversation, graph):
    # given a message that one worker has claimed and not sent yet
    message = write(owner, conversation)
    assert services.claim_next(conversation.pk) is not None

    # when another looks, then there is nothing for it, and nothing is thought of the first
    assert services.claim_next(conversation.pk) is None
    row = fresh(message)
    assert (row.status, row.attempts, row.times_unknown, row.lease_token is None) == ("queued", 1, 0, False)


def test_no_transaction_is_open_while_the_provider_is_called(owner, conversation, monkeypatch):
    # given a provider that looks whether we hold anything while it is asked
    seen = []

    def ask(account, message):
        seen.append(connection.in_atomic_block)
        return Accepted("wamid.out-1")

    monkeypatch.setattr("conversations.channels.whatsapp_meta.sending.send", ask)
    message = write(owner, conversation)

    # when a worker sends, then nothing was held
    assert send(conversation) == 1
    assert (seen, fresh(message).status) == ([False], "sent")
