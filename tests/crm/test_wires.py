"""Live wires of people who were signed out, left, or may see something else now."""

import pytest

from crm import consumers, live, services
from crm.models import Membership
from tests.conversations.test_live import Ear, in_database, in_loop

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED_OUT, COME_AGAIN = 4401, 1012


async def closed_with(ear):
    """The code the wire was closed with."""
    said = await ear.wire.receive_output(timeout=5)
    assert said["type"] == "websocket.close", said
    return said["code"]


@pytest.fixture
def seen(owner, teammate):
    """Two browsers that have opened a page."""
    for player in (owner, teammate):
        assert player.page.get("/alerts/").status_code == 200


@pytest.mark.usefixtures("seen")
def test_the_wire_of_a_signed_out_browser_closes_and_others_stay(owner, teammate):
    async def story():
        async with Ear(owner) as ended, Ear(teammate) as kept:
            await in_database(services.end_sessions, owner.user.pk)
            assert await closed_with(ended) == SIGNED_OUT
            assert await kept.is_quiet()

    in_loop(story)


@pytest.mark.usefixtures("seen")
def test_a_changed_role_lets_the_wire_come_again(owner, admin):
    ada = admin.actor()
    change = {"membership_id": owner.member.pk, "role_key": "viewer", "team_ids": []}

    async def story():
        async with Ear(owner) as ear:
            await in_database(services.change_member, actor=ada, **change)
            assert await closed_with(ear) == COME_AGAIN

    in_loop(story)


@pytest.fixture
def ask_each_time(monkeypatch):
    """A wire asks the database before each news."""
    monkeypatch.setattr(consumers, "ASK_AGAIN", -1.0)


@pytest.mark.usefixtures("seen", "ask_each_time")
def test_a_wire_whose_hint_got_lost_asks_before_it_passes_news_on(owner, monkeypatch):
    monkeypatch.setattr(live, "end_sessions", lambda keys: None)  # Redis was away just then

    def tell():
        live.tell(owner.member.workspace_id, "alerts", what="added", user_id=owner.user.pk)

    async def story():
        async with Ear(owner) as ear:
            await ear.watch("alerts")
            await in_database(tell)
            assert (await ear.hear())["what"] == "added"

            await in_database(services.end_sessions, owner.user.pk)
            await in_database(tell)
            assert await closed_with(ear) == SIGNED_OUT

    in_loop(story)


@pytest.mark.usefixtures("seen", "ask_each_time")
def test_who_left_hears_nothing_more(owner):
    def leave():
        Membership.objects.filter(pk=owner.member.pk).update(is_active=False)
        live.tell(owner.member.workspace_id, "alerts", what="added", user_id=owner.user.pk)

    async def story():
        async with Ear(owner) as ear:
            await ear.watch("alerts")
            await in_database(leave)
            assert await closed_with(ear) == SIGNED_OUT

    in_loop(story)
