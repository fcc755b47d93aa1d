"""Dead letters of intake and sending: seen, tried again as they were or edited, never done twice."""

import json

import pytest

from conversations import services, tasks
from conversations.models import Channel, DeliveryState, InboundDelivery, InboundItem, Message
from conversations.services import handling
from conversations.services.dead_letters import DEAD_MESSAGES
from crm import selectors as crm
from crm import services as crm_services
from crm.core.errors import DomainError, InvalidInputError, NotAllowedError, NotFoundError
from crm.errors import CannotEditError, NotDeadError
from crm.models import DeadLetterNote, EventRecord
from tests.conversations.graph import refusal
from tests.conversations.hooks import deliver, text, webhook, work
from tests.factories.conversations import BUDI, META_SECRET, ChannelFactory

AT = 1_795_150_800
ELSEWHERE, BESIDE = "109900000000077", "109900000000078"
NOT_FILED = f"Edited by a person, and so filed in this workspace only: no channel of it has the account '{ELSEWHERE}'."


@pytest.fixture
def broken_body(channel) -> InboundDelivery:
    """A signed delivery that is no webhook."""
    deliver(channel, b'{"entry": 7}')
    return InboundDelivery.objects.get()


@pytest.fixture
def refused(channel, monkeypatch) -> InboundItem:
    """A message that a rule of ours refused; the rule is gone by now."""
    with pytest.MonkeyPatch.context() as once:

        def refuse(**_):
            raise DomainError("Not this one.")

        once.setattr(handling, "receive_message", refuse)
        deliver(channel, webhook(text("halo", id="wamid.1", at=AT)))
    return InboundItem.objects.get()


def letters_of(player, **wanted) -> list[str]:
    """The ids on somebody's list, newest first."""
    letters = crm.visible_letters(player.actor(), **wanted).order_by("-letter_since", "-letter")
    return [row.letter for row in letters[:50]]


def texts() -> list[str]:
    """What customers have said to us, in order."""
    return list(Message.objects.filter(direction="in").order_by("sequence").values_list("text", flat=True))


def work_again() -> None:
    """Workers look at everything that is due."""
    work()
    for key in {(i.channel_id, i.conversation_key) for i in InboundItem.objects.filter(state="new")}:
        services.work_off(channel_id=key[0], conversation_key=key[1])


def test_a_body_that_cant_be_read_is_on_the_list_with_its_reason(manager, broken_body):
    letter = f"delivery-{broken_body.pk}"

    found = crm.get_letter(manager.actor(), letter)
    group = crm.letter_groups(manager.actor())[0]

    assert letters_of(manager) == [letter]
    assert (found.reason, str(found.title)) == ("unreadable_body", "The body is not what the provider sends")
    assert found.source.text(found.row) == b'{"entry": 7}'
    assert (group.reason, group.count, group.sample.id) == ("unreadable_body", 1, letter)
    assert group.first == group.last == broken_body.received_at


def test_replayed_as_it_was_it_dies_of_the_same_and_is_counted(manager, broken_body):
    letter = f"delivery-{broken_body.pk}"

    note = crm_services.replay_letter(actor=manager.actor(), letter=letter)
    assert InboundDelivery.objects.get().state == DeliveryState.NEW
    assert letters_of(manager) == []
    work()

    assert letters_of(manager) == [letter]
    assert (InboundDelivery.objects.get().reason, note.replays) == ("unreadable_body", 1)


def test_edited_and_replayed_it_is_filed_once_and_the_original_is_kept(manager, broken_body):
    letter, mended = f"delivery-{broken_body.pk}", webhook(text("halo kak", id="wamid.7", at=AT)).decode()

    # when it is edited, replayed and worked off
    note = crm_services.replay_letter(actor=manager.actor(), letter=letter, text=mended)
    work()

    # then the message is there, the original is kept, and it is told who did it
    assert texts() == ["halo kak"]
    assert bytes(note.original or b"") == b'{"entry": 7}'
    told = EventRecord.objects.get(name="crm.dead_letter_replayed")
    assert told.payload == {
        "letter_id": letter, "source": "delivery", "reason": "unreadable_body", "is_edited": True,
    }  # fmt: skip
    assert (told.actor_label, told.refs) == ("Mira", [f"letter:{letter}"])

    # and the provider's own copy of it changes nothing, nor can the letter be replayed again
    deliver(manager_channel(broken_body), mended.encode())
    assert texts() == ["halo kak"]
    with pytest.raises(NotFoundError):
        crm_services.replay_letter(actor=manager.actor(), letter=letter)


def manager_channel(delivery):
    """The channel a delivery came by."""
    return delivery.channel


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ('{"entry": [\n  1,\n]}', "Line 3, column 1: Expecting value."),
        ('{"entry": NaN}', "NaN is not JSON."),
        ('{"entry": 7}', "ValueError: not a WhatsApp webhook: no list of entries"),
        ('{"entry": [7]}', "A part still can't be read: an entry without a list of changes"),
        ("[" * 100_000, "It is nested too deeply."),
    ],
)
def test_an_edit_that_cant_be_read_is_refused_with_its_place(manager, broken_body, given, sentence):
    with pytest.raises(InvalidInputError) as refused:
        crm_services.replay_letter(actor=manager.actor(), letter=f"delivery-{broken_body.pk}", text=given)

    assert refused.value.fields == {"text": [sentence]}
    row = InboundDelivery.objects.get()
    assert (row.state, bytes(row.body)) == ("dead", b'{"entry": 7}')
    assert not DeadLetterNote.objects.exists()


def test_a_refused_message_is_filed_when_it_is_replayed_and_once_only(manager, refused):
    letter = f"item-{refused.pk}"
    assert letters_of(manager) == [letter]

    crm_services.replay_letter(actor=manager.actor(), letter=letter)
    work_again()

    assert texts() == ["halo"]
    assert InboundItem.objects.get().state == "done"
    with pytest.raises(NotFoundError):
        crm_services.replay_letter(actor=manager.actor(), letter=letter)
    work_again()
    assert texts() == ["halo"]


def test_a_reading_can_be_edited_but_not_what_names_it(manager, refused):
    letter, given = f"item-{refused.pk}", refused.payload

    def replay(changed):
        crm_services.replay_letter(actor=manager.actor(), letter=letter, text=json.dumps(changed))

    for wrong, sentence in [
        (
            {**given, "external_id": "wamid.2"},
            "The field 'external_id' can't be changed: by it we know what is done already.",
        ),
        ({**given, "colour": "red"}, "There is no field 'colour' here."),
        ({k: v for k, v in given.items() if k != "senders"}, "The field 'senders' is missing."),
        ([], "Write a JSON object: { ... }."),
    ]:  # fmt: skip
        with pytest.raises(InvalidInputError) as said:
            replay(wrong)
        assert said.value.fields == {"text": [sentence]}
    assert (InboundItem.objects.get().payload, InboundItem.objects.get().state) == (given, "dead")

    replay({**given, "text": "halo, sudah diperbaiki"})
    work_again()
    assert texts() == ["halo, sudah diperbaiki"]


def test_a_part_that_cant_be_read_is_mended_in_its_delivery(manager, channel):
    # given a delivery of two, one of which is nonsense
    body = json.loads(webhook(text("one", id="wamid.1", at=AT), {"id": "wamid.2"}))
    deliver(channel, json.dumps(body).encode())
    dead = InboundItem.objects.get(state="dead")
    letter = crm.get_letter(manager.actor(), f"item-{dead.pk}")
    assert texts() == ["one"]

    # when it is replayed as it was, then it is dead again under a new row, and the other is not filed twice
    crm_services.replay_letter(actor=manager.actor(), letter=letter.id)
    work()
    again = InboundItem.objects.get(state="dead")
    assert (again.pk != dead.pk, again.reason, texts()) == (True, "unreadable_part", ["one"])
    dead.refresh_from_db()
    assert (dead.state, dead.error) == ("ignored", f"Read again with delivery {dead.delivery_id}.")

    # when the whole delivery is mended, then the second one is filed too
    body["entry"][0]["changes"][0]["value"]["messages"][1] = text("two", id="wamid.2", at=AT + 1)
    crm_services.replay_letter(actor=manager.actor(), letter=f"item-{again.pk}", text=json.dumps(body))
    work()
    assert texts() == ["one", "two"]
    assert letters_of(manager) == []


def test_what_had_no_channel_is_filed_once_there_is_one(manager, workspace, channel):
    # given a message for a number that is no channel
    deliver(channel, webhook(text("hola", id="wamid.1", at=AT), number=ELSEWHERE))
    (letter,) = letters_of(manager)
    assert crm.get_letter(manager.actor(), letter).reason == "unknown_account"

    # when it is replayed too early, then it is dead again, and in nobody's conversation
    crm_services.replay_letter(actor=manager.actor(), letter=letter)
    work()
    (letter,) = letters_of(manager)
    assert texts() == []

    # when the channel is there
    ChannelFactory.create(
        workspace=workspace,
        key="second",
        settings={"app_secret": META_SECRET, "phone_number_id": ELSEWHERE},
    )
    crm_services.replay_letter(actor=manager.actor(), letter=letter)
    work()

    # then it is filed there
    assert [m.channel.key for m in Message.objects.all()] == ["second"]
    assert letters_of(manager) == []


@pytest.fixture
def shared(workspace, strangers_workspace) -> Channel:
    """A number of another workspace, and one more of ours: one provider app serves them all."""
    for house, key, number in ((strangers_workspace, "theirs", ELSEWHERE), (workspace, "ours", BESIDE)):
        settings = {"app_secret": META_SECRET, "phone_number_id": number}
        ChannelFactory.create(workspace=house, key=key, settings=settings)
    return Channel.objects.get(key="theirs")


def forged(key="wamid.8") -> str:
    """A message to the other workspace's number, as nobody has signed it."""
    return webhook(text("transfer the money", id=key, at=AT), number=ELSEWHERE).decode()


def test_what_a_person_edited_is_filed_in_its_own_workspace_only(manager, broken_body, shared):
    # when a manager writes another workspace's number into a delivery of theirs
    crm_services.replay_letter(actor=manager.actor(), letter=f"delivery-{broken_body.pk}", text=forged())
    work()

    # then nothing of it is there, and their own list says why
    assert (texts(), InboundItem.objects.filter(channel=shared).count()) == ([], 0)
    (letter,) = letters_of(manager)
    item = InboundItem.objects.get()
    assert (letter, item.workspace_id) == (f"item-{item.pk}", broken_body.workspace_id)
    assert item.error == NOT_FILED

    # and read again, as it stands or edited once more, it stays so
    for again in (None, forged("wamid.9")):
        crm_services.replay_letter(actor=manager.actor(), letter=letters_of(manager)[0], text=again)
        work()
        assert (texts(), InboundItem.objects.filter(channel=shared).count()) == ([], 0)


def test_a_part_that_a_person_edited_is_filed_in_its_own_workspace_only(manager, channel, shared):
    # given a delivery with a part that can't be read
    body = json.loads(webhook(text("one", id="wamid.1", at=AT)))
    body["entry"].append(7)
    deliver(channel, json.dumps(body).encode())
    (letter,) = letters_of(manager)

    # when somebody puts another workspace's message in its place
    crm_services.replay_letter(actor=manager.actor(), letter=letter, text=forged())
    work()

    # then it is in nobody's conversation
    assert (texts(), InboundItem.objects.filter(channel=shared).count()) == (["one"], 0)
    assert InboundItem.objects.get(state="dead").error == NOT_FILED


def test_what_a_person_edited_reaches_the_other_numbers_of_its_workspace(manager, broken_body, shared):
    # given a mended body about another number of ours
    mended = webhook(text("halo", id="wamid.8", at=AT), number=BESIDE).decode()
    crm_services.replay_letter(actor=manager.actor(), letter=f"delivery-{broken_body.pk}", text=mended)
    work()
    assert [message.channel.key for message in Message.objects.all()] == ["ours"]


def test_what_nobody_edited_is_filed_wherever_the_provider_says(channel, shared):
    # given a delivery for the other workspace that came by our number's address
    deliver(channel, webhook(text("halo", id="wamid.8", at=AT), number=ELSEWHERE))
    assert [message.channel_id for message in Message.objects.all()] == [shared.pk]


def give_up_on(message, graph, clock) -> None:
    """Meta is down for very long."""
    graph.answers = [refusal(131016, 503, "Try later.")] * 20
    for _ in range(20):
        services.send_due(conversation_id=message.conversation_id)
        clock.shift(3601)


def test_a_reply_given_up_for_lack_of_tries_is_a_dead_letter_and_a_refused_one_is_not(
    manager, owner, conversation, graph, clock
):
    # given one that Meta refused for good, and one it never took
    graph.answers = [refusal(131026)]
    no = services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="no")
    services.send_due(conversation_id=conversation.pk)
    late = services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="late")
    give_up_on(late, graph, clock)
    no.refresh_from_db()
    assert (no.status, no.gave_up) == ("failed", False)

    # then only the second is on the list
    assert letters_of(manager) == [f"message-{late.pk}"]
    late.refresh_from_db()
    assert (late.status, late.gave_up) == ("failed", True)

    clock.shift(24 * 3600)

    # when it is replayed although the window has closed meanwhile, then it is refused and stays
    with pytest.raises(DomainError) as closed:
        crm_services.replay_letter(actor=manager.actor(), letter=f"message-{late.pk}")
    assert closed.value.code == "window_closed"
    assert letters_of(manager) == [f"message-{late.pk}"]
    assert not DeadLetterNote.objects.exists()


def test_a_reply_is_sent_once_when_it_is_replayed(manager, owner, conversation, graph, monkeypatch):
    message = services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="hi")
    Message.objects.filter(pk=message.pk).update(
        status="failed", gave_up=True, error_code="131016", failed_at="2026-11-20T10:00:00Z"
    )
    letter = f"message-{message.pk}"

    crm_services.replay_letter(actor=manager.actor(), letter=letter)
    services.send_due(conversation_id=conversation.pk)

    assert graph.texts == ["hi"]
    message.refresh_from_db()
    assert (message.status, message.gave_up) == ("sent", False)
    with pytest.raises(NotFoundError):
        crm_services.replay_letter(actor=manager.actor(), letter=letter)
    with pytest.raises(NotDeadError):
        DEAD_MESSAGES.replay(actor=manager.actor(), pk=message.pk)


def test_a_reply_can_be_edited_by_nobody(manager, owner, conversation):
    message = services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="hi")
    Message.objects.filter(pk=message.pk).update(
        status="failed", gave_up=True, failed_at="2026-11-20T10:00:00Z"
    )

    with pytest.raises(CannotEditError):
        crm_services.replay_letter(actor=manager.actor(), letter=f"message-{message.pk}", text="{}")

    message.refresh_from_db()
    assert (message.status, message.text) == ("failed", "hi")


@pytest.mark.parametrize("source", ["delivery", "item", "message", "event", "ghost"])
def test_an_address_that_names_no_dead_letter_is_nobodys(manager, conversation, source):
    for pk in (conversation.pk, "1", "", "x", "9" * 40, "-1"):
        with pytest.raises(NotFoundError):
            crm_services.replay_letter(actor=manager.actor(), letter=f"{source}-{pk}")


def test_set_aside_and_brought_back(manager, broken_body):
    letter, actor = f"delivery-{broken_body.pk}", manager.actor()

    # when it is set aside, twice
    crm_services.set_letter_aside(actor=actor, letter=letter)
    note = crm_services.set_letter_aside(actor=actor, letter=letter)

    # then it is off the list and out of the counts, on the other list, and told once
    assert (letters_of(manager), letters_of(manager, is_aside=True)) == ([], [letter])
    assert crm.dead_counts()["delivery"] == (0, 0.0)
    assert crm.letter_groups(actor) == []
    assert EventRecord.objects.filter(name="crm.dead_letter_set_aside").count() == 1
    assert note.history.first().actor_label == "Mira"

    # when it is brought back, then all is as it was
    crm_services.restore_letter(actor=actor, letter=letter)
    assert (letters_of(manager), letters_of(manager, is_aside=True)) == ([letter], [])
    assert crm.dead_counts()["delivery"][0] == 1


def test_reps_viewers_and_strangers_see_and_do_nothing(owner, viewer, stranger, broken_body):
    letter = f"delivery-{broken_body.pk}"

    for player, error in [(owner, NotAllowedError), (viewer, NotAllowedError), (stranger, NotFoundError)]:
        for act in (crm_services.replay_letter, crm_services.set_letter_aside, crm_services.restore_letter):
            with pytest.raises(error):
                act(actor=player.actor(), letter=letter)
    assert letters_of(stranger) == []
    assert InboundDelivery.objects.get().state == "dead"
    assert not DeadLetterNote.objects.exists()


def test_who_sees_no_contacts_reads_the_shape_and_edits_nothing(manager, channel):
    # given a manager whose role was narrowed, and a dead message of Budi's
    role = manager.member.role
    role.permissions = ["deadletters.view", "deadletters.replay"]
    role.save()
    deliver(channel, webhook(text("rahasia saya", id="wamid.1", at=AT), number=ELSEWHERE))
    letter = crm.get_letter(manager.actor(), letters_of(manager)[0])

    shown = crm.shown_text(manager.actor(), letter.source.text(letter.row))

    # then nothing tells of Budi
    assert BUDI not in shown
    assert "rahasia" not in shown
    assert '"kind": "text"' in shown
    assert crm.shown_sentence(manager.actor(), letter, "about 628110000101") == "No channel has this account"
    with pytest.raises(NotAllowedError):
        crm_services.replay_letter(actor=manager.actor(), letter=letter.id, text="{}")
    assert InboundItem.objects.get().state == "dead"


def test_many_are_replayed_by_a_worker_each_once(manager, channel):
    # given three that a rule refused, and one that died of something else
    with pytest.MonkeyPatch.context() as once:
        once.setattr(handling, "receive_message", lambda **_: (_ for _ in ()).throw(DomainError("Not now.")))
        deliver(channel, *[webhook(text(w, id=f"wamid.{w}", at=AT)) for w in "abc"])
    deliver(channel, b"{}")

    # when a manager has the three tried again, and asks twice
    run = crm_services.replay_many(actor=manager.actor(), source="item", reason="refused")
    assert crm_services.replay_many(actor=manager.actor(), source="item", reason="refused").pk == run.pk
    assert (run.total, run.tried) == (3, 0)
    assert crm_services.go_on_replaying(run_id=run.pk) is False

    # then each was tried once, and the run is done
    run.refresh_from_db()
    assert (run.replayed, run.refused, run.finished_at is not None) == (3, 0, True)
    work_again()
    assert texts() == ["a", "b", "c"]
    assert letters_of(manager, source="delivery") != []
    assert crm_services.go_on_replaying(run_id=run.pk) is False
    run.refresh_from_db()
    assert run.tried == 3


def test_a_run_counts_what_could_not_be_replayed_with_the_reason(manager, owner, conversation, clock):
    for word in ("one", "two"):
        services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text=word)
    Message.objects.filter(direction="out").update(
        status="failed", gave_up=True, error_code="131016", failed_at="2026-11-20T10:00:00Z"
    )
    clock.shift(100_000)

    run = crm_services.replay_many(actor=manager.actor(), source="message", reason="131016")
    crm_services.go_on_replaying(run_id=run.pk)

    run.refresh_from_db()
    assert (run.total, run.replayed, run.refused) == (2, 0, 2)
    assert list(run.refusals.values()) == [2]
    assert "24 hours" in next(iter(run.refusals))
    assert set(Message.objects.filter(direction="out").values_list("status", flat=True)) == {"failed"}


@pytest.mark.parametrize("how", ["left", "narrowed"])
def test_a_run_stops_when_who_asked_for_it_may_no_more(manager, broken_body, how):
    run = crm_services.replay_many(actor=manager.actor(), source="delivery", reason="unreadable_body")
    if how == "left":
        manager.member.is_active = False
        manager.member.save()
    else:
        manager.member.role.permissions = ["deadletters.view"]
        manager.member.role.save()

    assert crm_services.go_on_replaying(run_id=run.pk) is False

    run.refresh_from_db()
    assert (run.tried, run.stopped_because) == (0, "Who asked for it may not replay any more.")
    assert InboundDelivery.objects.get().state == "dead"


def test_there_must_be_something_to_replay(manager, owner, broken_body):
    for source, reason in [("delivery", "no_adapter"), ("ghost", "x")]:
        with pytest.raises(InvalidInputError):
            crm_services.replay_many(actor=manager.actor(), source=source, reason=reason)
    with pytest.raises(NotAllowedError):
        crm_services.replay_many(actor=owner.actor(), source="delivery", reason="unreadable_body")


def test_the_sweep_goes_on_with_a_run_whose_worker_died(manager, broken_body):
    from crm import tasks as crm_tasks

    run = crm_services.replay_many(actor=manager.actor(), source="delivery", reason="unreadable_body")

    crm_tasks.sweep_replays()

    run.refresh_from_db()
    assert (run.replayed, run.finished_at is not None) == (1, True)


def test_a_replay_is_looked_at_by_the_sweep_within_seconds(manager, broken_body, clock):
    crm_services.replay_letter(
        actor=manager.actor(),
        letter=f"delivery-{broken_body.pk}",
        text=webhook(text("halo", id="wamid.1", at=AT)).decode(),
    )
    clock.shift(6)

    tasks.sweep_intake()

    assert texts() == ["halo"]
