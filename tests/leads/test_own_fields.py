"""Fields of the workspace's own in lists: as columns, filters and orders, on the page, in views and by the API."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm import services as crm_services
from crm.core.errors import InvalidInputError
from leads import selectors, services
from leads.models import Lead, SavedView
from leads.services import Look
from tests.factories.leads import api_key, make_lead

KEPT = {
    "a": {"size": "small", "seats": 5, "opens": "2026-12-24", "vip": True, "note": "Near the harbour"},
    "b": {"size": "large", "seats": 40, "opens": "2027-01-10", "vip": False},
    "c": {"size": "large", "seats": 12.5, "note": "harbour"},
    "d": {},
}


@pytest.fixture
def own(cast):
    """Four leads with values in five fields, one of each kind that is filtered in its own way."""
    for label, kind, options in (
        ("Size", "choice", ["small", "large"]), ("Seats", "number", []), ("Opens", "date", []),
        ("Vip", "yes_no", []), ("Note", "text", []),
    ):  # fmt: skip
        crm_services.add_custom_field(
            actor=cast.actor("admin"), of="lead", label=label, kind=kind, options=options
        )
    for name, values in KEPT.items():
        lead = make_lead(cast, name)
        services.change_lead(actor=cast.actor("manager"), lead_id=lead.pk, changes={"custom": values})
    return cast


def switch_off(cast, key):
    field = selectors.own_fields(cast.actor("admin"))[f"custom.{key}"]
    crm_services.change_custom_field(
        actor=cast.actor("admin"), field_id=field.pk, changes={"is_active": False}
    )


def c(key, op, value=None):
    return {"field": f"custom.{key}", "op": op, **({} if value is None else {"value": value})}


def found(cast, *conditions):
    actor = cast.actor("manager")
    tree = selectors.tree_of({"all": list(conditions)}, selectors.own_fields(actor))
    rows = selectors.narrow_leads(selectors.visible_leads(actor), tree, actor)
    return "".join(sorted(rows.values_list("name_line", flat=True)))


def signed_in(cast, role="manager"):
    client = Client()
    client.force_login(cast.user(role))
    return client


def names(cast, **params):
    answer = signed_in(cast).get("/leads/", params)
    assert answer.status_code == 200
    return "".join(lead.name_line for lead in answer.context["leads"])


def program(cast):
    return Client(headers={"Authorization": f"Bearer {api_key(cast, 'manager')}"})


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        (c("size", "any_of", ["large"]), "bc"),
        (c("size", "none_of", ["large"]), "ad"),
        (c("size", "empty"), "d"),
        (c("size", "filled"), "abc"),
        (c("seats", "at_least", 12.5), "bc"),
        (c("seats", "at_most", 12.5), "ac"),
        (c("seats", "is", 40), "b"),
        (c("opens", "from", "2027-01-01"), "b"),
        (c("opens", "before", "2027-01-10"), "a"),
        (c("opens", "empty"), "cd"),
        (c("vip", "is", True), "a"),
        (c("vip", "is", False), "b"),
        (c("note", "has", "HARB"), "ac"),
        (c("note", "is", "harbour"), "c"),
    ],
    ids=lambda value: f"{value['field']} {value['op']}" if isinstance(value, dict) else value,
)
def test_each_operator_finds_its_leads(own, condition, who):
    assert found(own, condition) == who


def test_days_count_from_today(own):
    today = selectors.tree_of({"all": [c("opens", "last_days", 1)]}, selectors.own_fields(own.actor("rep")))
    lead = Lead.objects.get(name_line="d")
    day = own.workspace.created_at.date().isoformat()
    services.change_lead(actor=own.actor("manager"), lead_id=lead.pk, changes={"custom": {"opens": day}})
    actor = own.actor("manager")

    rows = selectors.narrow_leads(selectors.visible_leads(actor), today, actor)

    assert [row.name_line for row in rows] == ["d"]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (c("shoe", "is", "x"), "There is no field 'custom.shoe'. Choose from: search, name,"),
        (c("size", "has", "x"), "'custom.size' has no operator 'has'. Choose from: any_of, none_of, empty, filled."),
        (c("size", "any_of", ["huge"]), "'custom.size' can't be 'huge'. Choose from: small, large."),
        (c("seats", "is", "40"), "'custom.seats': send a number, e.g. 12.5."),
        (c("seats", "is", True), "'custom.seats': send a number, e.g. 12.5."),
        (c("seats", "is", 10**400), "'custom.seats': send a number, e.g. 12.5."),
        (c("seats", "is", float("nan")), "'custom.seats': send a number, e.g. 12.5."),
        (c("vip", "is", "yes"), "'custom.vip': send true or false."),
        (c("opens", "from", "soon"), "'custom.opens': send a date, e.g. 2026-11-30."),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused_by_its_name(own, condition, why):
    with pytest.raises(InvalidInputError) as refused:
        found(own, condition)

    assert refused.value.fields["filter"][0].startswith(why)


def test_a_field_of_another_workspace_is_not_there(own, strangers):
    with pytest.raises(InvalidInputError) as refused:
        selectors.tree_of({"all": [c("size", "filled")]}, selectors.own_fields(strangers.actor("admin")))

    assert "There is no field 'custom.size'." in refused.value.fields["filter"][0]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("custom.seats", "acbd"),
        ("-custom.seats", "bcad"),
        ("custom.note", "ca"),
        ("-custom.size,custom.seats", "acbd"),
        ("custom.opens", "ab"),
    ],
)
def test_leads_without_a_value_come_last_up_and_down(own, sort, order):
    assert names(own, sort=sort).startswith(order)
    assert "".join(row["name"] for row in api_list(own, ordering=sort)["results"]).startswith(order)


def api_list(cast, **params):
    answer = program(cast).get("/api/v1/leads/", params)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("sort", ["custom.seats", "-custom.note", "custom.vip,-custom.opens"])
def test_pages_in_such_an_order_go_on_where_the_last_one_ended(own, sort):
    whole = [row["name"] for row in api_list(own, ordering=sort)["results"]]

    walked, page = [], api_list(own, ordering=sort, page_size=1)
    while True:
        walked += [row["name"] for row in page["results"]]
        if not page["next"]:
            break
        page = program(own).get(page["next"]).json()
    back = program(own).get(page["previous"]).json()

    assert walked == whole
    assert [row["name"] for row in back["results"]] == [whole[-2]]


def test_an_order_or_a_position_that_makes_no_sense_is_refused_by_the_api_and_passed_over_by_the_page(own):
    unknown = program(own).get("/api/v1/leads/?ordering=custom.shoe")
    broken = program(own).get("/api/v1/leads/?ordering=custom.seats&cursor=zzz")

    assert unknown.status_code == 400
    assert "Can't order by custom.shoe." in unknown.json()["errors"]["ordering"][0]
    assert "custom.seats" in unknown.json()["errors"]["ordering"][0]
    assert list(broken.json()["errors"]) == ["cursor"]
    assert names(own, sort="custom.shoe") == "dcba"


def test_a_column_shows_its_values_as_people_read_them_and_sorts(own):
    answer = signed_in(own).get("/leads/?cols=name,custom.vip,custom.opens,custom.seats&sort=custom.seats")

    heads = {column["name"]: column for column in answer.context["columns"]}
    assert [column["label"] for column in answer.context["columns"]] == ["Name", "Vip", "Opens", "Seats"]
    assert (heads["custom.seats"]["direction"], heads["custom.vip"]["direction"]) == ("asc", "")
    assert heads["custom.vip"]["sort_url"].startswith("/leads/?sort=custom.vip&")
    html = answer.content.decode()
    assert 'data-kind="yes_no"><span class="clip">yes</span>' in html
    assert "24 Dec 2026" in html
    assert 'data-kind="number"><span class="clip">12.5</span>' in html


def test_a_list_that_speaks_of_no_such_field_does_not_ask_for_them(own):
    client = signed_in(own)
    client.get("/leads/")

    def asked_by(address):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len([query for query in asked if "crm_customfield" in query["sql"]])

    assert asked_by("/leads/") == 0
    filtered = json.dumps({"all": [c("size", "any_of", ["large"])]})
    assert asked_by(f"/leads/?cols=name,custom.vip&sort=custom.seats&filter={filtered}") == 1


def test_menus_offer_them(own):
    client = signed_in(own)

    assert "custom.seats" in client.get("/leads/menu/?menu=columns").content.decode()
    assert "Opens" in client.get("/leads/menu/?menu=sort").content.decode()
    schema = client.get("/leads/menu/?menu=filter").context["schema"]
    size = next(field for field in schema["fields"] if field["key"] == "custom.size")
    assert size["choices"] == [{"key": "small", "label": "small"}, {"key": "large", "label": "large"}]
    assert [op["takes"] for op in size["ops"]] == ["choices", "choices", "nothing", "nothing"]


def test_a_filter_is_a_chip_that_is_called_as_the_field(own):
    answer = signed_in(own).get("/leads/", {"filter": json.dumps({"all": [c("vip", "is", True)]})})

    assert [(chip["label"], chip["value"]) for chip in answer.context["filters"]["chips"]] == [("Vip", "yes")]
    assert answer.context["count_text"] == "1 matches"


def test_a_view_keeps_them_and_goes_on_when_a_field_is_switched_off(own):
    look = Look({"all": [c("size", "any_of", ["large"])]}, ["-custom.seats"], ["name", "custom.size"])
    row = services.save_view(actor=own.actor("manager"), name="Large", look=look)
    assert names(own, view=str(row.pk)) == "bc"

    switch_off(own, "size")
    answer = signed_in(own).get("/leads/", {"view": str(row.pk)})

    assert "".join(lead.name_line for lead in answer.context["leads"]) == "bc"
    assert [column["label"] for column in answer.context["columns"]] == ["Name", "size"]
    assert answer.context["filters"]["chips"][0]["label"] == "size"


@pytest.mark.parametrize(
    ("look", "field"),
    [
        (Look({"all": [c("shoe", "filled")]}), "filter"),
        (Look({"all": []}, sort=["custom.shoe"]), "sort"),
        (Look({"all": []}, columns=["name", "custom.shoe"]), "columns"),
    ],
)
def test_a_view_of_a_field_that_is_not_there_is_not_kept(own, look, field):
    with pytest.raises(InvalidInputError) as refused:
        services.save_view(actor=own.actor("manager"), name="Shoes", look=look)

    assert list(refused.value.fields) == [field]
    assert SavedView.objects.count() == 0


def test_the_api_filters_by_them(own):
    tree = json.dumps({"all": [c("seats", "at_least", 10)]})

    assert sorted(row["name"] for row in api_list(own, filter=tree)["results"]) == ["b", "c"]


def test_a_bulk_change_follows_them(own):
    actor = own.actor("manager")
    job = services.start_job(
        actor=actor, action="tag", wanted={"add": ["vip"]}, tree={"all": [c("vip", "is", True)]}
    )

    assert [step.lead.name_line for step in job.steps.select_related("lead")] == ["a"]


def test_a_list_that_holds_a_field_switched_off_since_goes_on_by_every_door(own):
    # given a view of a field that is switched off, and another condition
    look = Look({"all": [c("size", "any_of", ["large"]), {"field": "status", "op": "any_of", "value": ["new"]}]},
                ["-custom.seats"], ["name", "custom.size"])  # fmt: skip
    view = services.save_view(actor=own.actor("manager"), name="Large", look=look)
    switch_off(own, "size")
    switch_off(own, "seats")
    client, of_view = signed_in(own), {"view": str(view.pk)}
    kept = json.dumps({"all": [c("size", "any_of", ["large"])]})

    # then it can be searched, its other condition taken away, its filter opened, and all of it be chosen
    assert names(own, **of_view, filter=kept, q="b") == "b"
    chips = client.get("/leads/", of_view).context["filters"]["chips"]
    assert "".join(lead.name_line for lead in client.get(chips[1]["remove_url"]).context["leads"]) == "bc"
    assert client.get("/leads/menu/", {**of_view, "menu": "filter"}).context["tree"] == look.filter
    client.post(f"/leads/bulk/?view={view.pk}", {"everything": "1", "action": "tag", "add": "big"})
    assert sorted(Lead.objects.filter(tags=["big"]).values_list("name_line", flat=True)) == ["b", "c"]

    # and it can be saved with another order: what orders and columns are gone is left out
    client.post(f"/leads/views/{view.pk}/?view={view.pk}&sort=name", {})
    services.change_view(actor=own.actor("manager"), view_id=view.pk, look={"group_by": "status"})
    view.refresh_from_db()
    assert (view.sort, view.columns, view.group_by) == (["name"], ["name"], "status")
    assert view.filter == look.filter


def test_a_field_switched_off_is_refused_where_no_view_holds_it(own):
    switch_off(own, "size")
    kept = json.dumps({"all": [c("size", "any_of", ["large"])]})

    assert signed_in(own).get("/leads/", {"filter": kept}).status_code == 400
    assert program(own).get("/api/v1/leads/", {"filter": kept}).status_code == 400
