"""The filter tree: what it finds, what it refuses, and that pages, views and the API read the same one."""

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from crm.core.errors import InvalidInputError
from leads import selectors
from leads.models import LeadStatus
from leads.selectors import KINDS, OPERATORS, Condition, Group
from tests.factories.leads import make_lead


def c(field, op, value=None):
    return {"field": field, "op": op, **({} if value is None else {"value": value})}


def found(cast, plain, role="manager"):
    actor = cast.actor(role)
    tree = selectors.tree_of(plain)
    rows = selectors.narrow_leads(selectors.visible_leads(actor), tree, actor)
    return "".join(sorted(rows.values_list("name_line", flat=True)))


@pytest.fixture
def five(cast):
    now, day = timezone.now(), timedelta(days=1)
    today = timezone.localdate()
    rows: dict[str, dict[str, Any]] = {
        "a": {"owner": "rep", "score": 80, "temperature": "hot", "tags": ["vip", "fair"], "created_at": now - 40 * day},
        "b": {"owner": "manager", "score": 50, "temperature": "warm", "source": "gmail", "tags": ["vip"],
              "created_at": now - 3 * day, "last_message_direction": "in", "last_message_at": now - 2 * day},
        "c": {"score": 50, "status": "qualified", "next_step": "Call", "next_step_on": today - day},
        "d": {"score": 0, "business_type": "Café Senja", "search_line": "d cafe senja", "next_step_on": today + 3 * day,
              "last_message_direction": "out", "last_message_at": now},
        "e": {"status": "disqualified", "last_activity_at": now - 90 * day, "source": ""},
    }  # fmt: skip
    for name, columns in rows.items():
        make_lead(cast, name, **columns)
    return cast


FINDS = [
    (c("search", "has", "cafe"), "d"),
    (c("name", "is", "A"), "a"),
    (c("name", "empty"), ""),
    (c("business_type", "has", "senja"), "d"),
    (c("business_type", "empty"), "abce"),
    (c("next_step", "has", "cal"), "c"),
    (c("next_step", "filled"), "c"),
    (c("status", "any_of", ["qualified", "disqualified"]), "ce"),
    (c("status", "none_of", ["qualified", "disqualified"]), "abd"),
    (c("temperature", "any_of", ["hot"]), "a"),
    (c("owner", "any_of", ["me"]), "b"),
    (c("owner", "any_of", ["none"]), "cde"),
    (c("owner", "none_of", ["me"]), "acde"),
    (c("owner", "none_of", ["none"]), "ab"),
    (c("source", "any_of", ["gmail"]), "b"),
    (c("source", "empty"), "e"),
    (c("tags", "all_of", ["vip", "fair"]), "a"),
    (c("tags", "any_of", ["vip", "fair"]), "ab"),
    (c("tags", "none_of", ["fair"]), "bcde"),
    (c("tags", "empty"), "cde"),
    (c("score", "at_least", 50), "abc"),
    (c("score", "at_most", 49), "de"),
    (c("score", "is", 0), "de"),
    (c("last_message_from", "any_of", ["them"]), "b"),
    (c("last_message_from", "any_of", ["us"]), "d"),
    (c("last_message_at", "empty"), "ace"),
    (c("last_message_at", "last_days", 2), "d"),
    (c("created_at", "in", "today"), "cde"),
    (c("created_at", "last_days", 4), "bcde"),
    (c("created_at", "not_last_days", 4), "a"),
    (c("last_activity_at", "not_last_days", 60), "e"),
    (c("next_step_on", "overdue"), "c"),
    (c("next_step_on", "next_days", 4), "d"),
    (c("next_step_on", "next_days", 3), ""),
    (c("next_step_on", "empty"), "abe"),
]


@pytest.mark.parametrize(("condition", "names"), FINDS, ids=[f"{p['field']} {p['op']}" for p, _ in FINDS])
def test_each_operator_finds_its_leads(five, condition, names):
    assert found(five, {"all": [condition]}) == names


def test_every_kind_of_field_is_tried():
    tried = {(KINDS[p["field"]], p["op"]) for p, _ in FINDS}
    same = {("moment", "from"), ("moment", "before"), ("maybe_moment", "in"), ("maybe_moment", "from"),
            ("maybe_moment", "not_last_days"), ("maybe_moment", "before"), ("maybe_moment", "filled"), ("day", "in"),
            ("day", "from"), ("day", "before"), ("day", "filled"), ("words", "none_of"), ("words", "filled"),
            ("tags", "filled")}  # fmt: skip

    assert {(kind, op) for kind, ops in OPERATORS.items() for op in ops} - tried == same


def test_days_from_until_and_in_periods_are_those_of_the_calendar(five):
    today = timezone.localdate()

    assert found(five, {"all": [c("next_step_on", "from", today.isoformat())]}) == "d"
    assert found(five, {"all": [c("next_step_on", "before", today.isoformat())]}) == "c"
    assert found(five, {"all": [c("next_step_on", "in", "yesterday")]}) == "c"
    assert found(five, {"all": [c("created_at", "from", today.isoformat())]}) == "cde"
    assert found(five, {"all": [c("created_at", "before", today.isoformat())]}) == "ab"
    assert found(five, {"all": [c("last_message_at", "filled")]}) == "bd"


def test_weeks_and_months_begin_and_end_where_people_say():
    from crm.core.narrowing import PERIODS

    friday = date(2026, 12, 31)  # a Thursday, at the end of a year
    assert PERIODS["this_week"](friday) == (date(2026, 12, 28), date(2027, 1, 4))
    assert PERIODS["this_month"](friday) == (date(2026, 12, 1), date(2027, 1, 1))


def test_groups_hold_when_all_or_any_of_their_parts_do(five):
    hot_or_overdue = {"any": [c("temperature", "any_of", ["hot"]), c("next_step_on", "overdue")]}

    assert found(five, hot_or_overdue) == "ac"
    assert found(five, {"all": [hot_or_overdue, c("owner", "any_of", ["none"])]}) == "c"
    assert (
        found(
            five,
            {
                "any": [
                    c("score", "is", 80),
                    {"all": [c("score", "is", 50), c("source", "any_of", ["gmail"])]},
                ]
            },
        )
        == "ab"
    )
    assert found(five, {"all": []}) == "abcde"
    assert found(five, {"any": []}) == "abcde"


def test_me_is_whoever_looks_and_a_filter_never_widens_what_they_see(five):
    mine = {"all": [c("owner", "any_of", ["me"])]}

    assert (found(five, mine, "rep"), found(five, mine, "manager"), found(five, mine, "admin")) == (
        "a",
        "b",
        "",
    )
    assert (
        found(
            five, {"any": [c("owner", "any_of", [str(five.user("manager").pk)]), c("score", "is", 80)]}, "rep"
        )
        == "a"
    )


REFUSED = [
    ({"all": [c("shoe_size", "is", 1)]}, "There is no field 'shoe_size'. Choose from: search, name,"),
    ({"all": [c("score", "has", "x")]}, "'score' has no operator 'has'. Choose from: at_least, at_most, is."),
    ({"all": [c("score", "is", "50")]}, "'score': send a whole number from 0 to 100."),
    ({"all": [c("score", "is", True)]}, "'score': send a whole number from 0 to 100."),
    ({"all": [c("score", "is", 101)]}, "'score': send a whole number from 0 to 100."),
    ({"all": [c("status", "any_of", ["lost"])]}, "'status' can't be 'lost'. Choose from: new, working,"),
    ({"all": [c("status", "any_of", "new")]}, "'status': send a list of 1 to 50 values."),
    ({"all": [c("status", "any_of", [])]}, "'status': send a list of 1 to 50 values."),
    ({"all": [c("owner", "any_of", ["you"])]}, "'owner': send user ids, or me, my_team, none."),
    (
        {"all": [c("created_at", "in", "soon")]},
        "'created_at': there is no period 'soon'. Choose from: today,",
    ),
    ({"all": [c("created_at", "from", "2026-13-01")]}, "'created_at': send a date, e.g. 2026-11-30."),
    ({"all": [c("created_at", "last_days", 0)]}, "'created_at': send a whole number from 1 to 3660."),
    ({"all": [c("name", "has", "a\x00b")]}, "'name': send a text of 1 to 200 characters."),
    ({"all": [c("next_step_on", "overdue", 1)]}, "'next_step_on': this operator takes no value."),
    ({"none": []}, 'A group is {"all": [...]} or {"any": [...]}.'),
    ({"all": {}}, 'Send a list for "all".'),
    ([], 'A group is {"all": [...]} or {"any": [...]}.'),
    ({"all": [{"all": [{"all": [{"all": [{"all": []}]}]}]}]}, "Groups can be 4 deep."),
    ({"all": [c("score", "is", 1)] * 41}, "At most 40 conditions."),
]


@pytest.mark.parametrize(("plain", "text"), REFUSED)
def test_what_cannot_be_followed_is_refused_by_its_name(plain, text):
    with pytest.raises(InvalidInputError) as refused:
        selectors.tree_of(plain)

    assert refused.value.fields["filter"][0].startswith(text)


def test_a_tree_is_the_same_after_being_written_down():
    plain = {"all": [c("score", "at_least", 5), {"any": [c("tags", "empty"), c("owner", "any_of", ["me"])]}]}

    assert selectors.plain_of(selectors.tree_of(plain)) == plain


def test_values_come_and_go_at_the_top_of_a_tree():
    tree = Group((Condition("status", "any_of", ["new"]), Condition("score", "is", 5)))

    more = selectors.with_value(tree, "status", "working")
    fewer = selectors.with_value(selectors.with_value(more, "status", "new"), "status", "working")

    assert more.parts[0] == Condition("status", "any_of", ["new", "working"])
    assert fewer == Group((Condition("score", "is", 5),))
    inner = selectors.with_value(Group((tree.parts[1],), is_any=True), "status", "new").parts[0]
    assert isinstance(inner, Group)
    assert inner.is_any is True


def test_the_page_and_the_api_follow_the_same_filter(five, client):
    plain = {"any": [c("temperature", "any_of", ["hot"]), c("next_step_on", "overdue")]}
    text = quote(json.dumps(plain))
    client.force_login(five.user("manager"))

    page = client.get(f"/leads/?filter={text}&sort=name")
    api = client.get(f"/api/v1/leads/?filter={text}&ordering=name")

    assert [lead.name_line for lead in page.context["leads"]] == ["a", "c"]
    assert [row["name"] for row in api.json()["results"]] == ["a", "c"]
    assert [chip["value"] for chip in page.context["filters"]["chips"]] == [
        "Temperature Hot or Next step due overdue"
    ]


def test_a_filter_nobody_can_follow_shows_no_lead_but_the_reason(five, client):
    client.force_login(five.user("manager"))
    text = quote(json.dumps({"all": [c("shoe_size", "is", 1)]}))

    page, api = client.get(f"/leads/?filter={text}"), client.get(f"/api/v1/leads/?filter={text}")

    assert (page.status_code, api.status_code) == (400, 400)
    assert "There is no field &#x27;shoe_size&#x27;" in page.content.decode()
    assert 'data-testid="lead-row"' not in page.content.decode()
    assert api.json()["errors"]["filter"][0].startswith("There is no field 'shoe_size'.")


def test_short_words_and_the_tree_say_one_filter(five, client):
    client.force_login(five.user("manager"))
    rest = quote(json.dumps({"all": [c("status", "none_of", ["disqualified"])]}))

    page = client.get(f"/leads/?owner=none&score_to=60&filter={rest}&sort=name")

    assert [lead.name_line for lead in page.context["leads"]] == ["c", "d"]
    assert page.context["state"].url().startswith("/leads/?owner=none&score_to=60&filter=%7B%22all%22")
    assert LeadStatus.DISQUALIFIED in page.context["state"].url()
