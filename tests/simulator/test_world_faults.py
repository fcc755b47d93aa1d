"""Faults of the Graph, and what survives the death of the world."""

import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from tests.journeys.world import until
from tests.simulator.stage import BUDI, ROOT, TOKEN


def test_a_reset_after_acceptance_is_an_unknown_outcome_that_a_status_clears_up(sim, product):
    sim.open_window()
    sim.control("faults", match={"to": BUDI}, reset_after_accept=True)

    with pytest.raises(httpx.ReadError):
        sim.send(biz_opaque_callback_data="attempt:7")
    sim.control("settle")

    [booked] = sim.look("books")["messages"]
    assert booked["opaque"] == "attempt:7"
    assert product.items("statuses")[0]["biz_opaque_callback_data"] == "attempt:7"
    assert sim.send().status_code == 200


def test_a_dropped_connection_accepts_nothing(sim):
    sim.control("faults", match={"text": "Halo"}, drop=True)

    with pytest.raises(httpx.TransportError):
        sim.send()

    assert sim.look("books")["messages"] == []


def test_a_slow_answer_comes_after_the_message_was_accepted(sim):
    sim.control("faults", match={"path": "/messages"}, delay=1.5)

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{sim.url}meta/v26.0/100000000000001/messages",
            json={"messaging_product": "whatsapp", "to": BUDI, "text": {"body": "Halo"}},
            headers={"Authorization": "Bearer demo-access-token"},
            timeout=0.3,
            trust_env=False,
        )

    assert len(sim.look("books")["messages"]) == 1


def test_a_status_fault_answers_as_told_as_often_as_told(sim):
    error = {"error": {"code": 130429, "message": "(#130429) Rate limit hit", "type": "OAuthException"}}
    sim.control("faults", match={"to": BUDI}, times=2, status=429, json=error, headers={"Retry-After": "3"})

    answers = [sim.send() for _ in range(3)]
    other = sim.send(to="+628110000102")

    assert [each.status_code for each in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert answers[0].json() == error
    assert other.status_code == 200
    assert len(sim.look("books")["messages"]) == 2


def test_a_fault_with_a_rate_hits_some_and_the_seed_decides_whom(sim):
    def run():
        sim.control("faults", clear=True, seed=5)
        sim.control("faults", times=0, rate=0.5, status=500)
        return [sim.send(to=f"+628110001{n:03d}").status_code for n in range(20)]

    first, second = run(), run()

    assert first == second
    assert set(first) == {200, 500}


def test_unknown_words_of_the_control_api_are_refused(sim):
    for verb, words in (
        ("faults", {"sttus": 500}),
        ("webhook-faults", {"dup": 1}),
        ("settings", {"window": 1}),
    ):
        answer = sim.client.post(f"_sim/{verb}", json=words)
        assert answer.status_code == 400, verb
        assert answer.json()["error"]

    assert sim.send().status_code == 200


def test_a_killed_world_delivers_after_its_restart_what_it_had_promised(own_world):
    product = own_world.product
    product.close()
    inbound = own_world.control("inbound", **{"from": BUDI, "text": "Halo", "count": 3})["wamids"]
    accepted = own_world.send(biz_opaque_callback_data="attempt:1").json()["messages"][0]["id"]
    before = own_world.look("books/messages?to=628110000101")

    own_world.stop(signal.SIGKILL)
    product.open()
    own_world.start()
    own_world.control("clock", advance="1m")
    own_world.control("settle")

    assert {each["id"] for each in product.items("messages")} == set(inbound)
    assert [each["status"] for each in product.items("statuses")] == ["sent", "delivered", "read"]
    assert {each["id"] for each in product.items("statuses")} == {accepted}
    assert own_world.look("books/messages?to=628110000101") == before
    assert [each["wamid"] for each in own_world.look("books")["inbound"]] == inbound


def test_nothing_that_was_answered_is_lost_when_it_is_killed_under_fire(own_world):
    own_world.control("settings", pair_rate=False)
    answered: dict[str, set[str]] = {"messages": set(), "inbound": set()}

    for enough in (4, 8, 12):
        killed = threading.Event()
        senders = [threading.Thread(target=fire, args=(own_world.url, killed, answered)) for _ in range(6)]
        for sender in senders:
            sender.start()
        until(lambda enough=enough: min(map(len, answered.values())) >= enough)  # then at any moment
        own_world.stop(signal.SIGKILL)
        killed.set()
        for sender in senders:
            sender.join()
        own_world.start()

    books = own_world.look("books")
    for kind, wamids in answered.items():
        assert len(wamids) > 10, kind
        assert wamids <= {each["wamid"] for each in books[kind]}, kind


def fire(url, killed, answered):
    """Sends and writes in turn until the world dies; keeps the ids that were answered."""
    headers = {"Authorization": "Bearer demo-access-token", "X-Sim-Token": TOKEN}
    body = {"messaging_product": "whatsapp", "to": BUDI, "text": {"body": "Halo"}}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        while not killed.is_set():
            try:
                sent = client.post("meta/v26.0/100000000000001/messages", json=body)
                if sent.status_code == 200:
                    answered["messages"].add(sent.json()["messages"][0]["id"])
                said = client.post("_sim/inbound", json={"from": BUDI, "text": "Halo"})
                answered["inbound"].add(said.json()["wamid"])
            except httpx.TransportError:
                return


def test_sigterm_ends_it_within_a_second_even_with_open_pages_and_slow_requests(own_world):
    own_world.control("faults", match={}, delay=30)
    held = threading.Thread(target=hold, args=(own_world.url,))
    held.start()
    with httpx.stream("GET", f"{own_world.url}phone/events", trust_env=False) as events:
        next(events.iter_lines())

        began = time.monotonic()
        code = own_world.stop()
        took = time.monotonic() - began
    held.join()

    assert code == 0
    assert took < 1.5  # a second, and some patience with a busy machine


def hold(url):
    """A request that a slow fault keeps open until the connection is cut."""
    with pytest.raises(httpx.TransportError):
        httpx.get(
            f"{url}meta/v26.0/100000000000001",
            headers={"Authorization": "Bearer demo-access-token"},
            timeout=20,
            trust_env=False,
        )


@pytest.mark.parametrize("words", [["--host", "0.0.0.0"], ["--product-url", "https://example.com"]])
def test_nothing_outside_this_machine_is_bound_or_called(words, tmp_path):
    command = [sys.executable, "-m", "simulator", "--port", "0", "--data", str(tmp_path), *words]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=False)

    assert ended.returncode == 2
    assert "127.0.0.1 only" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_token_is_left_in_the_data_folder_and_needed(sim):
    assert (sim.data / "token").read_text().strip() == TOKEN
    assert (sim.data / "token").stat().st_mode & 0o077 == 0

    for words in ({}, {"token": "wrong"}):
        assert httpx.get(f"{sim.url}_sim/books", params=words, trust_env=False).status_code == 403
    assert httpx.get(f"{sim.url}_sim/books", params={"token": TOKEN}, trust_env=False).status_code == 200


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_pages_of_other_sites_get_nothing(sim, headers):
    answer = httpx.post(f"{sim.url}phone/budi/say", json={"text": "x"}, headers=headers, trust_env=False)

    assert answer.status_code == 403
    assert sim.look("books")["inbound"] == []
