"""Answering to one message: quoted, or with an emoji. Both go to the provider by its own words."""

import pytest

from conversations import services
from conversations.errors import CannotSendError
from conversations.models import Conversation, Message
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from tests.conversations.graph import refusal
from tests.conversations.test_composer import close_window
from tests.conversations.test_sending import fresh, send, write
from tests.factories.conversations import receive

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


@pytest.fixture
def asked(conversation) -> Message:
    """What Budi wrote."""
    return Message.objects.get(conversation=conversation)


def react(player, message, emoji) -> Message:
    """A person reacts."""
    return services.react_to_message(actor=player.actor(), message_id=message.pk, emoji=emoji)


def test_a_reply_quotes_the_message_it_answers(owner, conversation, asked, graph):
    # when a rep answers to one message in the composer
    data = {"text": "Yes", "quoting": str(asked.pk), "idempotency_key": "k"}
    page = owner.page.post(f"/inbox/{conversation.pk}/send/", data, headers=HTMX).content.decode()

    # then the provider is told which, and the bubble shows it with a way there
    assert send(conversation) == 1
    assert graph.requests[0]["body"]["context"] == {"message_id": asked.provider_id}
    assert f'href="#message-{asked.pk}"' in page


def test_what_is_elsewhere_or_not_sent_cannot_be_quoted(owner, channel, conversation, asked):
    # given a message of somebody else, and one of ours that still waits
    other = receive(channel, "Hi", phone="628110009999", name="Camila")
    waiting = write(owner, conversation, "Waiting")

    # then neither is quoted, and nothing is queued
    with pytest.raises(InvalidInputError) as refused:
        write(owner, conversation, "x", quoting=other.pk)
    assert refused.value.fields == {"quoting": ["Choose a message of this conversation."]}
    with pytest.raises(CannotSendError, match="has not been sent yet"):
        write(owner, conversation, "x", quoting=waiting.pk)
    assert Message.objects.filter(conversation=conversation, direction="out").get() == waiting


def test_a_reaction_goes_out_as_one_and_is_no_bubble(owner, conversation, asked, graph):
    # when a rep reacts, twice with the same
    react(owner, asked, "👍")
    react(owner, asked, "👍")

    # then it is sent once, in the provider's words, and the bot keeps the word
    assert send(conversation) == 1
    body = graph.requests[0]["body"]
    assert (body["type"], body["reaction"]) == ("reaction", {"message_id": asked.provider_id, "emoji": "👍"})
    assert "context" not in body
    after = Conversation.objects.get(pk=conversation.pk)
    assert (after.owner_kind, after.last_message_text) == ("agent", "Halo kak")

    # and it stands at its message and not as a bubble of its own
    answer = owner.page.get(f"/inbox/{conversation.pk}/", headers=HTMX)
    assert [m.text for m in answer.context["bubbles"]] == ["Halo kak"]
    assert fresh(asked).reactions == [{"by": "person", "emoji": "👍"}]


def test_a_reaction_is_taken_back(owner, conversation, asked, graph):
    # given a reaction, when it is taken back
    react(owner, asked, "❤️")
    react(owner, asked, "")

    # then the provider hears both in order, and none is left
    assert send(conversation) == 2
    assert [r["body"]["reaction"]["emoji"] for r in graph.requests] == ["❤️", ""]
    assert fresh(asked).reactions == []


def test_a_reaction_that_fails_shows_and_can_be_retried(owner, conversation, asked, graph):
    # given a provider that refuses the reaction
    graph.answers = [refusal(131026)]
    react(owner, asked, "👍")
    send(conversation)
    row = Message.objects.get(kind="reaction")
    page = owner.page.get(f"/inbox/{conversation.pk}/", headers=HTMX).content.decode()
    assert f"/inbox/{conversation.pk}/retry/{row.pk}/" in page
    assert "Tried once" in page

    # when it is retried, then it goes out once, as the same reaction
    owner.page.post(f"/inbox/{conversation.pk}/retry/{row.pk}/", headers=HTMX)
    assert send(conversation) == 1
    assert fresh(row).status == "sent"
    assert graph.requests[-1]["body"]["reaction"]["emoji"] == "👍"


@pytest.mark.parametrize("emoji", ["ok", "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", "👍 ", "1"])
def test_words_are_no_reaction(owner, asked, emoji):
    # then they are refused by name, and nothing is queued
    with pytest.raises(InvalidInputError) as refused:
        react(owner, asked, emoji)
    assert list(refused.value.fields) == ["emoji"]
    assert not Message.objects.filter(direction="out").exists()


def test_who_may_not_answer_may_not_react(owner, viewer, stranger, asked):
    # then viewers, strangers and a closed window are refused, and nothing is queued
    with pytest.raises(NotAllowedError):
        react(viewer, asked, "👍")
    with pytest.raises(NotFoundError):
        react(stranger, asked, "👍")
    close_window()
    with pytest.raises(CannotSendError):
        react(owner, asked, "👍")
    assert not Message.objects.filter(direction="out").exists()
    assert fresh(asked).reactions == []


def test_programs_quote_and_react(owner, conversation, asked, graph):
    # when a program answers to a message and reacts to it
    assert owner.api.post(f"messages/{asked.pk}/react/", {"emoji": "🙏"}).json()["reactions"] == [
        {"by": "person", "emoji": "🙏"}
    ]
    sent = owner.api.post(
        f"conversations/{conversation.pk}/messages/", {"text": "x", "quoting": str(asked.pk)}
    )
    assert sent.json()["reply_to"] == asked.provider_id
    assert send(conversation) == 2
