"""Carrying a turn's effects out, through the same services that people use."""

from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext_noop

from agents.decisions.effects import Escalate, HandOver, OptOut, Qualify, SaveSlot, Say
from agents.events import ConversationEscalated, TurnPublished
from agents.models import Escalation, Turn
from agents.runtime import engine
from agents.services.claims import Claim
from conversations import selectors as conversations
from conversations import services as conversation_services
from conversations.models import Conversation
from crm import selectors as crm
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.sentences import kept
from leads import services as leads
from leads.errors import LeadAlreadyQualifiedError
from leads.services import SlotFact

REASONS = {
    "qualified": gettext_noop("Qualified: everything we need to know is known"),
    "human_request": gettext_noop("The customer asked for a person"),
    "legal": gettext_noop("The customer mentioned legal steps"),
    "refund": gettext_noop("The customer wants money back"),
    "negative_sentiment": gettext_noop("The customer is upset"),
    "pricing": gettext_noop("The customer insists on a price"),
    "knowledge_misses": gettext_noop("The agent could not answer twice in a row"),
    "agent_failed": gettext_noop("The agent broke down several times"),
    "window_closed": gettext_noop("The agent has an answer, but WhatsApp only allows templates now"),
    "too_late": gettext_noop("The agent's answer would have come too late"),
    "not_sendable": gettext_noop("The agent has an answer, but nothing can be sent now"),
}
NOT_SENT = kept(gettext_noop("Not sent: %(why)s"))
OPTED_OUT = "opted out"


def carry_out(claim: Claim, outcome: engine.TurnOutcome, turn: Turn, conversation: Conversation) -> None:
    """Facts first, then words, then who goes on. The caller holds the locks and the transaction."""
    effects = outcome.effects
    _learn(claim, outcome, conversation)
    bubbles = [text for e in effects if isinstance(e, Say) for text in e.bubbles]
    unsaid = _say(claim, turn, conversation, bubbles)
    for effect in effects:
        if isinstance(effect, Escalate):
            _escalate(claim, turn, effect)
        elif isinstance(effect, Qualify):
            _qualify(claim, effect.score)
        elif isinstance(effect, OptOut):
            _end_offers(claim, effect)
    _note_opt_out(claim, outcome)
    if reason := _reason_to_hand_over(outcome, unsaid):
        hand_over_to_people(claim.actor, conversation, claim.lead_id, reason)
    told = TurnPublished(str(turn.pk), str(claim.conversation_id), str(claim.lead_id), tuple(turn.why))
    publish(told, actor=claim.actor)


def _reason_to_hand_over(outcome: engine.TurnOutcome, unsaid: str) -> str:
    """Why a person goes on; empty when the agent does. What could not be said is for a person to say."""
    reasons = [e.reason for e in outcome.effects if isinstance(e, Escalate | HandOver)]
    if reasons:
        return reasons[0]
    if not unsaid or outcome.state.opted_out:
        return ""
    return unsaid if unsaid in REASONS else "not_sendable"


def _note_opt_out(claim: Claim, outcome: engine.TurnOutcome) -> None:
    """The lead shows whether its contact wants no messages; whoever writes again is open to them again."""
    was, is_out = claim.state.opted_out, outcome.state.opted_out
    if is_out and not was:
        leads.tag_lead(actor=claim.actor, lead_id=claim.lead_id, add=[OPTED_OUT])
    elif was and not is_out:
        leads.tag_lead(actor=claim.actor, lead_id=claim.lead_id, remove=[OPTED_OUT])


def _end_offers(claim: Claim, effect: OptOut) -> None:
    """What the bot promises holds for everybody: their words end offers until they say yes to them again."""
    conversation_services.record_opt_out(
        actor=claim.actor, message_id=UUID(effect.message_id), words=effect.quote
    )


def _learn(claim: Claim, outcome: engine.TurnOutcome, conversation: Conversation) -> None:
    """Slots with their words, what was wanted, and the contact's language."""
    facts = [SlotFact(**asdict(e.slot)) for e in outcome.effects if isinstance(e, SaveSlot)]
    intent = outcome.understanding.intent
    intents = [intent.name] if intent.confidence >= claim.spec.answer_threshold else []
    if facts or intents:
        leads.record_slots(actor=claim.actor, lead_id=claim.lead_id, slots=facts, intents=intents)
    contact, language = conversation.contact, outcome.state.language
    if language and language != contact.language:
        crm_services.change_contact(actor=claim.actor, contact_id=contact.pk, changes={"language": language})


def _say(claim: Claim, turn: Turn, conversation: Conversation, bubbles: list[str]) -> str:
    """Queue the bubbles, once each. When nothing may be said the turn tells why; returns that reason's code."""
    verdict = conversations.can_send(conversation)
    if bubbles and not verdict.ok:
        turn.why = [*turn.why, NOT_SENT % {"why": verdict.reason}]
        turn.save(update_fields=["why"])
        return verdict.code
    for number, text in enumerate(bubbles):
        conversation_services.send_message(
            actor=claim.actor,
            conversation_id=claim.conversation_id,
            text=text,
            cause=f"turn:{turn.pk}:{number}",
            epoch=claim.epoch,
        )
    return ""


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


def hand_over_to_people(
    actor: Actor, conversation: Conversation, lead_id: UUID | None, reason: str
) -> UUID | None:
    """The lead gets an owner and the conversation a person; returns who, None when nobody is available."""
    lead = leads.hand_over_lead(actor=actor, lead_id=lead_id, reason=reason) if lead_id else None
    takers = {m.user_id for m in crm.members_who_may(actor.workspace_id, "conversations.reply")}
    user_id = lead.owner_id if lead and lead.owner_id in takers else None  # an owner who left answers nobody
    conversation_services.hand_over(
        actor=actor,
        conversation_id=conversation.pk,
        user_id=user_id,
        because=REASONS.get(reason, reason),
        epoch=conversation.ownership_epoch,
    )
    return user_id
