"""Teams: made, filled, renamed, removed and put back, by whoever manages members."""

from uuid import uuid4

import pytest
from django.db.models import Q

from crm import panels, selectors, services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.core.narrowing import people_asked
from crm.core.permissions import in_sight
from crm.models import EventRecord, Role, Team


def people_of(team):
    """Who is in a team, by name."""
    return sorted(str(member.user) for member in team.memberships.all())


def make(house, name="Day shift", people=("rep",)):
    """A team of these people."""
    ids = [house.members[who].pk for who in people]
    return services.save_team(actor=house.actor("admin"), name=name, membership_ids=ids)


def test_a_team_is_made_and_its_people_see_each_others_rows(house):
    house.add("nina")

    team = make(house, " Day shift ", ("rep", "nina"))

    assert (team.name, people_of(team)) == ("Day shift", ["Nina", "Rep"])
    assert house.members["nina"].user_id in house.actor("rep").colleague_ids
    event = EventRecord.objects.get(name="crm.team_changed")
    assert event.payload == {"team_id": str(team.pk), "called": "Day shift", "is_gone": False}


def test_my_team_are_its_people_for_whoever_sees_all_too(house):
    house.add("nina")
    make(house, "Day shift", ("manager", "nina"))
    make(house, "Night shift", ("rep",))
    manager = house.actor("manager")
    theirs = {house.user("manager").pk, house.user("nina").pk}

    assert set(people_asked(["my_team"], manager)) == theirs
    key = selectors.find_api_key(house.key("manager"))
    assert key is not None
    assert set(people_asked(["my_team"], selectors.actor_for(key.membership, via="api"))) == theirs
    # and they see no less for it
    assert in_sight(manager, "owner_id") == Q()


def test_who_sees_their_own_sees_no_more_for_being_in_a_team(house):
    house.add("nina")
    make(house, "Day shift", ("rep", "nina"))
    Role.objects.filter(key="rep").update(sight="own")
    rep = house.actor("rep")

    assert house.user("nina").pk in people_asked(["my_team"], rep)
    assert str(house.user("nina").pk) not in str(in_sight(rep, "owner_id"))


def test_it_gets_another_name_and_other_people(house):
    team = make(house)

    services.save_team(
        actor=house.actor("admin"), team_id=team.pk, name="Night shift",
        membership_ids=[house.members["manager"].pk],
    )  # fmt: skip

    team.refresh_from_db()
    assert (team.name, people_of(team)) == ("Night shift", ["Manager"])


def test_what_can_not_be_is_refused_by_name_and_nothing_changes(house):
    team, admin = make(house), house.actor("admin")

    for given, field in (
        ({"name": " ", "membership_ids": []}, "name"),
        ({"name": "day SHIFT", "membership_ids": []}, "name"),
        ({"name": "Other", "membership_ids": [uuid4()]}, "members"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            services.save_team(actor=admin, **given)
        assert list(refused.value.fields) == [field]

    assert list(Team.objects.values_list("name", flat=True)) == ["Day shift"]
    assert people_of(team) == ["Rep"]


def test_nobody_moves_people_who_may_more_than_they(house):
    role = selectors.roles_to_give(house.actor("admin"))[0]
    role.key, role.pk, role.permissions, role.sight = "people", uuid4(), ["members.manage"], "all"
    role.save(force_insert=True)
    house.add("petra", "people")

    with pytest.raises(InvalidInputError):
        services.save_team(
            actor=house.actor("petra"), name="Mine", membership_ids=[house.members["admin"].pk]
        )

    assert not Team.objects.exists()


def test_a_team_with_people_stays_an_empty_one_goes_and_can_be_put_back(house):
    team, admin = make(house), house.actor("admin")

    with pytest.raises(InvalidInputError, match="Take them out first"):
        services.remove_team(actor=admin, team_id=team.pk)
    assert Team.objects.filter(pk=team.pk).exists()

    services.save_team(actor=admin, team_id=team.pk, name=team.name, membership_ids=[])
    services.remove_team(actor=admin, team_id=team.pk)
    assert not Team.objects.exists()

    services.put_team_back(actor=admin, team_id=team.pk)
    services.put_team_back(actor=admin, team_id=team.pk)
    assert list(Team.objects.values_list("pk", "name")) == [(team.pk, "Day shift")]


@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
def test_others_may_not(house, role):
    team = make(house)

    for change in (
        lambda actor: services.save_team(actor=actor, name="Mine", membership_ids=[]),
        lambda actor: services.remove_team(actor=actor, team_id=team.pk),
        lambda actor: services.put_team_back(actor=actor, team_id=team.pk),
    ):
        with pytest.raises(NotAllowedError):
            change(house.actor(role))

    assert list(Team.objects.values_list("name", flat=True)) == ["Day shift"]


def test_a_team_of_another_workspace_is_not_there(house, strangers):
    team = make(strangers, people=())

    with pytest.raises(NotFoundError):
        services.remove_team(actor=house.actor("admin"), team_id=team.pk)

    assert Team.objects.filter(pk=team.pk).exists()


def test_the_page_lists_people_bots_and_teams(house, monkeypatch):
    sarah = {
        "name": "Sarah",
        "does": "Answers everywhere",
        "is_on": True,
        "url": "/s/",
        "switch_url": "/s/off/",
    }
    monkeypatch.setattr(panels, "_bots", [lambda actor: [sarah]])
    team = make(house)

    html = house.browser("admin").get("/settings/team/").content.decode()

    assert html.index("Answers everywhere") < html.index("rep@warung.test")
    assert 'action="/s/off/"' in html
    assert f'href="/settings/teams/{team.pk}/"' in html
    assert "1 person" in html


def test_the_form_saves_and_says_what_is_wrong(house):
    browser, team = house.browser("admin"), make(house)

    taken = browser.post("/settings/teams/new/", {"name": "day shift"}).content.decode()
    saved = browser.post(f"/settings/teams/{team.pk}/", {"name": "Night shift"}, follow=True).content.decode()
    gone = browser.post(f"/settings/teams/{team.pk}/remove/", follow=True).content.decode()

    assert "There is a team called day shift already." in taken
    assert "Night shift" in saved
    assert f'data-undo="/settings/teams/{team.pk}/put-back/"' in gone
