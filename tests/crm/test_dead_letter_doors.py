"""Dead letters by page and by API: seen, replayed, edited, set aside, brought back."""

import json
from typing import Any

import pytest

from conversations.models import InboundDelivery
from crm.models import DeadLetterNote, ReplayRun

pytestmark = pytest.mark.usefixtures("nudges")
PAGE = "/settings/dead-letters/"


@pytest.fixture
def letter(channel) -> str:
    """A delivery with a script in it that nobody can read."""
    row = InboundDelivery.objects.create(
        workspace_id=channel.workspace_id,
        channel=channel,
        body=b'{"from": "628110000101", "text": "<script>alert(1)</script>"}',
        state="dead",
        reason="unreadable_body",
        error="ValueError: not a WhatsApp webhook: no list of entries",
    )
    return f"delivery-{row.pk}"


def state() -> str:
    """How the delivery stands."""
    return InboundDelivery.objects.get().state


def test_the_page_lists_kinds_then_letters_then_one(manager, letter):
    kinds = manager.page.get(PAGE).content.decode()
    listed = manager.page.get(f"{PAGE}?source=delivery&reason=unreadable_body").content.decode()
    one = manager.page.get(f"{PAGE}{letter}/").content.decode()

    assert "The body is not what the provider sends" in kinds
    assert "?source=delivery&amp;reason=unreadable_body" in kinds
    assert "no list of entries" in listed
    assert f"{PAGE}{letter}/" in listed
    assert "Replay 1" in listed
    assert "1 died of the same" in one


def test_what_it_holds_is_text_and_never_run(manager, letter):
    html = manager.page.get(f"{PAGE}{letter}/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html


def test_a_role_without_contacts_sees_the_shape_and_no_editor(manager, letter):
    role = manager.member.role
    role.permissions = ["deadletters.view", "deadletters.replay"]
    role.save()

    html = manager.page.get(f"{PAGE}{letter}/").content.decode()

    assert "628110000101" not in html
    assert "alert" not in html.split('data-testid="letter-text"')[1].split("</pre>")[0]
    assert 'data-testid="edit"' not in html


@pytest.mark.parametrize("name", ["owner", "viewer"])
def test_others_are_told_that_their_role_does_not_allow_it(request, name, letter):
    player = request.getfixturevalue(name)

    for path in ("", f"{letter}/"):
        assert player.page.get(PAGE + path).status_code == 403
    assert player.page.post(f"{PAGE}{letter}/replay/").status_code == 403
    assert player.api.get("dead-letters/").status_code == 403
    assert "Dead letters" not in player.page.get("/settings/").content.decode()
    assert state() == "dead"


def test_nothing_is_dead(manager):
    assert "Nothing is dead" in manager.page.get(PAGE).content.decode()
    assert "Nothing is set aside" in manager.page.get(f"{PAGE}?aside=1").content.decode()
    assert "None are left" in manager.page.get(f"{PAGE}?source=item&reason=x").content.decode()


@pytest.mark.parametrize(
    "address", ["?source=ghost", "ghost-1/", "delivery-x/", "delivery-999/", "item-1%00/"]
)
def test_addresses_that_mean_nothing(manager, address):
    assert manager.page.get(PAGE + address).status_code in {400, 404}


def test_the_replay_button(manager, letter):
    answer = manager.page.post(f"{PAGE}{letter}/replay/", follow=True)

    assert "It is tried again now." in answer.content.decode()
    assert state() == "new"


def test_an_edit_that_is_no_json_comes_back_as_typed_with_the_place(manager, letter):
    answer = manager.page.post(f"{PAGE}{letter}/replay/", {"text": '{"entry": [\n1,\n]}'})

    html = answer.content.decode()
    assert answer.status_code == 400
    assert "This is not JSON. Line 3, column 1" in html
    assert "{&quot;entry&quot;: [\n1,\n]}" in html
    assert state() == "dead"
    assert not DeadLetterNote.objects.exists()


def test_set_aside_offers_to_take_it_back(manager, letter):
    aside = manager.page.post(f"{PAGE}{letter}/set-aside/", headers={"HX-Request": "true"})

    said = json.loads(aside.headers["HX-Trigger"])["toast"]
    assert (aside.status_code, said["undo_url"]) == (204, f"{PAGE}{letter}/restore/")
    assert letter not in manager.page.get(f"{PAGE}?source=delivery&reason=unreadable_body").content.decode()
    assert letter in manager.page.get(f"{PAGE}?aside=1").content.decode()

    manager.page.post(said["undo_url"], headers={"HX-Request": "true"})
    assert letter in manager.page.get(f"{PAGE}?source=delivery&reason=unreadable_body").content.decode()


def test_replay_all_starts_a_run_and_shows_how_far_it_is(manager, letter, nudges):
    page = manager.page.post(
        f"{PAGE}replay/", {"source": "delivery", "reason": "unreadable_body"}, follow=True
    )

    run = ReplayRun.objects.get()
    assert "Replaying: 0 of 1 so far." in page.content.decode()
    assert (run.total, run.asked_by_id) == (1, manager.user.pk)


def test_the_api_lists_in_pages(manager, channel, letter):
    for n in range(4):
        InboundDelivery.objects.create(
            workspace_id=channel.workspace_id, channel=channel, body=b"x", state="dead", reason=f"r{n % 2}"
        )

    seen: list[Any] = []
    url = "dead-letters/?page_size=2"
    while url:
        page = manager.api.get(url).json()
        assert page.keys() == {"results", "next", "previous"}
        seen += page["results"]
        url = page["next"]

    assert len({row["id"] for row in seen}) == len(seen) == 5
    assert [row["since"] for row in seen] == sorted((row["since"] for row in seen), reverse=True)
    assert seen[-1] == {
        "id": letter,
        "source": "delivery",
        "reason": "unreadable_body",
        "title": "The body is not what the provider sends",
        "fix": "It is signed, but can't be read. Edit it and replay, or set it aside when it was a trial.",
        "sentence": "ValueError: not a WhatsApp webhook: no list of entries",
        "about": "warung-whatsapp",
        "attempts": 0,
        "since": seen[-1]["since"],
    }
    assert len(manager.api.get("dead-letters/?reason=r0").json()["results"]) == 2
    assert manager.api.get("dead-letters/?source=item").json()["results"] == []
    assert manager.api.get("dead-letters/?source=ghost").json()["errors"] == {
        "source": ["Choose from: event, delivery, item, message, turn."]
    }


def test_the_api_does_what_the_page_does(manager, letter):
    api = manager.api
    assert api.get("dead-letters/kinds/").json()["results"][0]["count"] == 1
    assert api.get(f"dead-letters/{letter}/").json()["alike"] == 1

    aside = api.post(f"dead-letters/{letter}/set_aside/").json()
    assert aside["set_aside_at"] is not None
    assert [r["id"] for r in api.get("dead-letters/?aside=true").json()["results"]] == [letter]
    assert api.post(f"dead-letters/{letter}/restore/").json()["set_aside_at"] is None

    wrong = api.post(f"dead-letters/{letter}/replay/", {"text": "{"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["text"])
    assert state() == "dead"

    run = api.post("dead-letters/replay_many/", {"source": "delivery", "reason": "unreadable_body"})
    assert (run.status_code, run.json()["total"]) == (202, 1)
    assert api.get(f"dead-letters/replays/{run.json()['id']}/").json()["replayed"] == 0

    assert api.post(f"dead-letters/{letter}/replay/").json()["replays"] == 1
    assert state() == "new"
    assert api.post(f"dead-letters/{letter}/replay/").status_code == 404


def test_strangers_find_nothing(stranger, letter):
    assert stranger.page.get(f"{PAGE}{letter}/").status_code == 404
    assert stranger.api.get(f"dead-letters/{letter}/").status_code == 404
    assert stranger.api.post(f"dead-letters/{letter}/replay/").status_code == 404
    assert stranger.api.get("dead-letters/").json()["results"] == []
    assert state() == "dead"
