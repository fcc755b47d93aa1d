"""Snooze, labels, reopening, unread: by the services and over the API."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from conversations import services, tasks
from conversations.errors import AnotherIsOpenError, ConversationClosedError, NotClosedError, NotSnoozedError
from conversations.models import Conversation, ConversationLabel, Label
from crm import services as crm_services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Alert, EventRecord
from tests.conversations.graph import refusal
from tests.conversations.test_api_threads import check_problem
from tests.conversations.test_sending import fresh, send, write
from tests.factories.conversations import receive


def snooze(player, conversation, **ahead) -> Conversation:
    """For so long."""
    until = timezone.now() + timedelta(**ahead)
    return services.snooze_conversation(actor=player.actor(), conversation_id=conversation.pk, until=until)


def told(name: str) -> list[dict]:
    """What events of a name say, the oldest first."""
    rows = EventRecord.objects.filter(name=f"conversations.{name}").order_by("sequence")
    return [row.payload for row in rows]


@pytest.fixture
def label(system) -> Label:
    """A label of the workspace."""
    return services.create_label(actor=system, name="Wholesale", colour="teal")


def test_what_is_snoozed_comes_back_by_itself(owner, conversation, nudges):
    # given a conversation of the owner's, snoozed for an hour
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    services.mark_read(actor=owner.actor(), conversation_id=conversation.pk)
    row = snooze(owner, conversation, hours=1)
    assert (row.status, fresh(conversation).status) == ("snoozed", "snoozed")

    # when the sweep looks too early, then it stays away
    tasks.sweep_snoozed()
    assert fresh(conversation).status == "snoozed"

    # when its time has come, then it is back, unread, and the owner is told once
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        tasks.sweep_snoozed()
        tasks.sweep_snoozed()
    back = fresh(conversation)
    assert (back.status, back.unread_count, back.snoozed_until) == ("open", 1, row.snoozed_until)
    assert [p["because"] for p in told("conversation_woken")] == ["time"]
    assert Alert.objects.get().title == "Budi is back"

    # and once somebody has looked at it, it is a conversation like others
    services.mark_read(actor=owner.actor(), conversation_id=conversation.pk)
    assert fresh(conversation).snoozed_until is None


def test_what_comes_back_to_who_left_is_told_to_who_can_answer(
    owner, teammate, colleague, viewer, admin, conversation
):
    # given a conversation that its rep snoozed for an hour before they left
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    snooze(owner, conversation, hours=1)
    crm_services.set_member_active(actor=admin.actor(), membership_id=owner.member.pk, is_active=False)

    # when its time has come
    with time_machine.travel(timezone.now() + timedelta(hours=1.1)):
        tasks.sweep_snoozed()

    # then those who see it and may answer hear of it, and nobody else
    assert {a.user_id for a in Alert.objects.filter(kind="snooze")} == {teammate.user.pk, admin.user.pk}


def test_the_customer_wakes_it(owner, conversation):
    # given a snoozed conversation
    snooze(owner, conversation, days=2)

    # when the customer writes, then it is open at once, and the sweep finds nothing any more
    receive(conversation.channel, "Still there?")
    assert (fresh(conversation).status, fresh(conversation).snoozed_until) == ("open", None)
    assert [p["because"] for p in told("conversation_woken")] == ["customer"]
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        tasks.sweep_snoozed()
    assert len(told("conversation_woken")) == 1


@pytest.mark.parametrize(
    ("ahead", "why"),
    [({"minutes": -1}, "Choose a time to come."), ({"days": 400}, "Choose a time within a year.")],
)
def test_times_that_make_no_sense_are_refused(owner, conversation, ahead, why):
    # when the time is past or far away, then it is refused with the field, and nothing changes
    with pytest.raises(InvalidInputError) as caught:
        snooze(owner, conversation, **ahead)
    assert caught.value.fields == {"until": [why]}
    assert fresh(conversation).status == "open"
    assert told("conversation_snoozed") == []


def test_a_closed_one_is_not_snoozed_and_an_open_one_not_woken(owner, conversation):
    # then each refusal says why
    with pytest.raises(NotSnoozedError):
        services.wake_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    with pytest.raises(ConversationClosedError):
        snooze(owner, conversation, hours=1)
    assert fresh(conversation).status == "closed"


def test_who_may_not_answer_may_not_sort_either(viewer, stranger, conversation, label):
    # when a viewer or a stranger tries, then nothing changes
    for player, error in ((viewer, NotAllowedError), (stranger, NotFoundError)):
        actor, row = player.actor(), conversation.pk
        with pytest.raises(error):
            snooze(player, conversation, hours=1)
        with pytest.raises(error):
            services.mark_unread(actor=actor, conversation_id=row)
        with pytest.raises(error):
            services.reopen_conversation(actor=actor, conversation_id=row)
        with pytest.raises((error, InvalidInputError)):
            services.label_conversation(actor=actor, conversation_id=row, add=[label.pk])
    assert (fresh(conversation).status, ConversationLabel.objects.count()) == ("open", 0)


def test_closed_too_early_goes_on_where_it_was(owner, conversation):
    # given the owner's conversation, closed by mistake
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)

    # when it is reopened, then it is open and theirs, once
    services.reopen_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    row = fresh(conversation)
    assert (row.status, row.assignee_id) == ("open", owner.user.pk)
    with pytest.raises(NotClosedError):
        services.reopen_conversation(actor=owner.actor(), conversation_id=conversation.pk)


def test_only_one_with_a_customer_is_open(owner, conversation):
    # given a closed conversation whose customer has written since
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    newer = receive(conversation.channel, "One more question").conversation

    # when the old one is reopened, then it is refused, and the newer one stays the open one
    with pytest.raises(AnotherIsOpenError):
        services.reopen_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    assert (fresh(conversation).status, fresh(newer).status) == ("closed", "open")


def test_unread_again(owner, conversation):
    # given one that was read, when it is marked, then it counts one; marked twice it stays one
    services.mark_read(actor=owner.actor(), conversation_id=conversation.pk)
    for _ in range(2):
        services.mark_unread(actor=owner.actor(), conversation_id=conversation.pk)
    assert fresh(conversation).unread_count == 1
    assert len(told("conversation_marked_unread")) == 1


def test_labels_are_put_on_and_taken_off(owner, conversation, label):
    # when a label is put on twice and taken off twice, then each happens once
    for _ in range(2):
        services.label_conversation(actor=owner.actor(), conversation_id=conversation.pk, add=[label.pk])
    assert ConversationLabel.objects.get().label_id == label.pk
    for _ in range(2):
        services.label_conversation(actor=owner.actor(), conversation_id=conversation.pk, remove=[label.pk])
    assert not ConversationLabel.objects.exists()
    assert [(p["added"], p["removed"]) for p in told("conversation_labelled")] == [
        (["Wholesale"], []),
        ([], ["Wholesale"]),
    ]


def test_labels_are_made_by_whoever_manages_the_workspace(admin, owner, label):
    # when a rep makes, renames or deletes one, then it is refused
    for change in (
        lambda: services.create_label(actor=owner.actor(), name="New"),
        lambda: services.change_label(actor=owner.actor(), label_id=label.pk, name="New"),
        lambda: services.delete_label(actor=owner.actor(), label_id=label.pk),
    ):
        with pytest.raises(NotAllowedError):
            change()
    assert list(Label.objects.values_list("name", flat=True)) == ["Wholesale"]

    # and an admin's second one of a name is refused, whatever its case
    with pytest.raises(InvalidInputError) as caught:
        services.create_label(actor=admin.actor(), name=" wholesale ")
    assert caught.value.fields == {"name": ["There is a label 'wholesale' already."]}
    changed = services.change_label(actor=admin.actor(), label_id=label.pk, name="WHOLESALE", colour="red")
    assert (changed.name, changed.colour) == ("WHOLESALE", "red")


def test_another_workspaces_label_is_nobodys_here(owner, stranger, conversation):
    # given a label of another workspace, when it is put on, then it is refused
    theirs = services.create_label(actor=stranger.actor(), name="Theirs")
    with pytest.raises(InvalidInputError):
        services.label_conversation(actor=owner.actor(), conversation_id=conversation.pk, add=[theirs.pk])
    assert not ConversationLabel.objects.exists()
    assert owner.api.get("labels/").json() == {"results": []}


def test_a_message_that_failed_marks_its_conversation(owner, conversation, graph):
    # given a reply the provider refused
    graph.answers = [refusal(100, details="Not on WhatsApp")]
    message = write(owner, conversation)
    send(conversation)
    services.note_failure(actor=owner.actor(), message_id=message.pk)
    assert fresh(conversation).send_failed_at == fresh(message).failed_at

    # when it is sent again, or something else is written, then the mark is gone
    services.retry_message(actor=owner.actor(), message_id=message.pk)
    assert fresh(conversation).send_failed_at is None
    Conversation.objects.update(send_failed_at=timezone.now())
    write(owner, conversation, "Once more")
    assert fresh(conversation).send_failed_at is None


def test_an_old_failure_is_none_once_we_have_written_since(owner, conversation, graph):
    # given a failure that is heard of only after the next message was queued
    graph.answers = [refusal(100, details="Not on WhatsApp")]
    message = write(owner, conversation)
    send(conversation)
    write(owner, conversation, "Another")

    # then nobody needs to look
    services.note_failure(actor=owner.actor(), message_id=message.pk)
    assert fresh(conversation).send_failed_at is None


def test_over_the_api(owner, manager, conversation, label):
    # when a program sorts, then it gets the conversation as it is now
    base, until = f"conversations/{conversation.pk}", timezone.now() + timedelta(hours=2)
    answer = owner.api.post(f"{base}/snooze/", {"until": until.isoformat()})
    assert (answer.status_code, answer.json()["status"]) == (200, "snoozed")
    assert owner.api.get("conversations/?status=snoozed").json()["results"][0]["id"] == str(conversation.pk)
    assert owner.api.post(f"{base}/wake/").json()["status"] == "open"
    check_problem(owner.api.post(f"{base}/wake/"), 409, "not_snoozed")
    assert owner.api.post(f"{base}/labels/", {"add": [str(label.pk)]}).json()["labels"] == [str(label.pk)]
    [row] = owner.api.get(f"conversations/?label={label.pk}").json()["results"]
    assert row["labels"] == [str(label.pk)]
    assert owner.api.post(f"{base}/labels/", {"remove": [str(label.pk)]}).json()["labels"] == []
    owner.api.post(f"{base}/read/")
    assert owner.api.get("conversations/?is_unread=true").json()["results"] == []
    assert owner.api.post(f"{base}/unread/").json()["unread_count"] == 1
    assert owner.api.post(f"{base}/close/").json()["status"] == "closed"
    assert owner.api.post(f"{base}/reopen/").json()["status"] == "open"
    check_problem(owner.api.post(f"{base}/snooze/", {"until": "2001-01-01T00:00:00Z"}), 400, "invalid")
    history = owner.api.get(f"{base}/history/").json()["results"]
    assert {"status", "snoozed_until"} <= {c["field"] for entry in history for c in entry["changes"]}


def test_labels_over_the_api(admin, owner):
    # when an admin's program makes, renames and deletes one, then everybody's lists show it so
    made = admin.api.post("labels/", {"name": "VIP", "colour": "amber"})
    assert (made.status_code, made.json()["name"], made.json()["colour"]) == (201, "VIP", "amber")
    pk = made.json()["id"]
    assert admin.api.patch(f"labels/{pk}/", {"colour": "red"}).json()["colour"] == "red"
    assert [row["name"] for row in owner.api.get("labels/").json()["results"]] == ["VIP"]
    check_problem(owner.api.post("labels/", {"name": "Mine"}), 403, "not_allowed")
    check_problem(admin.api.post("labels/", {"name": ""}), 400, "invalid")
    assert admin.api.call("DELETE", f"labels/{pk}/").status_code == 204
    assert owner.api.get("labels/").json()["results"] == []
