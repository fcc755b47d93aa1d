"""Carrying a turn's effects out, through the same services that people use."""

from uuid import UUID

from agents.decisions.effects import Escalate, HandOver, OptOut, Qualify, SaveSlot, Say
from agents.events import ConversationEscalated, TurnPublished
from agents.models import Escalation, Turn
from agents.runtime import engine
from agents.services.claims import Claim
from conversations import selectors as conversations
from conversations import services as conversation_services
from conversations.models import Conversation
from crm import services as crm_services
from crm.bus import publish
from leads import services as leads
from leads.errors import LeadAlreadyQualifiedError
from leads.services import SlotFact

REASONS = {
    "qualified": "Qualified: everything we need to know is known",
    "human_request": "The customer asked for a person",
    "legal": "The customer mentioned legal steps",
    "refund": "The customer wants money back",
    "negative_sentiment": "The customer is upset",
    "pricing": "The customer insists on a price",
    "knowledge_misses": "The agent could not answer twice in a row",
    "agent_failed": "The agent broke down several times",
}


def carry_out(claim: Claim, outcome: engine.TurnOutcome, turn: Turn, conversation: Conversation) -> None:
    """Facts first, then words, then who goes on. The caller holds the locks and the transaction."""
    effects = outcome.effects
    _learn(claim, outcome)
    _say(claim, turn, conversation, [text for e in effects if isinstance(e, Say) for text in e.bubbles])
    for effect in effects:
        if isinstance(effect, Escalate):
            _escalate(claim, turn, effect)
        elif isinstance(effect, Qualify):
            _qualify(claim, effect.score)
        elif isinstance(effect, OptOut):
            leads.tag_lead(actor=claim.actor, lead_id=claim.lead_id, add=["opted out"])
    reasons = [e.reason for e in effects if isinstance(e, Escalate | HandOver)]
    if reasons:
        hand_over_to_people(claim, reasons[0])
    told = TurnPublished(str(turn.pk), str(claim.conversation_id), str(claim.lead_id), outcome.why)
    publish(told, actor=claim.actor)


def _learn(claim: Claim, outcome: engine.TurnOutcome) -> None:
    """Slots with their words, what was wanted, and the contact's language."""
    found = [e.slot for e in outcome.effects if isinstance(e, SaveSlot)]
    if found:
        facts = [
            SlotFact(
                key=s.key,
                value=s.value,
                normalised=dict(s.normalised),
                confidence=s.confidence,
                message_id=s.message_id,
                start=s.start,
                end=s.end,
                quote=s.quote,
                is_inferred=s.is_inferred,
                because=s.because,
                is_correction=s.is_correction,
            )
            for s in found
        ]
        leads.record_slots(actor=claim.actor, lead_id=claim.lead_id, slots=facts)
    intent = outcome.understanding.intent
    if intent.confidence >= claim.spec.answer_threshold:
        leads.note_intents(actor=claim.actor, lead_id=claim.lead_id, intents=[intent.name])
    _note_language(claim, outcome.state.language)


def _note_language(claim: Claim, language: str | None) -> None:
    if language:
        contact_id = Conversation.objects.values_list("contact_id", flat=True).get(pk=claim.conversation_id)
        crm_services.change_contact(actor=claim.actor, contact_id=contact_id, changes={"language": language})


def _say(claim: Claim, turn: Turn, conversation: Conversation, bubbles: list[str]) -> None:
    """Queue the bubbles, once each; outside the window nothing may be said, and the turn tells why."""
    verdict = conversations.can_send(conversation)
    if bubbles and not verdict.ok:
        Turn.objects.filter(pk=turn.pk).update(why=[*turn.why, f"Not sent: {verdict.reason}"])
        return
    for number, text in enumerate(bubbles):
        conversation_services.send_message(
            actor=claim.actor,
            conversation_id=claim.conversation_id,
            text=text,
            cause=f"turn:{turn.pk}:{number}",
            epoch=claim.epoch,
        )


def _escalate(claim: Claim, turn: Turn, effect: Escalate) -> None:
    Escalation.objects.create(
        workspace_id=claim.actor.workspace_id,
        turn=turn,
        conversation_id=claim.conversation_id,
        reason=effect.reason,
        because=effect.because,
        quote=effect.quote,
        message_id=effect.message_id,
    )
    escalated = ConversationEscalated(
        str(claim.conversation_id), str(claim.lead_id), effect.reason, effect.quote[:500]
    )
    publish(escalated, actor=claim.actor)


def _qualify(claim: Claim, score: int) -> None:
    """A lead that a person has qualified meanwhile stays qualified."""
    try:
        leads.qualify_lead(actor=claim.actor, lead_id=claim.lead_id, score=score)
    except LeadAlreadyQualifiedError:
        return


def hand_over_to_people(claim: Claim, reason: str) -> UUID | None:
    """The lead gets an owner and the conversation a person; returns who, None when nobody is available."""
    lead = leads.hand_over_lead(actor=claim.actor, lead_id=claim.lead_id, reason=reason)
    conversation_services.hand_over(
        actor=claim.actor,
        conversation_id=claim.conversation_id,
        user_id=lead.owner_id,
        because=REASONS.get(reason, reason),
        epoch=claim.epoch,
    )
    return lead.owner_id
