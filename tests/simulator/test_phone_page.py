"""The phone page: what people type reaches the product, what it answers appears at once."""

import httpx
import pytest

from tests.simulator.stage import BUDI, BUDI_ID

INTERACTIVE = {
    "type": "button",
    "body": {"text": "Kapan?"},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": "mon", "title": "Senin"}},
            {"type": "reply", "reply": {"id": "tue", "title": "Selasa"}},
        ]
    },
}


def thread(sim, phone="budi"):
    return sim.client.get(f"phone/{phone}/thread").json()


def test_a_typed_line_reaches_the_product_as_the_persona(sim, product):
    sim.client.post("phone/camila/say", json={"text": "Hola"})

    product.wait(1)

    [message] = product.items("messages")
    assert (message["from"], message["text"]["body"]) == ("573005550102", "Hola")
    sim.control("settle")
    [bubble] = thread(sim, "camila")["bubbles"]
    assert (bubble["direction"], bubble["text"], bubble["tick"]) == ("in", "Hola", "delivered")


def test_a_tapped_button_is_a_reply_to_the_message_it_hangs_on(sim, product):
    sim.open_window()
    product.forget()
    wamid = sim.send(type="interactive", text=None, interactive=INTERACTIVE).json()["messages"][0]["id"]
    choice = thread(sim)["bubbles"][-1]["choices"][1]

    sim.client.post("phone/budi/say", json=choice | {"reply_to": wamid})
    sim.control("settle")

    [message] = product.items("messages")
    assert message["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "tue", "title": "Selasa"},
    }
    assert message["context"] == {"from": "628110000001", "id": wamid}


def test_what_fails_never_shows_on_the_phone(sim):
    sim.send(text={"body": "too late"})

    assert sim.look("books")["messages"][0]["fate"] == "131047"
    assert thread(sim)["bubbles"] == []


def test_typing_shows_until_the_reply(sim):
    wamid = sim.open_window()
    mark = {"status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}}

    sim.send(type=None, to=None, text=None, **mark)
    assert thread(sim)["typing"] is True
    sim.send()

    assert thread(sim)["typing"] is False
    assert [each["text"] for each in thread(sim)["bubbles"]] == ["Halo", "Halo"]


def test_a_reaction_hangs_on_its_message(sim):
    wamid = sim.open_window()

    sim.send(type="reaction", text=None, reaction={"message_id": wamid, "emoji": "👍"})
    assert [each["reactions"] for each in thread(sim)["bubbles"]] == [["👍"]]
    sim.send(type="reaction", text=None, reaction={"message_id": wamid, "emoji": ""})

    assert [each["reactions"] for each in thread(sim)["bubbles"]] == [[]]


def test_starting_over_makes_a_new_person(sim, product):
    sim.client.post("phone/budi/say", json={"text": "Halo"})

    fresh = sim.client.post("phone/budi/start-over", json={}).json()
    sim.client.post("phone/budi/say", json={"text": "Halo lagi"})
    product.wait(2)

    assert (fresh["number"], fresh["bubbles"]) == ("+62 811-0000-111", [])
    assert {each["from"] for each in product.items("messages")} == {BUDI_ID, "628110000111"}


def test_suggestions_go_away_once_said(sim):
    first, second = thread(sim, "maya")["suggestions"][:2]

    after = sim.client.post("phone/maya/say", json={"text": first}).json()

    assert after["suggestions"][0] == second


@pytest.mark.parametrize("words", [{"text": ""}, {"text": "x" * 4097}, {"raw": {}}, []])
def test_the_page_may_only_say_what_a_person_may(sim, words):
    answer = sim.client.post("phone/budi/say", json=words)

    assert answer.status_code == 400
    assert sim.look("books")["inbound"] == []


def test_a_form_of_another_page_is_not_taken(sim):
    answer = sim.client.post(
        "phone/budi/say", content=b'{"text":"x"}', headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 415
    assert sim.look("books")["inbound"] == []


def test_events_name_the_phone_that_changed(sim):
    with httpx.stream("GET", f"{sim.url}phone/events", timeout=10, trust_env=False) as events:
        lines = events.iter_lines()
        assert "event: ready" in (next(lines), next(lines))

        sim.control("inbound", **{"from": BUDI, "text": "Halo"})

        assert 'data: {"phone": "budi"}' in lines


def test_a_scenario_is_played_and_a_silent_product_fails_it(sim):
    sim.client.timeout = httpx.Timeout(40)

    outcome = sim.control("scenario/budi-greets")

    assert outcome["ok"] is False
    assert outcome["failed"]["step"] == 2
    assert "no reply" in outcome["failed"]["because"]
    assert [each["direction"] for each in outcome["transcript"]] == ["in"]
    assert sim.client.post("_sim/scenario/none").status_code == 400


def test_pages_are_served_with_a_policy_and_nothing_from_outside(sim):
    for path in ("", "phone/budi"):
        page = sim.client.get(path)
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "http://" not in page.text
        assert "https://" not in page.text
        assert "nothing leaves this machine" in page.text
    assert sim.client.get("phone/nobody").status_code == 404
    assert sim.client.get("phone/pages/..%2f__main__.py").status_code == 404


@pytest.mark.browser
def test_three_phones_are_used_in_a_browser(sim, new_page):
    page = new_page()
    page.goto(sim.url)
    page.get_by_test_id("phone-budi-input").fill("Halo kak")
    page.get_by_test_id("phone-budi-send").click()
    bubble = page.get_by_test_id("phone-budi-thread").get_by_test_id("bubble")
    bubble.first.wait_for()
    page.locator("[data-testid=bubble][data-tick=delivered]").wait_for()
    [said] = sim.look("books")["inbound"]

    sim.send(type=None, to=None, text=None, status="read", message_id=said["wamid"])
    sim.send(type="interactive", text=None, interactive=INTERACTIVE)

    page.locator("[data-testid=bubble][data-direction=in][data-tick=read]").wait_for()
    page.get_by_test_id("phone-budi-choice").nth(1).click()
    page.locator("[data-testid=bubble][data-direction=in]", has_text="Selasa").wait_for()
    assert page.get_by_test_id("phone-budi-choice").nth(1).get_attribute("aria-pressed") == "true"
    assert [each["text"] for each in sim.look("books")["inbound"]] == ["Halo kak", "Selasa"]


@pytest.mark.browser
def test_a_narrow_screen_has_tabs_and_does_not_scroll_sideways(sim, new_page):
    page = new_page(width=390, height=844, color_scheme="dark")
    page.goto(sim.url)
    page.get_by_test_id("tab-maya").click()

    page.get_by_test_id("phone-maya-suggestion").first.click()
    page.get_by_test_id("phone-maya-thread").get_by_test_id("bubble").wait_for()

    assert page.get_by_test_id("phone-budi").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert sim.look("books")["inbound"][0]["person"] == "15550100177"
