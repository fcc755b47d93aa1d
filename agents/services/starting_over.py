"""An answer that never went out: the agent answers anew, or a person does."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.decisions.session import SessionState
from agents.models import AgentSession, Turn, TurnOutcome
from agents.services.effects import hand_over_to_people
from agents.services.locks import lock_talk
from conversations import selectors as conversations
from conversations.models import Conversation
from crm.core.actors import BOT, acting, system_actor
from crm.core.walls import within_row
from leads import selectors as leads


@within_row(Conversation, "conversation_id")
@transaction.atomic
def start_over(*, conversation_id: UUID, cause: str) -> None:
    """The customer wrote on before an answer went out, or it was taken back by an act that was undone. Unless a newer
    turn has answered since, the agent is back where it was before that turn, and what comes next answers all of it.
    When a part had gone out, only the question it never asked is forgotten."""
    talk = lock_talk(conversation_id)
    session = talk.session if talk else None
    turn = _turn_of(cause, conversation_id)
    if talk is None or session is None or turn is None or not talk.is_bots:
        return
    if session.watermark != turn.seen_sequence:
        return
    session.lease_until = session.lease_token = None  # whoever thinks about the newer words alone is dropped
    if conversations.has_gone_out(conversation_id, f"turn:{turn.pk}:"):
        state = SessionState.from_json(session.state)
        session.state = replace(state, asked_slot=None).to_json()
    else:
        _go_back(session, turn)
    session.due_at = timezone.now()
    session.save()


def _turn_of(cause: str, conversation_id: UUID) -> Turn | None:
    kind, _, rest = cause.partition(":")
    if kind != "turn":
        return None
    return Turn.objects.filter(conversation_id=conversation_id, pk=rest.partition(":")[0]).first()


def _go_back(session: AgentSession, turn: Turn) -> None:
    """To before the turn: its messages are unanswered again, and it says so itself. What was learnt of the lead
    stays learnt."""
    turn.outcome = TurnOutcome.SUPERSEDED
    turn.save(update_fields=["outcome"])
    session.state = turn.state_before
    session.watermark = conversations.sequence_before(turn.conversation_id, turn.message_ids)


@within_row(Conversation, "conversation_id")
@transaction.atomic
def leave_late_answer_to_people(*, conversation_id: UUID) -> None:
    """An answer of the agent would have come too late: a person goes on."""
    talk = lock_talk(conversation_id)
    if talk is None or not talk.is_bots:
        return
    actor = system_actor(talk.conversation.workspace_id, via="task", label=BOT)
    lead = leads.open_lead_of(actor, talk.conversation.contact_id)
    with acting(actor):
        hand_over_to_people(actor, talk.conversation, lead.pk if lead else None, "too_late")
