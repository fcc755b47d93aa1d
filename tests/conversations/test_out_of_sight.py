"""A conversation that is open and goes to somebody whose conversations one does not see."""

import pytest

from conversations import services
from conversations.models import Conversation

HTMX = {"HX-Request": "true"}


@pytest.fixture
def gone(owner, manager, colleague, conversation) -> Conversation:
    """The colleague of no team had it open; the manager gave it to the owner."""
    assert colleague.page.get(f"/inbox/{conversation.pk}/", headers=HTMX).status_code == 200
    services.assign_conversation(
        actor=manager.actor(), conversation_id=conversation.pk, user_id=owner.user.pk
    )
    return Conversation.objects.get(pk=conversation.pk)


def test_the_open_thread_is_replaced_by_a_calm_line(owner, colleague, stranger, gone):
    # when the colleague's page asks again, then it is told so instead of an error, and nothing of whose it is
    for player in (colleague, stranger):
        answer = player.page.get(f"/inbox/{gone.pk}/", headers=HTMX)
        page = answer.content.decode()
        assert answer.status_code == 404
        assert "HX-Trigger" not in answer
        assert 'data-testid="out-of-sight"' in page
        assert owner.user.name not in page
        assert gone.contact.name not in page

    # and without HTMX, or for what is to be written there, it is not there
    assert colleague.page.get(f"/inbox/?open={gone.pk}").status_code == 404
    assert colleague.page.post(f"/inbox/{gone.pk}/send/", {"text": "Hi"}, headers=HTMX).status_code == 404


def test_who_gives_it_away_sees_the_same(owner, colleague, conversation):
    # given a rep of no team who answers, and gives the conversation to nobody's: it stays in sight
    services.take_over(actor=colleague.actor(), conversation_id=conversation.pk)
    answer = colleague.page.post(f"/inbox/{conversation.pk}/give-back/", headers=HTMX)
    assert (answer.status_code, 'data-testid="thread"' in answer.content.decode()) == (200, True)
