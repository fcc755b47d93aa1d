"""Contacts: recognised by identities, seen by sight, changed with a trail."""

import threading

import pytest
from django.db import connection

from crm import selectors, services
from crm.core.actors import Sight
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError, StaleVersionError
from crm.models import Contact, EventRecord, Identity, Role, Team
from crm.services import Known
from tests.crm.people import make_house


def recognise(house, *knowns, name=""):
    """The contact of some identities."""
    return services.recognise_contact(actor=house.system, knowns=[Known(*k) for k in knowns], name=name)


def test_a_person_is_recognised_by_any_identity(house):
    # given a contact known by phone
    first = recognise(house, ("phone", "+62 811-0000-900"), name="Budi")

    # when the number comes as a WhatsApp id, and then that id's user id alone
    second = recognise(house, ("wa_id", "628110000900"), ("bsuid", "ID.1", "acct"))
    third = recognise(house, ("bsuid", "ID.1", "acct"))

    # then it is one contact with three identities
    assert first == second == third
    found = Identity.objects.order_by("kind").values_list("kind", "scope", "value", "shown_as")
    assert list(found) == [
        ("bsuid", "acct", "ID.1", "ID.1"),
        ("phone", "", "628110000900", "+62 811-0000-900"),
        ("wa_id", "", "628110000900", "+62 811-0000-900"),
    ]
    assert EventRecord.objects.filter(name="crm.contact_created").count() == 1


def test_an_id_holds_in_its_scope_only(house):
    one = recognise(house, ("bsuid", "ID.1", "acct-1"))
    other = recognise(house, ("bsuid", "ID.1", "acct-2"))

    assert one != other


def test_the_same_number_in_two_workspaces_is_two_people(house, strangers):
    assert recognise(house, ("phone", "+1 555 0100")) != recognise(strangers, ("phone", "+1 555 0100"))


def test_a_name_learned_later_is_kept_and_told(house):
    contact = recognise(house, ("phone", "15550100"))

    recognise(house, ("phone", "15550100"), name="Budi")
    recognise(house, ("phone", "15550100"), name="Somebody else")

    contact.refresh_from_db()
    assert contact.name == "Budi"
    told = EventRecord.objects.get(name="crm.contact_changed")
    assert told.payload == {"contact_id": str(contact.pk), "fields": ["name"]}


@pytest.mark.parametrize("knowns", [[], [("phone", " ")], [("phone", "no digits")]])
def test_nobody_is_recognised_by_nothing(house, knowns):
    with pytest.raises(InvalidInputError):
        recognise(house, *knowns)

    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kinds", [("phone", "phone"), ("phone", "wa_id")])
def test_two_who_meet_a_new_person_at_once_meet_one_person(kinds):
    """Also when one of them knows the number as a phone and the other as a WhatsApp id."""
    house = make_house("race")
    start = threading.Barrier(2)
    found = []

    def meet(kind):
        start.wait()
        found.append(recognise(house, (kind, "628110000900"), ("email", "budi@example.test")).pk)
        connection.close()

    for round_ in range(5):
        Contact.objects.all().delete()
        threads = [threading.Thread(target=meet, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 2 * (round_ + 1)
        assert found[-1] == found[-2]
        assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("sight", "seen"),
    [
        (Sight.OWN, ["mine", "nobody's"]),
        (Sight.TEAM, ["mine", "nobody's", "teammate's"]),
        (Sight.ALL, ["another's", "mine", "nobody's", "teammate's"]),
    ],
)
def test_sight(house, strangers, sight, seen):
    # given a rep, a teammate and another rep, each with a contact, and one of nobody
    house.add("mate")
    house.add("other")
    team = Team.objects.create(workspace=house.workspace, name="North")
    team.memberships.add(house.members["rep"], house.members["mate"])
    house.contact("mine", owner="rep")
    house.contact("teammate's", owner="mate")
    hidden = house.contact("another's", owner="other")
    house.contact("nobody's")
    strangers.contact("a stranger's")

    # when the rep looks with this sight
    Role.objects.filter(workspace=house.workspace, key="rep").update(sight=sight)
    actor = house.actor("rep")

    # then they see these, and can change no other
    assert sorted(selectors.visible_contacts(actor).values_list("name", flat=True)) == seen
    if sight is not Sight.ALL:
        with pytest.raises(NotFoundError):
            selectors.get_contact(actor, hidden.pk)
        with pytest.raises(NotFoundError):
            services.change_contact(actor=actor, contact_id=hidden.pk, changes={"name": "stolen"})
        hidden.refresh_from_db()
        assert hidden.name == "another's"


def test_a_viewer_looks_and_changes_nothing(house):
    contact = house.contact("Budi")
    actor = house.actor("viewer")

    assert selectors.get_contact(actor, contact.pk) == contact
    with pytest.raises(NotAllowedError):
        services.change_contact(actor=actor, contact_id=contact.pk, changes={"name": "X"})
    with pytest.raises(NotAllowedError):
        services.create_contact(actor=actor, name="X")
    assert list(Contact.objects.values_list("name", "version")) == [("Budi", 1)]


def test_a_change_counts_and_says_who_made_it(house):
    contact = house.contact("Budi")
    before = contact.updated_at

    changes = {"name": "Budi Santoso", "tags": ["vip"], "language": ""}
    services.change_contact(actor=house.actor("rep"), contact_id=contact.pk, changes=changes, version=1)

    contact.refresh_from_db()
    assert (contact.name, contact.tags, contact.version) == ("Budi Santoso", ["vip"], 2)
    assert contact.updated_at > before
    newest, oldest = selectors.history_of(contact)
    assert newest["who"] == {"kind": "person", "id": str(house.user("rep").pk), "label": "Rep"}
    assert (newest["what"], newest["from_where"]) == ("changed", "page")
    assert newest["changes"] == [
        {"field": "name", "old": "Budi", "new": "Budi Santoso"},
        {"field": "tags", "old": [], "new": ["vip"]},
    ]
    assert (oldest["what"], oldest["who"]["kind"], oldest["from_where"]) == ("created", "system", "command")
    assert EventRecord.objects.get(name="crm.contact_changed").payload["fields"] == ["name", "tags"]


def test_a_change_that_changes_nothing_leaves_no_trace(house):
    contact = house.contact("Budi")

    services.change_contact(actor=house.actor("rep"), contact_id=contact.pk, changes={"name": "Budi"})

    contact.refresh_from_db()
    assert contact.version == 1
    assert contact.history.count() == 1
    assert not EventRecord.objects.filter(name="crm.contact_changed").exists()


def test_a_stale_change_is_refused(house):
    contact = house.contact("Budi")
    services.change_contact(actor=house.system, contact_id=contact.pk, changes={"name": "Budi 2"}, version=1)

    with pytest.raises(StaleVersionError):
        services.change_contact(
            actor=house.actor("rep"), contact_id=contact.pk, changes={"name": "Budi 3"}, version=1
        )

    contact.refresh_from_db()
    assert (contact.name, contact.version) == ("Budi 2", 2)


def test_the_owner_must_work_here(house, strangers):
    contact = house.contact("Budi")
    changes = {"owner_id": strangers.members["rep"].user_id}

    with pytest.raises(NotFoundError):
        services.change_contact(actor=house.actor("admin"), contact_id=contact.pk, changes=changes)

    contact.refresh_from_db()
    assert contact.owner is None


def test_a_known_identity_isnt_given_to_a_second_contact(house):
    house.contact("Budi", "+62 811 0000 900")

    with pytest.raises(InvalidInputError) as refused:
        services.create_contact(
            actor=house.actor("rep"), name="Twin", knowns=[Known("wa_id", "628110000900")]
        )

    assert list(refused.value.fields) == ["identities"]
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["budi", "0811-0000", "+62 811 0000 900", "628110000900", "(62) 811", "BUDI@Example"]
)
def test_search_finds_by_name_number_and_address(house, text):
    budi = recognise(house, ("phone", "+628110000900"), ("email", "Budi@example.test"), name="Budi")
    recognise(house, ("phone", "+4930123456"), name="Greta")
    rows = selectors.visible_contacts(house.system)

    assert list(selectors.search_contacts(rows, text)) == [budi]


def test_an_alert_is_left_once_per_key(house):
    user = house.user("rep")
    said = {"actor": house.system, "user_id": user.pk, "kind": "handover", "key": "lead:1", "title": "Budi"}

    first = services.alert_user(**said)
    second = services.alert_user(**said)
    other = services.alert_user(**{**said, "key": "lead:2"})

    assert first == second != other
    assert EventRecord.objects.filter(name="crm.user_alerted").count() == 2
    assert services.mark_alerts_read(actor=house.actor("rep")) == 2
    assert services.mark_alerts_read(actor=house.actor("rep")) == 0


def test_alerts_are_read_by_their_own_person_only(house):
    services.alert_user(
        actor=house.system, user_id=house.user("rep").pk, kind="handover", key="1", title="Budi"
    )

    assert services.mark_alerts_read(actor=house.actor("admin")) == 0
    assert list(selectors.alerts_of(house.actor("admin"))) == []
    assert len(selectors.alerts_of(house.actor("rep"))) == 1
