"""Tags of leads and contacts: words of the workspace, put on and taken off, with the way back."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from crm import services as crm_services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import Contact, EventRecord, Tag
from leads import services
from leads.models import Lead
from tests.factories.leads import api_key, make_lead


def test_a_new_word_becomes_a_tag_with_a_colour_and_keeps_its_spelling(cast):
    lead, other = make_lead(cast), make_lead(cast)
    rep = cast.actor("rep")

    services.tag_lead(actor=rep, lead_id=lead.pk, add=["VIP", " Trade  fair "])
    services.tag_lead(actor=rep, lead_id=other.pk, add=["vip", "Vip"])

    assert list(Tag.objects.values_list("name", "colour")) == [("Trade fair", "blue"), ("VIP", "green")]
    assert Lead.objects.get(pk=lead.pk).tags == ["VIP", "Trade fair"]
    assert Lead.objects.get(pk=other.pk).tags == ["VIP"]
    assert Tag.objects.get(name="VIP").history.get().actor_label == "Rep"


def test_tags_are_taken_off_whatever_their_capitals(cast):
    lead = make_lead(cast, tags=["VIP", "fair"])

    services.tag_lead(actor=cast.actor("rep"), lead_id=lead.pk, remove=["vip"])

    lead.refresh_from_db()
    assert lead.tags == ["fair"]
    assert lead.history.first().actor_label == "Rep"


def test_a_contact_is_tagged_and_the_news_say_so(cast):
    contact = make_lead(cast).contact

    crm_services.tag_contact(actor=cast.actor("rep"), contact_id=contact.pk, add=["vip"])
    crm_services.tag_contact(actor=cast.actor("rep"), contact_id=contact.pk, add=["VIP"])

    assert Contact.objects.get(pk=contact.pk).tags == ["vip"]
    news = EventRecord.objects.filter(name="crm.contact_changed").values_list("payload", flat=True)
    assert list(news) == [{"contact_id": str(contact.pk), "fields": ["tags"]}]


def test_more_tags_than_anybody_reads_are_refused(cast):
    lead = make_lead(cast)

    with pytest.raises(InvalidInputError) as refused:
        services.tag_lead(actor=cast.actor("rep"), lead_id=lead.pk, add=[f"tag {n}" for n in range(51)])

    assert refused.value.fields == {"tags": ["At most 50 tags."]}
    assert (Lead.objects.get().tags, Tag.objects.count()) == ([], 0)


def test_a_viewer_tags_nobody_and_a_rep_colours_nothing(cast, strangers):
    lead = make_lead(cast, tags=["vip"])
    tag = Tag.objects.create(workspace=cast.workspace, name="vip")
    viewer = cast.actor("viewer")

    for change in (
        lambda: services.tag_lead(actor=viewer, lead_id=lead.pk, remove=["vip"]),
        lambda: crm_services.tag_contact(actor=viewer, contact_id=lead.contact_id, add=["x"]),
        lambda: crm_services.colour_tag(actor=cast.actor("rep"), tag_id=tag.pk, colour="red"),
    ):
        with pytest.raises(NotAllowedError):
            change()
    with pytest.raises(NotFoundError):
        crm_services.colour_tag(actor=strangers.actor("admin"), tag_id=tag.pk, colour="red")

    assert Lead.objects.get().tags == ["vip"]
    assert list(Tag.objects.values_list("name", "colour")) == [("vip", "grey")]
    assert Contact.objects.get(pk=lead.contact_id).tags == []


@pytest.mark.parametrize("name", ["tags", "contact_tags"])
def test_a_tag_goes_on_with_the_way_back(cast, name):
    lead = make_lead(cast)
    client = Client()
    client.force_login(cast.user("rep"))

    def held():
        row = Lead.objects.select_related("contact").get()
        return row.tags if name == "tags" else row.contact.tags

    answer = client.post(
        reverse(f"leads:{name}", args=[lead.pk]), {"add": "vip"}, headers={"HX-Request": "true"}
    )
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert (held(), toast["text"]) == (["vip"], "Tagged vip")
    assert 'data-colour="green"' in answer.content.decode()

    client.post(toast["undo_url"], headers={"HX-Request": "true"})
    assert held() == []


@pytest.mark.parametrize("name", ["tags", "contact_tags"])
@pytest.mark.parametrize(
    ("asked", "held", "back"),
    [
        ({"add": "vip"}, ["VIP", "fair"], None),
        ({"add": "vip, new"}, ["VIP", "fair", "new"], ["VIP", "fair"]),
        ({"remove": "gone"}, ["VIP", "fair"], None),
        ({"remove": "gone, Fair"}, ["VIP"], ["VIP", "fair"]),
    ],
)
def test_the_way_back_is_offered_only_for_what_changed(cast, name, asked, held, back):
    # given a lead and a contact with two tags
    lead = make_lead(cast)
    services.tag_lead(actor=cast.actor("rep"), lead_id=lead.pk, add=["VIP", "fair"])
    crm_services.tag_contact(actor=cast.actor("rep"), contact_id=lead.contact_id, add=["VIP", "fair"])
    client = Client()
    client.force_login(cast.user("rep"))

    def tags():
        row = Lead.objects.select_related("contact").get()
        return row.tags if name == "tags" else row.contact.tags

    # when some that are there are put on, or some that are not are taken off
    answer = client.post(reverse(f"leads:{name}", args=[lead.pk]), asked, headers={"HX-Request": "true"})
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert tags() == held

    # then only the others are taken back
    assert ("undo_url" in toast) is (back is not None)
    if back:
        client.post(toast["undo_url"], headers={"HX-Request": "true"})
        assert tags() == back


def test_the_list_shows_tags_in_their_colours_at_one_more_query(cast, django_assert_max_num_queries):
    client = Client()
    client.force_login(cast.user("rep"))
    for n in range(3):
        services.tag_lead(actor=cast.system, lead_id=make_lead(cast, f"Lead {n}").pk, add=["vip"])
    client.get("/leads/")

    with django_assert_max_num_queries(20) as asked:
        html = client.get("/leads/").content.decode()

    assert html.count('<span class="tag" data-colour="green">vip</span>') == 3
    assert len([q for q in asked.captured_queries if "crm_tag" in q["sql"]]) == 1


def test_programs_list_tags_colour_them_and_filter_by_them(cast):
    lead = make_lead(cast)
    make_lead(cast)
    services.tag_lead(actor=cast.system, lead_id=lead.pk, add=["vip"])
    crm_services.tag_contact(actor=cast.system, contact_id=lead.contact_id, add=["friend"])
    client = Client(headers={"Authorization": f"Bearer {api_key(cast, 'admin')}"})

    tags = client.get("/api/v1/tags/").json()["results"]
    assert [(t["name"], t["colour"]) for t in tags] == [("friend", "blue"), ("vip", "green")]
    changed = client.patch(
        f"/api/v1/tags/{tags[0]['id']}/", {"colour": "pink"}, content_type="application/json"
    )
    wrong = client.patch(f"/api/v1/tags/{tags[0]['id']}/", {"colour": "mud"}, content_type="application/json")

    assert (changed.status_code, changed.json()["colour"], wrong.status_code) == (200, "pink", 400)
    assert [r["id"] for r in client.get("/api/v1/leads/?tag=vip").json()["results"]] == [str(lead.pk)]
    found = client.get("/api/v1/contacts/?tag=friend").json()["results"]
    assert [r["id"] for r in found] == [str(lead.contact_id)]
