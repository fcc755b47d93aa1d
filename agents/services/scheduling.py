"""When to answer: each message pushes the time, within a limit."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents import selectors
from agents.decisions.session import SessionState
from agents.decisions.timing import WaitSettings, wait_before_answer
from agents.decisions.values import SeenMessage, Understanding
from agents.llm.port import UnderstandRequest
from agents.llm.registry import offline_model
from agents.models import Agent, AgentSession
from agents.services.turns import QUIET_KINDS
from conversations import selectors as conversations
from conversations.models import Conversation, Message, OwnerKind


@transaction.atomic
def schedule_turn(*, conversation_id: UUID) -> float | None:
    """A message came: set when the agent answers. Returns the seconds until then, None when it owes no answer."""
    rows = Conversation.objects.select_related("channel", "contact")
    conversation = rows.filter(pk=conversation_id).first()
    if conversation is None or not _is_bots(conversation):
        return None
    agent = selectors.agent_for(conversation)
    if agent is None:
        return None
    session = _session(conversation, agent)
    floor = max(session.watermark, conversation.agent_from_sequence)
    waiting = [m for m in conversations.inbound_after(conversation_id, floor) if m.kind not in QUIET_KINDS]
    if not waiting:
        return None
    now = timezone.now()
    session.hard_deadline = session.hard_deadline or now + timedelta(seconds=agent.wait_at_most)
    waited = max(0.0, agent.wait_at_most - (session.hard_deadline - now).total_seconds())
    wait = wait_before_answer(_first_look(session, agent, waiting), waited, _patience(agent))
    session.due_at = min(session.hard_deadline, now + timedelta(seconds=wait))
    session.save()
    return max(0.0, (session.due_at - now).total_seconds())


def _patience(agent: Agent) -> WaitSettings:
    return WaitSettings(agent.wait_complete, agent.wait_fragment, agent.wait_at_most)


def _first_look(session: AgentSession, agent: Agent, waiting: list[Message]) -> Understanding:
    """What the offline engine makes of the messages: enough to tell a fragment from a thought. A few ms."""
    state = SessionState.from_json(session.state)
    request = UnderstandRequest(
        messages=tuple(SeenMessage(str(m.pk), m.text, m.kind, m.provider_time) for m in waiting),
        slots=(),
        known=state.known,
        asked_slot=state.asked_slot,
        language=state.language,
        languages=tuple(agent.languages),
        default_language=agent.default_language,
        country=state.country_hint,
    )
    return offline_model().understand(request)


def _is_bots(conversation: Conversation) -> bool:
    return (
        conversation.owner_kind == OwnerKind.AGENT
        and conversation.status == Conversation.Status.OPEN
        and conversation.purpose == Conversation.Purpose.CUSTOMER
    )


def _session(conversation: Conversation, agent: Agent) -> AgentSession:
    """The session, locked; made on the first message."""
    AgentSession.objects.get_or_create(
        conversation=conversation, defaults={"workspace_id": conversation.workspace_id, "agent": agent}
    )
    return AgentSession.objects.select_for_update().get(conversation=conversation)
