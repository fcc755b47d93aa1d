"""Words looked for in the open conversation, and a thread that opens at a message far up."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from conversations import services
from conversations.models import Conversation, Message
from tests.factories.conversations import MessageFactory, receive

HTMX = {"HX-Request": "true"}


@pytest.fixture
def long_talk(conversation) -> list[Message]:
    """A thread of 201 messages, a minute apart, all of the customer; in order."""
    began = datetime.now(UTC) - timedelta(days=1)
    first = Message.objects.get(conversation=conversation)
    Message.objects.filter(pk=first.pk).update(created_at=began)
    rows = [
        MessageFactory.create(conversation=conversation, sequence=n, text=f"line {n}") for n in range(2, 202)
    ]
    for n, row in enumerate(rows, 1):
        Message.objects.filter(pk=row.pk).update(created_at=began + timedelta(minutes=n))
    Conversation.objects.update(last_sequence=201, last_inbound_sequence=201)
    return [first, *rows]


def thread(player, conversation, query: str = ""):
    """The open conversation as a fragment, with what it was painted from."""
    answer = player.page.get(f"/inbox/{conversation.pk}/{query}", headers=HTMX)
    assert answer.status_code == 200
    return answer


def sequences(bubbles) -> list[int]:
    """Which messages were painted."""
    return [row.sequence for row in bubbles if isinstance(row, Message)]


def find(player, conversation, words: str):
    """What is found, and whether there is more."""
    answer = player.page.get(f"/inbox/{conversation.pk}/find/", {"q": words})
    assert answer.status_code == 200
    return answer.json()


def test_words_are_found_with_the_youngest_first(owner, conversation, long_talk):
    # when somebody looks for a word that stands in three messages, whatever its case
    Message.objects.filter(sequence__in=(3, 77, 200)).update(text="The Blue car, 100% sure")
    found = find(owner, conversation, "blue CAR")

    # then each is told with the youngest first; signs stand for themselves, and every word counts
    assert found == {
        "hits": [
            {"anchor": f"message-{long_talk[n - 1].pk}", "message": str(long_talk[n - 1].pk)}
            for n in (200, 77, 3)
        ],
        "more": False,
    }
    assert len(find(owner, conversation, "0%")["hits"]) == 3
    assert find(owner, conversation, "blue boat")["hits"] == []
    assert find(owner, conversation, "  ") == {"hits": [], "more": False}


def test_a_note_is_found_beside_its_message(owner, conversation, long_talk):
    # given a note that was left behind the 50th message
    note = services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text="Wants a discount")
    type(note).objects.filter(pk=note.pk).update(
        created_at=Message.objects.get(pk=long_talk[49].pk).created_at
    )
    hit = {"anchor": f"note-{note.pk}", "message": str(long_talk[49].pk)}
    assert find(owner, conversation, "discount") == {"hits": [hit], "more": False}

    # then one that was taken away is not found
    services.delete_note(actor=owner.actor(), note_id=note.pk)
    assert find(owner, conversation, "discount")["hits"] == []


def test_what_was_deleted_and_what_is_elsewhere_is_not_found(owner, channel, conversation, long_talk):
    # given the word in another conversation, and in a message the customer deleted
    receive(channel, "a secret word", phone="628110009999", name="Camila")
    Message.objects.filter(pk=long_talk[3].pk).update(text="secret", deleted_at=datetime.now(UTC))

    # then this conversation knows nothing of it
    assert find(owner, conversation, "secret")["hits"] == []


def test_only_who_sees_the_conversation_may_look_in_it(teammate, colleague, stranger, owner, conversation):
    # given a conversation of one rep
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)

    # then neither a colleague of no team nor a stranger may look for anything there
    for player in (colleague, stranger):
        assert player.page.get(f"/inbox/{conversation.pk}/find/", {"q": "a"}).status_code == 404
    assert teammate.page.get(f"/inbox/{conversation.pk}/find/", {"q": "a"}).status_code == 200


def test_more_than_anybody_walks_through_is_said_to_be_more(owner, conversation, long_talk):
    # given a word in 200 messages
    found = find(owner, conversation, "line")
    assert (len(found["hits"]), found["more"]) == (200, True)


def test_a_thread_opens_at_a_message_far_up(owner, conversation, long_talk):
    # when a thread of 201 is opened at its 20th message
    wanted = long_talk[19]
    answer = owner.page.get(f"/inbox/?open={conversation.pk}&message={wanted.pk}")

    # then what stands around it is painted before the newest page, with ways to the older and what lies between
    context = answer.context
    assert sequences(context["earlier"]) == list(range(1, 50))
    assert sequences(context["bubbles"]) == list(range(142, 202))
    assert context["earlier_gap_url"] == f"/inbox/{conversation.pk}/?after=49&before=142"
    assert context["older_url"] == ""
    page = answer.content.decode()
    older = page.index(f'id="older-{conversation.pk}"')
    newest = page.index(f'id="messages-{conversation.pk}"')
    assert older < page.index(f'id="message-{wanted.pk}"') < newest


def test_a_gap_is_closed_from_above(owner, conversation, long_talk):
    # when the pages between the two stretches are fetched
    seen: list[int] = []
    url, fetched = "?after=49&before=142", 0
    while url:
        fetched += 1
        context = thread(owner, conversation, url).context
        seen += sequences(context["bubbles"])
        assert context["older_url"] == ""
        url = context["gap_url"].removeprefix(f"/inbox/{conversation.pk}/")

    # then each message was painted once, and the last page knows that it is the last
    assert (seen, fetched) == (list(range(50, 142)), 2)


@pytest.mark.parametrize("which", ["newest", "elsewhere", "nonsense"])
def test_nothing_is_fetched_around_what_is_here_or_not_there(owner, channel, conversation, long_talk, which):
    # given a message of the newest page, one of another conversation, and no id at all
    elsewhere = receive(channel, "Hi", phone="628110009999", name="Camila")
    wanted = {"newest": long_talk[-1].pk, "elsewhere": elsewhere.pk, "nonsense": "x"}[which]

    # then the thread is as it always is
    context = thread(owner, conversation, f"?message={wanted}").context
    assert "earlier" not in context
    assert sequences(context["bubbles"]) == list(range(142, 202))


def test_a_thread_that_is_open_keeps_its_first_message(owner, conversation, long_talk):
    # given a thread that was opened when 201 messages were there
    assert 'name="since"' in thread(owner, conversation).content.decode()

    # when three more come, then it begins where it began, so that nothing falls out above
    for n in range(202, 205):
        MessageFactory.create(conversation=conversation, sequence=n)
    Conversation.objects.update(last_sequence=204)
    assert sequences(thread(owner, conversation, "?since=142").context["bubbles"]) == list(range(142, 205))
    assert sequences(thread(owner, conversation).context["bubbles"]) == list(range(145, 205))

    # and so it does after a reply, which says it in its form
    data = {"text": "Yes", "idempotency_key": "k", "since": "142"}
    answer = owner.page.post(f"/inbox/{conversation.pk}/send/", data, headers=HTMX)
    assert sequences(answer.context["bubbles"]) == list(range(142, 206))


def test_notes_of_a_stretch_stand_in_it_once(owner, conversation, long_talk):
    # given a note behind the 30th message and one in the gap
    for at in (30, 100):
        note = services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text=f"note at {at}")
        when = Message.objects.get(pk=long_talk[at - 1].pk).created_at + timedelta(seconds=1)
        type(note).objects.filter(pk=note.pk).update(created_at=when)

    # then each is painted with its own stretch
    shown = thread(owner, conversation, f"?message={long_talk[19].pk}").content.decode()
    assert re.findall(r"note at \d+", shown) == ["note at 30"]
    between = thread(owner, conversation, "?after=49&before=142").content.decode()
    assert re.findall(r"note at \d+", between) == ["note at 100"]
