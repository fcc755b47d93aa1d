"""Webhooks reach the product: signed over the exact bytes, again after a refusal, with faults on demand."""

import hashlib
import hmac
import json

import pytest

from config.launcher import children
from tests.simulator.stage import BUDI, BUDI_ID, SECRET


def signature_is_right(raw, header, secrets):
    """The check a product makes, written independently of the simulator."""
    if not header or not header.startswith("sha256="):
        return False
    got = header[7:].strip().lower().encode("ascii", "replace")
    expected = [hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode() for secret in secrets]
    return any(hmac.compare_digest(each, got) for each in expected)


def checked(delivery):
    return signature_is_right(delivery["body"], delivery["headers"].get("x-hub-signature-256"), [SECRET])


def say(sim, **words):
    return sim.control("inbound", **({"from": BUDI, "text": "Halo"} | words))


def test_a_message_arrives_signed_and_escaped(sim, product):
    wamid = say(sim, name="Siti 🌸", text="Berapa harganya ya? ñ")["wamid"]

    [delivery] = product.wait(1)

    assert delivery["path"] == "/hooks/whatsapp_meta/demo-whatsapp/"
    assert delivery["headers"]["content-type"] == "application/json"
    assert checked(delivery)
    assert not signature_is_right(
        delivery["body"] + b" ", delivery["headers"]["x-hub-signature-256"], [SECRET]
    )
    assert b"\\u00f1" in delivery["body"]
    assert delivery["body"].isascii()
    [message] = product.items("messages")
    assert (message["id"], message["from"]) == (wamid, BUDI_ID)
    assert message["text"] == {"body": "Berapa harganya ya? ñ"}


def test_a_refused_webhook_comes_again_until_it_is_taken(sim, product):
    product.answers = [500, 503, 301]

    wamid = say(sim)["wamid"]
    deliveries = product.wait(4)

    assert [each["code"] for each in deliveries] == [500, 503, 301, 200]
    assert len({each["body"] for each in deliveries}) == 1
    assert all(checked(each) for each in deliveries)
    sim.control("settle")
    [booked] = sim.look("books")["webhooks"]
    assert (booked["wamid"], booked["attempts"], booked["code"]) == (wamid, 4, 200)


def test_a_product_that_was_down_gets_everything_when_it_is_back(sim, product):
    product.close()
    wamids = say(sim, count=3)["wamids"]
    assert sim.control("settle", timeout=0.3)["webhooks_pending"] == 3

    product.open()
    sim.control("clock", advance="1m")
    sim.control("settle")

    assert [each["id"] for each in product.items("messages")] == wamids


def test_after_seven_days_the_world_gives_up(sim, product):
    product.answers = [500] * 3
    say(sim)
    product.wait(1)

    sim.control("clock", advance="8d")
    product.wait(2)

    counts = sim.control("settle")
    assert (counts["webhooks_given_up"], counts["webhooks_pending"]) == (1, 0)
    assert sim.look("books")["webhooks"] == []


def test_duplicates_are_the_same_bytes_and_booked_once(sim, product):
    sim.control("webhook-faults", duplicate=2)

    say(sim)
    deliveries = product.wait(3)
    sim.control("settle")

    assert len({each["body"] for each in deliveries}) == 1
    assert len(sim.look("books")["webhooks"]) == 1


def test_shuffle_changes_the_order_and_loses_nothing(sim, product):
    sim.control("webhook-faults", shuffle=True, spread=0.2, seed=7)

    wamids = say(sim, count=20)["wamids"]
    product.wait(20)

    arrived = [each["id"] for each in product.items("messages")]
    assert arrived != wamids
    assert sorted(arrived) == sorted(wamids)


def test_without_shuffle_one_person_is_read_in_order(sim, product):
    wamids = say(sim, count=20)["wamids"]
    product.wait(20)

    assert [each["id"] for each in product.items("messages")] == wamids


def test_a_corrupted_signature_is_wrong_and_comes_right_when_the_fault_is_over(sim, product):
    product.answers = [401]
    sim.control("webhook-faults", corrupt_signature=True, times=1)

    say(sim)
    wrong, right = product.wait(2)

    assert not checked(wrong)
    assert checked(right)
    assert wrong["body"] == right["body"]


def test_batches_carry_several_updates_in_one_post(sim, product):
    sim.control("webhook-faults", batch=5)

    wamids = say(sim, count=5)["wamids"]
    [delivery] = product.wait(1)

    assert len(json.loads(delivery["body"])["entry"][0]["changes"]) == 5
    assert checked(delivery)
    assert [each["id"] for each in product.items("messages")] == wamids
    sim.control("settle")
    assert len(sim.look("books")["webhooks"]) == 5


def test_lost_updates_are_never_sent_and_booked_as_lost(sim, product):
    sim.control("webhook-faults", lose=0.5, seed=3)

    wamids = say(sim, count=20)["wamids"]
    sim.control("settle")

    books = sim.look("books")
    arrived = {each["id"] for each in product.items("messages")}
    lost = {each["wamid"] for each in books["lost"]}
    assert 0 < len(lost) < 20
    assert arrived.isdisjoint(lost)
    assert arrived | lost == set(wamids)


def test_statuses_come_in_order_and_echo_the_opaque_data(sim, product):
    sim.open_window()

    wamid = sim.send(biz_opaque_callback_data="attempt:1").json()["messages"][0]["id"]
    product.wait(4)

    statuses = product.items("statuses")
    assert [each["status"] for each in statuses] == ["sent", "delivered", "read"]
    assert {each["id"] for each in statuses} == {wamid}
    assert {each["biz_opaque_callback_data"] for each in statuses} == {"attempt:1"}
    assert {each["recipient_id"] for each in statuses} == {BUDI_ID}


def test_who_turned_receipts_off_never_reads(sim, product):
    sim.control("people", wa_id=BUDI, receipts=False)
    sim.open_window()

    sim.send()
    sim.control("settle")

    assert [each["status"] for each in product.items("statuses")] == ["sent", "delivered"]


def test_a_reaction_is_only_sent(sim, product):
    wamid = sim.open_window()

    sim.send(type="reaction", text=None, reaction={"message_id": wamid, "emoji": "👍"})
    sim.control("settle")

    assert [each["status"] for each in product.items("statuses")] == ["sent"]


def test_outside_the_window_a_message_is_accepted_and_fails_later(sim, product):
    sim.open_window()
    sim.control("clock", advance="25h")

    late = sim.send(biz_opaque_callback_data="late")
    sim.send(type="template", text=None, template={"name": "halo", "language": {"code": "id"}})
    sim.control("settle")

    assert late.status_code == 200
    statuses = {each["status"]: each for each in product.items("statuses")}
    assert statuses["failed"]["errors"][0]["code"] == 131047
    assert statuses["failed"]["biz_opaque_callback_data"] == "late"
    assert statuses["read"]["id"] != statuses["failed"]["id"]
    assert [each["fate"] for each in sim.look("books")["messages"]] == ["131047", "ok"]


def test_a_reaction_does_not_open_the_window(sim, product):
    say(sim, type="reaction", emoji="👍", message_id="wamid.x")

    sim.send()
    sim.control("settle")

    assert [each["status"] for each in product.items("statuses")] == ["failed"]


def test_who_is_not_on_whatsapp_is_undeliverable(sim, product):
    sim.control("people", wa_id=BUDI, on_whatsapp=False)

    assert sim.send().status_code == 200
    sim.control("settle")

    assert product.items("statuses")[0]["errors"][0]["code"] == 131026


def test_the_46th_message_to_one_person_hits_the_pair_rate(sim):
    sim.open_window()

    codes = [sim.send().status_code for _ in range(45)]
    refused = sim.send()
    other = sim.send(to="+628110000102")
    sim.control("clock", advance="7s")
    later = sim.send()

    assert set(codes) == {200}
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 131056)
    assert other.status_code == 200
    assert later.status_code == 200


def test_the_throughput_of_a_number_is_limited_when_asked(sim):
    sim.control("settings", throughput=3)

    answers = [sim.send(to=f"+62811000010{n}") for n in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 400]
    assert answers[3].json()["error"]["code"] == 130429
    assert len(sim.look("books")["messages"]) == 3


def test_many_messages_are_numbered(sim, product):
    say(sim, text="Pesan {n}", count=3)
    product.wait(3)

    assert [each["text"]["body"] for each in product.items("messages")] == ["Pesan 1", "Pesan 2", "Pesan 3"]


def test_the_handshake_is_played(sim):
    right = sim.control("handshake", challenge="12345")
    wrong = sim.control("handshake", verify_token="stolen")

    assert right == {"ok": True, "code": 200, "body": "12345"}
    assert (wrong["ok"], wrong["code"]) == (False, 403)


@pytest.mark.parametrize(("signature", "right"), [("right", True), ("wrong", False), (None, False)])
def test_any_bytes_can_be_posted_once(sim, product, signature, right):
    product.answers = [400]

    answer = sim.control("deliver_raw", body='{"half":', signature=signature)

    [delivery] = product.received
    assert answer["code"] == 400
    assert delivery["body"] == b'{"half":'
    assert checked(delivery) is right
    assert sim.control("settle")["webhooks_pending"] == 0


def test_numbers_have_their_own_secret_and_address(sim, product):
    sim.control(
        "numbers",
        phone_number_id="100000000000002",
        display_phone_number="573005550100",
        channel_key="second",
        app_secret="test-only-second",
        verify_token="v",
        access_token="t",
    )

    say(sim, number="second")
    [delivery] = product.wait(1)

    assert delivery["path"] == "/hooks/whatsapp_meta/second/"
    assert not checked(delivery)
    assert signature_is_right(
        delivery["body"], delivery["headers"]["x-hub-signature-256"], ["test-only-second"]
    )


def test_marking_as_read_turns_the_ticks_of_all_earlier_messages(sim):
    wamids = say(sim, count=2)["wamids"]
    sim.control("settle")

    answer = sim.send(type=None, to=None, text=None, status="read", message_id=wamids[1])

    assert answer.json() == {"success": True}
    bubbles = sim.client.get("phone/budi/thread").json()["bubbles"]
    assert [each["tick"] for each in bubbles] == ["read", "read"]


def test_secrets_are_masked_in_the_log(sim):
    sim.send()

    lines = sim.look("log")["lines"]

    assert "demo-access-token" not in json.dumps(lines)
    [request] = [line for line in lines if line["kind"] == "request"]
    assert request["headers"]["authorization"].startswith("***")
    assert (request["status"], request["body"]["to"]) == (200, BUDI)


def test_the_bodies_that_were_taken_are_booked_and_those_refused_are_not(sim, product):
    product.answers = [500]

    say(sim)
    product.wait(1, code=200)
    sim.control("settle")
    sim.control("deliver_raw", body="{half")
    product.answers = [401]
    sim.control("deliver_raw", body="never taken")

    taken = [hashlib.sha256(each["body"]).hexdigest() for each in product.wait(2, code=200)]
    assert sim.look("books")["bodies"] == taken


def test_some_updates_are_doubled(sim, product):
    sim.control("webhook-faults", duplicate=1, duplicate_rate=0.5, seed=3)

    for _ in range(20):
        say(sim)
    sim.control("settle")

    assert 20 < len(product.received) < 40
    assert len(sim.look("books")["webhooks"]) == 20


def test_an_update_that_was_taken_comes_again_later(sim, product):
    sim.control("webhook-faults", replay=1.0, replay_after=60)

    say(sim)
    [first] = product.wait(1)
    assert children.wait_until(lambda: sim.look("books")["counts"]["webhooks_delivered"] == 1, seconds=8)
    assert sim.look("books")["counts"]["webhooks_pending"] == 1
    sim.control("webhook-faults")
    sim.control("clock", advance="61s")

    [_, again] = product.wait(2)
    assert again["body"] == first["body"]
    sim.control("settle")
    assert [row["state"] for row in sim.look("books")["webhooks"]] == ["delivered", "delivered"]


def test_everything_that_was_taken_comes_once_more(sim, product):
    wamids = [say(sim)["wamid"], say(sim)["wamid"]]
    sim.control("settle")

    told = sim.control("replay")
    product.wait(4)
    sim.control("settle")

    assert told == {"updates": 2}
    assert sorted(item["id"] for item in product.items("messages")) == sorted(wamids * 2)
    assert [each["code"] for each in sim.look("books")["webhooks"]] == [200] * 4


def test_a_shut_window_refuses_free_words_until_the_person_writes_again(sim, product):
    sim.open_window()
    sim.control("shut", **{"from": BUDI})

    sim.send(biz_opaque_callback_data="closed")
    sim.open_window()
    sim.send(biz_opaque_callback_data="open")
    sim.control("settle")

    assert [(row["opaque"], row["fate"]) for row in sim.look("books")["messages"]] == [
        ("closed", "131047 asked"),
        ("open", "ok"),
    ]
    [failed] = [item for item in product.items("statuses") if item["status"] == "failed"]
    assert failed["errors"][0]["code"] == 131047
