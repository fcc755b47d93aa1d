"""Saved views: kept, changed, shared, begun with, removed and put back; by whom; and what the page makes of them."""

import pytest
from django.test import Client

from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from leads import selectors, services
from leads.models import SavedView
from leads.services import Look
from tests.factories.leads import make_lead

HOT = {"all": [{"field": "temperature", "op": "any_of", "value": ["hot"]}]}
LOOK = Look(HOT, sort=["-score"], columns=["name", "score"], group_by="status")


def save(cast, role="rep", name="Hot ones", **given):
    return services.save_view(actor=cast.actor(role), name=name, look=given.pop("look", LOOK), **given)


def keys(cast, role):
    return [view.key for view in selectors.views_of(cast.actor(role)).listed]


def signed_in(cast, role):
    client = Client()
    client.force_login(cast.user(role))
    return client


BUILT_IN = ["needs-me", "new-today", "mine", "all"]


def test_a_view_keeps_filter_order_columns_and_grouping(cast):
    row = save(cast)

    view = selectors.views_of(cast.actor("rep")).get(str(row.pk))

    assert (view.name, selectors.plain_of(view.tree)) == ("Hot ones", HOT)
    assert (view.sort, view.columns, view.group_by) == (("-score",), ("name", "score"), "status")
    assert (row.owner_id, row.is_shared) == (cast.user("rep").pk, False)


def test_ones_own_are_ones_own_until_they_are_shared(cast, strangers):
    row = save(cast)
    assert keys(cast, "rep") == [*BUILT_IN, str(row.pk)]
    assert keys(cast, "manager") == BUILT_IN

    services.change_view(actor=cast.actor("rep"), view_id=row.pk, is_shared=True)

    assert keys(cast, "manager") == [*BUILT_IN, str(row.pk)]
    assert keys(strangers, "manager") == BUILT_IN


def test_a_viewer_keeps_views_and_shares_none(cast):
    assert save(cast, "viewer").owner_id == cast.user("viewer").pk
    with pytest.raises(NotAllowedError):
        save(cast, "viewer", name="For all", is_shared=True)
    assert SavedView.objects.count() == 1


def test_a_shared_view_is_changed_by_its_owner_and_by_who_gives_leads_away(cast):
    row = save(cast, "manager", is_shared=True)

    for change in (
        lambda actor: services.change_view(actor=actor, view_id=row.pk, name="Mine now"),
        lambda actor: services.remove_view(actor=actor, view_id=row.pk),
    ):
        with pytest.raises(NotAllowedError):
            change(cast.actor("rep"))
    row.refresh_from_db()
    assert (row.name, row.removed_at) == ("Hot ones", None)

    services.change_view(actor=cast.actor("admin"), view_id=row.pk, name="Hottest")
    row.refresh_from_db()
    assert row.name == "Hottest"


def test_another_persons_view_is_not_there(cast):
    row = save(cast, "manager")

    with pytest.raises(NotFoundError):
        services.change_view(actor=cast.actor("rep"), view_id=row.pk, name="x")
    with pytest.raises(NotFoundError):
        services.begin_with_view(actor=cast.actor("rep"), key=str(row.pk))
    row.refresh_from_db()
    assert (row.name, row.default_for) == ("Hot ones", [])


@pytest.mark.parametrize(
    ("name", "look", "field"),
    [
        ("", LOOK, "name"),
        ("x" * 81, LOOK, "name"),
        ("hot ONES", LOOK, "name"),
        ("New", Look({"all": [{"field": "shoe", "op": "is"}]}), "filter"),
        ("New", Look(HOT, sort=["shoe"]), "sort"),
        ("New", Look(HOT, columns=["shoe"]), "columns"),
        ("New", Look(HOT, group_by="shoe"), "group_by"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(cast, name, look, field):
    save(cast)

    with pytest.raises(InvalidInputError) as refused:
        save(cast, name=name, look=look)

    assert list(refused.value.fields) == [field]
    assert SavedView.objects.count() == 1


def test_a_removed_view_can_be_put_back_by_its_owner(cast):
    row = save(cast)
    services.remove_view(actor=cast.actor("rep"), view_id=row.pk)
    assert keys(cast, "rep") == BUILT_IN

    with pytest.raises(NotAllowedError):
        services.put_view_back(actor=cast.actor("viewer"), view_id=row.pk)
    services.put_view_back(actor=cast.actor("rep"), view_id=row.pk)

    assert keys(cast, "rep") == [*BUILT_IN, str(row.pk)]


def test_everybody_begins_with_a_view_of_their_own_choice(cast):
    row = save(cast, "manager", is_shared=True)

    services.begin_with_view(actor=cast.actor("rep"), key="mine")
    services.begin_with_view(actor=cast.actor("manager"), key=str(row.pk))
    services.begin_with_view(actor=cast.actor("admin"), key="mine")
    services.begin_with_view(actor=cast.actor("admin"), key="needs-me")

    begins = {role: selectors.views_of(cast.actor(role)).default.key for role in cast.members}
    assert begins == {"rep": "mine", "manager": str(row.pk), "admin": "needs-me", "viewer": "all"}


def test_the_list_begins_with_the_chosen_view_and_all_is_a_click_away(cast):
    make_lead(cast, "Mine", owner="rep")
    make_lead(cast, "Nobody's")
    services.begin_with_view(actor=cast.actor("rep"), key="mine")
    client = signed_in(cast, "rep")

    first, everything = client.get("/leads/"), client.get("/leads/?view=all")

    assert [lead.name_line for lead in first.context["leads"]] == ["Mine"]
    assert sorted(lead.name_line for lead in everything.context["leads"]) == ["Mine", "Nobody's"]
    assert everything.context["state"].url() == "/leads/?view=all"


def test_who_comes_from_the_view_one_begins_with_walks_through_that_one(cast):
    # given a list that begins with one's own leads, of which there are two among three
    mine = [make_lead(cast, name, owner="rep") for name in ("One", "Two")]
    make_lead(cast, "Nobody's")
    services.begin_with_view(actor=cast.actor("rep"), key="mine")
    client = signed_in(cast, "rep")
    shown = [lead.pk for lead in client.get("/leads/").context["leads"]]
    assert sorted(shown) == sorted(lead.pk for lead in mine)

    # then a lead opened from there stands among these, and all leads are walked through from the view of all
    place = client.get(f"/leads/{shown[0]}/place/", {"list": ""}).context["place"]
    of_all = client.get(f"/leads/{shown[0]}/place/", {"list": "view=all"}).context["place"]
    assert (place.previous, place.next, place.total) == (None, shown[1], 2)
    assert of_all.total == 3


def test_a_changed_view_offers_to_take_back_or_save_and_an_untouched_one_does_not(cast):
    row = save(cast)
    client = signed_in(cast, "rep")

    untouched = client.get(f"/leads/?view={row.pk}")
    changed = client.get(f"/leads/?view={row.pk}&sort=name")

    assert (untouched.context["state"].is_changed, changed.context["state"].is_changed) == (False, True)
    assert 'data-testid="view-save"' not in untouched.content.decode()
    assert 'data-testid="view-save"' in changed.content.decode()
    assert f'href="/leads/?view={row.pk}" data-testid="view-cancel"' in changed.content.decode()


def test_saving_changes_keeps_what_the_address_shows(cast):
    row = save(cast)
    client = signed_in(cast, "rep")

    answer = client.post(f"/leads/views/{row.pk}/?view={row.pk}&sort=name&filter=&cols=name,owner&group=")

    row.refresh_from_db()
    assert answer["Location"] == f"/leads/?view={row.pk}"
    assert (row.filter, row.sort, row.columns, row.group_by) == ({"all": []}, ["name"], ["name", "owner"], "")


def test_a_look_is_saved_under_a_name(cast):
    answer = signed_in(cast, "rep").post("/leads/views/?owner=me&sort=-score", {"name": "My best"})

    row = SavedView.objects.get()
    assert answer["Location"] == f"/leads/?view={row.pk}"
    assert (row.name, row.filter, row.sort) == (
        "My best",
        {"all": [{"field": "owner", "op": "any_of", "value": ["me"]}]},
        ["-score"],
    )


def test_who_needs_me_are_those_that_wait_for_us(cast):
    make_lead(cast, "Waits", owner="rep", last_message_direction="in")
    make_lead(cast, "Answered", owner="rep", last_message_direction="out")
    make_lead(cast, "Late", owner="rep", next_step_on="2020-01-01")
    make_lead(cast, "Handed over", status="qualified")
    make_lead(cast, "Closed", owner="rep", status="disqualified", last_message_direction="in")
    make_lead(cast, "Colleague's", owner="manager", last_message_direction="in")

    page = signed_in(cast, "rep").get("/leads/?view=needs-me&sort=name")

    assert [lead.name_line for lead in page.context["leads"]] == ["Handed over", "Late", "Waits"]
