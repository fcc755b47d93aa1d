"""Replies kept ready behind the slash, and words that are not sent yet."""

import pytest

from conversations import selectors, services
from conversations.core.blanks import faults_of_canned, filled
from conversations.models import CannedReply, Draft
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi {{contact.first_name}}!", "Hi Budi!"),
        ("Hi {{ contact.first_name | friend }}!", "Hi Budi!"),
        ("Hi {{contact.phone|friend}}!", "Hi friend!"),
        ("Hi {{contact.phone}}!", "Hi !"),
        ("{no blank}", "{no blank}"),
    ],
)
def test_blanks_are_filled(text, said):
    # then what is known stands there, else what the bar says
    assert filled(text, {"contact.first_name": "Budi", "contact.phone": ""}) == said


@pytest.mark.parametrize(
    ("shortcut", "text", "field"),
    [
        ("has space", "x", "shortcut"),
        ("", "x", "shortcut"),
        ("ok", "{{contact.age}}", "text"),
        ("ok", "{{contact.name", "text"),
        ("ok", "  ", "text"),
    ],
)
def test_what_cannot_be_kept_ready_is_refused(manager, shortcut, text, field):
    # then the refusal names the field, and nothing is kept
    assert list(faults_of_canned(shortcut, text)) == [field]
    with pytest.raises(InvalidInputError) as refusal:
        services.write_canned_reply(actor=manager.actor(), shortcut=shortcut, text=text)
    assert list(refusal.value.fields) == [field]
    assert not CannedReply.objects.exists()


def test_a_reply_is_kept_changed_put_away_and_taken_out(manager, owner):
    # given a reply, whose shortcut nobody else may take
    row = services.write_canned_reply(actor=manager.actor(), shortcut="/Thanks", text="Thank you")
    assert str(row) == "/Thanks"
    with pytest.raises(InvalidInputError):
        services.write_canned_reply(actor=manager.actor(), shortcut="thanks", text="Merci")

    # when it is changed and put away, then nobody finds it, and its shortcut says where it is
    services.change_canned_reply(actor=manager.actor(), canned_reply_id=row.pk, text="Thanks a lot")
    services.archive_canned_reply(actor=manager.actor(), canned_reply_id=row.pk)
    assert not selectors.visible_canned_replies(owner.actor()).exists()
    with pytest.raises(InvalidInputError) as refusal:
        services.write_canned_reply(actor=manager.actor(), shortcut="thanks", text="Merci")
    assert refusal.value.fields == {"shortcut": ["/Thanks is taken. It is put away: take it out again."]}
    services.restore_canned_reply(actor=manager.actor(), canned_reply_id=row.pk)
    assert selectors.visible_canned_replies(owner.actor()).get().text == "Thanks a lot"
    assert [h.actor_label for h in row.history.all()] == ["Mira"] * 4


def test_reps_use_them_and_managers_write_them(owner, manager, stranger):
    # then a rep may not write one, and elsewhere there is none
    with pytest.raises(NotAllowedError):
        services.write_canned_reply(actor=owner.actor(), shortcut="hi", text="Hi")
    row = services.write_canned_reply(actor=manager.actor(), shortcut="hi", text="Hi")
    with pytest.raises(NotFoundError):
        services.archive_canned_reply(actor=stranger.actor(), canned_reply_id=row.pk)
    assert stranger.api.get("canned-replies/").json()["results"] == []
    assert CannedReply.objects.get().archived_at is None


def test_behind_the_slash_stand_those_that_fit_filled_in(owner, manager, conversation):
    # given three replies
    for shortcut, text in [
        ("bye", "See you, say hi"),
        ("hi", "Halo {{contact.first_name}}"),
        ("pay", "Bank"),
    ]:
        services.write_canned_reply(actor=manager.actor(), shortcut=shortcut, text=text)

    # then the shortcut counts before the words, and the blanks are filled
    answer = owner.page.get(f"/inbox/{conversation.pk}/canned/?q=hi")
    assert [row["title"] for row in answer.context["rows"]] == ["/hi", "/bye"]
    assert answer.context["rows"][0]["insert"] == "Halo Budi"


def test_the_settings_page_and_the_api_manage_them(manager, owner):
    # when a manager fills in the form with a blank nobody fills, then it says so at the field
    page = manager.page.post("/settings/canned-replies/new/", {"shortcut": "hi", "text": "{{x}}"})
    assert page.context["form"].errors["text"][0].startswith("Nothing fills x.")
    manager.page.post("/settings/canned-replies/new/", {"shortcut": "hi", "text": "Hi"})
    row = CannedReply.objects.get()
    assert "/hi" in owner.page.get("/settings/canned-replies/").content.decode()

    # and a program changes it and puts it away
    assert manager.api.call("PATCH", f"canned-replies/{row.pk}/", {"text": "Hello"}).json()["text"] == "Hello"
    assert manager.api.post(f"canned-replies/{row.pk}/archive/").json()["archived_at"] is not None
    assert owner.api.post("canned-replies/", {"shortcut": "no", "text": "No"}).status_code == 403
    assert CannedReply.objects.count() == 1


def test_a_draft_survives_a_reload_and_is_one_persons(owner, teammate, conversation):
    # when a rep writes half a reply and half a note
    url = f"/inbox/{conversation.pk}/draft/"
    for kind, text in [("reply", "Hal"), ("reply", "Halo, we"), ("note", "call")]:
        assert owner.page.post(url, {"kind": kind, "text": text}, headers=HTMX).status_code == 204

    # then both stand in their boxes after a reload, for that rep only
    drafts = selectors.drafts_of(owner.actor(), [conversation.pk])[conversation.pk]
    assert {kind: draft.text for kind, draft in drafts.items()} == {"reply": "Halo, we", "note": "call"}
    assert ">Halo, we</textarea>" in owner.page.get(f"/inbox/?open={conversation.pk}").content.decode()
    assert selectors.drafts_of(teammate.actor(), [conversation.pk]) == {}

    # and they are gone once they are sent, or emptied
    services.send_message(actor=owner.actor(), conversation_id=conversation.pk, text="Halo, we are here")
    owner.page.post(url, {"kind": "note", "text": ""}, headers=HTMX)
    assert not Draft.objects.exists()


def test_what_is_no_draft_is_refused(owner, viewer, stranger, conversation):
    # then a word for its kind, viewers and strangers are refused, and nothing is kept
    url = f"/inbox/{conversation.pk}/draft/"
    for player, kind, code in [(owner, "poem", 400), (viewer, "reply", 403), (stranger, "reply", 404)]:
        assert player.page.post(url, {"kind": kind, "text": "x"}, headers=HTMX).status_code == code
    assert not Draft.objects.exists()
