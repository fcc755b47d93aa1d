"""The command palette's answers: what can be done at an address, with steps and reasons; what is found."""

import json

import pytest
from django.utils.translation import override

from conversations.models import Conversation
from crm import panels
from leads import services as lead_services
from leads.models import Lead
from tests.factories.conversations import receive


@pytest.fixture
def lead(workspace, channel, system, owner):
    """Budi's lead, the owner's, with its conversation."""
    lead_services.set_up_leads(actor=system)
    message = receive(channel, "Halo kak")
    talk = Conversation.objects.get(pk=message.conversation_id)
    made = lead_services.capture_lead(actor=system, contact_id=talk.contact_id, source="whatsapp")
    Lead.objects.filter(pk=made.pk).update(conversation_id=talk.pk)
    return lead_services.assign_lead(actor=system, lead_id=made.pk, user_id=owner.user.pk)


def offered(player, address):
    """The palette's acts at an address, by label."""
    body = player.page.get("/palette/", {"at": address}).json()
    return body["about"], {act["label"]: act for act in body["acts"]}


def test_a_lead_offers_its_acts_with_steps_and_reasons(lead, manager, owner):
    """Who may get it, which status it may have; what is refused says why."""
    about, acts = offered(manager, f"/leads/{lead.pk}/")

    people = {step["label"]: step for step in acts["Assign to…"]["steps"]}
    states = {step["label"]: step for step in acts["Move status…"]["steps"]}
    assert about == "Budi"
    assert list(acts) == ["Assign to…", "Qualify", "Move status…", "Open conversation", "Copy link"]
    assert people["Rina"]["why"] == "Has it already."
    assert people["Mira"]["fields"] == {"user": str(manager.user.pk)}
    assert people["Mira"]["url"] == f"/leads/{lead.pk}/assign/"
    assert "why" not in states["Qualified"]
    assert states["Disqualified"]["asks"] == "reason"
    assert states["New"]["why"] == "It is that already."
    assert states["Converted"]["why"] == "A qualified lead is converted together with its opportunity."
    assert acts["Open conversation"]["href"] == f"/inbox/?open={lead.conversation_id}"


def test_what_the_palette_offers_can_be_done(lead, manager):
    """Its addresses and fields are those of the page's own buttons."""
    _about, acts = offered(manager, f"/leads/{lead.pk}/")
    step = next(step for step in acts["Assign to…"]["steps"] if step["label"] == "Mira")

    answer = manager.page.post(step["url"], step["fields"], headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert Lead.objects.get(pk=lead.pk).owner_id == manager.user.pk


def test_whoever_may_not_reads_why(lead, owner, viewer):
    """A rep gives no leads away, a viewer changes nothing: greyed, never hidden."""
    _about, reps = offered(owner, f"/leads/{lead.pk}/")
    _about, viewers = offered(viewer, f"/leads/{lead.pk}/")

    assert reps["Assign to…"]["why"] == "Your role can't give leads to others."
    assert "why" not in reps["Qualify"]
    assert viewers["Qualify"]["why"] == "Your role can read leads, not change them."


def test_a_conversation_offers_its_acts(lead, owner, viewer):
    """By either of its addresses."""
    about, acts = offered(owner, f"/inbox/?folder=all&open={lead.conversation_id}")

    assert about == "Budi"
    assert acts["Take over"]["shortcut"] == "t"
    assert acts["Give back to the bot"]["why"] == "The bot has it already."
    assert offered(owner, f"/inbox/{lead.conversation_id}/")[1] == acts
    assert offered(viewer, f"/inbox/{lead.conversation_id}/")[1]["Take over"]["why"] != ""

    owner.page.post(acts["Take over"]["url"], headers={"HX-Request": "true"})
    _about, now = offered(owner, f"/inbox/{lead.conversation_id}/")
    assert now["Take over"]["why"] == "You have it already."


@pytest.mark.parametrize(
    "address", ["", "/nowhere/", "/inbox/", "/inbox/?open=x", "//evil.test/leads/", "/settings/", "//["]
)
def test_other_addresses_offer_nothing(lead, owner, address):
    """Wherever they lead."""
    assert offered(owner, address) == ("", {})


def test_what_one_does_not_see_offers_nothing(lead, colleague, stranger):
    """Neither by sight nor from another workspace: the answer is that of an address that isn't there."""
    for player in (colleague, stranger):
        assert offered(player, f"/leads/{lead.pk}/") == ("", {})


def test_the_search_answers_in_groups(lead, owner, colleague):
    """With where each hit leads; people only when asked for."""
    found = owner.page.get("/palette/search/", {"q": "0811 0000 101"}).json()["groups"]

    assert [group["label"] for group in found] == ["Leads", "Conversations"]
    assert found[0]["acts"][0] | {"at": ""} == {
        "label": "Budi", "hint": "New", "href": f"/leads/{lead.pk}/", "icon": "flame", "at": "",
    }  # fmt: skip
    only = owner.page.get("/palette/search/", {"q": "budi", "people": "1"}).json()["groups"]
    assert [group["label"] for group in only] == ["Leads"]


def test_every_page_brings_what_the_palette_opens_with(owner, admin):
    """No request before the first letter: places, switches, and the settings one may open."""
    marks = {"rep": owner, "admin": admin}
    brought = {}
    for role, player in marks.items():
        text = player.page.get("/").content.decode()
        block = text.split('<script id="palette-acts" type="application/json">')[1].split("</script>")[0]
        brought[role] = json.loads(block)

    assert {act["label"] for act in brought["rep"]["house"]} >= {
        "Go to the inbox",
        "Go to leads",
        "Dark theme",
    }
    names = {role: {act["label"] for act in given["settings"]} for role, given in brought.items()}
    assert "API keys" in names["admin"]
    assert "API keys" not in names["rep"]


def test_everybody_is_offered_the_settings_they_may_open(admin, viewer, monkeypatch):
    """Made once for all who may do the same, in each language, and for nobody else."""
    monkeypatch.setattr(panels, "_palettes", {})

    told = [player.page.get("/leads/").content.decode() for player in (admin, viewer, admin)]

    assert ["API keys" in html for html in told] == [True, False, True]
    assert len(panels._palettes) == 2
    with override("es"):
        panels.palette(viewer.actor())
    assert sorted(language for language, _may, _pages in panels._palettes) == ["en", "en", "es"]
