"""The inbox: folders, search, pages of the list, the open thread, and what a click does."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import selectors, services
from conversations.models import Conversation, Message
from tests.conversations.graph import refusal
from tests.conversations.shown import shown_rows
from tests.conversations.test_sending import bot_writes, fresh, send, write
from tests.factories.conversations import ConversationFactory, MessageFactory, receive

HTMX = {"HX-Request": "true"}


def listed(player, query: str = "") -> list[str]:
    """Names in the list."""
    answer = player.page.get(f"/inbox/?{query}")
    assert answer.status_code == 200
    return [row.contact_name for row in answer.context["conversations"]]


@pytest.fixture
def five(owner, teammate, channel) -> dict[str, Conversation]:
    """One conversation in each situation."""
    rows = {}
    for n, name in enumerate(["bot", "mine", "theirs", "nobodys", "closed"]):
        rows[name] = receive(channel, f"text of {name}", phone=f"62811000{n:04d}", name=name).conversation
    services.take_over(actor=owner.actor(), conversation_id=rows["mine"].pk)
    services.take_over(actor=teammate.actor(), conversation_id=rows["theirs"].pk)
    Conversation.objects.filter(pk=rows["nobodys"].pk).update(owner_kind="nobody")
    services.close_conversation(actor=owner.actor(), conversation_id=rows["closed"].pk)
    return rows


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("all", {"bot", "mine", "theirs", "nobodys"}),
        ("mine", {"mine"}),
        ("unassigned", {"nobodys"}),
        ("bot", {"bot"}),
        ("closed", {"closed"}),
        ("no such folder", {"bot", "mine", "theirs", "nobodys"}),
    ],
)
def test_each_folder_holds_its_own(owner, five, folder, names):
    # when a rep opens a folder, then it holds what its name says
    assert set(listed(owner, f"folder={folder}")) == names


def test_the_counts_are_what_the_folders_hold(owner, colleague, five):
    # then the numbers beside the folders are those of this person
    def counts(player):
        return {f["key"]: f["count"] for f in player.page.get("/inbox/").context["folders"]}

    others = {"mentions": 0, "failed": 0, "snoozed": 0, "closed": None}
    assert counts(owner) == {"mine": 1, "unassigned": 1, "waiting": 3, "bot": 1, "all": 4} | others
    assert counts(colleague) == {"mine": 0, "unassigned": 1, "waiting": 1, "bot": 1, "all": 2} | others
    assert selectors.unread_total(owner.actor()) == 2


@pytest.mark.parametrize(
    "query", ["628119990142", "+62 811-999-0142", "0811 9990 142", "0062811 999 0142", "9990142"]
)
def test_a_number_is_found_in_any_format(owner, five, channel, query):
    # given a contact with a number, then it is found however one writes it
    receive(channel, "hi", phone="628119990142", name="Camila")
    answer = owner.page.get("/inbox/", {"q": query})
    assert [row.contact_name for row in answer.context["conversations"]] == ["Camila"]


@pytest.mark.parametrize(
    ("query", "names"),
    [("MINE", {"mine"}), ("of bot", {"bot"}), ("%", set()), ("_", set()), ("' OR 1=1", set()), ("42", set())],
)
def test_words_are_found_in_names_and_messages(owner, five, query, names):
    # when a rep searches, then names and words count, whatever their case, and signs stand for themselves
    answer = owner.page.get("/inbox/", {"q": query})
    assert {row.contact_name for row in answer.context["conversations"]} == names


def test_what_one_may_not_see_is_not_found(owner, colleague, stranger, five):
    # then search and lists keep to what a person sees
    assert set(listed(colleague)) == {"bot", "nobodys"}
    assert listed(colleague, "q=mine") == []
    assert listed(stranger) == []
    assert listed(stranger, "q=text") == []


def test_pages_of_the_list_have_no_gap_and_no_repetition(owner, channel):
    # given 95 conversations, many with the same time
    same = datetime.now(UTC) - timedelta(hours=1)
    made = ConversationFactory.create_batch(95, channel=channel, last_message_at=same)
    Conversation.objects.filter(pk__in=[r.pk for r in made[::3]]).update(last_message_at=datetime.now(UTC))

    # when a rep scrolls to the end while a new one comes
    seen: list[object] = []
    url = "/inbox/"
    while url:
        context = owner.page.get(url).context
        seen += [row.pk for row in context["conversations"]]
        url = context["next_cursor_url"]
        if len(seen) == 40:
            ConversationFactory.create(channel=channel)

    # then each was shown once, the newest first
    assert len(seen) == 95
    assert set(seen) == {row.pk for row in made}


def test_a_cursor_that_is_none_is_refused_in_words(owner, conversation):
    # when the address was tampered with, then one is told to begin again
    answer = owner.page.get("/inbox/?cursor=tampered", headers=HTMX)
    assert answer.status_code == 400
    assert answer["HX-Trigger"]
    assert owner.page.get("/inbox/?open=12", headers=HTMX).status_code == 400


def test_opening_a_thread_shows_it_and_marks_it_read(owner, conversation, agent):
    # given a thread with three bubbles
    bot_writes(agent, conversation, "I am Sarah")
    receive(conversation.channel, "<script>alert(1)</script>")

    # when a rep opens it
    answer = owner.page.get(f"/inbox/{conversation.pk}/", headers=HTMX)

    # then it shows them in order, escaped, and nothing is unread
    assert [m.text for m in answer.context["messages"]] == [
        "Halo kak",
        "I am Sarah",
        "<script>alert(1)</script>",
    ]
    html = answer.content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<html" not in html
    assert fresh(conversation).unread_count == 0
    assert answer.context["ownership"]["can_take_over"] is True
    assert answer.context["ownership"]["can_close"] is True
    assert 'data-testid="close-conversation"' in html


def test_a_thread_by_its_address_is_a_whole_page(owner, conversation):
    # when the address is opened without HTMX, then the inbox opens with it
    answer = owner.page.get(f"/inbox/{conversation.pk}/", follow=True)
    assert answer.context["conversation"] == conversation
    assert "<html" in answer.content.decode()


def test_older_bubbles_come_on_demand(owner, conversation):
    # given 130 bubbles
    for n in range(2, 131):
        MessageFactory.create(conversation=conversation, sequence=n)
    Conversation.objects.update(last_sequence=130)

    # when a rep scrolls up, then each page goes on where the last ended
    seen: list[int] = []
    url = f"/inbox/{conversation.pk}/"
    while url:
        context = owner.page.get(url, headers=HTMX).context
        seen = [m.sequence for m in context["messages"]] + seen
        url = context["older_url"]
    assert seen == list(range(1, 131))
    for odd in ("x", "-1", "9" * 5000, "٣"):
        assert owner.page.get(f"/inbox/{conversation.pk}/?before={odd}", headers=HTMX).status_code == 200


def test_a_double_click_sends_once(owner, conversation):
    # when the composer is sent twice with the same key
    for _ in range(2):
        answer = owner.page.post(
            f"/inbox/{conversation.pk}/send/", {"text": "Hi Budi", "idempotency_key": "k-1"}, headers=HTMX
        )
        assert answer.status_code == 200
        assert [m.text for m in answer.context["messages"]] == ["Halo kak", "Hi Budi"]

    # then there is one message; a new key sends a new one; the longest key is fine
    assert Message.objects.filter(direction="out").count() == 1
    key = "k" * 64
    owner.page.post(f"/inbox/{conversation.pk}/send/", {"text": "More", "idempotency_key": key}, headers=HTMX)
    assert Message.objects.filter(direction="out").count() == 2
    key = "k" * 65
    owner.page.post(f"/inbox/{conversation.pk}/send/", {"text": "More", "idempotency_key": key}, headers=HTMX)
    assert Message.objects.filter(direction="out").count() == 2


@pytest.mark.parametrize("text", ["", "x" * 4097])
def test_what_cannot_be_sent_is_said_at_the_composer(owner, conversation, text):
    # when the reply is empty or too long, then the form says so and nothing is queued
    answer = owner.page.post(f"/inbox/{conversation.pk}/send/", {"text": text}, headers=HTMX)
    assert answer.context["composer"]["form"].errors["text"]
    assert 'data-testid="composer-error"' in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_blanks_alone_are_refused_as_a_toast(owner, conversation):
    # when only blanks are sent, then a toast says why, and nothing is queued
    answer = owner.page.post(f"/inbox/{conversation.pk}/send/", {"text": "   "}, headers=HTMX)
    assert answer.status_code in {200, 400}
    assert not Message.objects.filter(direction="out").exists()


def test_refusals_are_toasts_for_fragments_and_sentences_for_pages(viewer, owner, conversation):
    # when somebody does what they may not, then a fragment gets a toast and leaves the page as it is
    answer = viewer.page.post(f"/inbox/{conversation.pk}/take-over/", headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (403, "none")
    assert json.loads(answer["HX-Trigger"])["toast"] == {
        "text": "Your role doesn't allow this.",
        "kind": "error",
    }

    # and a page without script gets a sentence
    page = viewer.page.post(f"/inbox/{conversation.pk}/take-over/")
    assert page.status_code == 403
    assert "Your role doesn&#x27;t allow this." in page.content.decode()
    services.close_conversation(actor=owner.actor(), conversation_id=conversation.pk)
    closed = owner.page.post(
        f"/inbox/{conversation.pk}/take-over/", follow=True, headers={"Referer": "/inbox/"}
    )
    assert "This conversation is closed." in closed.content.decode()
    assert fresh(conversation).owner_kind == "agent"


def test_one_click_takes_over_and_gives_back_and_closes(owner, agent, conversation):
    # given an answer of the bot in the queue
    waiting = bot_writes(agent, conversation)

    # when a rep clicks, then the thread shows who answers now
    taken = owner.page.post(f"/inbox/{conversation.pk}/take-over/", headers=HTMX)
    assert taken.context["ownership"]["owner_name"] == "Rina"
    assert (taken.context["ownership"]["can_take_over"], taken.context["ownership"]["can_give_back"]) == (
        False,
        True,
    )
    assert fresh(waiting).status == "cancelled"
    back = owner.page.post(f"/inbox/{conversation.pk}/give-back/", headers=HTMX)
    assert back.context["ownership"]["owner_kind"] == "agent"
    closed = owner.page.post(f"/inbox/{conversation.pk}/close/", headers=HTMX)
    assert closed.context["composer"]["can_send"] is False
    assert "This conversation is closed." in closed.content.decode()
    without_script = owner.page.post(f"/inbox/{conversation.pk}/close/")
    assert without_script.status_code == 302


def test_a_failed_bubble_is_sent_again_by_a_click(owner, conversation, graph):
    # given a failed message
    graph.answers = [refusal(100, details="Not on WhatsApp")]
    message = write(owner, conversation)
    send(conversation)
    shown = owner.page.get(f"/inbox/{conversation.pk}/", headers=HTMX).content.decode()
    assert "Not on WhatsApp" in shown
    assert 'data-testid="retry"' in shown

    # when the rep clicks, then it waits again
    answer = owner.page.post(f"/inbox/{conversation.pk}/retry/{message.pk}/", headers=HTMX)
    assert (answer.status_code, fresh(message).status) == (200, "queued")


def test_a_viewer_reads_and_sees_why_there_is_no_composer(viewer, conversation):
    # when a viewer opens a thread, then it stays unread, and the composer says why
    answer = viewer.page.get(f"/inbox/{conversation.pk}/", headers=HTMX)
    assert answer.context["composer"]["can_send"] is False
    assert "read conversations, not answer them" in answer.content.decode()
    assert answer.context["ownership"]["can_take_over"] is False
    assert answer.context["ownership"]["can_close"] is False
    assert fresh(conversation).unread_count == 1


PATHS = ["", "send/", "take-over/", "give-back/", "close/", "retry/{message}/"]


@pytest.mark.parametrize("path", PATHS)
def test_strangers_find_nothing_and_visitors_sign_in(stranger, anonymous, owner, conversation, path):
    # given a failed message
    message = write(owner, conversation)
    Message.objects.filter(pk=message.pk).update(status="failed")
    before = [Conversation.objects.values().get(), list(Message.objects.order_by("pk").values())]
    url = f"/inbox/{conversation.pk}/{path.format(message=message.pk)}"

    # when a stranger or a visitor tries the address, then there is nothing, and nothing changes
    ask = (
        (lambda c: c.post(url, {"text": "Hi"}, headers=HTMX))
        if path
        else (lambda c: c.get(url, headers=HTMX))
    )
    assert ask(stranger.page).status_code == 404
    answer = ask(anonymous)
    assert answer.status_code in {302, 401}
    assert [Conversation.objects.values().get(), list(Message.objects.order_by("pk").values())] == before
    assert stranger.page.get(f"/inbox/?open={conversation.pk}").status_code == 404


@pytest.mark.parametrize("path", [p for p in PATHS if p and "retry" not in p])
def test_a_form_of_another_site_does_nothing(owner, conversation, path):
    # when another site posts in the rep's name, without our token, then it is refused
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner.user)
    assert browser.post(f"/inbox/{conversation.pk}/{path}", {"text": "Hi"}).status_code == 403
    assert browser.get(f"/inbox/{conversation.pk}/{path}").status_code == 405
    assert (fresh(conversation).owner_kind, fresh(conversation).status) == ("agent", "open")
    assert not Message.objects.filter(direction="out").exists()


def queries(player, url: str, **more) -> int:
    """How many questions a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert player.page.get(url, **more).status_code == 200
    return len(asked)


def test_the_inbox_asks_as_much_for_forty_rows_as_for_four(owner, channel):
    # given lists of four and of forty rows
    asked = []
    for more in (4, 36):
        for row in ConversationFactory.create_batch(more, channel=channel):
            MessageFactory.create(conversation=row, sequence=1)
        queries(owner, "/inbox/")
        asked.append((queries(owner, "/inbox/"), queries(owner, "/inbox/?q=message")))

    # then the number of questions is the same: session, person, rows, what stands around them, leads, rail
    assert asked == [(6, 6), (6, 6)]


def test_a_thread_asks_as_much_for_sixty_bubbles_as_for_two(owner, conversation):
    # given a short and a long thread
    MessageFactory.create(conversation=conversation, sequence=2, direction="out", author_kind="agent")
    url = f"/inbox/{conversation.pk}/"
    queries(owner, url, headers=HTMX)
    short = queries(owner, url, headers=HTMX)
    for n in range(3, 63):
        MessageFactory.create(conversation=conversation, sequence=n, direction="out", author_kind="agent")
    assert queries(owner, url, headers=HTMX) == short
    assert short <= 22


def test_the_list_says_how_to_come_back_to_it(owner, five):
    # when a rep searches in a folder, then the rows' addresses keep folder and words
    answer = owner.page.get("/inbox/?folder=mine&q=text")
    [row] = answer.context["conversations"]
    [shown] = shown_rows(answer)
    state = parse_qs(urlsplit(shown.url).query)
    assert state == {"folder": ["mine"], "q": ["text"], "open": [str(five["mine"].pk)]}
    assert re.search(r'data-conversation-id="' + str(row.pk), answer.content.decode())


def test_today_shows_who_waits(owner, teammate, five):
    # then my own come before nobody's, and the bot's and colleagues' not at all
    rows = selectors.waiting_for_people(owner.actor())
    assert [(r["title"], r["rank"]) for r in sorted(rows, key=lambda r: r["rank"])] == [
        ("mine", 1),
        ("nobodys", 2),
    ]
