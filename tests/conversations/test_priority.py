"""How much a conversation matters, and how long its customer waits: set, shown, filtered and sorted by."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import decisions, services
from conversations.models import Conversation, InboxAct, Priority
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import EventRecord
from tests.conversations.shown import shown_rows
from tests.conversations.test_inbox_list import act, listed, set_row
from tests.conversations.test_sending import fresh


def told() -> list[str]:
    """The priorities that were announced, in order."""
    rows = EventRecord.objects.filter(name="conversations.conversation_prioritised").order_by("sequence")
    return [row.payload["priority"] for row in rows]


def test_many_are_set_at_once_and_taken_back(owner, three):
    # given Ana who is urgent already
    ana, ben, _cleo = three
    services.set_priority(actor=owner.actor(), conversation_id=ana.pk, priority="urgent")

    # when a rep makes all three urgent, then two changed, and each has it in its history
    answer, toast = act(owner, three, "priority", "urgent")
    assert (answer.status_code, toast["text"]) == (204, "2 with another priority")
    assert [fresh(row).priority for row in three] == [Priority.URGENT] * 3
    assert told() == ["urgent"] * 3
    assert ben.history.first().priority == Priority.URGENT

    # and the toast takes back what changed
    owner.page.post(toast["undo_url"], headers={"HX-Request": "true"})
    assert [fresh(row).priority for row in three] == [Priority.URGENT, Priority.NORMAL, Priority.NORMAL]
    assert InboxAct.objects.get().undone_at is not None


def test_a_word_that_is_none_and_whoever_may_not_are_refused(owner, viewer, stranger, conversation):
    # when the priority is none, or somebody may not sort
    with pytest.raises(InvalidInputError) as refused:
        services.set_priority(actor=owner.actor(), conversation_id=conversation.pk, priority="9")
    assert refused.value.fields == {"priority": ["Choose one of low, normal, high, urgent."]}
    for player, error in ((viewer, NotAllowedError), (stranger, NotFoundError)):
        with pytest.raises(error):
            services.set_priority(actor=player.actor(), conversation_id=conversation.pk, priority="high")

    # then nothing has changed, and nothing was announced
    assert (fresh(conversation).priority, told()) == (Priority.NORMAL, [])


def test_the_list_is_sorted_and_filtered_by_it(owner, three):
    # given Ana low, Ben urgent, Cleo as everybody
    ana, ben, _cleo = three
    set_row(ana, priority=Priority.LOW)
    set_row(ben, priority=Priority.URGENT)

    # then the order, the filter and the chip say so
    assert listed(owner, "sort=priority") == ["Ben", "Cleo", "Ana"]
    assert listed(owner, "priority=urgent&priority=low") == ["Ben", "Ana"]
    assert listed(owner, "priority=nonsense") == ["Cleo", "Ben", "Ana"]
    page = owner.page.get("/inbox/?priority=urgent").content.decode()
    assert 'data-priority="urgent" data-testid="flag"' in page
    rows = owner.api.get("conversations/?priority=4").json()["results"]
    assert [(row["id"], row["priority"]) for row in rows] == [(str(ben.pk), 4)]


def test_pages_by_priority_have_no_gap(owner, three, monkeypatch):
    # given pages of two
    monkeypatch.setattr("conversations.views.listing.PAGE", 2)
    set_row(three[0], priority=Priority.HIGH)

    # then the second goes on where the first ended
    first = owner.page.get("/inbox/?sort=priority").context
    second = owner.page.get(first["next_cursor_url"]).context
    names = [row.contact_name for page in (first, second) for row in page["conversations"]]
    assert names == ["Ana", "Cleo", "Ben"]


@pytest.mark.parametrize(
    ("minutes", "tone"), [(0, "neutral"), (59, "neutral"), (60, "warm"), (239, "warm"), (240, "bad")]
)
def test_a_long_wait_is_coloured(minutes, tone):
    assert decisions.waiting_tone(timedelta(minutes=minutes)) == tone


def test_only_who_waits_for_a_person_is_said_to_wait(owner, three):
    # given Ana who waits for a person since yesterday, Ben who waits for the bot, Cleo who was answered
    ana, ben, cleo = three
    set_row(ana, waiting_since=timezone.now() - timedelta(days=1))
    set_row(ben, waiting_since=timezone.now(), owner_kind="agent")
    set_row(cleo, waiting_since=None)
    rows = {row.name: row for row in shown_rows(owner.page.get("/inbox/"))}
    assert {name: row.tone for name, row in rows.items()} == {"Ana": "bad", "Ben": "", "Cleo": ""}
    since = Conversation.objects.get(pk=ana.pk).waiting_since
    assert since is not None
    assert rows["Ana"].since == since.isoformat()
