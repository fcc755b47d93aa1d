"""What comes to the port twice, late, in disorder, broken or unsigned: right answers, right rows, never a 5xx."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.deliveries import body, status, text
from tests.journeys.world import new_number, twice, until

PAYLOADS = sorted(Path("tests/payloads").glob("wa_*.json"))
BROKEN = {
    "nothing": b"",
    "half a JSON": b'{"object": "whatsapp_business_account", "entry": [{"id":',
    "a list": b"[1, 2, 3]",
    "a number": b"7",
    "no text at all": bytes(range(256)),
    "deep": b"[" * 50_000,
    "wrong shapes": b'{"object": 1, "entry": {"changes": "none"}}',
    "entries of nothing": b'{"object": "whatsapp_business_account", "entry": [null, 7, {"changes": [null]}]}',
}


@pytest.fixture(autouse=True)
def _dials(world):
    """The provider did not see these people write: let it take our answers all the same."""
    before = world.turn(window=False)
    yield
    world.turn(window=before["window"], statuses=before["statuses"])


def somebody_is_still_heard(world, program):
    """Whatever was posted before has been worked off, or stands in nobody's way."""
    number = new_number()
    assert world.post_hook(body(text(number, "Hello"))) == 200
    until(lambda: program.heard(number) == ["Hello"])


def test_the_same_delivery_many_times_at_once_is_one_message(world, program):
    number = new_number()
    delivery = body(text(number, "Hello, we have a bakery"))

    with ThreadPoolExecutor(6) as several:
        codes = list(several.map(world.post_hook, [delivery] * 12))

    assert codes == [200] * 12
    until(lambda: program.answered(number))
    assert program.heard(number) == ["Hello, we have a bakery"]
    assert twice(world.sent_to(number)) == []


def test_a_replay_after_the_answer_is_not_answered_again(world, program):
    number = new_number()
    delivery = body(text(number, "Hello, we have a bakery"))
    world.post_hook(delivery)
    until(lambda: program.answered(number))
    answers = world.texts_to(number)

    assert world.post_hook(delivery) == 200
    later = new_number()
    world.post_hook(body(text(later, "Hello, we have a bakery")))
    until(lambda: program.answered(later))

    assert program.heard(number) == ["Hello, we have a bakery"]
    assert world.texts_to(number) == answers


def test_a_batch_in_disorder_is_read_in_the_order_it_was_said(world, program):
    number = new_number()
    first, second, third = (text(number, f"Word {n}", at=n - 10) for n in (1, 2, 3))

    assert world.post_hook(body(third, first, second)) == 200

    until(lambda: len(program.heard(number)) == 3)
    assert program.heard(number) == ["Word 1", "Word 2", "Word 3"]


def test_deliveries_in_disorder_are_all_kept_once(world, program):
    number = new_number()
    deliveries = [body(text(number, f"Word {n}", at=n - 10)) for n in range(6)]

    with ThreadPoolExecutor(6) as several:
        codes = list(several.map(world.post_hook, deliveries[::-1] * 2))

    assert set(codes) == {200}
    until(lambda: len(program.heard(number)) >= 6)
    until(lambda: program.answered(number))
    assert sorted(program.heard(number)) == [f"Word {n}" for n in range(6)]


def test_receipts_in_disorder_never_take_a_tick_back(world, program):
    number = new_number()
    world.turn(statuses=False)
    world.post_hook(body(text(number, "Hello, we have a bakery")))
    until(lambda: program.answered(number))
    sent = program.messages(number)[-1]["provider_id"]

    for state in ("read", "delivered", "sent", "read", "sent"):
        assert world.post_hook(body(statuses=[status(sent, number, state)])) == 200
    until(lambda: program.messages(number)[-1]["status"] == "read")
    somebody_is_still_heard(world, program)

    assert program.messages(number)[-1]["status"] == "read"


@pytest.mark.parametrize("words", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_body_is_taken_and_stops_nobody(world, program, words):
    code = world.post_hook(words)

    assert code in {200, 400}
    somebody_is_still_heard(world, program)


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=é"])
def test_what_is_not_signed_leaves_no_trace(world, program, signature):
    number = new_number()
    given = signature if signature is None else signature.encode()

    code = world.post_hook(body(text(number, "Let me in")), signature=given)

    assert code == 401
    somebody_is_still_heard(world, program)
    assert program.conversations(number) == []


def test_a_signature_of_other_bytes_is_refused(world, program):
    number = new_number()
    delivery = body(text(number, "Pay me 1"))
    signature = world.sign(delivery)

    code = world.post_hook(delivery.replace(b"Pay me 1", b"Pay me 9"), signature=signature)

    assert code == 401
    somebody_is_still_heard(world, program)
    assert program.conversations(number) == []


def test_a_body_too_large_is_refused_and_one_just_below_is_taken(world, program):
    assert world.post_hook(b" " * (4 * 1024 * 1024 + 1)) == 413
    assert world.post_hook(b" " * (4 * 1024 * 1024 - 1)) in {200, 400}
    somebody_is_still_heard(world, program)


def test_a_channel_nobody_has_is_not_found(stack, world):
    delivery = body(text(new_number(), "Hello"))

    for path in ("/hooks/whatsapp_meta/nobody/", "/hooks/pigeon/demo-whatsapp/", "/hooks/whatsapp_meta/%00/"):
        assert world.post_hook(delivery, path=path) == 404


@pytest.mark.parametrize("words", ["a\x00b", "\ud800 alone", "x" * 100_000, "\u202e rtl", " "])
def test_strange_words_are_heard_and_their_neighbours_too(world, program, words):
    strange, plain = new_number(), new_number()

    code = world.post_hook(body(text(strange, words), text(plain, "Hello")))

    assert code == 200
    until(lambda: program.heard(plain) == ["Hello"])
    until(lambda: len(program.heard(strange)) == 1)


def test_a_message_of_a_kind_yet_to_be_invented_is_shown_and_its_neighbours_are_read(world, program):
    odd, plain = new_number(), new_number()

    world.post_hook(body(text(odd, "", type="hologram", hologram={"id": 1}), text(plain, "Hello")))

    until(lambda: program.heard(plain) == ["Hello"])
    [message] = until(lambda: program.messages(odd)[:1])
    assert message["direction"] == "in"


def test_every_payload_we_know_is_taken_over_the_wire(world, program):
    codes = {path.name: world.post_hook(path.read_bytes()) for path in PAYLOADS}

    assert len(codes) > 50
    assert {name: code for name, code in codes.items() if code != 200} == {}
    somebody_is_still_heard(world, program)
