"""What an admin changes holds from the next turn on."""

import pytest

from agents import services
from agents.models import Agent, AgentQuestion, Turn
from conversations.models import Channel
from leads.models import LeadSettings, LeadSlot, Slot
from tests.agents.floor.stage import ALL_IN_ONE, answer, fresh, make_due, said_by_bot
from tests.factories.conversations import ChannelFactory, receive


def test_a_new_name_and_threshold_hold_from_the_next_turn(channel, sarah, owner):
    # given a first answer
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)

    # when an admin renames the agent and raises the threshold above every lead
    sarah.name = "Brenda"
    sarah.save()
    LeadSettings.objects.update(qualify_from=100)
    receive(channel, ALL_IN_ONE)
    answer(talk.pk)

    # then the next turn is Brenda's, and the lead is not handed over
    turn = Turn.objects.latest("started_at")
    assert (turn.spec["name"], turn.spec["qualify_score"], turn.agent_version) == ("Brenda", 100, 2)
    assert talk.messages.filter(author_name="Brenda").exists()
    assert fresh(talk.pk).owner_kind == "agent"


def test_a_slot_of_ones_own_is_asked_in_ones_own_words_and_filled(admin, channel, sarah, workspace):
    # given a new slot, and an admin who writes its question on the agent's page
    Slot.objects.update(is_active=False)
    slot = Slot.objects.create(workspace=workspace, key="guests", label="Guests", kind="number", position=1)
    page = f"/admin/agents/agent/{sarah.pk}/change/"
    form = admin.page.get(page).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    given |= {
        "is_active": "on",
        "questions-TOTAL_FORMS": "1",
        "questions-INITIAL_FORMS": "0",
        "questions-0-slot": str(slot.pk),
        "questions-0-language": "en",
        "questions-0-text": "How many guests do you expect?",
    }
    answered = admin.page.post(page, given)
    assert answered.status_code == 302, answered.context["errors"]
    assert AgentQuestion.objects.get().workspace_id == workspace.pk

    # when a customer writes
    talk = receive(channel, "Hello").conversation
    answer(talk.pk)

    # then they are asked in these words, and their answer is kept
    assert "How many guests do you expect?" in " ".join(said_by_bot(talk.pk))
    receive(channel, "about 120 people")
    answer(talk.pk)
    assert "120" in LeadSlot.objects.get(key="guests").value


def test_the_admin_refuses_settings_that_contradict(admin, sarah):
    # when an admin chooses a default language that the agent does not speak
    page = f"/admin/agents/agent/{sarah.pk}/change/"
    form = admin.page.get(page).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    given |= {
        "languages": ["en"],
        "default_language": "id",
        "clarify_threshold": "0.9",
        "questions-TOTAL_FORMS": "0",
        "questions-INITIAL_FORMS": "0",
    }
    answered = admin.page.post(page, given)

    # then the page says what is wrong, and nothing changed
    assert answered.status_code == 200
    assert set(answered.context["adminform"].form.errors) == {"default_language", "clarify_threshold"}
    assert Agent.objects.get().languages == ["en", "es", "id"]


@pytest.mark.parametrize("page", ["agent", "agentsession", "turn", "escalation"])
def test_the_pages_of_the_admin_open(admin, channel, sarah, owner, page):
    # given turns, sessions and an escalation
    talk = receive(channel, "I want to talk to a real person please").conversation
    answer(talk.pk)

    # when an admin looks, then the list opens; a rep has no business there
    assert admin.page.get(f"/admin/agents/{page}/").status_code == 200
    assert owner.page.get(f"/admin/agents/{page}/").status_code in {302, 403}


def test_nobody_sees_another_workspaces_agents(stranger, sarah):
    # when an admin of another workspace looks for it, then it is not there
    assert "Sarah" not in stranger.page.get("/admin/agents/agent/").content.decode()
    assert stranger.page.get(f"/admin/agents/agent/{sarah.pk}/change/").status_code in {302, 404}


def test_an_agent_that_is_switched_off_leaves_the_conversation_to_people(channel, sarah, owner):
    # given an answer that is due, when an admin switches the agent off before
    talk = receive(channel, "I need a website").conversation
    services.schedule_turn(conversation_id=talk.pk)
    make_due(talk.pk)
    sarah.is_active = False
    sarah.save()
    assert services.run_turn(conversation_id=talk.pk) is None

    # then nothing is said, and it waits for a person
    assert (Turn.objects.count(), said_by_bot(talk.pk)) == (0, [])
    assert (fresh(talk.pk).owner_kind, fresh(talk.pk).owned_because) == (
        "nobody",
        "The agent is switched off",
    )


def test_a_bot_that_is_switched_off_on_a_channel_does_not_answer(channel, sarah):
    # given a conversation of the bot, when the channel's bot is switched off
    talk = receive(channel, "Hello").conversation
    channel.is_bot_on = False
    channel.save()
    answer(talk.pk)

    # then it waits for a person, and so does every new one
    assert (fresh(talk.pk).owner_kind, said_by_bot(talk.pk)) == ("nobody", [])
    new = receive(channel, "Hello", phone="628110000188").conversation
    answer(new.pk)
    assert (fresh(new.pk).owner_kind, said_by_bot(new.pk)) == ("nobody", [])


def test_the_channels_own_agent_answers(workspace, channel, sarah):
    # given an agent for every channel, and one that was set on this channel later
    other: Channel = ChannelFactory(workspace=workspace, key="other")  # type: ignore[assignment]
    rosa = Agent.objects.create(workspace=workspace, name="Rosa")
    rosa.channels.set([channel])
    here = receive(channel, "Hello").conversation
    there = receive(other, "Hello").conversation

    # when both are written to
    answer(here.pk)
    answer(there.pk)

    # then each channel's own one answers
    assert {m.author_name for m in here.messages.filter(direction="out")} == {"Rosa"}
    assert {m.author_name for m in there.messages.filter(direction="out")} == {"Sarah"}

    # and when Rosa leaves, Sarah goes on
    rosa.is_active = False
    rosa.save()
    receive(channel, "I need a website")
    answer(here.pk)
    assert here.messages.filter(direction="out").latest("sequence").author_name == "Sarah"
