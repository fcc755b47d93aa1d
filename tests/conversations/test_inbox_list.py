"""The inbox's list: folders, filters, orders and their pages, saved folders, and one thing done to many with undo."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import selectors, services
from conversations.models import Conversation, Draft, InboxAct, Mention, Note, SavedFolder
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from tests.conversations.shown import shown_rows
from tests.conversations.test_sending import fresh
from tests.factories.conversations import ChannelFactory, ConversationFactory, receive

HTMX = {"HX-Request": "true"}


def listed(player, query: str = "") -> list[str]:
    """Names in the list."""
    answer = player.page.get(f"/inbox/?{query}")
    assert answer.status_code == 200
    return [row.contact_name for row in answer.context["conversations"]]


def act(player, rows, name: str, value: str = ""):
    """Do it by hand; the toast."""
    given = {"act": name, "value": value, "ids": [str(row.pk) for row in rows]}
    answer = player.page.post("/inbox/act/", given, headers=HTMX)
    return answer, json.loads(answer.headers.get("HX-Trigger", "{}")).get("toast", {})


def set_row(row: Conversation, **values) -> None:
    """As if it had become so."""
    Conversation.objects.filter(pk=row.pk).update(**values)


def test_each_order_says_what_it_sorts_by(owner, three):
    # given Ana whose window closes soon, Ben who has waited longest, Cleo whose last answer never arrived
    ana, ben, cleo = three
    now = timezone.now()
    set_row(
        ana, window_expires_at=now + timedelta(minutes=40, seconds=30), waiting_since=now - timedelta(hours=1)
    )
    set_row(ben, waiting_since=now - timedelta(hours=5))
    set_row(cleo, send_failed_at=now, waiting_since=None)

    # then each order is as its name says
    assert listed(owner) == ["Cleo", "Ben", "Ana"]
    assert listed(owner, "sort=oldest") == ["Ana", "Ben", "Cleo"]
    assert listed(owner, "sort=waiting") == ["Ben", "Ana", "Cleo"]
    assert listed(owner, "sort=closing")[0] == "Ana"
    assert listed(owner, "sort=no such order") == ["Cleo", "Ben", "Ana"]

    # and "most to lose first" says why
    rows = shown_rows(owner.page.get("/inbox/?sort=stakes"))
    assert [(row.name, row.reason) for row in rows] == [
        ("Cleo", "Our last message did not arrive"),
        ("Ana", "Free replies end in 40 min; has waited 1 h"),
        ("Ben", "Has waited 5 h"),
    ]
    assert listed(owner, "folder=waiting") == ["Ana", "Ben"]
    assert listed(owner, "folder=failed") == ["Cleo"]


def test_a_hot_lead_comes_before_one_who_has_waited_longer(owner, three, system):
    # given Ben who has waited longest, and Ana whose lead is hot
    from leads import services as lead_services
    from leads.models import Lead

    ana, ben, _cleo = three
    lead_services.set_up_leads(actor=system)
    lead = lead_services.capture_lead(actor=system, contact_id=ana.contact_id, source="whatsapp")
    Lead.objects.filter(pk=lead.pk).update(temperature="hot")
    now = timezone.now()
    set_row(ana, waiting_since=now - timedelta(minutes=3))
    set_row(ben, waiting_since=now - timedelta(hours=5))

    # then Ana comes first, and the row says why
    first = shown_rows(owner.page.get("/inbox/?sort=stakes"))[0]
    assert (first.name, first.reason) == ("Ana", "Hot lead; has waited 3 min")


@pytest.mark.parametrize("sort", list(selectors.SORTS))
def test_pages_of_every_order_have_no_gap_and_no_repetition(owner, channel, sort):
    # given 95 conversations, many of them alike
    now = timezone.now()
    made = ConversationFactory.create_batch(95, channel=channel, last_message_at=now, owner_kind="nobody")
    for n, row in enumerate(made):
        waiting = now - timedelta(minutes=n % 4) if n % 3 else None
        set_row(row, waiting_since=waiting, window_expires_at=now + timedelta(minutes=n) if n % 5 else None)

    # when a rep scrolls to the end, then each was shown once
    seen, url = [], f"/inbox/?sort={sort}"
    while url:
        context = owner.page.get(url).context
        seen += [row.pk for row in context["conversations"]]
        url = context["next_cursor_url"]
    assert len(seen) == 95
    assert set(seen) == {row.pk for row in made}


def test_a_cursor_of_another_order_is_refused(owner, channel):
    # given the second page of one order, when it is asked for in another, then one is told to begin again
    ConversationFactory.create_batch(41, channel=channel)
    url = owner.page.get("/inbox/").context["next_cursor_url"]
    assert owner.page.get(f"{url}&sort=oldest", headers=HTMX).status_code == 400


def test_a_row_shows_two_labels_and_names_the_others(owner, three, system):
    # given four labels on one conversation
    ana = three[0]
    names = ["Alpha", "Beta", "<Gamma>", "Zeta"]
    ids = [services.create_label(actor=system, name=name).pk for name in names]
    services.label_conversation(actor=owner.actor(), conversation_id=ana.pk, add=ids)

    # then the first two are shown, and the number of the others says which they are
    page = owner.page.get("/inbox/").content.decode()
    row = page.split(f'id="conversation-row-{ana.pk}"')[1].split("</li>")[0]
    assert re.findall(r'class="label" [^>]*>([^<]+)<', row) == ["Alpha", "Beta"]
    assert 'title="&lt;Gamma&gt;, Zeta"' in row
    assert ">+2<" in row


def test_filters_narrow_the_list(owner, three, channel, system):
    # given Ana with a label, Ben of the owner, Cleo read
    ana, ben, cleo = three
    label = services.create_label(actor=system, name="VIP")
    services.label_conversation(actor=owner.actor(), conversation_id=ana.pk, add=[label.pk])
    services.take_over(actor=owner.actor(), conversation_id=ben.pk)
    services.mark_read(actor=owner.actor(), conversation_id=cleo.pk)
    other = ChannelFactory.create(workspace=channel.workspace)

    # then each filter does what it says, and together they narrow each other
    assert listed(owner, f"label={label.pk}") == ["Ana"]
    assert listed(owner, "assignee=me") == ["Ben"]
    assert listed(owner, "assignee=nobody") == ["Cleo", "Ana"]
    assert listed(owner, f"assignee=nobody&assignee={owner.user.pk}") == ["Cleo", "Ben", "Ana"]
    assert listed(owner, "unread=1") == ["Ben", "Ana"]
    assert listed(owner, f"channel={other.pk}") == []
    assert listed(owner, f"unread=1&assignee=me&channel={channel.pk}") == ["Ben"]
    assert listed(owner, "label=nonsense") == ["Cleo", "Ben", "Ana"]
    page = owner.page.get(f"/inbox/?label={label.pk}&unread=1")
    assert [(chip["label"], chip["value"]) for chip in page.context["chips"]] == [
        ("Unread", ""),
        ("Label", "VIP"),
    ]
    assert 'class="label" data-colour="grey">VIP<' in page.content.decode()
    assert owner.page.get(f"/inbox/filters/?label={label.pk}").status_code == 200
    empty = owner.page.get(f"/inbox/?channel={other.pk}").content.decode()
    assert "Nothing here fits the filters" in empty


def test_snoozed_ones_are_in_their_own_folder_only(owner, three):
    # given a snoozed one
    until = timezone.now() + timedelta(hours=1)
    services.snooze_conversation(actor=owner.actor(), conversation_id=three[0].pk, until=until)

    # then it is nowhere else, and the counts say so
    assert listed(owner, "folder=snoozed") == ["Ana"]
    for folder in ("all", "unassigned", "waiting"):
        assert "Ana" not in listed(owner, f"folder={folder}")
    assert selectors.surroundings_of(owner.actor()).counts["snoozed"] == 1


def test_mentions_and_drafts_are_ones_own(owner, teammate, three):
    # given a note that calls the owner to Ben's, and words the owner has begun to write to Ana
    ana, ben, _cleo = three
    note = Note.objects.create(
        workspace=ben.workspace, conversation=ben, author_name="Tomi", text="@Rina look"
    )
    Mention.objects.create(workspace=ben.workspace, note=note, conversation=ben, user=owner.user)
    Draft.objects.create(workspace=ana.workspace, conversation=ana, user=owner.user, text="Hi A")

    # then they find both, and nobody else does
    assert listed(owner, "folder=mentions") == ["Ben"]
    assert listed(teammate, "folder=mentions") == []
    for player, marked in ((owner, ["Ana"]), (teammate, [])):
        rows = player.page.get("/inbox/").context["conversations"]
        assert [row.contact_name for row in rows if row.has_draft] == marked


def test_counts_stop_at_ninety_nine(owner, channel):
    # given more than anybody counts, then the folder says so
    ConversationFactory.create_batch(101, channel=channel)
    page = owner.page.get("/inbox/")
    [folder] = [f for f in page.context["folders"] if f["key"] == "all"]
    assert (folder["count"], folder["shown_count"]) == (100, "99+")


def test_the_list_costs_three_statements_of_its_own(owner, channel, system, rf):
    # given a full page with labels and owners
    from conversations.views.listing import list_context

    label = services.create_label(actor=system, name="VIP")
    for row in ConversationFactory.create_batch(50, channel=channel):
        services.label_conversation(actor=system, conversation_id=row.pk, add=[label.pk])

    # when the list is made, then it asks for its rows, for what stands around them, and for their leads
    actor = owner.actor()
    for query in ("", "sort=stakes", f"label={label.pk}"):
        with CaptureQueriesContext(connection) as asked:
            context = list_context(rf.get(f"/inbox/?{query}"), actor)
        assert len(asked) == 3
    assert len(context["conversations"]) == 40


def test_one_thing_done_to_many_and_taken_back(owner, teammate, three):
    # given three conversations, the last of them closed already
    ana, ben, cleo = three
    services.close_conversation(actor=owner.actor(), conversation_id=cleo.pk)

    # when all are assigned to the owner, then two are, and one is refused with the reason
    answer, toast = act(owner, three, "assign", "me")
    assert answer.status_code == 204
    why = "This conversation is closed. A new message of the customer opens a new one."
    assert toast["text"] == f"2 assigned, 1 refused: {why}"
    assert [fresh(row).assignee_id for row in three] == [owner.user.pk, owner.user.pk, None]

    # and when it is taken back after a teammate has taken one over, then only the other one is
    services.take_over(actor=teammate.actor(), conversation_id=ben.pk)
    back = owner.page.post(toast["undo_url"], headers=HTMX)
    told = json.loads(back.headers["HX-Trigger"])["toast"]["text"]
    assert told == "1 taken back, 1 not: It was changed since, and stays as it is now."
    assert (fresh(ana).owner_kind, fresh(ben).assignee_id) == ("nobody", teammate.user.pk)
    again = owner.page.post(toast["undo_url"], headers=HTMX)
    assert (again.status_code, fresh(ana).owner_kind) == (409, "nobody")


@pytest.mark.parametrize("name", ["assign", "close", "snooze", "read", "unread", "label"])
def test_every_act_can_be_taken_back(owner, system, three, name):
    # given a conversation of the bot, one of nobody's, one that is read
    label = services.create_label(actor=system, name="VIP")
    set_row(three[0], owner_kind="agent", agent_from_sequence=0)
    set_row(three[2], unread_count=0)
    values = {
        "assign": "me",
        "snooze": (timezone.now() + timedelta(days=1)).isoformat(),
        "label": str(label.pk),
    }

    def facts():
        fields = (
            "pk",
            "status",
            "owner_kind",
            "assignee_id",
            "snoozed_until",
            "unread_count",
            "labelled__label_id",
        )
        return list(Conversation.objects.order_by("pk").values_list(*fields))

    # when it is done and taken back, then everything is as it was
    before = facts()
    _answer, toast = act(owner, three, name, values.get(name, ""))
    assert facts() != before
    assert toast["kind"] == "good"
    assert owner.page.post(toast["undo_url"], headers=HTMX).status_code == 204
    assert facts() == before


def test_closing_is_not_taken_back_over_a_newer_conversation(owner, three, channel):
    # given one closed by hand, whose customer has written since
    _answer, toast = act(owner, three[:1], "close")
    receive(channel, "One more thing", phone="628110000000", name="Ana")

    # when it is taken back, then it says why not
    back = owner.page.post(toast["undo_url"], headers=HTMX)
    told = json.loads(back.headers["HX-Trigger"])["toast"]["text"]
    assert told.startswith("0 taken back, 1 not: The customer has written since")
    assert fresh(three[0]).status == "closed"


def test_nobody_takes_back_anothers_act_nor_an_old_one(owner, teammate, stranger, three):
    # given what the owner did
    row = services.act_on(actor=owner.actor(), ids=[three[0].pk], act="close")

    # when others try, then they find nothing
    for player in (teammate, stranger):
        with pytest.raises(NotFoundError):
            services.undo_act(actor=player.actor(), act_id=row.pk)

    # and when the owner tries the next day, then it is too late
    InboxAct.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert owner.page.post(f"/inbox/acts/{row.pk}/undo/", headers=HTMX).status_code == 409
    assert fresh(three[0]).status == "closed"


def test_no_door_does_to_many_what_may_not_be_done_to_one(viewer, owner, colleague, teammate, three):
    # when a viewer tries, then it is refused at once
    answer, _toast = act(viewer, three, "close")
    assert answer.status_code == 403
    assert not InboxAct.objects.exists()

    # when a rep gives work to others, or reaches for what they do not see, then each is refused
    _answer, toast = act(owner, three[:2], "assign", str(teammate.user.pk))
    assert (toast["text"], toast["undo_url"]) == ("Your role doesn't allow this.", "")
    services.take_over(actor=owner.actor(), conversation_id=three[0].pk)
    _answer, toast = act(colleague, three[:1], "close")
    assert toast["text"].startswith("There is nothing here by that address")
    assert [fresh(row).status for row in three] == ["open"] * 3


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"act": "delete", "ids": ["{one}"]}, "act"),
        ({"act": "close", "ids": []}, "ids"),
        ({"act": "close", "ids": ["x"]}, "ids"),
    ],
)
def test_what_makes_no_sense_is_refused(owner, three, given, field):
    # then nothing is done
    given = {**given, "ids": [one.format(one=three[0].pk) for one in given["ids"]]}
    assert owner.page.post("/inbox/act/", given, headers=HTMX).status_code == 400
    assert not InboxAct.objects.exists()


@pytest.mark.parametrize(("name", "value"), [("assign", "x"), ("snooze", "x"), ("snooze", ""), ("label", "")])
def test_a_value_that_is_none_is_refused_for_each(owner, three, name, value):
    # then nothing is done, and there is nothing to take back
    answer, toast = act(owner, three, name, value)
    assert (answer.status_code, toast["kind"], toast["undo_url"]) == (204, "bad", "")
    assert [fresh(row).status for row in three] == ["open"] * 3


def test_a_time_without_a_zone_is_the_workspaces(owner, three, workspace):
    # given a workspace in Jakarta, when its rep snoozes until nine, then it is nine there
    workspace.time_zone = "Asia/Jakarta"
    workspace.save()
    day = (timezone.now() + timedelta(days=2)).date()
    act(owner, three[:1], "snooze", f"{day}T09:00")
    assert fresh(three[0]).snoozed_until.isoformat() == f"{day}T02:00:00+00:00"


def test_the_menus_offer_what_may_be_done(owner, manager, teammate, three):
    # then a rep may take and release, a manager give to others
    assert "assign-to" not in owner.page.get("/inbox/choices/").content.decode()
    assert manager.page.get("/inbox/choices/").content.decode().count('data-testid="assign-to"') == 2


def test_a_list_is_kept_under_a_name(owner, teammate, manager):
    # when a rep keeps a list, then it is theirs alone; a manager's may be everybody's
    given = {"name": " My  waiting ", "query": "folder=waiting&unread=1&open=5&cursor=z"}
    answer = owner.page.post("/inbox/folders/", given, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/inbox/?folder=waiting&unread=1"
    services.save_folder(actor=manager.actor(), name="Team", query="folder=all", is_shared=True)
    assert [row.name for row in selectors.visible_folders(owner.actor())] == ["My waiting", "Team"]
    assert [row.name for row in selectors.visible_folders(teammate.actor())] == ["Team"]
    assert "My waiting" in owner.page.get("/inbox/").content.decode()

    # and a second of the name, one for all by a rep, and deleting another's are refused
    with pytest.raises(InvalidInputError):
        services.save_folder(actor=owner.actor(), name="my waiting", query="")
    with pytest.raises(NotAllowedError):
        services.save_folder(actor=owner.actor(), name="All of us", query="", is_shared=True)
    mine, team = (SavedFolder.objects.get(name=name) for name in ("My waiting", "Team"))
    assert owner.page.post(f"/inbox/folders/{team.pk}/delete/", headers=HTMX).status_code == 403
    assert teammate.page.post(f"/inbox/folders/{mine.pk}/delete/", headers=HTMX).status_code == 404
    assert SavedFolder.objects.count() == 2
    assert owner.page.post(f"/inbox/folders/{mine.pk}/delete/", headers=HTMX).status_code == 204
    assert list(SavedFolder.objects.values_list("name", flat=True)) == ["Team"]


def test_over_the_api(owner, three):
    # when a program does it to many, then it hears what changed and what did not, and may take it back
    services.close_conversation(actor=owner.actor(), conversation_id=three[2].pk)
    ids = [str(row.pk) for row in three]
    answer = owner.api.post("acts/", {"act": "close", "conversations": ids})
    body = answer.json()
    assert (answer.status_code, body["changed"]) == (201, ids[:2])
    assert [(r["conversation"], r["code"]) for r in body["refusals"]] == [(ids[2], "conversation_closed")]
    undone = owner.api.post(f"acts/{body['id']}/undo/").json()
    assert (undone["refusals"], undone["undone_at"] is not None) == ([], True)
    assert [fresh(row).status for row in three] == ["open", "open", "closed"]
    made = owner.api.post("folders/", {"name": "Mine", "query": "folder=mine"}).json()
    assert [row["id"] for row in owner.api.get("folders/").json()["results"]] == [made["id"]]
    assert owner.api.call("DELETE", f"folders/{made['id']}/").status_code == 204
