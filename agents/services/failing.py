"""Turns that break: kept, tried again with a growing wait, and after five times a person answers. Never silence."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.models import AgentSession, Turn, TurnOutcome
from agents.selectors import unanswered
from agents.services.claims import Claim
from agents.services.effects import hand_over_to_people
from agents.services.locks import Talk, lock_talk, rest, stand_down
from agents.services.records import record_failure
from crm.core.actors import acting, system_actor
from leads import selectors as leads

MAX_ATTEMPTS = 5


@transaction.atomic
def fail_turn(conversation_id: UUID, error: Exception, claim: Claim | None = None) -> float | None:
    """Keep what went wrong. Returns the seconds until the next attempt, None when there is none.

    Without a claim the turn broke while it was claimed, so that the attempt is counted here.
    """
    talk = lock_talk(conversation_id)
    session = talk.session if talk else None
    if talk is None or session is None or (claim and session.lease_token != claim.token):
        return None
    record_failure(talk.conversation, session, claim, repr(error))
    session.attempts += claim is None
    session.lease_until = session.lease_token = None
    if session.attempts >= MAX_ATTEMPTS:
        give_up(talk, session)
        return None
    wait = 2.0**session.attempts
    session.due_at = timezone.now() + timedelta(seconds=wait)
    session.save()
    return wait


STOPPED_WORKER = "gave up: it stopped the worker each time"


def _mark_dead(talk: Talk, session: AgentSession) -> None:
    """The last failure over these messages; a turn that stopped its worker each time has left none."""
    failed = Turn.objects.filter(session=session, outcome=TurnOutcome.FAILED)
    failed = failed.filter(seen_sequence__gt=session.watermark)
    last = failed.order_by("-started_at").first()
    turn = last or record_failure(talk.conversation, session, None, STOPPED_WORKER)
    turn.gave_up = True
    turn.message_ids = turn.message_ids or [str(m.pk) for m in unanswered(talk.conversation, session)]
    turn.save(update_fields=["gave_up", "message_ids"])


def give_up(talk: Talk, session: AgentSession) -> None:
    """A person gets the (locked) conversation; the last try is kept as a dead letter."""
    conversation = talk.conversation
    _mark_dead(talk, session)
    if not talk.is_bots:
        stand_down(session)
        return
    rest(session, conversation.last_inbound_sequence)
    actor = system_actor(conversation.workspace_id, via="task", label=str(session.agent))
    lead = leads.open_lead_of(actor, conversation.contact_id)
    with acting(actor):
        hand_over_to_people(actor, conversation, lead.pk if lead else None, "agent_failed")
