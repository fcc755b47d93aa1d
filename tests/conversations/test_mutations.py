"""Whatever a signed delivery holds, it comes to an end, and the next good one is filed."""

import pytest

from conversations.models import InboundDelivery, InboundItem, Message
from tests.conversations.hooks import deliver, post, sign, text, webhook, work
from tests.conversations.mutations import mutated


def test_mutations_are_the_same_for_the_same_seed():
    assert list(mutated(50, 1)) == list(mutated(50, 1)) != list(mutated(50, 2))


@pytest.mark.parametrize("seed", [1, 2])
def test_strange_deliveries_come_to_an_end(channel, seed):
    # when they come, each answered with 200
    bodies = list(mutated(40, seed))
    assert {post(channel, body).status_code for body in bodies} == {200}
    work()

    # then each is read or given up with a reason at the first try, and so is each part of it
    rows = InboundDelivery.objects.all()
    assert rows.count() == 40
    assert [(row.pk, row.error) for row in rows if row.state not in {"done", "dead"}] == []
    assert all(row.error for row in rows if row.state == "dead")
    assert [
        (i.kind, i.error) for i in InboundItem.objects.exclude(state__in=["done", "ignored", "dead"])
    ] == []

    # and a good message is filed as ever
    deliver(channel, webhook(text("Still there?", id="wamid.good", at=1_795_150_800, sender="628119999999")))
    assert Message.objects.filter(text="Still there?").count() == 1


def test_one_bit_of_the_signature_is_enough(channel):
    body = webhook(text("Halo", id="wamid.1", at=1_795_150_800))
    right = sign(body).removeprefix("sha256=")
    for place in range(0, 64, 7):
        wrong = f"{int(right[place], 16) ^ 1:x}"
        assert post(channel, body, f"sha256={right[:place]}{wrong}{right[place + 1 :]}").status_code == 401
    assert not InboundDelivery.objects.exists()
