"""Addresses change hands, people change addresses: the same person stays one contact, two people stay two."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm import selectors, services
from crm.core import walls
from crm.core.errors import InvalidInputError, NotFoundError
from crm.models import Account, Contact, ContactMerge, EventRecord, Identity
from crm.services import Known

OLD, NEW = "628110000101", "628110000909"


def recognise(house, *knowns, at=None, name="", username=""):
    """The contact of some identities at a time."""
    return services.recognise_contact(
        actor=house.system, knowns=[Known(*k) for k in knowns], name=name, at=at, username=username
    )


def move(house, contact, *new, at):
    """They have new addresses."""
    return services.move_identities(
        actor=house.system, contact_id=contact.pk, new=[Known(*k) for k in new], at=at, because="moved"
    )


def current(contact):
    """What they are known by now."""
    rows = contact.identities.filter(former_since__isnull=True)
    return set(rows.values_list("kind", "value"))


def test_a_new_number_replaces_the_old_one_and_the_user_id(house):
    # given somebody known by number and user id, who moves to new ones
    at = timezone.now()
    contact = recognise(house, ("wa_id", OLD), ("bsuid", "ID.1"), at=at)
    move(house, contact, ("wa_id", NEW), ("bsuid", "ID.2"), at=at)

    # then the new ones are theirs, the old ones former, and it is told
    assert current(contact) == {("wa_id", NEW), ("bsuid", "ID.2")}
    assert set(contact.identities.filter(former_since=at).values_list("value", flat=True)) == {OLD, "ID.1"}
    told = EventRecord.objects.get(name="crm.identities_changed").payload
    assert told["added"] == [f"wa_id:{NEW}", "bsuid:ID.2"]
    assert told["former"] == [f"wa_id:{OLD}", "bsuid:ID.1"]


def test_a_new_user_id_alone_leaves_the_number(house):
    at = timezone.now()
    contact = recognise(house, ("wa_id", OLD), ("bsuid", "ID.1"), at=at)
    move(house, contact, ("bsuid", "ID.2"), at=at)
    assert current(contact) == {("wa_id", OLD), ("bsuid", "ID.2")}


def test_a_former_number_is_somebody_elses_afterwards_and_theirs_before(house):
    # given a number that was given up
    at = timezone.now()
    contact = recognise(house, ("wa_id", OLD), at=at)
    move(house, contact, ("wa_id", NEW), at=at)

    # when a message of before comes late, then it is theirs; what comes after is another person's
    assert recognise(house, ("wa_id", OLD), at=at - timedelta(minutes=5)) == contact
    other = recognise(house, ("wa_id", OLD), at=at + timedelta(days=90))
    assert other != contact
    assert current(other) == {("wa_id", OLD)}
    assert current(contact) == {("wa_id", NEW)}


def test_who_was_known_by_the_new_number_is_merged(house):
    # given somebody who wrote from the new number before the notice came
    at = timezone.now()
    contact = recognise(house, ("wa_id", OLD), at=at, name="Budi")
    stranger = recognise(house, ("wa_id", NEW), at=at)

    # when the notice comes, then they are one
    move(house, contact, ("wa_id", NEW), at=at)
    assert recognise(house, ("wa_id", NEW)) == contact
    stranger.refresh_from_db()
    assert stranger.merged_into == contact
    assert list(selectors.visible_contacts(house.system)) == [contact]
    merged = EventRecord.objects.get(name="crm.contacts_merged").payload
    assert (merged["contact_id"], merged["loser_id"]) == (str(contact.pk), str(stranger.pk))


def test_one_message_with_the_addresses_of_two_makes_them_one(house):
    # given a contact known by number and another known by user id alone
    by_number = recognise(house, ("wa_id", OLD), name="Budi")
    by_id = recognise(house, ("bsuid", "ID.1"))

    # when one message carries both, then the older contact has both
    assert recognise(house, ("wa_id", OLD), ("bsuid", "ID.1")) == by_number
    assert current(by_number) == {("wa_id", OLD), ("bsuid", "ID.1")}
    by_id.refresh_from_db()
    assert by_id.merged_into == by_number


def test_two_with_user_ids_of_their_own_stay_two(house):
    # given two people, each with a user id; when the second writes with the number of the first
    first = recognise(house, ("wa_id", OLD), ("bsuid", "ID.1"))
    second = recognise(house, ("bsuid", "ID.2"))
    assert recognise(house, ("wa_id", OLD), ("bsuid", "ID.2")) == second

    # then the number has changed hands, and nobody was merged
    assert current(second) == {("wa_id", OLD), ("bsuid", "ID.2")}
    assert current(first) == {("bsuid", "ID.1")}
    assert not ContactMerge.objects.exists()


def test_a_username_recognises_nobody_and_changes_hands(house):
    # given a username, when somebody else has it later
    first = recognise(house, ("bsuid", "ID.1"), username="camila")
    second = recognise(house, ("bsuid", "ID.2"), username="camila")

    # then they are two, and it is the second's
    assert first != second
    assert Identity.objects.get(kind="username").contact == second


def test_a_merge_can_be_undone(house):
    # given two contacts merged
    winner = recognise(house, ("wa_id", OLD))
    loser = recognise(house, ("wa_id", NEW), name="Budi")
    Contact.objects.filter(pk=loser.pk).update(tags=["vip"])
    merge = services.merge_contacts(
        actor=house.system, winner_id=winner.pk, loser_id=loser.pk, because="same"
    )
    winner.refresh_from_db()
    assert (winner.name, winner.tags) == ("Budi", ["vip"])

    # when it is undone, then each is as before
    services.part_contacts(actor=house.system, winner_id=winner.pk, merge_id=merge.pk)
    for contact, number, name, tags in ((winner, OLD, "", []), (loser, NEW, "Budi", ["vip"])):
        contact.refresh_from_db()
        assert (contact.name, contact.tags, contact.merged_into) == (name, tags, None)
        assert current(contact) == {("wa_id", number)}
    assert EventRecord.objects.filter(name="crm.contacts_parted").count() == 1

    # and not twice
    with pytest.raises(InvalidInputError):
        services.part_contacts(actor=house.system, winner_id=winner.pk, merge_id=merge.pk)


def held(contact):
    """What is on file of a contact besides addresses."""
    row = Contact.objects.get(pk=contact.pk)
    return row.language, row.custom, [account.name for account in row.accounts.order_by("name")]


def test_what_the_other_contact_knew_comes_along_and_goes_back(house):
    # given two contacts that hold different things, and some of the same
    shop, firm = (Account.objects.create(workspace=house.workspace, name=name) for name in ("Shop", "Firm"))
    winner, loser = recognise(house, ("wa_id", OLD)), recognise(house, ("wa_id", NEW))
    Contact.objects.filter(pk=winner.pk).update(custom={"size": "M"})
    Contact.objects.filter(pk=loser.pk).update(
        custom={"size": "L", "city": "Bandung", "vip": False}, language="id"
    )
    winner.accounts.add(shop)
    loser.accounts.add(shop, firm)
    before = held(winner), held(loser)

    # when they are merged, then the winner has what it had, and the rest of the loser's
    merge = services.merge_contacts(
        actor=house.system, winner_id=winner.pk, loser_id=loser.pk, because="same"
    )
    assert held(winner) == ("id", {"size": "M", "city": "Bandung", "vip": False}, ["Firm", "Shop"])

    # and when that is undone, then each is as before
    services.part_contacts(actor=house.system, winner_id=winner.pk, merge_id=merge.pk)
    assert (held(winner), held(loser)) == before


def test_what_was_changed_since_a_merge_stays_when_it_is_undone(house):
    winner, loser = recognise(house, ("wa_id", OLD)), recognise(house, ("wa_id", NEW))
    Contact.objects.filter(pk=loser.pk).update(custom={"size": "L", "city": "Bandung"}, language="id")
    merge = services.merge_contacts(
        actor=house.system, winner_id=winner.pk, loser_id=loser.pk, because="same"
    )
    Contact.objects.filter(pk=winner.pk).update(custom={"size": "S", "city": "Bandung"}, language="de")

    services.part_contacts(actor=house.system, winner_id=winner.pk, merge_id=merge.pk)

    assert held(winner) == ("de", {"size": "S"}, [])


def test_a_merge_of_before_is_undone_as_it_was_made(house):
    winner, loser = recognise(house, ("wa_id", OLD)), recognise(house, ("wa_id", NEW))
    merge = services.merge_contacts(
        actor=house.system, winner_id=winner.pk, loser_id=loser.pk, because="same"
    )
    old = {key: merge.moved["crm"][key] for key in ("identities", "tags", "had_name")}
    ContactMerge.objects.update(moved={**merge.moved, "crm": old})
    Contact.objects.filter(pk=winner.pk).update(custom={"size": "S"}, language="de")

    services.part_contacts(actor=house.system, winner_id=winner.pk, merge_id=merge.pk)

    assert held(winner) == ("de", {"size": "S"}, [])


def test_nobody_is_merged_across_workspaces_or_twice(house, strangers):
    # given contacts of two workspaces
    mine, theirs = recognise(house, ("wa_id", OLD)), recognise(strangers, ("wa_id", NEW))

    # when they should be merged, or one with itself, then nothing happens
    for loser in (theirs, mine):
        with pytest.raises(NotFoundError):
            services.merge_contacts(actor=house.system, winner_id=mine.pk, loser_id=loser.pk, because="wrong")
    assert not ContactMerge.objects.exists()
    assert current(mine) == {("wa_id", OLD)}


def test_nobody_is_merged_across_workspaces_although_the_walls_are_down(house, strangers, monkeypatch):
    # given a contact elsewhere and one that is merged already, and no walls around services
    mine, theirs = recognise(house, ("wa_id", OLD)), recognise(strangers, ("wa_id", NEW))
    gone = recognise(house, ("wa_id", "628119990077"))
    services.merge_contacts(actor=house.system, winner_id=mine.pk, loser_id=gone.pk, because="same")
    monkeypatch.setattr("crm.core.service.within", lambda _workspace: walls.everywhere())

    # then the service itself knows neither
    for loser in (theirs, gone):
        with pytest.raises(NotFoundError):
            services.merge_contacts(actor=house.system, winner_id=mine.pk, loser_id=loser.pk, because="wrong")
    assert ContactMerge.objects.count() == 1


def test_a_merge_is_listed_and_undone_over_the_api(workspace, system, owner, viewer):
    # given a merge into somebody
    pair = [
        services.recognise_contact(actor=system, knowns=[Known("wa_id", number)]) for number in (OLD, NEW)
    ]
    merge = services.merge_contacts(actor=system, winner_id=pair[0].pk, loser_id=pair[1].pk, because="same")
    address = f"contacts/{pair[0].pk}/part/"

    # when a viewer, or with another id, asks to undo it, then nothing happens
    assert viewer.api.post(address, {"merge": str(merge.pk)}).status_code == 403
    assert owner.api.post(address, {"merge": str(pair[0].pk)}).status_code == 404
    [listed] = owner.api.get(f"contacts/{pair[0].pk}/merges/").json()["results"]
    assert (listed["id"], listed["because"], listed["undone_at"]) == (str(merge.pk), "same", None)

    # when a rep asks, then they are two again, and asking twice is refused
    assert owner.api.post(address, {"merge": str(merge.pk)}).status_code == 200
    assert owner.api.get(f"contacts/{pair[1].pk}/").status_code == 200
    assert owner.api.post(address, {"merge": str(merge.pk)}).status_code == 400
