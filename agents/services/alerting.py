"""Telling the person who got a lead: in the app, and on their WhatsApp."""

import logging
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from agents.services.effects import REASONS
from conversations import selectors as conversations
from conversations import services as conversation_services
from conversations.errors import CannotSendError
from crm import selectors as crm
from crm import services as crm_services
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.sentences import kept
from crm.core.told import said
from crm.models import Membership
from leads import selectors as leads
from leads.models import Lead

YOURS = kept(gettext_noop("%(lead)s is yours"))
WAITS = kept(gettext_noop("%(lead)s waits for a person"))

log = logging.getLogger(__name__)


def alert_owner(*, actor: Actor, lead_id: UUID, user_id: UUID | None, reason: str, key: str) -> int:
    """Alert the new owner or, when nobody got it, everybody who sees it and may answer. `key` makes it once. Returns
    how many."""
    lead = leads.get_lead(actor, lead_id)
    members = crm.members_who_may(actor.workspace_id, "conversations.reply")
    chosen = [m for m in members if m.user_id == user_id] or [m for m in members if _sees(m, lead)]
    for member in chosen:
        _alert(actor, lead, member, REASONS.get(reason, reason), key)
    return len(chosen)


def _sees(member: Membership, lead: Lead) -> bool:
    return leads.may_see_lead(crm.actor_for(member, via="task"), lead.pk)


def _alert(actor: Actor, lead: Lead, member: Membership, why: str, key: str) -> None:
    url = (
        reverse("conversations:inbox") + f"?open={lead.conversation_id}"
        if lead.conversation_id
        else "/leads/"
    )
    crm_services.alert_user(
        actor=actor,
        user_id=member.user_id,
        kind="handoff",
        key=key,
        title=(YOURS if lead.owner_id == member.user_id else WAITS) % {"lead": lead},
        body=why,
        url=url,
    )
    if member.phone and lead.conversation_id and lead.owner_id == member.user_id:
        _write(actor, lead, member, why, key, settings.SITE_URL + url)


def _write(actor: Actor, lead: Lead, member: Membership, why: str, key: str, url: str) -> None:
    """By the channel the lead came from; a colleague whose number can't be reached still has the alert."""
    conversation = conversations.get_conversation(actor, lead.conversation_id)  # type: ignore[arg-type]
    if not conversation.channel.is_active:  # a number that was switched off writes to nobody
        return
    language = member.user.language or member.workspace.language
    with override(language):
        why = said(why)
    try:
        conversation_services.notify_colleague(
            actor=actor,
            channel_id=conversation.channel_id,
            phone=member.phone,
            name=str(member.user),
            text=f"{lead}: {why}. {url}",
            parameters=(str(lead), why, url),
            cause=f"{key}:{member.user_id}",
            language=language,
        )
    except (CannotSendError, InvalidInputError) as refusal:
        log.warning(
            "colleague not written to", extra={"user": str(member.user_id), "because": refusal.in_words()}
        )
