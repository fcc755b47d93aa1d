"""Turns that break: kept, tried again with a growing wait, and after five times a person answers. Never silence."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.models import AgentSession
from agents.services.claims import Claim
from agents.services.effects import hand_over_to_people
from agents.services.locks import Talk, lock_talk, rest
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


def give_up(talk: Talk, session: AgentSession) -> None:
    """A person gets the (locked) conversation."""
    conversation = talk.conversation
    rest(session, conversation.last_inbound_sequence)
    if not talk.is_bots:
        return
    actor = system_actor(conversation.workspace_id, via="task", label=str(session.agent))
    lead = leads.open_lead_of(actor, conversation.contact_id)
    with acting(actor):
        hand_over_to_people(actor, conversation, lead.pk if lead else None, "agent_failed")
