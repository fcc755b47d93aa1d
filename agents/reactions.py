"""What the agents floor does when something has happened."""

from agents import tasks
from agents.events import TurnPublished
from conversations.events import BotReplyDropped, MessageReceived
from crm import live
from crm.core.events import Envelope, on
from crm.core.gathering import put
from crm.core.nudge import nudge
from crm.events import WorkspaceCreated
from leads.events import LeadHandedOver


@on(MessageReceived)
def think_about_it(envelope: Envelope[MessageReceived]) -> None:
    """The agent of the conversation may owe an answer: when, is set by the process that kept the message. A nudge for
    it would wait its turn in the queue, behind all that a flood in another workspace has put there."""
    put(tasks.schedule_turns, envelope.event.conversation_id, envelope.event.conversation_id)


@on(BotReplyDropped)
def answer_anew(envelope: Envelope[BotReplyDropped]) -> None:
    """An answer never went out: the agent takes it back here and now, before it looks at what the customer wrote on."""
    dropped = envelope.event
    tasks.answer_dropped(conversation_id=dropped.conversation_id, cause=dropped.cause, why=dropped.why)


@on(LeadHandedOver)
def alert_owner(envelope: Envelope[LeadHandedOver]) -> None:
    """The new owner hears of it: written here and now, because no sweep would find an alert whose nudge was lost."""
    tasks.alert_owner(
        workspace_id=str(envelope.workspace_id),
        lead_id=envelope.event.lead_id,
        user_id=envelope.event.user_id,
        reason=envelope.event.reason,
        key=f"handed_over:{envelope.id}",
    )


@on(WorkspaceCreated)
def set_up_agent(envelope: Envelope[WorkspaceCreated]) -> None:
    """A new workspace gets its first agent."""
    nudge(tasks.set_up_agent, workspace_id=envelope.event.workspace_id)


@on(TurnPublished)
def tell_watchers(envelope: Envelope[TurnPublished]) -> None:
    """The lead's page shows what was learnt."""
    live.tell(envelope.workspace_id, f"lead:{envelope.event.lead_id}", id=envelope.event.lead_id)
