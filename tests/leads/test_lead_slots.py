"""What was found out about a lead: who may overwrite what, and what follows."""

from uuid import uuid4

import pytest

from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import EventRecord
from crm.services import change_contact
from leads import selectors, services
from leads.errors import SlotNotFilledError, SlotUnknownError
from leads.models import LeadSlot, ScoreRule, ScoreRun, Slot
from tests.factories.leads import ALL_FIVE, fact, make_conversation, make_lead, make_message


def slot(lead, key):
    return LeadSlot.objects.get(lead=lead, key=key)


def record(cast, lead, *facts, actor=None):
    return services.record_slots(actor=actor or cast.agent, lead_id=lead.pk, slots=facts)


def test_keeps_a_value_with_the_words_it_came_from(cast):
    lead, message_id = make_lead(cast), uuid4()

    record(cast, lead, fact("budget", "5 juta", normalised={"amount": "5000000", "currency": "IDR"},
                            message_id=str(message_id), start=7, end=13, because="an amount"))  # fmt: skip

    row = slot(lead, "budget")
    assert (row.value, row.normalised) == ("5 juta", {"amount": "5000000", "currency": "IDR"})
    assert (row.message_id, row.start, row.end, row.quote) == (message_id, 7, 13, "5 juta")
    assert (row.confidence, row.source, row.is_confirmed, row.because) == (0.9, "agent", False, "an amount")


def test_all_five_slots_make_a_lead_good_enough_to_qualify(cast):
    lead = make_lead(cast, "")

    lead = record(cast, lead, *ALL_FIVE)

    assert (lead.status, lead.score, lead.temperature) == ("working", 65, "warm")
    assert lead.score >= selectors.thresholds_of(lead.workspace_id).qualify_from
    assert [r["because"] for r in lead.score_reasons] == [
        "Told us the name: Budi",
        "Told us the business: coffee shop",
        "Told us the location: Bandung",
        "Told us what they need: a website",
        "Told us the budget: 5 juta",
    ]
    assert (lead.name_line, lead.business_type) == ("Budi", "coffee shop")
    assert [run.score for run in ScoreRun.objects.filter(lead=lead)] == [65]


def test_a_large_budget_makes_the_lead_hot(cast):
    lead = record(cast, make_lead(cast), *ALL_FIVE)

    lead = record(cast, lead, fact("budget", "60 juta", normalised={"amount": "60000000", "currency": "IDR"}))

    assert (lead.score, lead.temperature) == (85, "hot")


def test_the_same_value_again_changes_nothing(cast):
    lead = record(cast, make_lead(cast), fact("need", "a website"))
    before = (lead.version, EventRecord.objects.count(), slot(lead, "need").version)

    lead = record(cast, lead, fact("need", "a website"))

    assert (lead.version, EventRecord.objects.count(), slot(lead, "need").version) == before


def test_an_agent_may_write_a_better_value_over_its_own(cast):
    lead = record(cast, make_lead(cast), fact("location", "Jawa"))

    record(cast, lead, fact("location", "Bandung"))

    assert slot(lead, "location").value == "Bandung"


def test_an_agent_leaves_a_confirmed_value_alone(cast):
    lead = record(cast, make_lead(cast), fact("location", "Bandung"))
    services.confirm_slot(actor=cast.actor("rep"), lead_id=lead.pk, key="location")

    record(cast, lead, fact("location", "Jakarta"))

    row = slot(lead, "location")
    assert (row.value, row.is_confirmed, row.confidence) == ("Bandung", True, 1.0)


def test_the_contact_may_correct_even_a_confirmed_value(cast):
    lead = record(cast, make_lead(cast), fact("location", "Bandung"))
    services.confirm_slot(actor=cast.actor("rep"), lead_id=lead.pk, key="location")

    record(cast, lead, fact("location", "Surabaya", is_correction=True))

    row = slot(lead, "location")
    assert (row.value, row.is_confirmed) == ("Surabaya", False)


def test_what_is_inferred_does_not_replace_what_was_said(cast):
    lead = record(cast, make_lead(cast), fact("business_type", "bakery"))

    record(cast, lead, fact("business_type", "restaurant", is_inferred=True))
    assert slot(lead, "business_type").value == "bakery"

    record(cast, lead, fact("business_type", "café"))
    assert slot(lead, "business_type").value == "café"


def test_an_unknown_slot_is_left_out_and_the_others_are_kept(cast):
    lead = record(cast, make_lead(cast), fact("shoe_size", "44"), fact("need", "shoes"))

    assert [row.key for row in LeadSlot.objects.filter(lead=lead)] == ["need"]


def test_an_empty_value_is_no_value(cast):
    lead = record(cast, make_lead(cast), fact("need", "   "))

    assert LeadSlot.objects.filter(lead=lead).count() == 0
    assert lead.status == "new"


def test_a_name_that_was_given_becomes_the_contacts_name(cast):
    lead = record(cast, make_lead(cast, "~b~"), fact("name", "Budi Santoso"))

    lead.contact.refresh_from_db()
    assert (lead.contact.name, lead.name_line) == ("Budi Santoso", "Budi Santoso")


def test_an_unsure_name_does_not_rename_the_contact(cast):
    lead = record(cast, make_lead(cast, "Budi"), fact("name", "Bud", confidence=0.5))

    lead.contact.refresh_from_db()
    assert lead.contact.name == "Budi"


def test_a_contact_whom_a_person_named_keeps_that_name(cast):
    lead = make_lead(cast, "~b~")
    change_contact(actor=cast.actor("rep"), contact_id=lead.contact_id, changes={"name": "Pak Budi"})

    record(cast, lead, fact("name", "Boss"))

    lead.contact.refresh_from_db()
    assert lead.contact.name == "Pak Budi"


def test_a_person_corrects_a_slot_and_it_is_confirmed(cast):
    lead = record(cast, make_lead(cast), fact("budget", "5", message_id=str(uuid4())))

    services.correct_slot(actor=cast.actor("rep"), lead_id=lead.pk, key="budget", value=" IDR 60.000.000 ")

    row = slot(lead, "budget")
    assert (row.value, row.is_confirmed, row.source, row.quote) == ("IDR 60.000.000", True, "person", "")
    assert row.normalised == {"amount": "60000000", "currency": "IDR"}
    assert (row.message_id, row.because, row.confidence) == (None, "Rep wrote it", 1.0)
    lead.refresh_from_db()
    assert lead.score == 35  # budget known, large budget


def test_correcting_a_slot_nobody_knows_is_refused(cast):
    lead = make_lead(cast)

    with pytest.raises(SlotUnknownError) as refused:
        services.correct_slot(actor=cast.actor("rep"), lead_id=lead.pk, key="shoe_size", value="44")

    assert refused.value.fields == {"shoe_size": ["There is no such slot in this workspace."]}
    assert LeadSlot.objects.count() == 0


def test_correcting_a_slot_to_nothing_is_refused(cast):
    lead = record(cast, make_lead(cast), fact("need", "a website"))

    with pytest.raises(InvalidInputError):
        services.correct_slot(actor=cast.actor("rep"), lead_id=lead.pk, key="need", value="  ")

    assert slot(lead, "need").value == "a website"


def test_a_cleared_slot_takes_its_points_away(cast):
    lead = record(cast, make_lead(cast), fact("need", "a website"))
    assert lead.score == 15

    lead = services.clear_slot(actor=cast.actor("rep"), lead_id=lead.pk, key="need")

    assert (lead.score, lead.score_reasons) == (0, [])
    assert LeadSlot.objects.filter(lead=lead).count() == 0
    assert [run.score for run in selectors.score_runs_of(lead)] == [0, 15]


@pytest.mark.parametrize("change", [services.confirm_slot, services.clear_slot])
def test_a_slot_without_a_value_can_be_neither_confirmed_nor_cleared(cast, change):
    lead = make_lead(cast)

    with pytest.raises(SlotNotFilledError):
        change(actor=cast.actor("rep"), lead_id=lead.pk, key="need")

    assert EventRecord.objects.filter(name="leads.slots_recorded").count() == 0


def test_a_viewer_changes_no_slot(cast):
    lead = record(cast, make_lead(cast), fact("need", "a website"))
    viewer = cast.actor("viewer")

    for change in (
        lambda: services.record_slots(actor=viewer, lead_id=lead.pk, slots=[fact("need", "x")]),
        lambda: services.confirm_slot(actor=viewer, lead_id=lead.pk, key="need"),
        lambda: services.correct_slot(actor=viewer, lead_id=lead.pk, key="need", value="x"),
        lambda: services.clear_slot(actor=viewer, lead_id=lead.pk, key="need"),
    ):
        with pytest.raises(NotAllowedError):
            change()

    row = slot(lead, "need")
    assert (row.value, row.is_confirmed, row.version) == ("a website", False, 1)


def test_a_stranger_finds_no_lead_to_write_on(cast, strangers):
    lead = make_lead(cast)

    with pytest.raises(NotFoundError):
        services.record_slots(actor=strangers.system, lead_id=lead.pk, slots=ALL_FIVE)

    assert LeadSlot.objects.count() == 0


def test_a_page_reads_all_slots_in_two_queries(cast, django_assert_num_queries):
    lead, rep = make_lead(cast), cast.actor("rep")
    said = make_message(make_conversation(cast, lead.contact), "I need a website")
    record(cast, lead, fact("need", "a website", message_id=str(said.pk)))

    with django_assert_num_queries(2):
        views = selectors.slots_of(rep, lead, "/inbox/?open=1")

    assert [(v.key, v.label, v.value, v.percent) for v in views] == [
        ("name", "Name", "", 0),
        ("business_type", "Business type", "", 0),
        ("location", "Location", "", 0),
        ("need", "Need", "a website", 90),
        ("budget", "Budget", "", 0),
    ]
    assert views[3].message_url == f"/inbox/?open=1#message-{views[3].message_id}"


def test_the_engine_can_ask_what_the_score_would_be(cast, django_assert_num_queries):
    lead = record(cast, make_lead(cast), fact("name", "Budi"), fact("need", "a website"))

    preview = selectors.scorer_for(lead)

    with django_assert_num_queries(0):
        assert preview({}) == 25
        assert preview({f.key: f for f in ALL_FIVE}) == 65
        assert preview({"location": ALL_FIVE[2]}) == 35
    lead.refresh_from_db()
    assert lead.score == 25


def wish(cast, lead, *intents):
    return services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[], intents=intents)


def test_a_wish_counts_once_for_the_score(cast):
    lead = make_lead(cast)

    wish(cast, lead, "ask_price", "ask_price", "greet")
    lead = wish(cast, lead, "ask_price")

    assert lead.intents == ["ask_price", "greet"]
    assert (lead.score, ScoreRun.objects.count()) == (5, 1)


def test_what_was_found_and_what_was_wanted_is_one_change(cast):
    # when a message says a need and asks for the price
    lead = make_lead(cast)
    before = lead.history.count()
    services.record_slots(
        actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")], intents=["ask_price"]
    )

    # then both count, in one score, one version and one line of history
    lead.refresh_from_db()
    assert ([r.caused_by for r in selectors.score_runs_of(lead)], lead.intents) == (
        ["slots recorded"],
        ["ask_price"],
    )
    assert lead.score == selectors.judge(lead).score > 15
    assert lead.history.count() == before + 1


def test_counting_again_writes_history_only_when_something_changed(cast):
    lead = record(cast, make_lead(cast), fact("need", "a website"))

    services.rescore_lead(actor=cast.system, lead_id=lead.pk)
    assert ScoreRun.objects.count() == 1

    ScoreRule.objects.filter(name="Need known").update(points=30)
    lead = services.rescore_lead(actor=cast.system, lead_id=lead.pk, caused_by="rules")
    assert (lead.score, [r.caused_by for r in selectors.score_runs_of(lead)]) == (
        30,
        ["rules", "slots recorded"],
    )


def test_a_score_once_written_is_never_changed(cast):
    record(cast, make_lead(cast), fact("need", "a website"))
    run = ScoreRun.objects.get()
    run.score = 99

    with pytest.raises(ValueError, match="never changed"):
        run.save()

    assert ScoreRun.objects.get().score == 15


def test_setting_up_twice_changes_nothing_and_brings_nothing_back(cast):
    Slot.objects.filter(key="budget").delete()
    rules = ScoreRule.objects.count()

    services.set_up_leads(actor=cast.system)

    assert list(Slot.objects.values_list("key", flat=True)) == ["name", "business_type", "location", "need"]
    assert ScoreRule.objects.count() == rules


def test_a_cleared_value_comes_back_with_the_words_it_came_from(cast):
    lead, rep, message_id = make_lead(cast), cast.actor("rep"), uuid4()
    record(cast, lead, fact("need", "a website", message_id=str(message_id)))
    services.clear_slot(actor=rep, lead_id=lead.pk, key="need")

    with pytest.raises(NotAllowedError):
        services.restore_slot(actor=cast.actor("viewer"), lead_id=lead.pk, key="need")
    services.restore_slot(actor=rep, lead_id=lead.pk, key="need")

    found = slot(lead, "need")
    assert (found.value, found.quote, found.message_id) == ("a website", "a website", message_id)
    assert (found.confidence, found.is_confirmed) == (0.9, False)
    assert selectors.get_lead(rep, lead.pk).score == 15


def test_a_value_found_meanwhile_stays_and_what_never_was_cannot_come_back(cast):
    lead, rep = make_lead(cast), cast.actor("rep")
    record(cast, lead, fact("need", "a website"))
    services.clear_slot(actor=rep, lead_id=lead.pk, key="need")
    record(cast, lead, fact("need", "a shop"))

    services.restore_slot(actor=rep, lead_id=lead.pk, key="need")

    assert slot(lead, "need").value == "a shop"
    with pytest.raises(SlotNotFilledError):
        services.restore_slot(actor=rep, lead_id=lead.pk, key="budget")
    assert LeadSlot.objects.count() == 1
