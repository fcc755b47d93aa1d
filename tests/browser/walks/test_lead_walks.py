"""Tasks around leads and the team, each with a mouse, with the keyboard alone, and with a thumb on a phone."""

import json
import re
import secrets
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.hands import HANDS
from tests.browser.walks.walker import Walker
from tests.journeys.world import new_number, until

pytestmark = pytest.mark.browser


@pytest.fixture(params=HANDS)
def way(request):
    """How it is done."""
    return request.param


@pytest.fixture
def walker(way, stack, new_page):
    """A manager who uses the product in one of the three ways."""
    return Walker(new_page, stack.url, way, "manager@demo.test")


def made(program, name, **more):
    """A new lead: as the API tells it, with its number."""
    number = new_number("62813")
    known = [{"kind": "wa_id", "value": number}]
    answer = program.post("leads/", {"name": name, "identities": known, "source": "fair", **more})
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "number": number}


def a_surname():
    """Like nobody else's, and easy to say."""
    return "".join(secrets.choice("bdfgklmnprst") + secrets.choice("aeiou") for _ in range(5)).title()


def test_leads_are_given_to_somebody_and_taken_back(walker, program):
    tag = f"walk-{secrets.token_hex(4)}"
    leads = [made(program, name, tags=[tag]) for name in ("Ana", "Bea", "Cleo")]
    tree = {"all": [{"field": "tags", "op": "any_of", "value": [tag]}]}
    walker.go(f"/leads/?filter={quote(json.dumps(tree))}&sort=name")
    rows = walker.page.get_by_test_id("lead-row")

    for place in range(3):
        walker.pick_lead(rows.nth(place))
    walker.press(walker.page.get_by_test_id("bulk-assign").locator("summary"), key="a")
    walker.press("bulk-assign-rep@demo.test")
    toast = walker.page.get_by_test_id("toast").filter(has_text="3 leads changed")
    expect(toast).to_be_visible()
    owners = {program.get(f"leads/{lead['id']}/")["owner"] for lead in leads}
    assert len(owners) == 1
    assert None not in owners

    walker.press(toast.get_by_role("button", name="Undo"))
    until(lambda: [program.get(f"leads/{lead['id']}/")["owner"] for lead in leads] == [None] * 3)


def test_a_fact_is_corrected(walker, program):
    lead = made(program, f"Wulan {a_surname()}")
    assert program.post(f"leads/{lead['id']}/slots/", {"budget": {"value": "5 million"}}).status_code == 200
    walker.go(f"/leads/{lead['id']}/")
    fact = walker.page.get_by_test_id("slot-budget")
    expect(fact).to_contain_text("5 million")

    walker.press("change-budget")
    walker.write("value-budget", "10 million")
    walker.press(fact.get_by_role("button", name="Save"))

    expect(fact.locator(".slot-value")).to_have_text("10 million")
    expect(fact).to_have_attribute("data-confirmed", "")
    assert program.get(f"leads/{lead['id']}/")["slots"]["budget"]["value"] == "10 million"


def test_two_leads_are_merged_and_parted(walker, program):
    surname = a_surname()
    first, second = made(program, f"Wulan {surname}"), made(program, f"Wulan {surname}h")
    walker.go(f"/leads/{first['id']}/")

    walker.press("compare")
    walker.pick(walker.page.get_by_test_id("difference-name").get_by_role("radio").nth(1))
    walker.press("merge")
    expect(walker.page.get_by_role("heading", level=1)).to_have_text(f"Wulan {surname}h")

    walker.press("part")
    expect(walker.page.get_by_test_id("duplicate")).to_have_count(1)
    names = [program.get(f"leads/{lead['id']}/")["name"] for lead in (first, second)]
    assert names == [f"Wulan {surname}", f"Wulan {surname}h"]


def test_somebody_is_found_by_their_number(walker, program):
    lead = made(program, f"Wulan {a_surname()}")
    walker.go("/")

    local = "0" + lead["number"].lstrip("+").removeprefix("62")
    walker.hand.find(f"{local[:4]}-{local[4:8]}-{local[8:]}")
    walker.hand.found(walker.page.get_by_role("option").filter(has_text=lead["name"]))

    expect(walker.page.get_by_role("heading", level=1)).to_have_text(lead["name"])


def test_somebody_is_invited_and_joins(way, stack, new_page):
    email = f"{secrets.token_hex(4)}@people.test"
    walker = Walker(new_page, stack.url, way, "admin@demo.test")
    walker.go("/")
    walker.press(walker.page.get_by_test_id("rail").get_by_role("link", name="Settings"))
    walker.press(walker.page.locator("#content a[href='/settings/team/']").filter(visible=True).first)
    walker.press("invite", key="n")
    walker.write(walker.page.get_by_label("E-mail"), email)
    walker.hand.choose(walker.page.get_by_label("Role"), "Viewer")
    walker.press("send-invitation")
    expect(walker.page.get_by_test_id("invitations")).to_contain_text(email)

    log = stack.var_dir / "log" / "worker.log"
    link = until(lambda: re.search(rf"To: {email}.*?(/invitations/\S+)", log.read_text(), re.DOTALL))[1]
    guest = Walker(new_page, stack.url, way, None)
    guest.page.goto(stack.url + link)
    guest.write(guest.page.get_by_label("Name"), "Sari Dewi")
    guest.write(guest.page.get_by_label("Password"), "test-only four blind mice")
    guest.press("join")
    guest.page.wait_for_url(f"{stack.url}/")
    expect(guest.page.get_by_test_id("rail")).to_be_visible()
