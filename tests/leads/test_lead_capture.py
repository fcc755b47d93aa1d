"""Capturing leads, and the messages that keep them alive."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core.errors import NotAllowedError, NotFoundError
from crm.models import EventRecord
from leads import services
from leads.errors import AnotherLeadOpenError, SlotUnknownError
from leads.models import Lead
from tests.factories.leads import fact, make_cast, make_contact, make_conversation, make_lead, make_message


def events(name: str) -> int:
    return EventRecord.objects.filter(name=f"leads.{name}").count()


def test_captures_a_lead_once_and_says_so_once(cast):
    contact = make_contact(cast, "Budi")

    first = services.capture_lead(actor=cast.system, contact_id=contact.pk, source="whatsapp")
    again = services.capture_lead(actor=cast.system, contact_id=contact.pk, source="sms")

    assert first.pk == again.pk
    assert (first.status, first.score, first.temperature, first.source) == ("new", 0, "cold", "whatsapp")
    assert Lead.objects.count() == 1
    assert events("lead_captured") == 1


def test_the_table_itself_refuses_a_second_open_lead(cast):
    # given an open lead, and a closed one of the same contact
    lead = make_lead(cast, "Budi")
    services.disqualify_lead(actor=cast.system, lead_id=lead.pk, reason="no_budget")
    second = services.capture_lead(actor=cast.system, contact_id=lead.contact_id)

    # when a row is opened past every service, then the table says no
    with pytest.raises(IntegrityError, match="lead_open_once"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(status="new")
    assert second.pk != lead.pk


def test_a_lead_can_be_found_by_name_and_number(cast):
    lead = services.capture_lead(actor=cast.system, contact_id=make_contact(cast, "Büdi", "628110000900").pk)

    assert lead.name_line == "Büdi"
    assert lead.search_line == "budi 628110000900 +62 811-0000-900"


def test_an_open_lead_moves_to_the_conversation_it_goes_on_in_without_history(cast):
    lead = make_lead(cast)
    conversation = make_conversation(cast, lead.contact)

    services.capture_lead(actor=cast.system, contact_id=lead.contact_id, conversation_id=conversation.pk)

    fresh = Lead.objects.get()
    assert fresh.conversation_id == conversation.pk
    assert (fresh.version, fresh.history.count()) == (lead.version, 1)


def test_a_closed_lead_makes_room_for_a_new_one(cast):
    old = make_lead(cast)
    services.disqualify_lead(actor=cast.system, lead_id=old.pk, reason="spam")

    new = services.capture_lead(actor=cast.system, contact_id=old.contact_id)

    assert new.pk != old.pk
    assert new.status == "new"


def test_a_viewer_captures_nothing(cast):
    contact = make_contact(cast)

    with pytest.raises(NotAllowedError):
        services.capture_lead(actor=cast.actor("viewer"), contact_id=contact.pk)

    assert Lead.objects.count() == 0


def test_a_contact_of_another_workspace_is_not_there(cast, strangers):
    contact = make_contact(strangers)

    with pytest.raises(NotFoundError):
        services.capture_lead(actor=cast.system, contact_id=contact.pk)

    assert Lead.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_capture_at_once_get_the_same_lead():
    cast = make_cast()
    contact = make_contact(cast)
    start, found, errors = threading.Barrier(4), [], []

    def capture() -> None:
        try:
            start.wait(timeout=10)
            found.append(services.capture_lead(actor=cast.system, contact_id=contact.pk).pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=capture) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(found) == 4
    assert len(set(found)) == 1
    assert Lead.objects.count() == 1
    assert events("lead_captured") == 1


def test_creating_a_lead_for_a_contact_with_an_open_one_is_refused(cast):
    lead = make_lead(cast)

    with pytest.raises(AnotherLeadOpenError) as refused:
        services.create_lead(actor=cast.actor("rep"), contact_id=lead.contact_id)

    assert refused.value.code == "another_lead_open"
    assert Lead.objects.count() == 1


def test_creating_a_lead_with_an_unknown_slot_creates_nothing_at_all(cast):
    contact = make_contact(cast)

    with pytest.raises(SlotUnknownError) as refused:
        services.create_lead(actor=cast.actor("rep"), contact_id=contact.pk, slots=[fact("shoe_size", "44")])

    assert list(refused.value.fields) == ["slots.shoe_size"]
    assert Lead.objects.count() == 0
    assert events("lead_captured") == 0


def touch(cast, lead, *, at, direction="in", text="hi"):
    services.touch_lead(actor=cast.system, lead_id=lead.pk, news=[services.Heard(at, direction, text)])
    lead.refresh_from_db()


def test_a_message_is_noted_without_version_history_or_event(cast):
    lead = make_lead(cast)
    before = (lead.version, lead.history.count(), EventRecord.objects.count())
    at = timezone.now() + timedelta(minutes=1)

    touch(cast, lead, at=at, text="  halo\n  kak ")

    assert (lead.last_message_at, lead.last_activity_at) == (at, at)
    assert (lead.last_message_text, lead.last_message_direction) == ("halo kak", "in")
    assert (lead.version, lead.history.count(), EventRecord.objects.count()) == before


def test_older_news_changes_nothing(cast):
    lead = make_lead(cast)
    at = timezone.now() + timedelta(minutes=1)
    touch(cast, lead, at=at, text="later")
    touched_at = lead.updated_at

    touch(cast, lead, at=at - timedelta(seconds=1), text="earlier")

    assert (lead.last_message_at, lead.last_message_text, lead.updated_at) == (at, "later", touched_at)


def test_our_first_answer_starts_the_work(cast):
    lead = make_lead(cast)

    touch(cast, lead, at=timezone.now(), direction="out", text="hello")

    assert lead.status == "working"
    assert lead.history.count() == 2


def test_a_fast_answer_counts_for_the_score_and_the_fastest_one_stays(cast):
    lead = make_lead(cast)
    at = timezone.now()

    touch(cast, lead, at=at, direction="out")
    touch(cast, lead, at=at + timedelta(seconds=60))

    assert (lead.reply_seconds, lead.score) == (60, 5)
    assert lead.score_reasons == [
        {"rule": "Answers fast", "points": 5, "because": "Answered us within 1 min"}
    ]

    touch(cast, lead, at=at + timedelta(hours=1), direction="out")
    touch(cast, lead, at=at + timedelta(hours=5))

    assert (lead.reply_seconds, lead.score) == (60, 5)


def test_what_a_contact_writes_captures_a_lead_of_the_channel(cast):
    contact = make_contact(cast, "Camila")
    conversation = make_conversation(cast, contact, "whatsapp_meta")
    message = make_message(conversation, "hola")

    services.follow_message(actor=cast.system, message_id=message.pk)

    lead = Lead.objects.get()
    assert (lead.contact_id, lead.conversation_id, lead.source) == (contact.pk, conversation.pk, "whatsapp")
    assert (lead.last_message_text, lead.last_message_at) == ("hola", message.created_at)


def test_our_message_to_somebody_who_is_no_lead_captures_none(cast):
    message = make_message(make_conversation(cast, make_contact(cast)), "hello", direction="out")

    assert services.follow_message(actor=cast.system, message_id=message.pk) is None
    assert Lead.objects.count() == 0


def test_a_colleague_who_writes_is_no_lead(cast):
    conversation = make_conversation(cast, make_contact(cast))
    conversation.purpose = "staff"
    conversation.save()
    message = make_message(conversation, "!summary")

    assert services.follow_message(actor=cast.system, message_id=message.pk) is None
    assert Lead.objects.count() == 0


def test_news_from_before_a_lead_was_closed_opens_no_new_one(cast):
    lead = make_lead(cast)
    message = make_message(make_conversation(cast, lead.contact), "buy my stuff")
    services.disqualify_lead(actor=cast.system, lead_id=lead.pk, reason="spam")

    assert services.follow_message(actor=cast.system, message_id=message.pk) is None
    assert Lead.objects.count() == 1


def test_who_writes_again_after_the_lead_was_closed_is_a_new_lead(cast):
    lead = make_lead(cast)
    services.disqualify_lead(actor=cast.system, lead_id=lead.pk, reason="no budget")
    message = make_message(make_conversation(cast, lead.contact), "now I have one")

    new = services.follow_message(actor=cast.system, message_id=message.pk)

    assert new is not None
    assert new.pk != lead.pk


def test_what_somebody_wrote_in_a_row_is_noted_in_one_go(cast):
    # given a lead that we have answered, who answered fast and writes on
    lead = make_lead(cast)
    talk = make_conversation(cast, lead.contact)
    touch(cast, lead, at=timezone.now() - timedelta(minutes=1), direction="out")
    first, second, *others = [make_message(talk, text) for text in ("one", "two", "three", "four", "five")]
    services.follow_messages(actor=cast.system, message_ids=[first.pk])
    took = Lead.objects.get().reply_seconds

    # when we hear of one, and of three others together
    with CaptureQueriesContext(connection) as for_one:
        services.follow_messages(actor=cast.system, message_ids=[second.pk])
    with CaptureQueriesContext(connection) as for_three:
        services.follow_messages(actor=cast.system, message_ids=[message.pk for message in reversed(others)])

    # then the last one is shown, how fast they answered counts from the first, and three cost no more than one
    lead.refresh_from_db()
    assert (lead.last_message_text, lead.last_message_at) == ("five", others[-1].created_at)
    assert lead.reply_seconds == took is not None
    assert len(for_three) == len(for_one)


def test_of_several_only_what_came_after_the_lead_was_closed_is_a_new_one(cast):
    lead = make_lead(cast)
    talk = make_conversation(cast, lead.contact)
    before = make_message(talk, "buy my stuff")
    services.disqualify_lead(actor=cast.system, lead_id=lead.pk, reason="spam")
    after = make_message(talk, "now I want yours")

    new = services.follow_messages(actor=cast.system, message_ids=[before.pk, after.pk])

    assert new is not None
    assert new.pk != lead.pk
    assert new.last_message_text == "now I want yours"
    lead.refresh_from_db()
    assert lead.last_message_at is None


def test_a_renamed_contact_is_found_by_the_new_name(cast):
    lead = make_lead(cast, "Budi")
    lead.contact.name = "Wati"
    lead.contact.save()

    assert services.refresh_lines(actor=cast.system, contact_id=lead.contact_id) == 1

    lead.refresh_from_db()
    assert lead.name_line == "Wati"
    assert lead.search_line.startswith("wati ")


def test_whoever_takes_the_conversation_has_a_lead_that_nobody_owns(cast):
    lead = make_lead(cast)
    rep = cast.user("rep")

    services.follow_owner(actor=cast.system, contact_id=lead.contact_id, user_id=rep.pk)
    services.follow_owner(actor=cast.system, contact_id=lead.contact_id, user_id=cast.user("manager").pk)

    lead.refresh_from_db()
    assert (lead.owner_id, lead.owner_name) == (rep.pk, "Rep")
