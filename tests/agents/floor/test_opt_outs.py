"""What the bot promises to somebody who says stop holds for everybody who writes to them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agents import services
from agents.models import Turn
from conversations import selectors as conversations
from conversations import services as conversation_services
from conversations.channels.port import Template
from conversations.errors import CannotSendError
from conversations.models import Consent, MessageTemplate
from leads import services as lead_services
from tests.agents.floor.stage import answer, make_due, said_by_bot
from tests.factories.conversations import receive


def test_who_says_stop_gets_no_offers_until_they_say_yes_to_them(channel, sarah, manager, owner):
    # given somebody who had agreed to offers
    talk = receive(channel, "hola").conversation
    actor, which = manager.actor(), {"contact_id": talk.contact_id, "channel_id": channel.pk}
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        conversation_services.change_consent(actor=actor, **which, choice="in", evidence="At the fair")
    MessageTemplate.objects.create(
        workspace_id=channel.workspace_id, channel=channel, name="news", language="id",
        category="MARKETING", status="APPROVED",
    )  # fmt: skip

    # when they say stop, and the bot promises that they get nothing more
    said = receive(channel, "STOP")
    answer(talk.pk)
    promise = said_by_bot(talk.pk)

    # then their words are in the ledger, and the panel says where we know it from
    state = conversations.consent_states(actor, talk.contact)[0]
    word = Consent.objects.get(source="words")
    assert (state.word, word.choice, word.message_id, word.evidence) == (word, "out", said.pk, "STOP")
    assert (word.source_words, word.by_name, word.at) == ("Written in the chat", "", said.provider_time)

    # and neither a broadcast nor an offer of a colleague's goes out
    offer = Template("news", "id")
    assert list(conversations.audience(actor, channel)) == []
    row = conversation_services.plan_broadcast(
        actor=actor, name="News", channel_id=channel.pk, template=offer, contact_ids=[talk.contact_id]
    )
    conversation_services.write_to_next(actor=actor, broadcast_id=row.pk)
    assert row.recipients.get().why == "Has not agreed to offers on this channel."
    with pytest.raises(CannotSendError, match="no offers"):
        conversation_services.send_message(
            actor=owner.actor(), conversation_id=talk.pk, text="news", template=offer
        )

    # when they want something, then the bot answers, and offers stay away until they say yes
    receive(channel, "I need a website for my bakery")
    answer(talk.pk)
    assert len(said_by_bot(talk.pk)) > len(promise) == 1
    assert conversations.has_opted_out(talk.contact_id, channel.pk)
    conversation_services.change_consent(actor=actor, **which, choice="in", evidence="Said so just now")
    assert conversations.has_opted_in(talk.contact_id, channel.pk)


def test_a_stop_in_a_turn_that_breaks_is_not_kept(channel, sarah, monkeypatch):
    talk = receive(channel, "STOP").conversation

    def broken(**_):
        raise RuntimeError("power cut")

    monkeypatch.setattr(lead_services, "tag_lead", broken)
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    services.run_turn(conversation_id=talk.pk)
    assert Turn.objects.get().outcome == "failed"
    assert not Consent.objects.exists()
