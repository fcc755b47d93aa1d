"""Everything at once: one row each, no gap, one contact, one conversation."""

import random

import pytest

from conversations import services, tasks
from conversations.channels.port import Address
from conversations.models import Conversation, InboundDelivery, InboundItem, Message
from conversations.services import items
from crm.models import Contact, EventRecord, Identity
from tests.conversations.hooks import post, text, webhook
from tests.conversations.threads import at_once, first_and_then
from tests.factories.conversations import receive

pytestmark = pytest.mark.django_db(transaction=True)
AT = 1_795_150_800
KEY = "from:628110000101"


def read(pk: int):
    """A worker that reads this one, and works off what is due."""

    def look() -> None:
        services.read_deliveries(delivery_ids=[pk])
        tasks.work()

    return look


def test_twenty_copies_at_once_are_one_message(channel):
    # given a webhook that Meta delivers twenty times in parallel
    body = webhook(text("Halo", id="wamid.1", at=AT))
    answers = at_once(*[lambda: post(channel, body).status_code] * 20)
    assert answers == [200] * 20

    # when twenty workers read them at the same moment
    at_once(*[read(pk) for pk in InboundDelivery.objects.values_list("pk", flat=True)])

    # then there is one of everything, and one fact was told
    assert InboundDelivery.objects.filter(state="done").count() == 20
    assert (InboundItem.objects.count(), Message.objects.count()) == (1, 1)
    assert (Contact.objects.count(), Conversation.objects.count()) == (1, 1)
    assert Conversation.objects.get().unread_count == 1
    assert EventRecord.objects.filter(name="conversations.message_received").count() == 1


def test_one_delivery_nudged_many_times_is_read_once(channel):
    # given a delivery of ten messages
    post(channel, webhook(*[text(f"{n}", id=f"wamid.{n}", at=AT + n) for n in range(10)]))
    pk = InboundDelivery.objects.get().pk

    # when eight workers are nudged for it
    at_once(*[read(pk)] * 8)
    tasks.read_deliveries()

    # then each message is filed once, in order, without a gap
    rows = list(Message.objects.order_by("sequence").values_list("sequence", "text"))
    assert rows == [(n + 1, f"{n}") for n in range(10)]
    assert InboundDelivery.objects.get().attempts == 1


def test_many_workers_on_one_key_keep_the_order(channel):
    # given twelve messages whose deliveries came in any order
    order = list(range(12))
    random.Random(7).shuffle(order)
    for n in order:
        post(channel, webhook(text(f"{n}", id=f"wamid.{n}", at=AT + n)))
    for pk in InboundDelivery.objects.values_list("pk", flat=True):
        services.read_delivery(delivery_id=pk)

    # when four workers work off the same key until nothing is left
    def work_off():
        return services.work_off(channel_id=channel.pk, conversation_key=KEY)

    done = sum(at_once(*[work_off] * 4)) + work_off()

    # then every message was worked once, in the order it was written
    assert done == 12
    rows = list(Message.objects.order_by("sequence").values_list("sequence", "text"))
    assert rows == [(n + 1, f"{n}") for n in range(12)]
    assert set(InboundItem.objects.values_list("state", "attempts")) == {("done", 1)}


def test_an_item_is_claimed_by_one_worker(channel):
    # given an item that one worker is just claiming, when another looks, then it waits and finds nothing
    post(channel, webhook(text("hi", id="wamid.1", at=AT)))
    services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    one, other = first_and_then(lambda: items._claim(channel.pk, KEY), lambda: items._claim(channel.pk, KEY))
    assert (one is None, other) == (False, None)
    assert InboundItem.objects.get().attempts == 1


def test_one_person_by_two_ids_opens_one_conversation(channel):
    # given a contact known by number and user id, with no open conversation
    number, user_id = Address("wa_id", "628110000101"), Address("bsuid", "ID.1")
    old = receive(channel, "old", senders=(number, user_id)).conversation
    Conversation.objects.filter(pk=old.pk).update(status="closed")

    # when they write by the one and by the other at the same moment
    one, other = first_and_then(
        lambda: receive(channel, "by number", senders=(number,)),
        lambda: receive(channel, "by user id", senders=(user_id,)),
    )

    # then both are in one new conversation
    assert one.conversation_id == other.conversation_id != old.pk
    assert (one.sequence, other.sequence) == (1, 2)


def test_two_first_messages_by_two_ids_are_one_person(channel):
    # given that one person's first two messages are read at the same moment, each knowing another id of them
    both = {"from_user_id": "ID.1"}
    for round_ in range(3):
        who = {"sender": f"62811{round_:07d}"}
        ids = {"from_user_id": f"ID.{round_}"}
        post(channel, webhook(text("one", id=f"wamid.a{round_}", at=AT, **who)))
        post(channel, webhook(text("two", id=f"wamid.b{round_}", at=AT + 1, **who, **(both | ids))))
        pks = InboundDelivery.objects.filter(state="new").values_list("pk", flat=True)

        # when both are worked off together (they have different keys)
        at_once(*[read(pk) for pk in pks])

    # then each person is one contact with both ids and one open conversation of two messages
    assert Contact.objects.count() == 3
    assert Identity.objects.filter(kind="wa_id").count() == 3
    assert Identity.objects.filter(kind="bsuid").count() == 3
    assert list(Conversation.objects.values_list("last_sequence", flat=True)) == [2] * 3
    assert set(Message.objects.values_list("sequence", flat=True)) == {1, 2}


def test_a_new_message_while_the_conversation_is_closed_is_filed_once(channel, owner):
    # given rounds in which a rep closes the conversation as the customer writes again
    for round_ in range(3):
        post(channel, webhook(text("hi", id=f"wamid.{round_}a", at=AT + 2 * round_)))
        tasks.read_deliveries()
        row = Conversation.objects.get(status="open")
        post(channel, webhook(text("more", id=f"wamid.{round_}b", at=AT + 2 * round_ + 1)))
        pk = InboundDelivery.objects.latest("pk").pk

        def close(pk=row.pk):
            services.close_conversation(actor=owner.actor(), conversation_id=pk)

        at_once(read(pk), close)

        # then there is at most one open conversation, and the message is in one of them
        assert Conversation.objects.exclude(status="closed").count() <= 1
        assert Message.objects.filter(provider_id=f"wamid.{round_}b").count() == 1
    assert Contact.objects.count() == 1
    for row in Conversation.objects.all():
        sequences = list(
            Message.objects.filter(conversation=row).order_by("sequence").values_list("sequence", flat=True)
        )
        assert sequences == list(range(1, row.last_sequence + 1))
