"""Finding leads."""

from uuid import UUID

from django.db.models import QuerySet

from conversations.models import Conversation
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.models import Contact
from leads import policies
from leads.models import OPEN_STATUSES, Lead
from leads.selectors.said import with_last_words


def visible_leads(actor: Actor) -> QuerySet[Lead]:
    """Leads the actor sees. What was merged into another lead is that one now."""
    return Lead.objects.filter(
        policies.leads_in_sight(actor), workspace_id=actor.workspace_id, merged_into__isnull=True
    )


def get_lead(actor: Actor, lead_id: UUID) -> Lead:
    """One lead with its contact, owner and last words, or a refusal that tells a stranger nothing."""
    rows = with_last_words(actor, visible_leads(actor)).select_related("contact", "owner")
    found = rows.filter(pk=lead_id).first()
    if found is None:
        raise NotFoundError
    return found


def may_see_lead(actor: Actor, lead_id: UUID) -> bool:
    """True when the lead is there for this actor."""
    return actor.may("leads.view") and visible_leads(actor).filter(pk=lead_id).exists()


def lock_lead(actor: Actor, lead_id: UUID) -> Lead:
    """One lead, locked and fresh, for a change."""
    rows = (
        visible_leads(actor).select_for_update(of=("self",), no_key=True).select_related("contact", "owner")
    )
    found = rows.filter(pk=lead_id).first()
    if found is None:
        raise NotFoundError
    return found


def lock_lead_alone(actor: Actor, lead_id: UUID) -> Lead:
    """One lead, locked and fresh; its contact and owner are fetched when somebody asks for them."""
    found = visible_leads(actor).select_for_update(no_key=True).filter(pk=lead_id).first()
    if found is None:
        raise NotFoundError
    return found


def lock_with_contact(actor: Actor, lead_id: UUID) -> Lead:
    """The lead, locked after its contact, who changes with it: everybody locks the contact first."""
    theirs = visible_leads(actor).filter(pk=lead_id).values("contact_id")
    if not Contact.objects.select_for_update(no_key=True).filter(pk__in=theirs).values_list("pk").first():
        raise NotFoundError
    return lock_lead(actor, lead_id)


def open_lead_of(actor: Actor, contact_id: UUID) -> Lead | None:
    """The open lead of a contact, whoever owns it; for services that must not make a second one."""
    return Lead.objects.filter(
        workspace_id=actor.workspace_id, contact_id=contact_id, status__in=OPEN_STATUSES
    ).first()


def latest_lead_of(actor: Actor, contact_id: UUID) -> Lead | None:
    """The contact's lead: the latest one, which is the open one when there is one. None when out of sight. Knows only
    its status and when it was closed: it is asked for with each message."""
    rows = visible_leads(actor).filter(contact_id=contact_id).only("status", "closed_at")
    return rows.order_by("-created_at").first()


def lead_for_conversation(actor: Actor, conversation_id: UUID) -> Lead | None:
    """The latest lead of a conversation's contact. None when there is none, or it is out of sight."""
    talk = Conversation.objects.filter(pk=conversation_id, workspace_id=actor.workspace_id)
    rows = visible_leads(actor).filter(contact_id__in=talk.values("contact_id"))
    return rows.select_related("contact", "owner").order_by("-created_at").first()


def open_lead_ids(workspace_id: UUID, *, after: UUID | None = None, limit: int = 200) -> list[UUID]:
    """Ids of open leads in the order of their ids, behind one of them; for work that goes through all of them."""
    rows = Lead.objects.filter(workspace_id=workspace_id, status__in=OPEN_STATUSES).order_by("id")
    return list((rows.filter(id__gt=after) if after else rows).values_list("id", flat=True)[:limit])


def has_leads(workspace_id: UUID) -> bool:
    """True once the workspace has a lead, whoever sees it."""
    return Lead.objects.filter(workspace_id=workspace_id).exists()


def leads_of_contacts(actor: Actor, contact_ids: list[UUID]) -> dict[UUID, Lead]:
    """The latest visible lead of each of these contacts, by contact id; one query."""
    rows = visible_leads(actor).filter(contact_id__in=contact_ids)
    return {
        lead.contact_id: lead for lead in rows.order_by("contact_id", "-created_at").distinct("contact_id")
    }
