"""What the database itself keeps from being there twice, whoever writes it and however many write at once."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.models import Broadcast, Conversation, InboundDelivery, InboundItem, Message
from tests.factories.conversations import MessageFactory


@contextmanager
def refused_by(constraint):
    """The database refuses what is written in this block, by this rule."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert f'"{constraint}"' in str(refusal.value)


def again(row, **other):
    """The same row as a new one, with other values."""
    row.pk = None
    for name, value in other.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def test_a_thing_that_came_is_there_once(channel):
    # given a message of a delivery
    delivery = InboundDelivery.objects.create(workspace=channel.workspace, channel=channel, body=b"{}")
    now = timezone.now()
    item = InboundItem.objects.create(
        workspace=channel.workspace, channel=channel, delivery=delivery, kind="message",
        external_id="wamid.1", conversation_key="from:1", provider_time=now, next_at=now,
    )  # fmt: skip

    # then it can't be kept a second time, by another key or time either; a receipt of the same name can
    with refused_by("item_once"):
        again(item, conversation_key="from:2", state="done")
    again(item, kind="receipt")
    assert InboundItem.objects.count() == 2


def test_a_providers_message_is_there_once(conversation):
    first = MessageFactory(conversation=conversation, sequence=101, provider_id="wamid.1", cause=None)

    with refused_by("message_provider_once"):
        again(first, sequence=102)

    again(first, sequence=102, provider_id="")
    again(first, sequence=103, provider_id="")
    assert Message.objects.filter(sequence__gt=100).count() == 3


def test_a_cause_sends_once(conversation):
    first = MessageFactory(conversation=conversation, sequence=101, provider_id="", cause="turn:1:0")

    with refused_by("message_cause_once"):
        again(first, sequence=102)

    assert Message.objects.filter(cause="turn:1:0").count() == 1


def test_a_place_in_a_thread_is_taken_once(conversation):
    first = MessageFactory(conversation=conversation, sequence=101, provider_id="", cause=None)

    with refused_by("message_sequence_once"):
        again(first)

    assert Message.objects.filter(sequence=101).count() == 1


def test_one_thread_with_a_customer_is_open(conversation):
    # given an open thread, then neither an open nor a snoozed one comes beside it; a closed one may
    for status in ("open", "snoozed"):
        with refused_by("one_open_conversation"):
            again(Conversation.objects.get(pk=conversation.pk), status=status)

    again(Conversation.objects.get(pk=conversation.pk), status="closed")
    assert Conversation.objects.filter(contact=conversation.contact).count() == 2


def test_a_form_plans_one_broadcast(channel):
    # given a broadcast of a form
    now = timezone.now()
    made = {"workspace": channel.workspace, "channel": channel, "name": "Spring", "due_at": now}
    first = Broadcast.objects.create(**made, cause="broadcast:1:a")

    # then no other comes of it; of no form there may be several
    with refused_by("broadcast_cause_once"):
        again(Broadcast.objects.get(pk=first.pk))
    for _ in range(2):
        Broadcast.objects.create(**made)
    assert Broadcast.objects.count() == 3
