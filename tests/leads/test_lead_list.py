"""The list: filters, search, order, pages; and that it costs the same however many leads there are."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from crm.core.errors import InvalidInputError, NotAllowedError
from leads import selectors, services
from leads.models import Lead
from leads.selectors import LeadFilters
from tests.factories.leads import fact, make_contact, make_lead


def names(rows) -> list[str]:
    return [lead.name_line for lead in rows]


def found(cast, role: str = "admin", **filters) -> list[str]:
    rows = selectors.visible_leads(cast.actor(role))
    return sorted(names(selectors.filter_leads(rows, LeadFilters(**filters))))


def pages(rows, sort, size) -> list[list[str]]:
    """The names of every page, going forward; then going back must give the same pages."""
    shown, cursors, cursor = [], [], ""
    while True:
        page = selectors.list_leads(rows, sort=sort, cursor=cursor, size=size)
        shown.append(names(page.rows))
        cursors.append(page.previous_cursor)
        cursor = page.next_cursor
        if not cursor:
            break
    back = [names(selectors.list_leads(rows, sort=sort, cursor=c, size=size).rows) for c in cursors[1:]]
    assert back == shown[:-1]
    assert cursors[0] == ""
    return shown


def test_members_see_their_own_leads_their_teams_and_nobodys(cast):
    make_lead(cast, "mine", owner="rep")
    make_lead(cast, "theirs", owner="manager")
    make_lead(cast, "nobodys")

    assert found(cast, "rep") == ["mine", "nobodys"]
    assert found(cast, "manager") == ["mine", "nobodys", "theirs"]
    assert found(cast, "viewer") == ["mine", "nobodys", "theirs"]


def test_another_workspace_sees_nothing_of_it(cast, strangers):
    make_lead(cast)

    assert found(strangers) == []


def test_who_may_not_view_leads_is_refused(cast):
    nobody = cast.agent.__class__(**{**cast.agent.__dict__, "permissions": frozenset()})

    with pytest.raises(NotAllowedError):
        selectors.visible_leads(nobody)


def test_filters_narrow_by_each_field(cast):
    now = timezone.now()
    make_lead(cast, "a", owner="rep", score=80, temperature="hot", tags=["vip", "fair"])
    make_lead(cast, "b", source="sms", score=50, temperature="warm", created_at=now - timedelta(days=3))
    services.disqualify_lead(actor=cast.system, lead_id=make_lead(cast, "c", tags=["vip"]).pk, reason="no")

    assert found(cast) == ["a", "b", "c"]
    assert found(cast, statuses=["new", "disqualified"]) == ["a", "b", "c"]
    assert found(cast, statuses=["disqualified"]) == ["c"]
    assert found(cast, temperatures=["hot", "warm"]) == ["a", "b"]
    assert found(cast, owners=["none"]) == ["b", "c"]
    assert found(cast, owners=[cast.user("rep").pk]) == ["a"]
    assert found(cast, owners=[cast.user("rep").pk, "none"]) == ["a", "b", "c"]
    assert found(cast, owners=[cast.user("manager").pk]) == []
    assert found(cast, sources=["sms"]) == ["b"]
    assert found(cast, tags=["vip"]) == ["a", "c"]
    assert found(cast, tags=["vip", "fair"]) == ["a"]
    assert found(cast, score_from=50, score_to=79) == ["b"]
    assert found(cast, created_from=now - timedelta(days=1)) == ["a", "c"]
    assert found(cast, created_before=now - timedelta(days=1)) == ["b"]


def test_search_finds_every_word_in_any_order_without_accents(cast):
    lead = make_lead(cast, "José Peña")
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("business_type", "Cafetería")])
    make_lead(cast, "Jose Otro")

    assert found(cast, search="cafeteria JOSE") == ["José Peña"]
    assert found(cast, search="jose") == ["Jose Otro", "José Peña"]
    assert found(cast, search="jose bakery") == []
    assert found(cast, search="100%") == []


def test_search_finds_a_number_in_any_format(cast):
    contact = make_contact(cast, "Budi", "628110000900")
    services.capture_lead(actor=cast.system, contact_id=contact.pk)

    for text in ("+62 811-0000-900", "0000 900", "628110000900"):
        assert found(cast, search=text) == ["Budi"]
    assert found(cast, search="0811-0000-901") == []


def seven(cast) -> None:
    """Seven leads with ties in every column but the name."""
    start = timezone.now()
    for i, name in enumerate("abcdefg"):
        make_lead(
            cast, name, score=(i % 3) * 10, business_type="xy"[i % 2], source="pq"[i % 2],
            temperature=("cold", "warm", "hot")[i % 3], last_activity_at=start - timedelta(hours=i % 4),
            next_step_on=None if i % 2 else date(2026, 12, 1 + i), owner_name="mn"[i % 2],
        )  # fmt: skip


ORDERS = [
    ["name"], ["-name"], ["score"], ["-score"], ["status"], ["-temperature"], ["temperature", "name"],
    ["business_type", "-score"], ["-source", "name"], ["owner", "-last_activity_at"], ["next_step_on"],
    ["-next_step_on", "score"], ["-last_activity_at", "score", "-name"], ["created_at"], ["-created_at", "name"],
]  # fmt: skip


@pytest.mark.parametrize("sort", ORDERS, ids=",".join)
def test_pages_show_every_lead_once_in_order_forward_and_back(cast, sort):
    seven(cast)
    rows = selectors.visible_leads(cast.actor("admin"))

    whole = pages(rows, sort, 100)
    small = pages(rows, sort, 2)

    assert [len(page) for page in small] == [2, 2, 2, 1]
    assert [name for page in small for name in page] == whole[0]
    assert sorted(whole[0]) == list("abcdefg")


def test_order_is_by_the_first_column_then_the_next(cast):
    seven(cast)
    rows = selectors.visible_leads(cast.actor("admin"))

    def order(*sort: str) -> str:
        return "".join(names(selectors.list_leads(rows, sort=sort).rows))

    assert order("-score", "name") == "cfbeadg"
    assert order("temperature", "-name") == "gdaebfc"
    assert order("next_step_on", "name") == "acegbdf"  # without a date comes last


def test_status_is_ordered_as_work_goes(cast):
    for name, status in (
        ("n", "new"),
        ("q", "qualified"),
        ("d", "disqualified"),
        ("w", "working"),
        ("c", "converted"),
    ):
        make_lead(cast, name, status=status)
    rows = selectors.visible_leads(cast.actor("admin"))

    assert "".join(names(selectors.list_leads(rows, sort=["status"]).rows)) == "nwqcd"


def test_a_lead_added_meanwhile_neither_repeats_nor_hides_another(cast):
    seven(cast)
    rows = selectors.visible_leads(cast.actor("admin"))
    first = selectors.list_leads(rows, sort=["name"], size=3)
    make_lead(cast, "aa")
    make_lead(cast, "dd")

    second = selectors.list_leads(rows, sort=["name"], size=3, cursor=first.next_cursor)

    assert (names(first.rows), names(second.rows)) == (["a", "b", "c"], ["d", "dd", "e"])


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "W10", "\x00", "eyJhIjoxfQ"])
def test_a_broken_cursor_is_refused_by_name(cast, cursor):
    with pytest.raises(InvalidInputError) as refused:
        selectors.list_leads(selectors.visible_leads(cast.actor("admin")), cursor=cursor)

    assert list(refused.value.fields) == ["cursor"]


def test_a_cursor_of_another_order_is_refused(cast):
    seven(cast)
    rows = selectors.visible_leads(cast.actor("admin"))
    cursor = selectors.list_leads(rows, sort=["name"], size=2).next_cursor

    with pytest.raises(InvalidInputError):
        selectors.list_leads(rows, sort=["-name"], size=2, cursor=cursor)


def test_an_unknown_column_is_refused_with_those_there_are(cast):
    with pytest.raises(InvalidInputError) as refused:
        selectors.list_leads(selectors.visible_leads(cast.actor("admin")), sort=["shoe_size"])

    assert refused.value.fields["ordering"][0].startswith(
        "Can't order by shoe_size. Choose from: name, status,"
    )


def test_counting_stops_at_a_thousand(cast):
    contacts = [make_contact(cast) for _ in range(3)]
    Lead.objects.bulk_create(
        Lead(workspace=cast.workspace, contact=contacts[i % 3], status="disqualified", name_line=str(i))
        for i in range(1003)
    )

    page = selectors.list_leads(selectors.visible_leads(cast.actor("admin")))

    assert (len(page.rows), page.count, page.is_count_capped) == (50, 1000, True)


def test_a_page_costs_one_statement_however_many_leads_there_are(cast, django_assert_num_queries):
    seven(cast)
    rows = selectors.visible_leads(cast.actor("admin"))

    with django_assert_num_queries(1):
        page = selectors.list_leads(rows, size=5)
        assert [(str(lead), lead.owner_name, lead.status_label) for lead in page.rows]
    with django_assert_num_queries(1):
        selectors.list_leads(rows, size=50)
