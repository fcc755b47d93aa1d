"""The person beside the thread: consent, merging and parting, troubled sends, what happened."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from conversations import selectors, services
from conversations.models import Consent, Conversation, Message
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Contact, ContactMerge
from tests.conversations.test_sending import write
from tests.factories.conversations import receive

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def card(player, conversation) -> str:
    """The card as it is painted."""
    answer = player.page.get(f"/inbox/{conversation.pk}/person/", headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def say(player, conversation, **given):
    """Somebody notes what the customer allows."""
    data = {"channel_id": str(conversation.channel_id), "choice": "in", "evidence": "On the phone"} | given
    return player.page.post(f"/inbox/{conversation.pk}/consent/", data, headers=HTMX)


def test_what_the_customer_allows_is_noted_with_who_and_how_we_know(owner, conversation, clock):
    # given a contact who has said nothing
    assert "Nothing said" in card(owner, conversation)
    assert not selectors.has_opted_in(conversation.contact_id, conversation.channel_id)

    # when a rep notes a yes, then it counts, with the rep's name and the words
    assert say(owner, conversation).status_code == 200
    row = Consent.objects.get()
    assert (row.choice, row.source, row.evidence, row.by_name) == (
        "in",
        "person",
        "On the phone",
        owner.user.name,
    )
    assert selectors.has_opted_in(conversation.contact_id, conversation.channel_id)
    page = card(owner, conversation)
    assert "Wants them" in page
    assert "“On the phone”" in page

    # and the next word counts then; the ledger keeps both
    clock.shift(60)
    say(owner, conversation, choice="out", evidence="")
    assert selectors.has_opted_out(conversation.contact_id, conversation.channel_id)
    assert [row.choice for row in Consent.objects.order_by("at")] == ["in", "out"]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"evidence": "  "}, "evidence"), ({"choice": "held"}, "choice"), ({"choice": "maybe"}, "choice")],
)
def test_a_yes_nobody_can_account_for_is_refused(owner, conversation, given, field):
    # when a yes comes without how we know, or a choice that is none
    asked = {"choice": "in", "evidence": "x"} | given
    with pytest.raises(InvalidInputError) as refused:
        services.change_consent(
            actor=owner.actor(),
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            **asked,
        )

    # then the field is named, and nothing is noted
    assert list(refused.value.fields) == [field]
    assert not Consent.objects.exists()


def test_consent_is_of_a_channel_they_have_talked_on_and_of_who_may(
    owner, viewer, stranger, conversation, strangers_channel
):
    # given a channel of elsewhere, somebody who may only read, and a stranger
    with pytest.raises(NotFoundError):
        services.change_consent(
            actor=owner.actor(),
            contact_id=conversation.contact_id,
            channel_id=strangers_channel.pk,
            choice="out",
        )
    with pytest.raises(NotAllowedError):
        services.change_consent(
            actor=viewer.actor(),
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            choice="out",
        )
    assert say(stranger, conversation).status_code == 404

    # then nothing was noted, and the reader is offered nothing to press
    assert not Consent.objects.exists()
    assert "consent-in" not in card(viewer, conversation)


def test_two_contacts_become_one_person_and_two_again(owner, channel, conversation):
    # given somebody else who writes from another number
    other = receive(channel, "It is me again", phone="628110009999", name="Budi Office").conversation
    found = owner.page.get(f"/inbox/{conversation.pk}/same-person/", {"q": "office"}, headers=HTMX)
    assert "Budi Office" in found.content.decode()

    # when a rep says that they are one, then both threads are the contact's, and the card has the way back
    url = f"/inbox/{conversation.pk}/"
    answer = owner.page.post(f"{url}merge/", {"contact": str(other.contact_id)}, headers=HTMX)
    assert answer["HX-Redirect"] == f"/inbox/?open={conversation.pk}"
    merge = ContactMerge.objects.get()
    assert (merge.winner_id, merge.loser_id) == (conversation.contact_id, other.contact_id)
    assert set(Conversation.objects.values_list("contact_id", flat=True)) == {conversation.contact_id}
    assert "Budi Office, merged" in card(owner, conversation)

    # and parted again they are two
    owner.page.post(f"{url}part/{merge.pk}/", headers=HTMX)
    other.refresh_from_db()
    assert other.contact_id == merge.loser_id
    assert Contact.objects.get(pk=merge.loser_id).merged_into is None
    assert "Budi Office, merged" not in card(owner, conversation)


def test_nobody_is_merged_with_whom_one_does_not_see(owner, stranger, conversation, strangers_conversation):
    # given a contact of another workspace, nonsense, and oneself
    url = f"/inbox/{conversation.pk}/merge/"
    for contact, code in (
        (strangers_conversation.contact_id, 404),
        ("nonsense", 400),
        (conversation.contact_id, 404),
    ):
        assert owner.page.post(url, {"contact": str(contact)}, headers=HTMX).status_code == code
    assert stranger.page.post(url, {"contact": str(strangers_conversation.contact_id)}).status_code == 404

    # then nobody was merged, and nobody of elsewhere is offered
    assert not ContactMerge.objects.exists()
    assert selectors.maybe_the_same(owner.actor(), conversation.contact, "") == []


def test_troubled_sends_and_what_happened_are_listed(owner, conversation, clock):
    # given a failed message, one that took two tries, one that went at once; and a take-over
    failed, second, fine = (write(owner, conversation, text) for text in ("failed one", "second try", "fine"))
    Message.objects.filter(pk=failed.pk).update(status="failed", error_text="No such number", attempts=1)
    Message.objects.filter(pk=second.pk).update(status="read", attempts=2, attempted_at=datetime.now(UTC))
    Message.objects.filter(pk=fine.pk).update(status="read", attempts=1)
    assert [m.pk for m in selectors.send_attempts(conversation)] == [second.pk, failed.pk]
    page = card(owner, conversation)
    assert "No such number" in page
    assert f'href="#message-{failed.pk}"' in page

    # then the story tells of the take-over by who did it, the youngest first
    told = selectors.story_of(owner.actor(), conversation)
    assert (told[0].who, told[0].what) == (owner.user.name, "took the conversation over")
    assert told[-1].what == "opened the conversation"

    # and what the row keeps in English is told in the reader's language
    services.assign_conversation(actor=owner.actor(), conversation_id=conversation.pk, user_id=None)
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    with override("es"):
        assert selectors.story_of(owner.actor(), conversation)[0].text == f"{owner.user.name} la tomó"


def test_what_happened_in_another_conversation_is_not_told_here(owner, channel, conversation, clock):
    # given an older conversation of the same contact that was closed
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    clock.shift(timedelta(hours=1))
    now = receive(channel, "Hello again").conversation
    assert now.pk != conversation.pk

    # then its closing is told there and not here
    assert "closed it" in [line.what for line in selectors.story_of(owner.actor(), conversation)]
    assert "closed it" not in [line.what for line in selectors.story_of(owner.actor(), now)]
