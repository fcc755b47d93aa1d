"""The ledger sees what is wrong: a clean house, and each rule broken once on purpose."""

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from agents import selectors
from agents.models import Turn
from conversations import services
from conversations.channels.port import Accepted as Taken
from conversations.events import MessageStatusChanged
from conversations.models import Conversation, InboundDelivery, InboundItem, Message, MessageReceipt
from conversations.selectors.ledger_rules import Accepted, Books, Scope, Update
from crm.bus import publish
from tests.agents.floor.stage import answer
from tests.factories.conversations import PHONE_NUMBER_ID
from tests.journeys.deliveries import text

NUMBERS = ["1", "2", "3", "4", "5", "6", "7", "8", "12", "B"]


def hook(*messages):
    """One delivery to the cast's number, as bytes."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": PHONE_NUMBER_ID},
        "messages": list(messages),
    }
    return json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()


def write(channel, number, words):
    """A customer writes, and the message is worked off; returns the body and the wamid."""
    said = text(number, words, at=-1)
    body = hook(said)
    kept = InboundDelivery.objects.create(workspace_id=channel.workspace_id, channel=channel, body=body)
    for key in services.read_delivery(delivery_id=kept.pk):
        services.work_off(channel_id=key[0], conversation_key=key[1])
    return body, said["id"]


def send(conversation_id):
    """Everything due goes out; returns what the provider accepted, in order."""
    accepted: list[Accepted] = []
    while claim := services.claim_next(conversation_id):
        wamid = f"wamid.{uuid.uuid4().hex}"
        services.mark_sent(claim=claim, accepted=Taken(wamid))
        accepted.append(
            Accepted(len(accepted) + 1, PHONE_NUMBER_ID, wamid, claim.outgoing.opaque, True, "ok")
        )
    return accepted


@pytest.fixture
def story(sarah, channel, owner, system):
    """Two customers wrote; the bot answered one, a rep took the other over and answered. Returns the right books."""
    bodies, updates, accepted = [], [], []
    for number in ("628120000001", "628120000002"):
        body, wamid = write(channel, number, "Hello, we have a bakery")
        bodies.append(hashlib.sha256(body).hexdigest())
        updates.append(Update(PHONE_NUMBER_ID, "message", wamid, ""))
    first, second = Conversation.objects.order_by("created_at")
    answer(first.pk)
    services.take_over(actor=owner.actor(), conversation_id=second.pk)
    for words in ("Good morning", "How can I help?"):
        services.send_message(actor=owner.actor(), conversation_id=second.pk, text=words)
    for conversation in (first, second):
        accepted += send(conversation.pk)
    accepted = [replace(each, place=place) for place, each in enumerate(accepted, 1)]
    return Books(tuple(updates), tuple(bodies), tuple(accepted))


def broken(books, *, age=0.0):
    """The broken rules, and what is said of each."""
    rules = selectors.check_ledger(Scope.of(days=0, age=age, books=books))
    assert [rule.number for rule in rules] == NUMBERS
    return {rule.number: list(rule.breaches) for rule in rules if not rule.is_kept}


def drop_constraint(table, name):
    """What the database itself would refuse can happen until the end of this test."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DROP CONSTRAINT {name}")


def bots():
    """The bot's first message."""
    return Message.objects.filter(author_kind="agent").order_by("sequence")[0]


def reps():
    """The rep's messages, in order."""
    return list(Message.objects.filter(author_kind="person").order_by("sequence"))


def test_a_clean_house_keeps_every_rule(story):
    # given two customers who were answered
    rules = selectors.check_ledger(Scope.of(days=0, age=0, books=story))

    # then every rule was held against something, and none is broken
    assert {rule.number: rule.breaches for rule in rules} == dict.fromkeys(NUMBERS, ())
    assert [rule.number for rule in rules if rule.checked == 0] == []
    assert {rule.unchecked for rule in rules} == {""}


def test_without_books_it_says_what_it_could_not_check(story):
    rules = {rule.number: rule for rule in selectors.check_ledger(Scope.of(days=2, age=0))}

    assert {number: rule.unchecked for number, rule in rules.items() if rule.unchecked} == {
        "1": "what we owe (no books)",
        "5": "no books",
        "6": "no books",
        "8": "the provider's side (no books)",
        "12": "the provider's side (no books)",
    }
    assert (rules["5"].checked, rules["6"].checked) == (0, 0)


def test_rule_1_sees_a_message_that_was_taken_and_lost(story):
    item = InboundItem.objects.order_by("pk")[0]
    item.delete()

    assert broken(story) == {"1": [f"message {item.external_id} was taken and is not there"]}


def test_rule_1_sees_a_receipt_that_was_taken_and_lost(story):
    lost = Update(PHONE_NUMBER_ID, "status", "wamid.x", "read")

    assert broken(replace(story, updates=(*story.updates, lost))) == {
        "1": ["receipt wamid.x:read was taken and is not there"]
    }


def test_rule_1_sees_a_body_that_was_taken_and_lost(story):
    digest = hashlib.sha256(b"gone").hexdigest()

    assert broken(replace(story, bodies=(*story.bodies, digest))) == {
        "1": [f"body {digest} was taken and is not there"]
    }


def test_rule_1_sees_an_item_that_stands_there_twice(story):
    drop_constraint("conversations_inbounditem", "item_once")
    item = InboundItem.objects.order_by("pk")[0]
    again = InboundItem.objects.get(pk=item.pk)
    again.pk = None
    again.save(force_insert=True)

    assert broken(story) == {"1": [f"item {item.external_id} stands there 2 times"]}


def test_rule_2_sees_a_delivery_without_an_end(story):
    row = InboundDelivery.objects.order_by("pk")[0]
    InboundDelivery.objects.filter(pk=row.pk).update(state="new")

    assert broken(story) == {"2": [f"delivery {row.pk} is new without an end or a reason"]}
    assert broken(story, age=900) == {}  # it still has time


def test_rule_2_sees_an_item_held_past_its_lease(story):
    row = InboundItem.objects.order_by("pk")[0]
    past = timezone.now() - timedelta(minutes=2)
    InboundItem.objects.filter(pk=row.pk).update(state="new", lease_until=past)

    assert broken(story, age=900) == {"2": [f"message {row.external_id} is new without an end or a reason"]}


@pytest.mark.parametrize("state", ["dead", "ignored"])
def test_rule_2_sees_an_end_without_a_reason(story, state):
    delivery = InboundDelivery.objects.order_by("pk")[0]
    InboundDelivery.objects.filter(pk=delivery.pk).update(state=state, error="")

    assert broken(story) == {"2": [f"delivery {delivery.pk} is {state} without an end or a reason"]}


def test_rule_3_sees_a_message_that_reached_no_conversation(story):
    message = Message.objects.filter(direction="in", conversation__owner_kind="person").get()
    message.delete()

    assert broken(story)["3"] == [f"message {message.provider_id} was worked off and is in no conversation"]


def test_rule_3_sees_a_message_nobody_decided_on(story):
    turn = Turn.objects.get()
    [key] = turn.message_ids
    Turn.objects.update(outcome="superseded")

    assert broken(story) == {"3": [f"message {key} waits for the bot's decision"]}
    assert broken(story, age=900) == {}


def test_rule_3_sees_two_decisions(story):
    turn = Turn.objects.get()
    [key] = turn.message_ids
    turn.pk = uuid.uuid4()
    turn.save(force_insert=True)

    assert broken(story) == {"3": [f"message {key} was decided 2 times"]}


def test_rule_3_sees_a_turn_that_decided_nothing(story):
    turn = Turn.objects.get()
    Turn.objects.update(effects=[], why=[])

    assert broken(story) == {"3": [f"turn {turn.pk} decided nothing"]}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"status": "queued"}, "still waits to be sent"),
        ({"status": "sent", "provider_id": ""}, "is sent without the provider's id"),
        ({"status": "failed", "error_code": ""}, "is failed without a reason"),
        ({"status": "cancelled", "error_code": ""}, "is cancelled without a reason"),
    ],
)
def test_rule_4_sees_a_message_without_an_end(story, values, why):
    row = reps()[0]
    Message.objects.filter(pk=row.pk).update(**values)

    assert broken(story)["4"] == [f"message {row.pk} {why}"]


def test_rule_4_sees_an_outcome_unknown_for_a_quarter_of_an_hour(story):
    row = reps()[0]
    past = timezone.now() - timedelta(minutes=16)
    Message.objects.filter(pk=row.pk).update(status="unknown", attempted_at=past)

    assert broken(story, age=0)["4"] == [f"message {row.pk} has been unknown for too long"]


def test_rule_4_sees_one_cause_that_sends_twice(story):
    drop_constraint("conversations_message", "message_cause_once")
    row = bots()
    Message.objects.filter(pk=reps()[0].pk).update(cause=row.cause)

    assert broken(story) == {"4": [f"cause {row.cause} sends 2 times"]}


def test_rule_5_sees_a_message_sent_twice(story):
    again = replace(story.accepted[-1], provider_id="wamid.twice")

    assert broken(replace(story, accepted=(*story.accepted, again))) == {
        "5": [f"message {again.opaque.removeprefix('msg:')} was accepted 2 times"]
    }


def test_rule_5_sees_a_message_that_never_went_out(story):
    lost = story.accepted[-1].opaque.removeprefix("msg:")

    assert broken(replace(story, accepted=story.accepted[:-1])) == {
        "5": [f"message {lost} is sent and was never accepted"]
    }


def test_rule_5_sees_a_cancelled_message_that_went_out(story):
    row = reps()[-1]
    Message.objects.filter(pk=row.pk).update(status="cancelled", error_code="cancelled", provider_id="")

    assert broken(story) == {"5": [f"message {row.pk} is cancelled and was accepted"]}


def test_rule_5_sees_what_we_know_nothing_of(story):
    stray = replace(story.accepted[0], opaque="", provider_id="wamid.stray", place=99)

    assert broken(replace(story, accepted=(*story.accepted, stray))) == {
        "5": ["the provider has one without our id, we don't"]
    }


def test_rule_6_sees_a_message_overtaken(story):
    first, second = (f"msg:{row.pk}" for row in reps())
    swapped = {first: second, second: first}
    accepted = tuple(replace(each, opaque=swapped.get(each.opaque, each.opaque)) for each in story.accepted)

    assert broken(replace(story, accepted=accepted)) == {
        "6": [f"message {first.removeprefix('msg:')} was overtaken"]
    }


def test_rule_7_sees_a_status_that_went_back(story, system):
    row = reps()[0]
    for status in ("read", "delivered"):
        publish(MessageStatusChanged(str(row.pk), str(row.conversation_id), status), actor=system)

    assert broken(story) == {"7": [f"message {row.pk} went sent > read > delivered"]}


def test_rule_7_sees_a_receipt_that_is_not_shown(story):
    row = reps()[0]
    MessageReceipt.objects.create(
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        message=row,
        provider_id=row.provider_id,
        status="read",
        at=timezone.now(),
    )

    assert broken(story) == {"7": [f"message {row.pk} hides that it is read"]}


def test_rule_8_sees_another_account(story):
    other = replace(story.accepted[0], account="999")

    assert broken(replace(story, accepted=(other, *story.accepted[1:]))) == {
        "8": [f"message {other.opaque.removeprefix('msg:')} went by account 999"]
    }


def test_rule_8_sees_a_message_on_a_strangers_channel(story, strangers_channel):
    row = reps()[0]
    Message.objects.filter(pk=row.pk).update(channel=strangers_channel)

    assert f"message {row.pk} is not its conversation's" in broken(story)["8"]


def test_rule_12_sees_a_free_text_outside_the_window(story):
    row = reps()[0]
    long_ago = timezone.now() - timedelta(hours=25)
    Message.objects.filter(direction="in", conversation_id=row.conversation_id).update(provider_time=long_ago)

    assert broken(story) == {
        "12": [
            f"message {each.pk} went out in a closed window"
            for each in sorted(reps(), key=lambda m: str(m.pk))
        ]
    }


def test_rule_12_sees_what_the_provider_found_in_a_closed_window(story):
    late = replace(story.accepted[0], fate="131047")

    assert broken(replace(story, accepted=(late, *story.accepted[1:]))) == {
        "12": [f"message {late.opaque.removeprefix('msg:')} met a closed window"]
    }


@pytest.mark.parametrize(
    ("later", "wrote", "is_broken"), [(70, None, True), (63, None, False), (70, 30, False)]
)
def test_rule_12_sees_who_goes_on_after_the_provider_closed_the_window(story, later, wrote, is_broken):
    # given a refusal of the provider (asked for, so that meeting it is nobody's fault) that we read a minute after,
    # and a later try
    first, second = reps()
    at = timezone.now() - timedelta(hours=1)
    Message.objects.filter(pk=first.pk).update(
        status="failed", error_code="131047", failed_at=at, attempted_at=at
    )
    Message.objects.filter(pk=second.pk).update(attempted_at=at + timedelta(seconds=later))
    told = MessageReceipt.objects.create(
        workspace_id=first.workspace_id, channel=first.channel, message=first, status="failed", at=at
    )
    MessageReceipt.objects.filter(pk=told.pk).update(received_at=at + timedelta(seconds=60))
    heard = Message.objects.filter(direction="in", conversation_id=first.conversation_id)
    heard.update(provider_time=at + timedelta(seconds=wrote) if wrote else at - timedelta(minutes=5))

    # then going on is a breach once the refusal was known, unless the customer wrote meanwhile
    says = f"message {second.pk} was tried after the provider had closed the window"
    asked = [
        replace(each, fate="131047 asked") if each.opaque == f"msg:{first.pk}" else each
        for each in story.accepted
    ]
    assert broken(replace(story, accepted=tuple(asked))) == ({"12": [says]} if is_broken else {})


def test_rule_12_sees_a_word_of_the_bot_after_an_opt_out(story):
    turn = Turn.objects.get()
    Turn.objects.filter(pk=turn.pk).update(state_after={**turn.state_after, "opted_out": True})
    assert broken(story) == {}  # the answer to it may go out
    row = bots()
    Message.objects.filter(pk=row.pk).update(cause="turn:another:0", created_at=timezone.now())

    assert broken(story) == {"12": [f"message {row.pk} was written after an opt-out"]}


def test_it_sees_a_word_of_the_bot_after_a_takeover(story, owner):
    row = bots()
    services.take_over(actor=owner.actor(), conversation_id=row.conversation_id)
    Message.objects.filter(pk=row.pk).update(attempted_at=timezone.now())

    assert broken(story) == {"B": [f"message {row.pk} was sent after a takeover"]}


def as_document(books):
    """The books as the loopback world gives them out."""
    return {
        "webhooks": [
            {"number": u.account, "kind": u.kind, "wamid": u.provider_id, "status": u.status}
            for u in books.updates
        ],
        "bodies": list(books.bodies),
        "messages": [
            {"n": a.place, "number": a.account, "wamid": a.provider_id, "opaque": a.opaque}
            | {"type": "text", "fate": a.fate}
            for a in books.accepted
        ],
    }  # fmt: skip


def run(*arguments):
    """What the command prints, and its exit code."""
    out = StringIO()
    try:
        call_command("ledger_check", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_the_command_says_it_line_by_line(story, tmp_path):
    books = tmp_path / "books.json"
    books.write_text(json.dumps(as_document(story)))

    said, code = run("--books", str(books), "--age", "0")

    assert code == 0
    assert [line[:12] for line in said.splitlines()] == [
        *[f"rule {number:>2} kept" for number in NUMBERS],
        "the ledger i",
    ]


def test_the_command_ends_with_1_when_a_rule_is_broken_and_names_ten_rows(story, tmp_path):
    rows = [replace(story.accepted[0], opaque=f"msg:{n}", provider_id=f"w{n}") for n in range(12)]
    books = tmp_path / "books.json"
    books.write_text(json.dumps(as_document(replace(story, accepted=(*story.accepted, *rows)))))

    said, code = run("--json", "--books", str(books), "--age", "0")

    found = json.loads(said)
    [wrong] = [rule for rule in found["rules"] if rule["broken"]]
    assert (code, found["clean"], wrong["rule"], wrong["broken"]) == (1, False, "5", 12)
    assert len(wrong["breaches"]) == 10


def test_the_command_says_when_there_are_no_books_to_read(story, tmp_path):
    with pytest.raises(CommandError, match="no books can be read there"):
        run("--books", str(tmp_path / "missing.json"))
