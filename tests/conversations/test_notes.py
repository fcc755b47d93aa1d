"""Notes among colleagues: who is called, who hears of it, and what never reaches the customer."""

from uuid import uuid4

import pytest

from conversations import selectors, services
from conversations.core.mentions import handles, mentioned, pieces
from conversations.errors import CannotSeeError
from conversations.models import Conversation, Mention, Message, Note
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Alert, EventRecord
from tests.conversations.test_sending import send

HTMX = {"HX-Request": "true"}
RINA, RINA_SARI, BO = uuid4(), uuid4(), uuid4()
NAMES = {"Rina": RINA, "Rina Sari": RINA_SARI, "bo@x.test": BO}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ask @Rina", [RINA]),
        ("@rina sari, and @bo@x.test!", [RINA_SARI, BO]),
        ("@Rina @Rina", [RINA]),
        ("@Rinanti", []),
        ("mail@Rina", []),
        ("@ Rina, @", []),
        ("", []),
    ],
)
def test_a_name_behind_an_at_calls_its_person(text, ids):
    # then the longest name that fits is meant, as a word of its own
    assert mentioned(text, NAMES) == ids


def test_people_of_one_name_are_called_by_their_address():
    # given two Anas, then their name alone calls nobody
    people = [(RINA, "Ana", "a@x.test"), (BO, "ana", "b@x.test"), (RINA_SARI, "Ida", "i@x.test")]
    assert handles(people) == {"Ida": RINA_SARI, "a@x.test": RINA, "b@x.test": BO, "i@x.test": RINA_SARI}


def test_a_note_is_cut_at_its_mentions():
    # then the parts say who is called, and joined they are the note
    cut = pieces("Hi @Rina Sari: call", NAMES)
    assert cut == [("Hi ", False), ("@Rina Sari", True), (": call", False)]


def test_a_note_calls_a_colleague_and_stays_in_the_house(owner, teammate, conversation):
    # when a rep leaves a note that calls a teammate
    note = services.write_note(
        actor=owner.actor(), conversation_id=conversation.pk, text=" @Tomi knows them, @Rina too "
    )

    # then the teammate has one alert that leads to it; who wrote it has none
    alert = Alert.objects.get()
    assert (alert.user, alert.kind) == (teammate.user, "mention")
    assert alert.title == "Rina mentioned you: Budi"
    assert alert.url == f"/inbox/?open={conversation.pk}#note-{note.pk}"
    assert [m.user for m in Mention.objects.all()] == [teammate.user]
    assert selectors.unseen_mentions(teammate.actor()).count() == 1

    # and nothing goes to the customer, the bot keeps the word, nothing counts as read
    after = Conversation.objects.get()
    assert (send(conversation), Message.objects.count(), after.owner_kind) == (0, 1, "agent")
    assert after.last_sequence == conversation.last_sequence
    news = EventRecord.objects.get(name="conversations.note_written")
    assert news.payload["mentioned"] == [str(teammate.user.pk)]
    assert note.history.get().actor_label == "Rina"

    # when the teammate opens the conversation, then they have come
    page = teammate.page.get(f"/inbox/{conversation.pk}/", headers=HTMX).content.decode()
    assert '<mark class="mention">@Tomi</mark> knows them, @Rina too' in page
    assert not selectors.unseen_mentions(teammate.actor()).exists()


def test_whoever_cannot_see_it_cannot_be_called(owner, colleague, conversation):
    # given a conversation of the owner's, which a rep of another team doesn't see
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)

    # when a note calls them, then it is refused with the reason and nothing is kept
    with pytest.raises(CannotSeeError, match="Cahya can't see this conversation"):
        services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text="@Cahya look")
    assert not Note.objects.exists()
    assert not Alert.objects.exists()

    # and the list behind the "@" doesn't offer them
    offered = owner.page.get(f"/inbox/{conversation.pk}/people/?q=ca").content.decode()
    assert "Cahya" not in offered
    assert "Nobody of that name sees this conversation." in offered


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4097])
def test_what_is_no_note_is_refused(owner, conversation, text):
    # then empty and endless ones name the field, and nothing is kept
    with pytest.raises(InvalidInputError) as refusal:
        services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text=text)
    assert list(refusal.value.fields) == ["text"]
    assert not Note.objects.exists()


def test_viewers_and_strangers_write_none(viewer, stranger, conversation):
    # then a viewer may not, and a stranger finds nothing
    with pytest.raises(NotAllowedError):
        services.write_note(actor=viewer.actor(), conversation_id=conversation.pk, text="Hi")
    with pytest.raises(NotFoundError):
        services.write_note(actor=stranger.actor(), conversation_id=conversation.pk, text="Hi")
    assert not Note.objects.exists()


def test_a_double_click_leaves_one_note(owner, teammate, conversation):
    # when the button is pressed twice
    data = {"text": "@Tomi hi", "idempotency_key": "k1"}
    for _ in range(2):
        answer = owner.page.post(f"/inbox/{conversation.pk}/note/", data, headers=HTMX)
        assert answer.status_code == 200

    # then there is one note and one alert
    assert (Note.objects.count(), Alert.objects.count()) == (1, 1)


def test_a_note_is_taken_away_and_put_back(owner, teammate, manager, conversation):
    # given a note
    note = services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text="Old news")

    # then a teammate may not take it away, its author may, and Undo brings it back
    with pytest.raises(NotAllowedError):
        services.delete_note(actor=teammate.actor(), note_id=note.pk)
    answer = owner.page.post(f"/notes/{note.pk}/delete/", headers=HTMX)
    assert f'"undo_url": "/notes/{note.pk}/restore/"' in answer["HX-Trigger"]
    assert "Old news" not in answer.content.decode()
    with pytest.raises(NotFoundError):
        selectors.get_note(owner.actor(), note.pk)
    services.restore_note(actor=manager.actor(), note_id=note.pk)
    assert selectors.get_note(owner.actor(), note.pk).text == "Old news"


def test_notes_stand_at_their_time(owner, conversation):
    # given a message, a note, and another message
    services.write_note(actor=owner.actor(), conversation_id=conversation.pk, text="Between")
    services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="After")

    # then the thread shows them in that order
    answer = owner.page.get(f"/inbox/{conversation.pk}/", headers=HTMX)
    assert [bubble.text for bubble in answer.context["bubbles"]] == ["Halo kak", "Between", "After"]


def test_the_api_writes_lists_and_deletes_notes(owner, teammate, conversation, stranger):
    # when a program leaves a note
    url = f"conversations/{conversation.pk}/notes/"
    made = owner.api.post(url, {"text": "@Tomi from a program"})
    assert made.status_code == 201
    assert made.json()["mentioned"] == [str(teammate.user.pk)]

    # then it is listed in its thread and beside others, until it is deleted; strangers see none
    assert [row["id"] for row in owner.api.get(url).json()["results"]] == [made.json()["id"]]
    assert len(owner.api.get("notes/").json()["results"]) == 1
    assert stranger.api.get("notes/").json()["results"] == []
    assert stranger.api.get(f"notes/{made.json()['id']}/").status_code == 404
    assert owner.api.call("DELETE", f"notes/{made.json()['id']}/").status_code == 204
    assert owner.api.get(url).json()["results"] == []
    assert owner.api.post(f"notes/{made.json()['id']}/restore/").status_code == 200
    refused = owner.api.post(url, {"text": " "})
    assert (refused.status_code, refused.json()["errors"]) == (400, {"text": ["Write something."]})
