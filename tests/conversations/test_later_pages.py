"""Send later from the composer, the list of what waits, and the page of broadcasts."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations import selectors, services
from conversations.models import Broadcast, BroadcastRecipient, Conversation, ScheduledMessage
from crm import services as crm_services
from crm.models import EventRecord
from tests.conversations.test_composer import template
from tests.factories.conversations import receive

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _still(clock):
    """Time moves only when a test says so."""


def keep(player, conversation, **given):
    """The composer's button for later."""
    due_at = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    data = {"text": "Shall we go on?", "due_at": due_at, "holds_on_answer": "on"} | given
    return player.page.post(f"/inbox/{conversation.pk}/later/", data, headers=HTMX)


def toast(answer) -> dict[str, str]:
    """What is said at the edge of the screen."""
    return dict(json.loads(answer["HX-Trigger"])["toast"])


def test_a_reply_waits_and_is_taken_back_and_put_back(owner, conversation):
    # when a rep keeps a reply for later, pressing twice
    keep(owner, conversation)
    answer = keep(owner, conversation)
    row = ScheduledMessage.objects.get()
    assert (row.text, row.holds_on_answer, row.author) == ("Shall we go on?", True, owner.user)

    # then it stands in its thread and in the list of all, and the toast takes it back
    assert 'data-testid="scheduled"' in answer.content.decode()
    assert "Shall we go on?" in owner.page.get("/inbox/waiting/").content.decode()
    gone = owner.page.post(toast(answer)["undo_url"], headers=HTMX)
    assert 'data-testid="scheduled"' not in gone.content.decode()
    row.refresh_from_db()
    assert row.state == "withdrawn"

    # and that can be taken back, too; each is announced to those who look
    owner.page.post(toast(gone)["undo_url"], headers=HTMX)
    row.refresh_from_db()
    assert row.state == "waiting"
    told = EventRecord.objects.filter(name="conversations.scheduled_changed").order_by("sequence")
    assert [event.payload["state"] for event in told] == ["waiting", "withdrawn", "waiting"]


def test_a_time_without_a_zone_is_the_workspaces(owner, conversation, workspace):
    # given a workspace in Jakarta, when its rep says a time of day, then it is that time there
    workspace.time_zone = "Asia/Jakarta"
    workspace.save()
    at = datetime.now(UTC) + timedelta(hours=9)  # two hours from now by the clock in Jakarta
    keep(owner, conversation, due_at=f"{at:%Y-%m-%dT%H:%M}")
    expected = at.replace(second=0, microsecond=0) - timedelta(hours=7)
    assert ScheduledMessage.objects.get().due_at == expected


def test_a_time_is_on_the_clock_of_who_types_it(owner, conversation, workspace):
    # given somebody in Madrid who works for a business in Jakarta
    workspace.time_zone = "Asia/Jakarta"
    workspace.save()
    owner.user.time_zone = "Europe/Madrid"
    owner.user.save()
    there = ZoneInfo("Europe/Madrid")
    at = (datetime.now(there) + timedelta(hours=2)).replace(second=0, microsecond=0)

    # when they say a time of day, then it is that time in Madrid, which is what they are told and shown
    answer = keep(owner, conversation, due_at=f"{at:%Y-%m-%dT%H:%M}")
    assert ScheduledMessage.objects.get().due_at == at
    assert toast(answer)["text"].endswith(f"{at:%H:%M}.")
    assert f"{at:%H:%M}" in answer.content.decode()

    # and where a time is typed, the clock is named; the usual times are on it, too
    page = owner.page.get(f"/inbox/{conversation.pk}/times/", headers=HTMX).content.decode()
    assert "times of Europe/Madrid" in page
    assert f'min="{datetime.now(there):%Y-%m-%dT%H:%M}"' in page
    owner.user.time_zone = ""
    owner.user.save()
    assert (
        "own-clock" not in owner.page.get(f"/inbox/{conversation.pk}/times/", headers=HTMX).content.decode()
    )


@pytest.mark.parametrize(
    ("given", "code"), [({"due_at": "soon"}, 400), ({"due_at": ""}, 400), ({"text": ""}, 422)]
)
def test_what_cannot_be_kept_is_refused(owner, conversation, given, code):
    assert keep(owner, conversation, **given).status_code == code
    assert not ScheduledMessage.objects.exists()


def test_a_time_after_the_free_replies_is_not_offered_and_refused(owner, conversation):
    # given a window that closes today
    Conversation.objects.update(window_expires_at=datetime.now(UTC) + timedelta(hours=1))
    page = owner.page.get(f"/inbox/{conversation.pk}/times/", headers=HTMX).content.decode()
    assert page.count('data-testid="later-time"') == page.count(" disabled title=") >= 1

    # then a time after it is refused in words
    answer = keep(owner, conversation)
    assert (answer.status_code, toast(answer)["kind"]) == (409, "error")
    assert not ScheduledMessage.objects.exists()


def test_what_was_held_says_why_and_is_put_away(owner, system, channel, conversation, clock):
    # given a reply that is held, because the customer wrote first
    keep(owner, conversation)
    receive(channel, "Never mind")
    clock.shift(timedelta(hours=3))
    row = ScheduledMessage.objects.get()
    assert services.send_scheduled(actor=system, scheduled_id=row.pk)
    page = owner.page.get("/inbox/waiting/").content.decode()
    assert "The contact has written meanwhile." in page

    # when it is put away, then it is listed no more, and cannot be sent after all
    answer = owner.page.post(f"/inbox/scheduled/{row.pk}/withdraw/", {"from": "list"}, headers=HTMX)
    assert (answer.status_code, "undo_url" in toast(answer)) == (204, False)
    assert selectors.waiting_scheduled(owner.actor()) == []
    assert owner.page.post(f"/inbox/scheduled/{row.pk}/restore/", headers=HTMX).status_code == 409


def test_everybody_sees_only_what_waits_in_sight(owner, colleague, viewer, stranger, conversation):
    # given a reply in a conversation of one rep
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    keep(owner, conversation)
    row = ScheduledMessage.objects.get()

    # then colleagues of other teams see none of it, and who may only read has nothing to press
    for player in (colleague, stranger):
        assert "Shall we go on?" not in player.page.get("/inbox/waiting/").content.decode()
        assert player.page.post(f"/inbox/scheduled/{row.pk}/withdraw/", headers=HTMX).status_code == 404
    assert viewer.page.post(f"/inbox/scheduled/{row.pk}/withdraw/", headers=HTMX).status_code == 403
    row.refresh_from_db()
    assert row.state == "waiting"


@pytest.fixture
def agreed(owner, manager, channel, conversation, clock) -> list[Conversation]:
    """Budi and Ana agreed to offers, Ben did and took it back, Cleo said nothing; Ana is a wholesaler."""
    talks = [conversation]
    for n, name in enumerate(["Ana", "Ben", "Cleo"]):
        talks.append(receive(channel, "Hi", phone=f"62811000{n:04d}", name=name).conversation)
    for talk in talks[:3]:
        _note(owner, talk, "in")
    clock.shift(1)
    _note(owner, talks[2], "out")
    crm_services.tag_contact(actor=owner.actor(), contact_id=talks[1].contact_id, add=["Wholesale"])
    return talks


def _note(player, talk, choice) -> None:
    services.change_consent(
        actor=player.actor(),
        contact_id=talk.contact_id,
        channel_id=talk.channel_id,
        choice=choice,
        evidence="Said so",
    )


def reached(player, row, tags="") -> str:
    """What the page says of the number."""
    answer = player.page.get(f"/broadcasts/audience/?template={row.pk}{tags}", headers=HTMX)
    assert answer.status_code == 200
    return str(answer.context["count"])


def test_the_number_is_of_those_who_agreed_last(manager, channel, agreed):
    # given an approved template
    row = template(channel)

    # then only those count whose last word was yes, in sight, with the tags that were chosen
    assert reached(manager, row) == "2"
    assert reached(manager, row, "&tags=Wholesale") == "1"
    assert manager.page.get("/broadcasts/audience/", headers=HTMX).context["count"] is None


def test_a_broadcast_is_planned_for_those_and_stopped_and_goes_on(manager, channel, agreed):
    # when a manager plans one
    row = template(channel)
    data = {"name": "Spring", "template": str(row.pk), "values": "{{contact.first_name|friend}}\n\n"}
    assert manager.page.post("/broadcasts/new/", data).status_code == 302
    made = Broadcast.objects.get()
    assert (made.name, made.template_name, made.parameters) == (
        "Spring",
        row.name,
        ["{{contact.first_name|friend}}"],
    )
    people = set(BroadcastRecipient.objects.values_list("contact_id", flat=True))
    assert people == {talk.contact_id for talk in agreed[:2]}

    # then the page tells how far it is, and can stop it and let it go on
    page = manager.page.get("/broadcasts/").content.decode()
    assert "<b>2</b> wait" in page
    manager.page.post(f"/broadcasts/{made.pk}/stop/")
    made.refresh_from_db()
    assert made.state == "stopped"
    manager.page.post(f"/broadcasts/{made.pk}/resume/")
    made.refresh_from_db()
    assert made.state == "planned"


def test_a_form_that_is_sent_twice_plans_one_broadcast(manager, channel, agreed):
    # given the form, with its key
    row = template(channel)
    page = manager.page.get("/broadcasts/new/")
    key = page.context["form"]["idempotency_key"].value()
    assert f'name="idempotency_key" value="{key}"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]

    # when it is refused at first, and then pressed twice
    data = {"name": "Spring", "template": str(row.pk), "idempotency_key": key}
    refused = manager.page.post("/broadcasts/new/", data | {"name": " "})
    assert f'name="idempotency_key" value="{key}"' in refused.content.decode()
    answers = [manager.page.post("/broadcasts/new/", data) for _ in range(2)]

    # then both lead to the one broadcast, and each contact is in it once
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/broadcasts/")] * 2
    assert (Broadcast.objects.count(), BroadcastRecipient.objects.count()) == (1, 2)

    # and a new form makes another one
    again = manager.page.get("/broadcasts/new/").context["form"]["idempotency_key"].value()
    manager.page.post("/broadcasts/new/", data | {"idempotency_key": again})
    assert (again != key, Broadcast.objects.count()) == (True, 2)


def test_a_broadcast_goes_out_by_the_clock_of_who_plans_it(manager, channel, agreed, workspace):
    # given a manager in Madrid of a business in Jakarta
    workspace.time_zone = "Asia/Jakarta"
    workspace.save()
    manager.user.time_zone = "Europe/Madrid"
    manager.user.save()
    at = (datetime.now(ZoneInfo("Europe/Madrid")) + timedelta(days=3)).replace(second=0, microsecond=0)

    row = template(channel)

    # then the time they type is Madrid's, and the field says so
    assert "On your clock: Europe/Madrid" in manager.page.get("/broadcasts/new/").content.decode()
    given = {"name": "Spring", "template": str(row.pk), "due_at": f"{at:%Y-%m-%dT%H:%M}"}
    manager.page.post("/broadcasts/new/", given)
    assert Broadcast.objects.get().due_at == at


def test_who_was_left_out_is_told_with_the_reason(manager, channel, agreed):
    # given a broadcast that left out two, each for a reason of its own, and one of them in our words
    row = template(channel)
    manager.page.post("/broadcasts/new/", {"name": "Spring", "template": str(row.pk)})
    first, second = BroadcastRecipient.objects.order_by("pk")
    for recipient, why in (
        (first, "Has not agreed to offers on this channel."),
        (second, "This number is gone."),
    ):
        recipient.state, recipient.why = "skipped", why
        recipient.save()

    # when a manager looks, then both reasons stand there
    page = manager.page.get("/broadcasts/").content.decode()
    assert "<b>2</b> left out" in page
    told = page.split('data-testid="left-out"')[1:]
    assert ["Has not agreed to offers on this channel." in told[0], "This number is gone." in told[1]] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tags": "Nobody"}, "Nobody who fits has agreed to offers."),
        ({"name": " "}, "This field is required."),
        ({"template": "3b2f8e2c-0000-4000-8000-000000000000"}, "Choose a template."),
    ],
)
def test_what_reaches_nobody_or_is_not_complete_is_refused(manager, channel, agreed, given, said):
    row = template(channel)
    answer = manager.page.post("/broadcasts/new/", {"name": "Spring", "template": str(row.pk)} | given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Broadcast.objects.exists()


def test_only_who_may_write_to_many_sees_broadcasts(owner, manager, channel, conversation):
    # given a rep, who may not
    template(channel)
    for path in ("/broadcasts/", "/broadcasts/new/", "/broadcasts/audience/"):
        assert owner.page.get(path, headers=HTMX).status_code == 403
        assert manager.page.get(path).status_code == 200
    assert "to-broadcasts" not in owner.page.get("/inbox/").content.decode()
    assert "to-broadcasts" in manager.page.get("/inbox/").content.decode()


def test_without_an_approved_template_the_page_says_what_is_missing(manager, channel):
    template(channel, status="PAUSED")
    page = manager.page.get("/broadcasts/new/").content.decode()
    assert "No channel has an approved template" in page
