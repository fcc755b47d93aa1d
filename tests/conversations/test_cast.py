"""The cast stands where it says."""

import pytest


def test_everybody_has_their_doors(owner, viewer, stranger, anonymous, conversation, strangers_conversation):
    # given a conversation that the bot owns

    # when members, a stranger and a visitor read it by API and page
    seen = owner.api.get(f"conversations/{conversation.pk}/")
    hidden = stranger.api.get(f"conversations/{conversation.pk}/")

    # then it is the members' only
    assert (seen.status_code, seen.json()["owner_kind"]) == (200, "agent")
    assert hidden.status_code == 404
    assert owner.page.get("/inbox/").status_code == 200
    assert viewer.page.get("/inbox/").status_code == 200
    assert anonymous.get("/inbox/").status_code == 302
    assert strangers_conversation.workspace_id != conversation.workspace_id


@pytest.mark.django_db(transaction=True)
def test_it_also_works_with_real_commits(owner, teammate, conversation):
    # given a team, when a rep reads with commits that count, then the fixtures are there too
    assert owner.api.get("conversations/").json()["results"][0]["id"] == str(conversation.pk)
    assert owner.user.pk in teammate.actor().colleague_ids
