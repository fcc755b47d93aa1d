"""One order of locks for everybody: contact, conversation, session, and the lead last."""

from dataclasses import dataclass
from uuid import UUID

from agents.models import Agent, AgentSession
from conversations.models import Conversation, OwnerKind
from crm.models import Contact


@dataclass
class Talk:
    """A conversation and the agent's session in it (None before the first message), both locked and fresh."""

    conversation: Conversation
    session: AgentSession | None

    @property
    def is_bots(self) -> bool:
        """True while the agent is the one who answers here."""
        return is_bots(self.conversation)


def is_bots(conversation: Conversation) -> bool:
    """Does the agent answer in this conversation? Never in a colleague's, nor in a closed one."""
    return (
        conversation.owner_kind == OwnerKind.AGENT
        and conversation.status == Conversation.Status.OPEN
        and conversation.purpose == Conversation.Purpose.CUSTOMER
    )


def lock_talk(conversation_id: UUID) -> Talk | None:
    """Contact, conversation (which brings the contact along) and session, locked until the end of the transaction; None
    when it is gone."""
    rows = Conversation.objects.filter(pk=conversation_id)
    contacts = Contact.objects.select_for_update(no_key=True).filter(pk__in=rows.values("contact_id"))
    if not contacts.values_list("pk", flat=True).first():
        return None
    locked = rows.select_for_update(of=("self",), no_key=True).select_related("channel", "contact")
    sessions = AgentSession.objects.select_for_update(no_key=True)
    return Talk(locked.get(), sessions.filter(conversation_id=conversation_id).first())


def begin_session(talk: Talk, agent: Agent) -> AgentSession:
    """The session of a locked conversation, made on the first message."""
    if talk.session is None:
        conversation = talk.conversation
        talk.session = AgentSession.objects.create(
            workspace_id=conversation.workspace_id, conversation=conversation, agent=agent
        )
    return talk.session


def rest(session: AgentSession, watermark: int) -> None:
    """Nothing is owed any more."""
    session.watermark = max(session.watermark, watermark)
    stand_down(session)


def stand_down(session: AgentSession) -> None:
    """The bot may not speak now. What it has not answered stays unanswered: whoever took the conversation may put it
    back, and only a real give-back says from where the bot reads on."""
    session.due_at = session.hard_deadline = session.lease_until = session.lease_token = None
    session.attempts = session.restarts = 0
    session.save()
