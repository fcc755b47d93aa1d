"""Finding anything by a few words: names, numbers in any format, addresses, words of messages; only what one sees."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation
from crm import selectors, services
from crm.core import walls
from crm.services import Known
from leads import services as lead_services
from leads.models import Lead
from tests.factories.conversations import receive


@pytest.fixture
def lucia(workspace, channel, system):
    """Lucía Gómez wrote from +62 811-0000-777 and is a lead with a business."""
    lead_services.set_up_leads(actor=system)
    message = receive(channel, "Do you make a wedding cake?", phone="628110000777", name="Lucía Gómez")
    talk = Conversation.objects.get(pk=message.conversation_id)
    lead = lead_services.capture_lead(actor=system, contact_id=talk.contact_id, source="whatsapp")
    fact = lead_services.SlotFact("business_type", "coffee shop", confidence=0.9, quote="coffee shop")
    return lead_services.record_slots(actor=system, lead_id=lead.pk, slots=[fact])


def talk_of(lead):
    """Her conversation."""
    return Conversation.objects.get(contact_id=lead.contact_id)


def found(actor, text, **only):
    """What is found, as {kind: [title]}."""
    with walls.within(actor.workspace_id):
        groups = selectors.find_everything(actor, text, **only)
        return {group.kind: [hit.title for hit in group.hits] for group in groups}


NAME = ["Lucía Gómez"]
IN_THREE_PLACES = {"lead": NAME, "conversation": NAME}


@pytest.mark.parametrize(
    "typed",
    [
        "Lucía Gómez",
        "lucia gomez",
        "gomez lucia",
        "LUC",
        "lu",
        "08110000777",
        "0811 0000 777",
        "+62 811-0000-777",
        "0062 811 0000 777",
        "+62 (0)811 0000 777",
        "0000777",
    ],
)
def test_a_person_is_found_however_they_are_typed(lucia, manager, typed):
    """Name with and without accents, in any order, from its first letters; the number in any format."""
    assert found(manager.actor(), typed) == IN_THREE_PLACES


@pytest.mark.parametrize("typed", ["lucai gomes", "lusia gomez", "gomex", "Lucía Gomezz"])
def test_typos_are_forgiven(lucia, manager, typed):
    """When nothing fits, what nearly fits."""
    assert found(manager.actor(), typed) == IN_THREE_PLACES


def test_what_fits_is_not_buried_under_what_nearly_fits(lucia, manager, channel):
    """Likeness is only asked for where next to nothing was found."""
    for n in range(3):
        receive(channel, "Halo", phone=f"62812000000{n}", name="Lucia Gomes")

    assert found(manager.actor(), "gomes") == {
        "contact": ["Lucia Gomes"] * 3,
        "conversation": ["Lucia Gomes"] * 3,
    }


def test_business_words_of_messages_and_nothing(lucia, manager):
    """Each thing by what it says; a hit tells where it is."""
    actor = manager.actor()

    assert found(actor, "coffee") == {"lead": NAME}
    assert found(actor, "wedding cake") == {"message": NAME}
    assert found(actor, "wedding bread") == {}
    assert found(actor, "") == {}
    with walls.within(actor.workspace_id):
        [group] = selectors.find_everything(actor, "wedding")
    [hit] = group.hits
    assert hit.line == "Do you make a wedding cake?"
    assert hit.url == f"/inbox/?open={talk_of(lucia).pk}&message={hit.id}#message-{hit.id}"


def test_a_search_of_as_many_words_does_not_hear_the_answer_to_another(lucia, manager, channel):
    """What is asked for all words alike is asked once; what LIKE would read otherwise is not among it."""
    actor = manager.actor()
    receive(channel, "Call 5551110777", phone="628999999999", name="Ola")

    assert [found(actor, typed) for typed in ("coffee", "gomez", "bakery")] == [
        {"lead": NAME},
        IN_THREE_PLACES,
        {},
    ]
    assert [found(actor, typed) for typed in ("%%%", "c%e", "wed____", "555___0777")] == [{}] * 4
    assert list(found(actor, "5551110777")) == ["message"]


def test_contacts_without_a_lead_are_found_by_name_address_and_domain(workspace, system, manager):
    """And a contact that a lead's hit is about is not said twice."""
    services.create_contact(actor=system, name="Sari Dewi", knowns=[Known("email", "sari@Kopi-Senja.test")])

    for typed in ("sari", "kopi-senja", "sari@kopi", "dewi sari", "srai dewi"):
        assert found(manager.actor(), typed) == {"contact": ["Sari Dewi"]}, typed


def test_only_people_when_only_people_are_asked_for(lucia, manager):
    """The palette's @."""
    assert found(manager.actor(), "lucia", people_only=True) == {"lead": NAME}


def test_nobody_finds_what_they_do_not_see(lucia, owner, teammate, colleague, stranger, system):
    """By sight and by workspace, exactly and by likeness; a renamed contact is found by the new name only."""
    talk = talk_of(lucia)
    services.change_contact(actor=system, contact_id=talk.contact_id, changes={"owner_id": owner.user.pk})
    Lead.objects.filter(pk=lucia.pk).update(owner=owner.user)
    Conversation.objects.filter(pk=talk.pk).update(assignee=owner.user, owner_kind="person")

    for typed in ("lucia", "0811 0000 777", "wedding", "lucai gomes", "coffee"):
        assert found(owner.actor(), typed) != {}, typed
        assert found(teammate.actor(), typed) == found(owner.actor(), typed), typed
        assert found(colleague.actor(), typed) == {}, typed
        assert found(stranger.actor(), typed) == {}, typed

    services.change_contact(actor=system, contact_id=talk.contact_id, changes={"name": "Ángela Ruiz"})
    assert found(owner.actor(), "angela")["conversation"] == ["Ángela Ruiz"]
    assert "conversation" not in found(owner.actor(), "lucia")


def test_a_role_without_a_permission_finds_nothing_of_that_kind(lucia, owner):
    """And is not refused the rest."""
    owner.member.role.permissions = ["leads.view"]
    owner.member.role.save()

    assert found(owner.actor(), "lucia") == {"lead": NAME}


def test_at_most_five_of_a_kind_the_newest_first(system, manager, workspace):
    """A group is a glance."""
    for n in range(7):
        services.create_contact(actor=system, name=f"Budi {n}")

    assert found(manager.actor(), "budi") == {"contact": [f"Budi {n}" for n in (6, 5, 4, 3, 2)]}


def test_a_search_is_two_statements_at_most(lucia, manager, channel):
    """One for what fits, one more where next to nothing does."""
    actor = manager.actor()
    for typed, most in (("0811 0000 777", 1), ("nobody at all", 2)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found(actor, typed)
        assert len(asked) == most, typed


def test_the_api_answers_the_same(lucia, owner, stranger):
    """By key, in groups, with addresses; an empty search finds nothing."""
    body = owner.api.get("search/?q=0811-0000-777").json()

    assert [group["kind"] for group in body["results"]] == ["lead", "conversation"]
    [hit] = body["results"][0]["hits"]
    assert (hit["id"], hit["title"], hit["url"]) == (str(lucia.pk), "Lucía Gómez", f"/leads/{lucia.pk}/")
    assert owner.api.get("search/").json() == {"results": []}
    assert stranger.api.get("search/?q=0811-0000-777").json() == {"results": []}


def test_a_contact_has_a_page(lucia, owner, colleague, stranger):
    """With the ways to their lead and conversation; who does not see them learns nothing."""
    contact_id = lucia.contact_id

    page = owner.page.get(f"/contacts/{contact_id}/")
    assert page.status_code == 200
    assert f"/leads/{lucia.pk}/" in page.content.decode()
    assert f"/inbox/?open={talk_of(lucia).pk}" in page.content.decode()
    assert stranger.page.get(f"/contacts/{contact_id}/").status_code == 404
