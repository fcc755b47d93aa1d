"""How far a lead is, and whose it is."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError, StaleVersionError
from crm.models import Contact, EventRecord, Membership
from leads import services
from leads.errors import AnotherLeadOpenError, LeadAlreadyQualifiedError, LeadClosedError, LeadNotClosedError
from leads.models import Handover, Lead, LeadSettings
from tests.factories.leads import add_member, make_cast, make_lead


def events(name: str) -> list[dict]:
    rows = EventRecord.objects.filter(name=f"leads.{name}").order_by("sequence")
    return [row.payload for row in rows]


def test_qualifies_and_says_so(cast):
    lead = make_lead(cast)

    lead = services.qualify_lead(actor=cast.agent, lead_id=lead.pk, score=65)

    assert lead.status == "qualified"
    assert lead.qualified_at is not None
    assert events("lead_qualified") == [{"lead_id": str(lead.pk), "score": 65, "conversation_id": ""}]
    last = lead.history.first()
    assert (last.status, last.actor_kind, last.actor_label, last.via) == (
        "qualified",
        "agent",
        "Sarah",
        "task",
    )


def test_refuses_to_qualify_twice_and_changes_nothing(cast):
    lead = services.qualify_lead(actor=cast.agent, lead_id=make_lead(cast).pk)

    with pytest.raises(LeadAlreadyQualifiedError) as refused:
        services.qualify_lead(actor=cast.actor("rep"), lead_id=lead.pk)

    assert (refused.value.code, refused.value.status) == ("lead_already_qualified", 409)
    fresh = Lead.objects.get()
    assert (fresh.version, fresh.qualified_at) == (lead.version, lead.qualified_at)
    assert len(events("lead_qualified")) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_qualify_at_once_one_wins():
    cast = make_cast()
    lead = make_lead(cast)
    start, results = threading.Barrier(4), []

    def qualify() -> None:
        try:
            start.wait(timeout=10)
            services.qualify_lead(actor=cast.agent, lead_id=lead.pk)
            results.append("won")
        except LeadAlreadyQualifiedError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=qualify) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["refused", "refused", "refused", "won"]
    assert len(events("lead_qualified")) == 1


def test_a_closed_lead_is_neither_qualified_nor_closed_again_nor_handed_over(cast):
    lead = services.disqualify_lead(actor=cast.actor("rep"), lead_id=make_lead(cast).pk, reason="no budget")

    for change in (
        lambda: services.qualify_lead(actor=cast.agent, lead_id=lead.pk),
        lambda: services.disqualify_lead(actor=cast.agent, lead_id=lead.pk, reason="again"),
        lambda: services.hand_over_lead(actor=cast.agent, lead_id=lead.pk),
    ):
        with pytest.raises(LeadClosedError):
            change()

    fresh = Lead.objects.get()
    assert (fresh.status, fresh.disqualified_because, fresh.version) == (
        "disqualified",
        "no budget",
        lead.version,
    )


def test_disqualifying_needs_a_reason(cast):
    lead = make_lead(cast)

    with pytest.raises(InvalidInputError) as refused:
        services.disqualify_lead(actor=cast.actor("rep"), lead_id=lead.pk, reason=" ")

    assert list(refused.value.fields) == ["reason"]
    assert Lead.objects.get().status == "new"


def test_a_disqualified_lead_is_worked_on_again(cast):
    lead = services.disqualify_lead(actor=cast.actor("rep"), lead_id=make_lead(cast).pk, reason="no budget")

    lead = services.reopen_lead(actor=cast.actor("rep"), lead_id=lead.pk)

    assert (lead.status, lead.disqualified_because, lead.closed_at) == ("working", "", None)
    assert events("lead_reopened") == [{"lead_id": str(lead.pk)}]


def test_an_open_lead_cannot_be_reopened(cast):
    lead = make_lead(cast)

    with pytest.raises(LeadNotClosedError):
        services.reopen_lead(actor=cast.actor("rep"), lead_id=lead.pk)

    assert Lead.objects.get().version == lead.version


def test_a_lead_stays_closed_while_its_contact_has_another(cast):
    old = services.disqualify_lead(actor=cast.actor("rep"), lead_id=make_lead(cast).pk, reason="no budget")
    services.capture_lead(actor=cast.system, contact_id=old.contact_id)

    with pytest.raises(AnotherLeadOpenError):
        services.reopen_lead(actor=cast.actor("rep"), lead_id=old.pk)

    assert Lead.objects.get(pk=old.pk).status == "disqualified"


def hand_over(cast, lead, **given):
    return services.hand_over_lead(actor=cast.agent, lead_id=lead.pk, **given)


def test_hands_over_to_reps_in_turn_and_never_to_viewers(cast):
    second = add_member(cast, "rep", "Ani")

    owners = [hand_over(cast, make_lead(cast)).owner_id for _ in range(4)]

    reps = [cast.user("rep").pk, second.user_id]
    assert owners == [*reps, *reps]


@pytest.mark.django_db(transaction=True)
def test_leads_handed_over_at_once_go_to_different_people():
    cast = make_cast()
    for name in ("Ani", "Eko", "Tia"):
        add_member(cast, "rep", name)
    leads = [make_lead(cast) for _ in range(4)]
    start, owners = threading.Barrier(4), []

    def take(lead) -> None:
        try:
            start.wait(timeout=10)
            owners.append(hand_over(cast, lead).owner_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(lead,)) for lead in leads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(owners) == 4
    assert len(set(owners)) == 4


def test_says_who_got_the_lead_and_why(cast):
    lead = hand_over(cast, make_lead(cast), reason="human_request")

    assert lead.handed_over_at is not None
    assert events("lead_handed_over") == [
        {
            "lead_id": str(lead.pk),
            "user_id": str(cast.user("rep").pk),
            "conversation_id": "",
            "reason": "human_request",
        }
    ]


def test_a_rep_who_is_away_is_passed_over_for_a_manager(cast):
    Membership.objects.filter(pk=cast.members["rep"].pk).update(is_available=False)

    assert hand_over(cast, make_lead(cast)).owner_id == cast.user("manager").pk


def test_the_owner_keeps_the_lead(cast):
    lead = make_lead(cast, owner="manager")

    assert hand_over(cast, lead).owner_id == cast.user("manager").pk


def test_an_owner_who_left_does_not_keep_the_lead(cast):
    lead = make_lead(cast, owner="manager")
    Membership.objects.filter(pk=cast.members["manager"].pk).update(is_active=False)

    assert hand_over(cast, lead).owner_id == cast.user("rep").pk


def test_with_nobody_there_the_lead_waits_without_an_owner(cast):
    Membership.objects.update(is_available=False)

    lead = hand_over(cast, make_lead(cast))

    assert lead.owner_id is None
    assert lead.handed_over_at is not None
    assert events("lead_handed_over")[0]["user_id"] == ""


def test_where_the_workspace_says_nobody_leads_wait_unassigned(cast):
    LeadSettings.objects.update(handover=Handover.NOBODY)

    assert hand_over(cast, make_lead(cast)).owner_id is None


def test_a_named_taker_gets_it(cast):
    lead = hand_over(cast, make_lead(cast), to_user_id=cast.user("admin").pk)

    assert (lead.owner_id, lead.owner_name) == (cast.user("admin").pk, "Admin")


def test_handing_over_to_a_stranger_is_refused(cast, strangers):
    lead = make_lead(cast)

    with pytest.raises(NotFoundError):
        hand_over(cast, lead, to_user_id=strangers.user("rep").pk)

    assert Lead.objects.get().handed_over_at is None


def test_a_rep_takes_a_lead_that_nobody_owns(cast):
    lead = make_lead(cast)
    rep = cast.user("rep")

    lead = services.assign_lead(actor=cast.actor("rep"), lead_id=lead.pk, user_id=rep.pk)

    assert lead.owner_id == rep.pk
    assert events("lead_assigned") == [
        {"lead_id": str(lead.pk), "user_id": str(rep.pk), "previous_user_id": ""}
    ]


def test_a_rep_gives_leads_to_nobody_else(cast):
    lead = make_lead(cast)

    with pytest.raises(NotAllowedError):
        services.assign_lead(actor=cast.actor("rep"), lead_id=lead.pk, user_id=cast.user("manager").pk)

    assert Lead.objects.get().owner_id is None


def test_a_manager_assigns_and_takes_back(cast):
    lead = make_lead(cast)
    manager = cast.actor("manager")

    services.assign_lead(actor=manager, lead_id=lead.pk, user_id=cast.user("rep").pk)
    lead = services.assign_lead(actor=manager, lead_id=lead.pk, user_id=None)

    assert (lead.owner_id, lead.owner_name) == (None, "")
    assert len(events("lead_assigned")) == 2


def test_assigning_to_the_owner_again_is_no_news(cast):
    lead = make_lead(cast, owner="rep")

    services.assign_lead(actor=cast.actor("manager"), lead_id=lead.pk, user_id=cast.user("rep").pk)

    assert len(events("lead_assigned")) == 1


def test_a_rep_does_not_see_the_lead_of_somebody_of_another_team(cast):
    lead = make_lead(cast, owner="manager")

    with pytest.raises(NotFoundError):
        services.qualify_lead(actor=cast.actor("rep"), lead_id=lead.pk)

    assert Lead.objects.get().status == "new"


def change(cast, lead, changes, **given):
    return services.change_lead(actor=cast.actor("rep"), lead_id=lead.pk, changes=changes, **given)


def test_plans_the_next_step(cast):
    lead = make_lead(cast)
    day = timezone.localdate() - timedelta(days=1)

    lead = change(cast, lead, {"next_step": " Call ", "next_step_on": day})

    assert (lead.next_step, lead.next_step_on, lead.is_next_step_late) == ("Call", day, True)
    assert events("lead_changed") == [{"lead_id": str(lead.pk), "fields": ["next_step", "next_step_on"]}]


def test_a_change_from_an_old_version_is_refused(cast):
    lead = make_lead(cast)
    change(cast, lead, {"next_step": "Call"}, version=lead.version)

    with pytest.raises(StaleVersionError):
        change(cast, lead, {"next_step": "Write"}, version=lead.version)

    assert Lead.objects.get().next_step == "Call"


def test_a_change_to_what_it_is_already_is_no_change(cast):
    lead = change(cast, make_lead(cast), {"tags": ["vip"]})

    again = change(cast, lead, {"tags": ["vip", " vip "]})

    assert again.version == lead.version
    assert len(events("lead_changed")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "converted"}, "status"),
        ({"score": 100}, "score"),
        ({"next_step": "x" * 201}, "next_step"),
        ({"next_step_on": "tomorrow"}, "next_step_on"),
        ({"tags": [str(n) for n in range(51)]}, "tags"),
    ],
)
def test_what_cannot_be_changed_here_is_refused_by_name(cast, changes, field):
    lead = make_lead(cast)

    with pytest.raises(InvalidInputError) as refused:
        change(cast, lead, {"next_step": "Call", **changes})

    assert list(refused.value.fields) == [field]
    assert Lead.objects.get().next_step == ""


def test_tags_are_put_on_and_taken_off(cast):
    lead = make_lead(cast)

    services.tag_lead(actor=cast.actor("rep"), lead_id=lead.pk, add=["vip", "fair"])
    lead = services.tag_lead(actor=cast.actor("rep"), lead_id=lead.pk, add=["vip", "new"], remove=["fair"])

    assert lead.tags == ["vip", "new"]


def test_an_empty_note_is_refused(cast):
    lead = make_lead(cast)

    with pytest.raises(InvalidInputError):
        services.note_lead(actor=cast.actor("rep"), lead_id=lead.pk, text=" ")

    assert events("lead_noted") == []


def test_a_viewer_changes_nothing(cast):
    lead, viewer = make_lead(cast), cast.actor("viewer")

    for refused in (
        lambda: services.qualify_lead(actor=viewer, lead_id=lead.pk),
        lambda: services.disqualify_lead(actor=viewer, lead_id=lead.pk, reason="x"),
        lambda: services.reopen_lead(actor=viewer, lead_id=lead.pk),
        lambda: services.hand_over_lead(actor=viewer, lead_id=lead.pk),
        lambda: services.assign_lead(actor=viewer, lead_id=lead.pk, user_id=cast.user("rep").pk),
        lambda: services.assign_lead(actor=viewer, lead_id=lead.pk, user_id=viewer.user_id),
        lambda: services.change_lead(actor=viewer, lead_id=lead.pk, changes={"next_step": "x"}),
        lambda: services.tag_lead(actor=viewer, lead_id=lead.pk, add=["x"]),
        lambda: services.note_lead(actor=viewer, lead_id=lead.pk, text="x"),
        lambda: services.record_slots(actor=viewer, lead_id=lead.pk, slots=[], intents=["x"]),
        lambda: services.rescore_lead(actor=viewer, lead_id=lead.pk),
        lambda: services.create_lead(actor=viewer, contact_id=lead.contact_id),
        lambda: services.set_up_leads(actor=viewer),
    ):
        with pytest.raises(NotAllowedError):
            refused()

    fresh = Lead.objects.get()
    assert (fresh.version, fresh.status, fresh.owner_id, fresh.tags) == (lead.version, "new", None, [])


def test_the_contact_goes_with_the_lead_while_it_is_nobody_elses(cast):
    # given a lead that nobody owned, whose contact was nobody's
    lead = make_lead(cast)
    rep, manager = cast.user("rep").pk, cast.user("manager").pk

    # when it is given to one and then to another, then the contact goes along
    services.assign_lead(actor=cast.system, lead_id=lead.pk, user_id=rep)
    assert Contact.objects.get().owner_id == rep
    services.assign_lead(actor=cast.system, lead_id=lead.pk, user_id=manager)
    assert Contact.objects.get().owner_id == manager

    # but a contact that somebody else owns stays theirs
    Contact.objects.update(owner=cast.user("admin"))
    services.assign_lead(actor=cast.system, lead_id=lead.pk, user_id=rep)
    assert Contact.objects.get().owner_id == cast.user("admin").pk
