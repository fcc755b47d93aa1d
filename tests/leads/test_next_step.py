"""The one next step: planned, late, done, and taken back."""

import json
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.core.errors import NotAllowedError
from crm.models import EventRecord
from leads import selectors, services
from leads.errors import NoNextStepError
from leads.models import Lead
from tests.factories.leads import make_lead


def browser(cast, role="rep"):
    client = Client(headers={"HX-Request": "true"})
    client.force_login(cast.user(role))
    return client


def test_what_is_done_goes_to_the_timeline_and_the_lead_waits_for_another(cast):
    lead, rep = make_lead(cast), cast.actor("rep")
    services.change_lead(
        actor=rep, lead_id=lead.pk, changes={"next_step": "Send prices", "next_step_on": date(2026, 12, 1)}
    )

    services.finish_next_step(actor=rep, lead_id=lead.pk)

    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_on) == ("", None)
    news = EventRecord.objects.get(name="leads.next_step_done")
    assert news.payload == {"lead_id": str(lead.pk), "step": "Send prices", "due_on": "2026-12-01"}
    newest = selectors.lead_timeline(rep, lead, {})[0]
    assert (newest.who, newest.what, newest.text) == ("Rep", "did the next step", "Send prices")


def test_without_a_next_step_there_is_nothing_to_do(cast):
    lead = make_lead(cast)

    with pytest.raises(NoNextStepError) as refused:
        services.finish_next_step(actor=cast.actor("rep"), lead_id=lead.pk)
    assert list(refused.value.fields) == ["next_step"]

    with pytest.raises(NotAllowedError):
        services.finish_next_step(actor=cast.actor("viewer"), lead_id=lead.pk)
    assert not EventRecord.objects.filter(name="leads.next_step_done").exists()


def test_done_on_the_page_can_be_taken_back(cast):
    lead = make_lead(cast)
    client = browser(cast)
    client.post(
        reverse("leads:next_step", args=[lead.pk]), {"next_step": "Call", "next_step_on": "2026-12-01"}
    )

    done = client.post(reverse("leads:next_step_done", args=[lead.pk]))
    assert Lead.objects.get().next_step == ""

    client.post(json.loads(done.headers["HX-Trigger"])["toast"]["undo_url"])
    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_on) == ("Call", date(2026, 12, 1))


def test_saving_what_is_there_already_offers_no_way_back(cast):
    lead = make_lead(cast)
    client = browser(cast)
    client.post(reverse("leads:next_step", args=[lead.pk]), {"next_step": "Call"})

    again = client.post(reverse("leads:next_step", args=[lead.pk]), {"next_step": "Call"})

    assert json.loads(again.headers["HX-Trigger"])["toast"] == {"text": "Saved", "kind": "good"}


def test_the_page_says_none_planned_and_late(cast):
    lead = make_lead(cast)
    client = browser(cast)
    page = reverse("leads:detail", args=[lead.pk])
    assert "None planned." in client.get(page).content.decode()

    client.post(
        reverse("leads:next_step", args=[lead.pk]), {"next_step": "Call", "next_step_on": "2026-12-01"}
    )
    assert "data-late" not in client.get(page).content.decode()
    with time_machine.travel("2026-12-02T12:00:00Z"):
        client.force_login(cast.user("rep"))
        assert "data-late" in client.get(page).content.decode()
