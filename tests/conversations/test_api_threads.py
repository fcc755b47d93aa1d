"""/api/v1/conversations/ and messages/: shapes, pages, filters, permissions, and what can be done there."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import services
from conversations.models import Conversation, Message
from tests.conversations.graph import refusal
from tests.conversations.test_sending import bot_writes, fresh, send, write
from tests.factories.conversations import ConversationFactory, MessageFactory, receive

CONVERSATION = {
    "id", "contact", "lead", "channel", "status", "owner_kind", "assignee", "unread_count", "window_expires_at",
    "last_message_at",
}  # fmt: skip
MESSAGE = {
    "id", "conversation", "direction", "kind", "text", "status", "error", "author_kind", "provider_id", "sent_at",
    "created_at",
}  # fmt: skip
PROBLEM = {"type", "title", "status", "code", "detail", "errors"}


def check_problem(answer, status: int, code: str) -> dict[str, Any]:
    """Problem JSON with this status and code."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert set(body) >= PROBLEM
    assert (body["status"], body["code"]) == (status, code)
    assert isinstance(body["errors"], dict)
    return body


def all_pages(api, url: str) -> list[dict]:
    """Every row, page by page to the end, then back again to the beginning."""
    rows, back = [], 0
    answer = api.get(url).json()
    while True:
        assert set(answer) == {"results", "next", "previous"}
        rows += answer["results"]
        if answer["next"] is None:
            break
        answer = api.get(answer["next"]).json()
    while answer["previous"]:
        answer = api.get(answer["previous"]).json()
        back += len(answer["results"])
    assert back >= len(rows) - 50
    return rows


def test_a_conversation_as_the_contract_says(owner, conversation, channel):
    # when it is read alone and in the list, then both tell the same
    one = owner.api.get(f"conversations/{conversation.pk}/").json()
    listed = owner.api.get("conversations/").json()
    assert listed == {"results": [one], "next": None, "previous": None}
    assert set(one) >= CONVERSATION
    assert one["id"] == str(conversation.pk)
    assert (one["contact"], one["channel"]) == (str(conversation.contact_id), str(channel.pk))
    assert (one["status"], one["owner_kind"], one["assignee"]) == ("open", "agent", None)
    assert (one["unread_count"], one["lead"]) == (1, None)
    expires = datetime.fromisoformat(one["window_expires_at"])
    assert expires == fresh(conversation).window_expires_at
    assert one["window_expires_at"].endswith("Z")


def test_a_message_as_the_contract_says(owner, conversation, graph):
    # given one that came in and one that failed
    graph.answers = [refusal(100, details="Not on WhatsApp")]
    out = write(owner, conversation, "Hi")
    send(conversation)

    # then the thread tells both, the newest first
    rows = owner.api.get(f"conversations/{conversation.pk}/messages/").json()["results"]
    assert all(set(row) >= MESSAGE for row in rows)
    assert [r["text"] for r in rows] == ["Hi", "Halo kak"]
    assert (rows[0]["direction"], rows[0]["status"], rows[0]["author_kind"]) == ("out", "failed", "person")
    assert rows[0]["error"] == {"code": "100", "text": "Not on WhatsApp"}
    assert (rows[1]["direction"], rows[1]["error"], rows[1]["author_kind"]) == ("in", None, "contact")
    assert owner.api.get(f"messages/{out.pk}/").json() == rows[0]


@pytest.mark.parametrize("ordering", ["", "-created_at", "created_at", "-last_message_at", "unread_count"])
def test_pages_show_every_conversation_once(owner, channel, ordering):
    # given more conversations than a page holds, many of them alike
    made = ConversationFactory.create_batch(23, channel=channel)
    same = datetime.now(UTC) - timedelta(hours=1)
    Conversation.objects.filter(pk__in=[row.pk for row in made[:15]]).update(
        created_at=same, last_message_at=same
    )

    # when one reads page by page, then each is shown once
    rows = all_pages(owner.api, f"conversations/?page_size=5&ordering={ordering}")
    assert sorted(row["id"] for row in rows) == sorted(str(row.pk) for row in made)


def test_pages_stand_still_while_new_ones_come(owner, channel):
    # given a reader in the middle of the list, when new conversations come
    made = ConversationFactory.create_batch(9, channel=channel)
    first = owner.api.get("conversations/?page_size=4").json()
    ConversationFactory.create_batch(5, channel=channel)

    # then the next pages hold the rest, without gap or repetition
    rows = first["results"] + all_pages(owner.api, first["next"])
    assert sorted(row["id"] for row in rows) == sorted(str(row.pk) for row in made)


def test_a_threads_pages_hold_every_message(owner, conversation):
    # given a long thread
    for n in range(2, 122):
        MessageFactory.create(conversation=conversation, sequence=n)
    rows = all_pages(owner.api, f"conversations/{conversation.pk}/messages/")
    assert [row["sequence"] for row in rows] == list(range(121, 0, -1))


def test_filters(owner, teammate, channel, conversation):
    # given conversations of the bot, of two reps, and a closed one
    ids = {"bot": str(conversation.pk)}
    for name, phone, player in (("mine", "6281", owner), ("theirs", "6282", teammate)):
        row = receive(channel, name, phone=phone * 3).conversation
        services.take_over(actor=player.actor(), conversation_id=row.pk)
        ids[name] = str(row.pk)
    gone = receive(channel, "gone", phone="628300000000", name="Siti Rahma").conversation
    services.close_conversation(actor=owner.actor(), conversation_id=gone.pk)
    ids["gone"] = str(gone.pk)

    # then each filter finds its own
    def found(query: str) -> set[str]:
        names = {value: key for key, value in ids.items()}
        return {names[row["id"]] for row in owner.api.get(f"conversations/?{query}").json()["results"]}

    assert found("") == {"bot", "mine", "theirs", "gone"}
    assert found("status=open") == {"bot", "mine", "theirs"}
    assert found("status=closed") == {"gone"}
    assert found("status=open&status=closed&owner_kind=person") == {"mine", "theirs"}
    assert found(f"assignee={owner.user.pk}") == {"mine"}
    assert found(f"contact={gone.contact_id}") == {"gone"}
    assert found(f"channel={channel.pk}&owner_kind=agent&status=open") == {"bot"}
    assert found(f"channel={uuid4()}") == set()
    assert found("search=rahma") == {"gone"}
    assert found("search=%2B62 8300-000") == {"gone"}
    assert found("search=08300000000") == {"gone"}
    assert found("search=THEIRS") == {"theirs"}


def test_message_filters(owner, conversation):
    # given one message each way
    write(owner, conversation, "Hi Budi")

    def found(query: str) -> list[str]:
        return [row["text"] for row in owner.api.get(f"messages/?{query}").json()["results"]]

    assert found("direction=in") == ["Halo kak"]
    assert found("status=queued") == ["Hi Budi"]
    assert found("author_kind=person") == ["Hi Budi"]
    assert found("search=halo") == ["Halo kak"]
    assert found(f"conversation={conversation.pk}&ordering=sequence") == ["Halo kak", "Hi Budi"]
    assert found(f"conversation={uuid4()}") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("conversations/?status=ajar", "status"),
        ("conversations/?owner_kind=cat", "owner_kind"),
        ("conversations/?contact=12", "contact"),
        ("conversations/?ordering=shoe_size", "ordering"),
        ("messages/?direction=sideways", "direction"),
        ("messages/?conversation=x", "conversation"),
        ("messages/?ordering=-text", "ordering"),
    ],
)
def test_a_wrong_filter_is_named(owner, conversation, query, field):
    # when a filter can't be understood, then the refusal names it and says what would be
    body = check_problem(owner.api.get(query), 400, "invalid")
    assert list(body["errors"]) == [field]
    assert body["errors"][field][0]


def test_refusals_of_every_kind_are_problem_json(owner, anonymous, conversation):
    # when nobody, a wrong key, a wrong address, method, media type or body comes
    mine = f"/api/v1/conversations/{conversation.pk}/"
    check_problem(anonymous.get(mine), 401, "not_authenticated")
    wrong = anonymous.get(mine, headers={"Authorization": "Bearer crm_wrong"})
    check_problem(wrong, 401, "authentication_failed")
    assert wrong["WWW-Authenticate"] == "Bearer"
    check_problem(owner.api.get(f"conversations/{uuid4()}/"), 404, "not_found")
    check_problem(owner.api.get("conversations/12/"), 404, "not_found")
    check_problem(owner.api.get("conversation/"), 404, "not_found")
    check_problem(owner.api.call("DELETE", mine), 405, "method_not_allowed")
    check_problem(owner.api.post("conversations/", {}), 405, "method_not_allowed")
    key = {"Authorization": f"Bearer {owner.api.key}"}
    posted = anonymous.post(
        f"{mine}messages/", "text=Hi", content_type="application/x-www-form-urlencoded", headers=key
    )
    check_problem(posted, 415, "unsupported_media_type")
    posted = anonymous.post(f"{mine}messages/", "{", content_type="application/json", headers=key)
    check_problem(posted, 400, "parse_error")
    assert check_problem(owner.api.post(f"{mine}messages/", {}), 400, "invalid")["errors"]["text"]
    check_problem(owner.api.post(f"{mine}messages/", ["Hi"]), 400, "invalid")
    assert not Message.objects.filter(direction="out").exists()


def test_a_signed_in_browser_needs_the_csrf_token(owner, conversation):
    # given a browser that posts to the API without the token, then nothing is sent
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner.user)
    url = f"/api/v1/conversations/{conversation.pk}/messages/"
    answer = browser.post(url, '{"text": "Hi"}', content_type="application/json")
    assert answer.status_code == 403
    assert not Message.objects.filter(direction="out").exists()


ACTIONS = ["take_over", "give_back", "close", "read"]


def test_what_a_stranger_asks_for_is_not_there(stranger, owner, conversation, graph):
    # given a conversation with a failed message, and its lists
    graph.answers = [refusal(100)]
    message = write(owner, conversation)
    send(conversation)
    before = Conversation.objects.filter(pk=conversation.pk).values().get()

    # when a stranger tries every address of them, then all answer 404 and the lists are empty
    for path in ("", "messages/", "history/"):
        check_problem(stranger.api.get(f"conversations/{conversation.pk}/{path}"), 404, "not_found")
    for path in ACTIONS:
        check_problem(stranger.api.post(f"conversations/{conversation.pk}/{path}/"), 404, "not_found")
    for path, body in (("messages", {"text": "Hi"}), ("assign", {"user": str(stranger.user.pk)})):
        check_problem(stranger.api.post(f"conversations/{conversation.pk}/{path}/", body), 404, "not_found")
    for path in ("", "history/"):
        check_problem(stranger.api.get(f"messages/{message.pk}/{path}"), 404, "not_found")
    check_problem(stranger.api.post(f"messages/{message.pk}/retry/"), 404, "not_found")
    check_problem(stranger.api.get(f"contacts/{conversation.contact_id}/"), 404, "not_found")
    for path in ("conversations/", "messages/", "contacts/"):
        assert stranger.api.get(path).json()["results"] == []
    assert Conversation.objects.filter(pk=conversation.pk).values().get() == before


def test_a_viewer_reads_and_changes_nothing(viewer, owner, conversation, graph):
    # given the same
    graph.answers = [refusal(100)]
    message = write(owner, conversation)
    send(conversation)
    before = [Conversation.objects.values().get(), list(Message.objects.order_by("pk").values())]

    # when a viewer reads, then they may; when they act, then not
    assert viewer.api.get(f"conversations/{conversation.pk}/").status_code == 200
    assert viewer.api.get(f"conversations/{conversation.pk}/history/").status_code == 200
    for path in ("take_over", "give_back", "close"):
        check_problem(viewer.api.post(f"conversations/{conversation.pk}/{path}/"), 403, "not_allowed")
    for path, body in (("messages", {"text": "Hi"}), ("assign", {"user": str(viewer.user.pk)})):
        check_problem(viewer.api.post(f"conversations/{conversation.pk}/{path}/", body), 403, "not_allowed")
    check_problem(viewer.api.post(f"messages/{message.pk}/retry/"), 403, "not_allowed")
    assert viewer.api.post(f"conversations/{conversation.pk}/read/").status_code == 200
    assert [Conversation.objects.values().get(), list(Message.objects.order_by("pk").values())] == before


def test_a_rep_of_no_team_sees_own_and_nobodys(owner, teammate, colleague, manager, conversation):
    # given the owner's conversation
    services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    url = f"conversations/{conversation.pk}/"
    assert (owner.api.get(url).status_code, teammate.api.get(url).status_code) == (200, 200)
    assert (colleague.api.get(url).status_code, manager.api.get(url).status_code) == (404, 200)
    assert colleague.api.get("conversations/").json()["results"] == []
    assert colleague.api.get("messages/").json()["results"] == []


def test_a_message_by_api(owner, conversation, agent):
    # when a program sends as the owner
    waiting = bot_writes(agent, conversation)
    answer = owner.api.post(f"conversations/{conversation.pk}/messages/", {"text": "Hi Budi"})

    # then it is queued as that person's, who owns the conversation now; the bot is silent
    assert answer.status_code == 201
    body = answer.json()
    assert (body["text"], body["status"], body["author_kind"]) == ("Hi Budi", "queued", "person")
    row = fresh(conversation)
    assert (row.owner_kind, row.assignee_id) == ("person", owner.user.pk)
    assert fresh(waiting).status == "cancelled"


@pytest.mark.parametrize("text", ["", "  ", "x" * 4097, "\x00", None, ["Hi"], {}])
def test_a_message_that_cannot_be_is_named(owner, conversation, text):
    # when the text is empty, too long or no text, then the field is named and nothing is queued
    answer = owner.api.post(f"conversations/{conversation.pk}/messages/", {"text": text})
    assert list(check_problem(answer, 400, "invalid")["errors"]) == ["text"]
    assert not Message.objects.filter(direction="out").exists()


def test_taking_over_giving_back_assigning_closing(owner, teammate, manager, conversation):
    # when the conversation changes hands by API, then each answer shows its new state
    url = f"conversations/{conversation.pk}"
    taken = owner.api.post(f"{url}/take_over/").json()
    assert (taken["owner_kind"], taken["assignee"]) == ("person", str(owner.user.pk))
    given = manager.api.post(f"{url}/assign/", {"user": str(teammate.user.pk)}).json()
    assert (given["owner_kind"], given["assignee"]) == ("person", str(teammate.user.pk))
    check_problem(owner.api.post(f"{url}/assign/", {"user": str(teammate.user.pk)}), 403, "not_allowed")
    assert list(
        check_problem(manager.api.post(f"{url}/assign/", {"user": "x"}), 400, "invalid")["errors"]
    ) == ["user"]
    back = teammate.api.post(f"{url}/give_back/").json()
    assert (back["owner_kind"], back["assignee"]) == ("agent", None)
    assert teammate.api.post(f"{url}/read/").json()["unread_count"] == 0
    assert owner.api.post(f"{url}/close/").json()["status"] == "closed"
    check_problem(owner.api.post(f"{url}/take_over/"), 409, "conversation_closed")
    check_problem(owner.api.post(f"{url}/messages/", {"text": "Hi"}), 409, "conversation_closed")


def test_a_failed_message_is_sent_again_by_api(owner, conversation, graph):
    # given a failed message
    graph.answers = [refusal(131026)]
    message = write(owner, conversation)
    send(conversation)

    # when it is sent again, then it waits and goes out; a second time there is nothing to retry
    assert owner.api.post(f"messages/{message.pk}/retry/").json()["status"] == "queued"
    send(conversation)
    assert owner.api.get(f"messages/{message.pk}/").json()["status"] == "sent"
    check_problem(owner.api.post(f"messages/{message.pk}/retry/"), 409, "not_failed")


def test_histories_tell_who_what_when_and_from_where(owner, conversation, graph):
    # given a conversation taken over by API, and a message sent
    owner.api.post(f"conversations/{conversation.pk}/take_over/")
    message = write(owner, conversation)
    send(conversation)

    # then its history names person, change and door
    newest = owner.api.get(f"conversations/{conversation.pk}/history/").json()["results"][0]
    assert set(newest) >= {"who", "what", "when", "from_where", "changes"}
    assert (newest["what"], newest["from_where"]) == ("changed", "api")
    assert newest["who"]["label"].startswith("Rina")
    changes = {c["field"]: (c["old"], c["new"]) for c in newest["changes"]}
    assert changes["owner_kind"] == ("agent", "person")
    assert changes["assignee"][1] == str(owner.user.pk)

    # and no entry says that nothing changed
    entries = owner.api.get(f"conversations/{conversation.pk}/history/").json()["results"]
    assert [e["what"] for e in entries] == ["changed", "created"]
    assert all(e["changes"] for e in entries if e["what"] == "changed")

    # and the message's tells what became of it
    told = owner.api.get(f"messages/{message.pk}/history/").json()["results"]
    assert [t["what"] for t in told] == [
        "conversations.message_status_changed",
        "conversations.message_queued",
    ]
    assert told[1]["who"]["label"] == "Rina"


def test_lists_ask_the_same_questions_however_long(owner, channel):
    # given lists of three and of thirty rows
    counts = []
    for more in (3, 27):
        for row in ConversationFactory.create_batch(more, channel=channel):
            MessageFactory.create(conversation=row, sequence=1)
        owner.api.get("conversations/")
        with CaptureQueriesContext(connection) as list_queries:
            assert len(owner.api.get("conversations/").json()["results"]) == Conversation.objects.count()
        with CaptureQueriesContext(connection) as message_queries:
            owner.api.get("messages/")
        counts.append((len(list_queries), len(message_queries)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 5
