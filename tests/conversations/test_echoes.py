"""What others say on our side: the phone app, another agent. Kept as it was; our bot is silent."""

import json
from typing import Any

from agents import services as agent_services
from conversations import services
from conversations.models import Conversation, InboundItem, Message
from tests.conversations.hooks import deliver, text, webhook
from tests.conversations.test_sending import bot_writes
from tests.factories.conversations import BUDI, PHONE_NUMBER_ID, receive

AT = 1_795_150_800


def field(name: str, items: str, *given: Any) -> bytes:
    """A delivery of another field than messages."""
    body = json.loads(webhook())
    metadata = {"phone_number_id": PHONE_NUMBER_ID}
    body["entry"][0]["changes"] = [{"field": name, "value": {"metadata": metadata, items: list(given)}}]
    return json.dumps(body).encode()


def echo(words: str, *, id: str, at: float = AT, to: str = BUDI) -> dict[str, Any]:
    """What the owner wrote on the phone."""
    return {**text(words, id=id, at=at, sender="628110000001"), "to": to}


def test_an_echo_silences_the_bot_and_takes_back_what_it_had_queued(channel, agent):
    # given an answer of the bot's that has not been sent
    talk = receive(channel, "halo?").conversation
    waiting = bot_writes(agent, talk)

    # when the owner answers on the phone
    deliver(channel, field("smb_message_echoes", "message_echoes", echo("saya bantu", id="wamid.e")))

    # then the bot's answer is cancelled, and a person has it
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.owned_because) == ("person", "Answered on the phone")


def test_whoever_had_it_keeps_it(channel, owner):
    # given a conversation of Rina's, when somebody answers on the phone, then it is still hers
    talk = receive(channel, "halo?").conversation
    services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    deliver(channel, field("smb_message_echoes", "message_echoes", echo("saya bantu", id="wamid.e")))
    assert Conversation.objects.get().assignee == owner.user


def test_an_echo_to_somebody_new_makes_a_contact(channel):
    # when the owner writes first to somebody nobody knows
    deliver(channel, field("smb_message_echoes", "message_echoes", echo("halo", id="wamid.e", to="6281299")))

    # then there is a contact and a conversation, without a window: they have not written
    talk = Conversation.objects.get()
    assert talk.contact.identities.get().value == "6281299"
    assert (talk.owner_kind, talk.window_expires_at, talk.unread_count) == ("person", None, 0)


def test_an_echo_is_shown_as_written_on_the_phone(channel, owner):
    # when it is shown, then it says by what way
    deliver(channel, field("smb_message_echoes", "message_echoes", echo("halo", id="wamid.e")))
    talk = Conversation.objects.get()
    page = owner.page.get(f"/inbox/?open={talk.pk}").content.decode()
    assert "From the phone" in page


def test_an_echo_edited_on_the_phone_is_edited_here(channel):
    # when the owner corrects what they wrote
    deliver(channel, field("smb_message_echoes", "message_echoes", echo("hallo", id="wamid.e")))
    given = {
        **echo("", id="wamid.f", at=AT + 5),
        "type": "edit",
        "edit": {"original_message_id": "wamid.e", "message": {"type": "text", "text": {"body": "halo"}}},
    }
    deliver(channel, field("smb_message_echoes", "message_echoes", given))

    # then so it reads
    message = Message.objects.get()
    assert (message.text, message.original_text, message.direction) == ("halo", "hallo", "out")


def test_standby_is_kept_and_nobody_is_called(channel):
    # when a customer writes while another agent has the word
    deliver(channel, field("standby", "messages", text("hi bot", id="wamid.s", at=AT)))

    # then it is in the thread, unread by nobody, and our bot owes nothing
    message = Message.objects.get()
    assert (message.text, message.direction, message.wants_answer) == ("hi bot", "in", False)
    talk = Conversation.objects.get()
    assert (talk.unread_count, talk.waiting_since) == (0, None)
    assert agent_services.schedule_turn(conversation_id=talk.pk) is None
    assert InboundItem.objects.get().state == "done"
