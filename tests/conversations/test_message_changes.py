"""Edited, deleted, reacted to: in any order, by whom they are of, without losing what was said before."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from conversations import selectors, services
from conversations.channels.port import Accepted
from conversations.models import Conversation, InboundItem, Media, Message, MessageChange
from crm.core.errors import NotFoundError
from crm.models import EventRecord
from tests.conversations.hooks import deliver, text, webhook
from tests.conversations.test_sending import claim_of, write

AT = 1_795_150_800
SITI = "628110000102"


def at(seconds: int) -> datetime:
    """So long after the first message."""
    return datetime.fromtimestamp(AT + seconds, tz=UTC)


def edit(words: str, *, id: str, at: float, of: str = "wamid.1", sender: str = "628110000101") -> Any:
    """A new wording."""
    message = {"type": "text", "text": {"body": words}}
    return {
        "from": sender,
        "id": id,
        "timestamp": str(int(at)),
        "type": "edit",
        "edit": {"original_message_id": of, "message": message},
    }


def revoke(*, id: str, at: float, of: str = "wamid.1", sender: str = "628110000101") -> Any:
    """Taken back for everybody."""
    return {
        "from": sender,
        "id": id,
        "timestamp": str(int(at)),
        "type": "revoke",
        "revoke": {"original_message_id": of},
    }


def react(emoji: str | None, *, id: str, at: float, of: str = "wamid.1") -> Any:
    """A reaction; none takes it back."""
    given = {"message_id": of} | ({"emoji": emoji} if emoji is not None else {})
    return {
        "from": "628110000101",
        "id": id,
        "timestamp": str(int(at)),
        "type": "reaction",
        "reaction": given,
    }


FIRST = text("first", id="wamid.1", at=AT)
STEPS = (
    FIRST,
    edit("second", id="wamid.e1", at=AT + 10),
    edit("third", id="wamid.e2", at=AT + 20),
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_edits_in_any_order_end_with_the_newest_wording(channel, order):
    # when a message and its two edits come in any order, one by one
    for place in order:
        deliver(channel, webhook(STEPS[place]))

    # then there is one bubble with the newest wording, and the others are history
    message = Message.objects.get()
    assert (message.text, message.kind, message.direction) == ("third", "text", "in")
    assert (message.original_text, message.edited_at) == ("first", at(20))
    assert selectors.earlier_texts([message]) == {message.pk: ["first", "second"]}
    assert message.wants_answer
    talk = Conversation.objects.get()
    assert (talk.unread_count, talk.last_message_text) == (1, "third")
    assert talk.window_expires_at == at(0) + timedelta(hours=24)


@pytest.mark.parametrize("is_first", [True, False])
def test_what_was_deleted_is_hidden_and_kept_for_the_audit(channel, owner, is_first):
    # when a message is deleted, before or after it comes
    image = {"id": "880000000000001", "mime_type": "image/jpeg", "caption": "secret"}
    sent = {"from": "628110000101", "id": "wamid.1", "timestamp": str(AT), "type": "image", "image": image}
    steps = [sent, revoke(id="wamid.r", at=AT + 5)]
    for step in reversed(steps) if is_first else steps:
        deliver(channel, webhook(step))

    # then its words are nowhere to be read, and its file is not served
    message = Message.objects.get()
    assert (message.text, message.original_text, message.kind) == ("", "secret", "image")
    assert not message.wants_answer
    assert selectors.inbound_after(message.conversation_id, 0) == []
    shown = owner.api.get(f"messages/{message.pk}/").json()
    assert (shown["text"], shown["media"], shown["facts"], shown["earlier_texts"]) == ("", [], {}, [])
    assert shown["deleted_at"] is not None
    page = owner.page.get(f"/inbox/?open={message.conversation_id}").content.decode()
    assert "Deleted by the customer" in page
    assert "secret" not in page
    with pytest.raises(NotFoundError):
        selectors.get_media(owner.actor(), Media.objects.get().pk)


def test_only_who_wrote_a_message_changes_it(channel):
    # given Budi's message, when Siti edits and deletes it
    deliver(channel, webhook(FIRST))
    by_siti = edit("hacked", id="wamid.x", at=AT + 5, sender=SITI)
    deliver(channel, webhook(by_siti, revoke(id="wamid.y", at=AT + 6, sender=SITI)))

    # then it stays as it is, and both are kept dead with the reason
    message = Message.objects.get(provider_id="wamid.1")
    assert (message.text, message.edited_at, message.deleted_at) == ("first", None, None)
    dead = InboundItem.objects.filter(state="dead").order_by("id")
    assert [item.reason for item in dead] == ["foreign_message", "foreign_message"]
    assert not MessageChange.objects.exists()


def test_a_customer_does_not_edit_ours(channel, owner, conversation):
    # given a message of ours, when its customer edits it, then it stays
    message = write(owner, conversation)
    services.mark_sent(claim=claim_of(conversation), accepted=Accepted("wamid.ours"))
    deliver(channel, webhook(edit("hacked", id="wamid.x", at=AT, of="wamid.ours")))
    message.refresh_from_db()
    assert (message.text, message.edited_at) == ("Hello", None)


def test_a_reaction_waits_for_the_id_of_our_message(channel, owner, conversation):
    # given a message on its way, when its customer's reaction overtakes Meta's answer to us
    message = write(owner, conversation)
    claim = claim_of(conversation)
    deliver(channel, webhook(react("👍", id="wamid.r", at=AT, of="wamid.ours")))
    assert MessageChange.objects.get().message is None

    # then it is there as soon as the message has its id
    services.mark_sent(claim=claim, accepted=Accepted("wamid.ours"))
    message.refresh_from_db()
    assert message.reactions == [{"by": "contact", "emoji": "👍"}]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_reaction_counts_in_any_order(channel, order):
    # when reactions come in any order
    deliver(channel, webhook(FIRST))
    steps = [
        react("👍", id="wamid.a", at=AT + 1),
        react(None, id="wamid.b", at=AT + 2),
        react("🎉", id="wamid.c", at=AT + 3),
    ]
    for place in order:
        deliver(channel, webhook(steps[place]))

    # then the last one is shown
    assert Message.objects.get().reactions == [{"by": "contact", "emoji": "🎉"}]


def test_a_correction_reopens_nothing(channel, owner):
    # given a closed conversation, when a message in it is edited and gets a reaction
    deliver(channel, webhook(FIRST))
    services.close_conversation(actor=owner.actor(), conversation_id=Conversation.objects.get().pk)
    deliver(channel, webhook(edit("second", id="wamid.e", at=AT + 9), react("👍", id="wamid.r", at=AT + 9)))

    # then it stays closed, and says the new words
    assert Conversation.objects.get().status == "closed"
    assert Message.objects.get().text == "second"


def test_changes_are_told_once(channel):
    # when an edit comes twice, then people hear of it once
    deliver(channel, webhook(FIRST))
    for _ in range(2):
        deliver(channel, webhook(STEPS[1]))
    told = EventRecord.objects.filter(name="conversations.message_changed")
    assert [event.payload["how"] for event in told] == ["edit"]


def test_the_page_and_the_api_show_what_happened(channel, owner, conversation):
    # given a quoted, forwarded, edited message with a reaction
    first = {**FIRST, "context": {"id": conversation.messages.get().provider_id}}
    second = text("look", id="wamid.2", at=AT + 1, context={"forwarded": True})
    deliver(channel, webhook(first, second, STEPS[1], react("👍", id="wamid.r", at=AT + 30)))

    # when a rep looks
    message = Message.objects.get(provider_id="wamid.1")
    page = owner.page.get(f"/inbox/?open={conversation.pk}").content.decode()
    shown = owner.api.get(f"messages/{message.pk}/").json()

    # then it is all there
    for mark in ("quote", "forwarded", "edited", "earlier", "reactions"):
        assert f'data-testid="{mark}"' in page, mark
    assert "Halo kak" in page
    assert (shown["text"], shown["earlier_texts"]) == ("second", ["first"])
    assert shown["reactions"] == [{"by": "contact", "emoji": "👍"}]
    assert (shown["reply_to"], shown["is_forwarded"]) == (message.reply_to, False)
