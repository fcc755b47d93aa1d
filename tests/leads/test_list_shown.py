"""The page of the list, whose question is put into SQL once: days go on, people are not mistaken, rows say the same."""

from collections import OrderedDict
from datetime import UTC, datetime

import pytest
import time_machine

from crm import services as crm_services
from crm.core import asking
from crm.core.conditions import EVERYTHING
from leads import selectors, services
from tests.factories.leads import add_member, make_lead

ORDERS = [*selectors.SORTS, *(f"-{name}" for name in selectors.SORTS)]


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """No question was asked before."""
    monkeypatch.setattr(asking, "_known", OrderedDict())


def shown(cast, role, plain, sort=("name",)):
    actor = cast.actor(role)
    tree = selectors.tree_of(plain, selectors.own_fields(actor)) if plain else EVERYTHING
    return "".join(lead.name_line for lead in selectors.list_shown(actor, tree, sort=sort).rows)


def c(field, op, value):
    return {"all": [{"field": field, "op": op, "value": value}]}


@pytest.mark.parametrize("field", ["next_step_on", "custom.opens"])
def test_today_is_another_day_tomorrow(cast, field):
    # given leads with something to do today and tomorrow, by our own field and by one the workspace has added
    crm_services.add_custom_field(
        actor=cast.actor("admin"), of="lead", label="Opens", kind="date", options=[]
    )
    days = {"a": "2026-11-21", "b": "2026-11-22"}
    for name, day in days.items():
        lead = make_lead(cast, name, next_step_on=day)
        changes = {"custom": {"opens": day}}
        services.change_lead(actor=cast.actor("manager"), lead_id=lead.pk, changes=changes)

    # then each day has its own, though the address is the same
    for day, there in (("21", "a"), ("22", "b"), ("21", "a")):
        with time_machine.travel(datetime(2026, 11, int(day), 12, tzinfo=UTC), tick=False):
            assert shown(cast, "manager", c(field, "in", "today")) == there


def test_me_is_who_asks(cast):
    cast.members["other"] = add_member(cast, "rep", "Ola")
    for name, owner in (("a", "rep"), ("b", "other"), ("c", "")):
        make_lead(cast, name, owner=owner)
    for role, mine in (("rep", "a"), ("other", "b"), ("rep", "a")):
        assert shown(cast, role, c("owner", "any_of", ["me"])) == mine
        assert shown(cast, role, {}) == mine + "c"
    assert len(asking._known) == 2


@pytest.mark.parametrize("sort", ORDERS)
def test_every_order_shows_what_the_plain_list_shows(cast, sort):
    # given leads alike and not alike
    for n in range(6):
        make_lead(cast, f"n{n % 4}", score=10 * (n % 3), owner="rep" if n % 2 else "", tags=["vip"])

    # then the page is the one the API's list is: rows, positions, count
    actor = cast.actor("manager")
    ours = selectors.list_shown(actor, EVERYTHING, sort=(sort,))
    plain = selectors.list_leads(selectors.visible_leads(actor), sort=(sort,))
    assert [lead.pk for lead in ours.rows] == [lead.pk for lead in plain.rows]
    for name in selectors.LISTED:
        assert [getattr(lead, name) for lead in ours.rows] == [getattr(lead, name) for lead in plain.rows]
    assert (ours.count, ours.next_cursor, ours.previous_cursor) == (6, "", "")
    assert plain.count == 6


def test_pages_follow_one_another_forwards_and_back(cast, monkeypatch):
    monkeypatch.setattr("leads.selectors.shown.PAGE", 2)
    for name in "abcde":
        make_lead(cast, name)
    actor, cursor, pages = cast.actor("manager"), "", []
    for _ in range(3):
        page = selectors.list_shown(actor, EVERYTHING, sort=("name",), cursor=cursor)
        pages.append("".join(lead.name_line for lead in page.rows))
        cursor, back = page.next_cursor, page.previous_cursor
    assert (pages, cursor) == (["ab", "cd", "e"], "")
    page = selectors.list_shown(actor, EVERYTHING, sort=("name",), cursor=back)
    assert "".join(lead.name_line for lead in page.rows) == "cd"
