"""The pages: what they show, what their buttons do, and that strangers find nothing."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from crm.core.actors import acting
from leads import services
from leads.models import Lead, LeadSlot
from leads.selectors import Condition, OwnFields, Views, leads_wanting
from leads.views import list_state
from leads.views.list_state import read_state
from tests.factories.leads import ALL_FIVE, fact, make_contact, make_conversation, make_lead, make_message


def signed_in(cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def page(cast, role: str = "admin", **params):
    answer = signed_in(cast, role).get("/leads/", params)
    assert answer.status_code == 200
    return answer.context


def shown(context) -> list[str]:
    return [lead.name_line for lead in context["leads"]]


def test_the_list_shows_the_newest_first_and_says_how_many(cast):
    make_lead(cast, "Budi")
    make_lead(cast, "Camila")

    context = page(cast)

    assert shown(context) == ["Camila", "Budi"]
    assert context["count_text"] == "2 leads"
    assert (context["next_url"], context["previous_url"], context["is_first_run"]) == ("", "", False)


def test_filters_search_and_order_come_from_the_address(cast):
    make_lead(cast, "Budi", owner="rep", score=80, temperature="hot")
    make_lead(cast, "Camila", score=50, temperature="warm")
    make_lead(cast, "Maya", score=20)

    assert shown(page(cast, temperature=["hot", "warm"], sort="score")) == ["Camila", "Budi"]
    assert shown(page(cast, owner="none", sort="name")) == ["Camila", "Maya"]
    assert shown(page(cast, "rep", owner="me")) == ["Budi"]
    assert shown(page(cast, q="cam")) == ["Camila"]
    assert shown(page(cast, score_from=50, sort="-score")) == ["Budi", "Camila"]
    assert shown(page(cast, created="today", sort="name")) == ["Budi", "Camila", "Maya"]


def test_filters_that_are_on_are_chips_with_the_address_without_them(cast):
    make_lead(cast, "Budi")

    context = page(cast, status=["new", "working"], q="budi", sort="score")

    assert context["filters"]["chips"] == [
        {"label": "Status", "value": "New", "remove_url": "/leads/?status=working&q=budi&sort=score"},
        {"label": "Status", "value": "Working", "remove_url": "/leads/?status=new&q=budi&sort=score"},
        {"label": "Search", "value": "budi", "remove_url": "/leads/?status=new&status=working&sort=score"},
    ]
    assert context["filters"]["clear_url"] == "/leads/?sort=score"
    assert context["filters"]["hidden"] == [("status", "new"), ("status", "working"), ("sort", "score")]
    assert context["count_text"] == "1 matches"


EVIL = "<b>\"'&"
COLUMNS_OF_ALL = "name,status,score,message,next,owner,source,created,temperature,business,tags,activity"


@pytest.mark.parametrize("group", ["", "status", "owner"])
def test_whatever_was_written_stands_in_a_row_as_text(cast, group):
    make_lead(
        cast, EVIL, owner="rep", source=EVIL, business_type=EVIL, tags=[EVIL], last_message_text=EVIL,
        last_message_direction="in", next_step=EVIL,
    )  # fmt: skip
    Lead.objects.update(owner_name=EVIL)

    html = (
        signed_in(cast, "manager").get("/leads/", {"cols": COLUMNS_OF_ALL, "group": group}).content.decode()
    )

    assert EVIL not in html
    assert "<b>" not in html
    assert (
        html.count("&lt;b&gt;&quot;&#x27;&amp;") >= 8
    )  # name (twice), business (twice), message, step, owner, source, tag


def test_a_head_sorts_and_turns_round_when_it_is_the_order_already(cast):
    columns = {c["key"]: c for c in page(cast, sort="-score,name")["columns"]}

    assert (columns["score"]["direction"], columns["score"]["place"]) == ("desc", 1)
    assert columns["score"]["sort_url"] == "/leads/?sort=score"
    assert (columns["name"]["direction"], columns["name"]["place"]) == ("asc", 2)
    assert columns["created_at"]["sort_url"] == "/leads/?sort=-created_at"
    assert columns["last_activity_at"]["sort_url"] == "/leads/"  # the order of the view itself


def test_pages_are_a_click_apart(cast):
    contact = make_contact(cast)
    Lead.objects.bulk_create(
        Lead(
            workspace=cast.workspace,
            contact=contact,
            status="disqualified",
            name_line=f"{i:02}",
            search_line=f"{i:02}",
        )
        for i in range(60)
    )
    client = signed_in(cast, "admin")

    first = client.get("/leads/?sort=name").context
    second = client.get(first["next_url"]).context
    back = client.get(second["previous_url"]).context

    assert (len(first["leads"]), len(second["leads"])) == (50, 10)
    assert shown({"leads": second["leads"]})[0] == "50"
    assert [lead.pk for lead in back["leads"]] == [lead.pk for lead in first["leads"]]


@pytest.mark.parametrize(
    "query",
    [
        "?created_to=9999-12-31",
        "?created_from=0001-01-01",
        "?sort=shoe_size",
        "?cursor=zzz",
        "?status=nonsense",
        "?owner=x",
        "?score_from=a",
    ],
)
def test_an_address_that_cannot_be_read_shows_the_list_as_if_not_said(cast, query):
    make_lead(cast, "Budi")

    answer = signed_in(cast, "admin").get("/leads/" + query)

    assert answer.status_code == 200
    assert shown(answer.context) == ["Budi"]


def test_a_workspace_without_leads_is_told_how_to_begin_and_one_filtered_to_nothing_is_not(cast):
    assert page(cast)["is_first_run"] is True

    make_lead(cast, "Budi", owner="manager")
    nothing = page(cast, q="nobody")

    assert (nothing["is_first_run"], shown(nothing), nothing["count_text"]) == (False, [], "0 match")
    assert page(cast, "rep")["is_first_run"] is False


def test_the_list_costs_the_same_however_many_leads_it_shows(cast, django_assert_max_num_queries):
    client = signed_in(cast, "admin")
    make_lead(cast, "Budi", owner="rep")
    client.get("/leads/")
    with django_assert_max_num_queries(5) as few:
        client.get("/leads/")

    for i in range(20):
        make_lead(cast, f"Lead {i}", owner="rep" if i % 2 else "manager")
    with django_assert_max_num_queries(5) as many:
        client.get("/leads/")

    assert len(many) == len(few)
    assert len([q for q in many.captured_queries if "leads_lead" in q["sql"]]) == 1  # page and count


def test_a_row_can_be_fetched_again(cast):
    lead = make_lead(cast, "Budi")

    answer = signed_in(cast, "viewer").get(reverse("leads:row", args=[lead.pk]))

    assert f'id="lead-row-{lead.pk}"' in answer.content.decode()


def test_the_lead_page_shows_slots_reasons_and_story(cast):
    lead = make_lead(cast, "~b~")
    conversation = make_conversation(cast, lead.contact)
    message = make_message(conversation, "I sell coffee in Bandung")
    services.follow_message(actor=cast.system, message_id=message.pk)
    services.record_slots(
        actor=cast.agent,
        lead_id=lead.pk,
        slots=[fact("location", "Bandung", message_id=str(message.pk)), fact("name", "Budi")],
    )
    services.qualify_lead(actor=cast.agent, lead_id=lead.pk)

    answer = signed_in(cast, "rep").get(f"/leads/{lead.pk}/")

    context, html = answer.context, answer.content.decode()
    location = next(slot for slot in context["slots"] if slot.key == "location")
    assert location.message_url == f"/inbox/?open={conversation.pk}#message-{message.pk}"
    assert [r["because"] for r in context["reasons"]] == [
        "Told us the name: Budi",
        "Told us the location: Bandung",
    ]
    assert context["conversation_url"] == f"/inbox/?open={conversation.pk}"
    told = [(entry.who, entry.what, entry.text) for entry in context["entries"]]
    assert told == [
        ("Sarah", "qualified the lead", ""),
        ("Sarah", "noted what we know", "Location: Bandung; Name: Budi"),
        ("Sarah", "counted the score", "0 → 20"),
        ("Sarah", "changed the contact", ""),
        ("System", "captured the lead", "whatsapp"),
        ("System", "met the contact for the first time", ""),
    ]
    assert ("Sarah", "counted the score", "0 → 20") in told
    assert "Bandung" in html
    assert "Told us the name: Budi" in html


def test_the_story_names_people_and_values_and_tells_each_change_once(cast):
    lead = make_lead(cast)
    rep, manager = cast.actor("rep"), cast.actor("manager")
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    services.correct_slot(actor=rep, lead_id=lead.pk, key="need", value="a shop")
    services.assign_lead(actor=manager, lead_id=lead.pk, user_id=rep.user_id)
    services.change_lead(actor=rep, lead_id=lead.pk, changes={"next_step": "Call"})
    services.note_lead(actor=rep, lead_id=lead.pk, text="Nice person")
    services.disqualify_lead(actor=rep, lead_id=lead.pk, reason="no budget")
    lead.refresh_from_db()
    with acting(cast.actor("admin", via="admin")):
        lead.source = "fair"
        lead.save()

    entries = signed_in(cast, "rep").get(f"/leads/{lead.pk}/").context["entries"]

    assert [(e.who, e.what, e.text, e.where) for e in entries] == [
        ("Admin", "changed the lead", "Source: whatsapp → fair", "in the admin"),
        ("Rep", "disqualified the lead", "no budget", "on the page"),
        ("Rep", "wrote a note", "Nice person", "on the page"),
        ("Rep", "changed the lead", "Next step: Call", "on the page"),
        ("Manager", "changed the owner", "Owner: Rep", "on the page"),
        ("Rep", "noted what we know", "Need: a website → a shop", "on the page"),
        ("Sarah", "noted what we know", "Need: a website", ""),
        ("Sarah", "counted the score", "0 → 15", ""),
        ("System", "captured the lead", "whatsapp", "by command"),
        ("System", "met the contact for the first time", "", "by command"),
    ]


def test_buttons_say_why_a_viewer_cannot_use_them(cast):
    lead = make_lead(cast)

    context = signed_in(cast, "viewer").get(f"/leads/{lead.pk}/").context

    assert {a["key"]: a["why"] for a in context["actions"]} == {
        "take": "Your role can read leads, not change them.",
        "qualify": "Your role can read leads, not change them.",
    }
    assert context["can_edit"] is False


def test_the_lead_page_costs_the_same_however_much_happened(cast, django_assert_max_num_queries):
    client = signed_in(cast, "admin")
    lead = make_lead(cast)
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=ALL_FIVE[:1])
    services.note_lead(actor=cast.actor("rep"), lead_id=lead.pk, text="the first note")
    client.get(f"/leads/{lead.pk}/")
    with django_assert_max_num_queries(18) as few:
        client.get(f"/leads/{lead.pk}/")

    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=ALL_FIVE)
    for i in range(5):
        services.note_lead(actor=cast.actor("rep"), lead_id=lead.pk, text=f"note {i}")
    with django_assert_max_num_queries(18) as many:
        client.get(f"/leads/{lead.pk}/")

    assert len(many) == len(few)


def test_the_card_beside_a_conversation_shows_its_contacts_lead(cast):
    lead = make_lead(cast, "Budi")
    conversation = make_conversation(cast, lead.contact)

    answer = signed_in(cast, "rep").get(f"/leads/panel/{conversation.pk}/")

    assert answer.context["lead"].pk == lead.pk
    assert answer.context["why"] == "Still to find out: Name, Business type, Location, Need, Budget"
    assert f"/leads/{lead.pk}/" in answer.content.decode()


def test_a_conversation_without_a_lead_has_a_card_that_says_so(cast):
    conversation = make_conversation(cast, make_contact(cast))

    answer = signed_in(cast, "rep").get(f"/leads/panel/{conversation.pk}/")

    assert answer.status_code == 200
    assert answer.context["lead"] is None


def test_the_card_of_another_workspaces_conversation_is_not_there(cast, strangers):
    lead = make_lead(strangers, "Secret")
    conversation = make_conversation(strangers, lead.contact)

    answer = signed_in(cast, "admin").get(f"/leads/panel/{conversation.pk}/")

    assert answer.status_code == 404
    assert "Secret" not in answer.content.decode()


BUTTONS: dict[str, dict[str, str]] = {
    "take": {}, "assign": {"user": ""}, "qualify": {}, "disqualify": {"reason": "spam"}, "reopen": {},
    "note": {"text": "x"}, "next_step": {"next_step": "x"}, "tags": {"tags": "x"},
}  # fmt: skip
SLOT_BUTTONS: dict[str, dict[str, str]] = {
    "confirm_slot": {},
    "correct_slot": {"value": "x"},
    "clear_slot": {},
}


@pytest.mark.parametrize("name", [*BUTTONS, *SLOT_BUTTONS, "detail", "row"])
def test_a_lead_of_another_workspace_is_not_found_by_any_address(cast, strangers, name):
    lead = make_lead(strangers)
    services.record_slots(actor=strangers.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    before = Lead.objects.get(pk=lead.pk).version
    url = reverse(f"leads:{name}", args=[lead.pk, "need"] if name in SLOT_BUTTONS else [lead.pk])
    client = signed_in(cast, "admin")

    given = {**BUTTONS, **SLOT_BUTTONS}.get(name)
    answer = client.get(url) if given is None else client.post(url, given)

    assert answer.status_code == 404
    assert Lead.objects.get(pk=lead.pk).version == before


@pytest.mark.parametrize("name", [*BUTTONS, *SLOT_BUTTONS])
def test_a_viewer_changes_nothing_by_any_button(cast, name):
    lead = make_lead(cast)
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    before = Lead.objects.get().version
    url = reverse(f"leads:{name}", args=[lead.pk, "need"] if name in SLOT_BUTTONS else [lead.pk])

    answer = signed_in(cast, "viewer").post(url, {**BUTTONS, **SLOT_BUTTONS}[name])

    assert answer.status_code == 403
    assert Lead.objects.get().version == before


@pytest.mark.parametrize("name", [*BUTTONS, *SLOT_BUTTONS])
def test_no_button_works_by_following_a_link(cast, name):
    lead = make_lead(cast)
    url = reverse(f"leads:{name}", args=[lead.pk, "need"] if name in SLOT_BUTTONS else [lead.pk])

    assert signed_in(cast, "admin").get(url).status_code == 405


def post(cast, role, lead, name, *args, **given):
    return signed_in(cast, role).post(reverse(f"leads:{name}", args=[lead.pk, *args]), given)


def test_a_rep_works_a_lead_by_its_buttons(cast):
    lead = make_lead(cast)

    assert post(cast, "rep", lead, "take")["Location"] == f"/leads/{lead.pk}/"
    post(cast, "rep", lead, "correct_slot", "need", value="a website")
    post(cast, "rep", lead, "next_step", next_step="Call", next_step_on="2026-12-01")
    post(cast, "rep", lead, "tags", tags="vip, fair,, vip")
    post(cast, "rep", lead, "qualify")

    lead.refresh_from_db()
    assert (lead.owner_id, lead.status, lead.tags) == (cast.user("rep").pk, "qualified", ["vip", "fair"])
    assert (lead.next_step, lead.next_step_on) == ("Call", date(2026, 12, 1))
    assert LeadSlot.objects.get().is_confirmed is True


def test_a_manager_gives_a_lead_to_a_colleague_and_back_to_nobody(cast):
    lead = make_lead(cast)

    post(cast, "manager", lead, "assign", user=cast.user("rep").pk)
    assert Lead.objects.get().owner_id == cast.user("rep").pk

    post(cast, "manager", lead, "assign", user="")
    assert Lead.objects.get().owner_id is None


def test_a_button_pressed_on_a_live_page_shows_the_lead_again(cast):
    lead = make_lead(cast)
    url = reverse("leads:qualify", args=[lead.pk])

    answer = signed_in(cast, "rep").post(url, headers={"HX-Request": "true"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="lead"' in html
    assert f'hx-get="/leads/{lead.pk}/"' in html  # refreshed by its own address, not by the button's


def test_a_slot_confirmed_in_the_card_shows_the_card_again(cast):
    lead = make_lead(cast)
    conversation = make_conversation(cast, lead.contact)
    services.record_slots(actor=cast.agent, lead_id=lead.pk, slots=[fact("need", "a website")])
    url = reverse("leads:confirm_slot", args=[lead.pk, "need"])

    answer = signed_in(cast, "rep").post(url, {"panel": str(conversation.pk)}, headers={"HX-Request": "true"})

    assert answer.templates[0].name == "leads/_conversation_panel.html"
    assert LeadSlot.objects.get().is_confirmed is True


def test_a_refusal_on_a_live_page_is_a_toast(cast):
    lead = make_lead(cast)
    services.qualify_lead(actor=cast.agent, lead_id=lead.pk)

    answer = signed_in(cast, "rep").post(
        reverse("leads:qualify", args=[lead.pk]), headers={"HX-Request": "true"}
    )

    assert answer.status_code == 409
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "This lead is qualified already."


def test_a_date_that_is_none_is_refused_in_words(cast):
    lead = make_lead(cast)
    url = reverse("leads:next_step", args=[lead.pk])

    answer = signed_in(cast, "rep").post(
        url, {"next_step": "Call", "next_step_on": "soon"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 400
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == "Enter a valid date."
    assert Lead.objects.get().next_step == ""


def test_somebody_signed_out_is_sent_to_sign_in(cast):
    lead = make_lead(cast)

    for url in ("/leads/", f"/leads/{lead.pk}/", f"/leads/panel/{uuid4()}/"):
        answer = Client().get(url)
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={url}")


def test_today_names_the_leads_that_want_somebody(cast):
    nobodys = make_lead(cast, "Nobodys", status="qualified")
    make_lead(cast, "Mine", owner="rep", status="qualified", last_message_direction="in")
    make_lead(cast, "Answered", owner="rep", status="qualified", last_message_direction="out")
    make_lead(cast, "Due", owner="rep", next_step="Call", next_step_on=date(2020, 1, 1))
    make_lead(cast, "Theirs", owner="manager", status="qualified", last_message_direction="in")

    cards = sorted(leads_wanting(cast.actor("rep")), key=lambda card: card["rank"])

    assert [(c["title"], c["rank"], c["action"]) for c in cards] == [
        ("Mine", 1, "Answer"),
        ("Nobodys", 2, "Take it"),
        ("Due", 3, "Open"),
    ]
    assert cards[1]["url"] == f"/leads/{nobodys.pk}/"


def test_a_lead_that_was_copied_in_without_history_has_a_page(cast):
    lead = make_lead(cast, "Budi")
    lead.history.all().delete()

    answer = signed_in(cast, "rep").get(f"/leads/{lead.pk}/")

    assert answer.status_code == 200
    assert [entry.what for entry in answer.context["entries"]] == [
        "captured the lead",
        "met the contact for the first time",
    ]


def test_an_address_says_the_same_in_every_language():
    params, views = QueryDict("created_from=2026-02-01&score_from=50"), Views(OwnFields(uuid4()))
    said = []
    for language in ("en-us", "es", "id-gb"):
        list_state._said.cache_clear()
        with override(language):
            said.append(read_state(params, views).tree.parts)

    assert said[0] == (Condition("score", "at_least", 50), Condition("created_at", "from", "2026-02-01"))
    assert said[0] == said[1] == said[2]


def test_what_an_address_says_is_the_same_when_it_is_asked_again():
    asked = [
        read_state(QueryDict("status=new&status=qualified&tag=vip"), Views(OwnFields(uuid4())))
        for _ in range(2)
    ]
    assert asked[0].tree == asked[1].tree
    assert asked[0].tree.parts[0] == Condition("status", "any_of", ["new", "qualified"])
