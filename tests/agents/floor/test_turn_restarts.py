"""Customers who go on writing while the agent composes."""

import pytest

from agents.models import Turn
from conversations.models import Message
from tests.agents.floor.stage import answer, fresh, said_by_bot, session_of
from tests.factories.conversations import receive


def _outcomes():
    return list(Turn.objects.order_by("finished_at").values_list("outcome", flat=True))


def test_a_newer_message_drops_the_draft_and_both_are_answered(channel, sarah, thinking):
    # given a customer who adds something while Sarah composes
    talk = receive(channel, "Hello").conversation
    more = iter(["I need a website"])
    thinking(lambda: [receive(channel, text) for text in more])

    # when she answers
    answer(talk.pk)

    # then the draft was dropped, and one answer deals with both
    dropped, published = Turn.objects.order_by("finished_at")
    assert _outcomes() == ["superseded", "published"]
    assert (len(dropped.message_ids), len(published.message_ids)) == (1, 2)
    assert {(m.cause or "").split(":")[1] for m in Message.objects.filter(direction="out")} == {
        str(published.pk)
    }
    assert (session_of(talk.pk).watermark, session_of(talk.pk).restarts) == (2, 0)


def test_at_most_two_drafts_are_dropped(channel, sarah, thinking):
    # given a customer who writes whenever Sarah composes, four times
    talk = receive(channel, "Hello").conversation
    more = iter(["I need a website", "for my bakery", "in Lima", "thanks"])
    thinking(lambda: [receive(channel, text) for text in [next(more, None)] if text])

    # when she answers
    answer(talk.pk, rounds=8)

    # then the third draft goes out, and the rest is answered after it
    assert _outcomes() == ["superseded", "superseded", "published", "superseded", "published"]
    published = Turn.objects.filter(outcome="published").order_by("finished_at")
    assert [len(t.message_ids) for t in published] == [3, 2]
    assert session_of(talk.pk).watermark == fresh(talk.pk).last_inbound_sequence


@pytest.mark.parametrize("kind", ["reaction", "sticker"])
def test_reactions_and_stickers_drop_nothing(channel, sarah, thinking, kind):
    # given a customer who reacts while Sarah composes
    talk = receive(channel, "I need a website").conversation
    more = iter(["👍"])
    thinking(lambda: [receive(channel, text, kind=kind, wants_answer=False) for text in more])

    # when she answers, then her draft goes out, and nothing more is owed
    answer(talk.pk)
    assert _outcomes() == ["published"]
    assert said_by_bot(talk.pk) != []
    assert (session_of(talk.pk).due_at, session_of(talk.pk).watermark) == (None, 2)


def test_receipts_drop_nothing(channel, sarah, thinking, system):
    # given a receipt that comes while Sarah composes
    from django.utils import timezone

    from conversations import services
    from conversations.channels.port import InboundReceipt

    talk = receive(channel, "I need a website").conversation
    receipt = InboundReceipt("r1", "", "wamid.ours", "read", timezone.now())
    thinking(lambda: services.record_receipt(actor=system, channel=channel, receipt=receipt))

    # when she answers, then her draft goes out
    answer(talk.pk)
    assert _outcomes() == ["published"]
