"""Leads that may be of the same person: same number, same address, or much the same name and business."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.core.actors import Actor
from crm.core.texts import fold
from crm.models import Identity, IdentityKind
from leads.models import Lead, LeadMerge, LeadSlot, NotTheSame, SlotKind
from leads.selectors.leads import leads_of_contacts, visible_leads
from leads.selectors.slots import slot_definitions

ALIKE = 0.5  # how much the names of two people of one business must have in common
VERY_ALIKE = 0.7  # the same without a business to go by
MOST, LOOKED_AT = 5, 50
PHONES = [IdentityKind.PHONE.value, IdentityKind.WA_ID.value]


@dataclass
class Match:
    """Another lead, and why it may be the same person's."""

    lead: Lead
    reasons: list[str] = field(default_factory=list)


def duplicates_of(actor: Actor, lead: Lead) -> list[Match]:
    """Leads the actor sees that may be of the lead's contact, surest first; not those somebody has told apart."""
    apart = _told_apart(lead.contact_id)
    shared = _same_address(lead)
    found = {
        contact_id: Match(other, shared[contact_id])
        for contact_id, other in leads_of_contacts(actor, [c for c in shared if c not in apart]).items()
    }
    for other, reason in _alike(actor, lead):
        if other.contact_id not in apart:
            found.setdefault(other.contact_id, Match(other)).reasons.append(reason)
    return sorted(found.values(), key=lambda match: -len(match.reasons))[:MOST]


def _told_apart(contact_id: UUID) -> set[UUID]:
    pairs = NotTheSame.objects.filter(Q(one=contact_id) | Q(other=contact_id)).values_list("one", "other")
    return {each for pair in pairs for each in pair} | {contact_id}


def _same_address(lead: Lead) -> dict[UUID, list[str]]:
    """Other contacts that are reached where this one is, with the number or address in words."""
    phones, emails = _addresses_of(lead)
    wanted = Q(kind__in=PHONES, value__in=phones) | Q(kind=IdentityKind.EMAIL, value__in=emails)
    rows = Identity.objects.filter(wanted, workspace_id=lead.workspace_id, scope="")
    found: dict[UUID, list[str]] = {}
    for row in rows.exclude(contact_id=lead.contact_id).order_by("pk")[:LOOKED_AT]:
        words = _("Same e-mail: %(value)s") if row.kind == IdentityKind.EMAIL else _("Same phone: %(value)s")
        reason = words % {"value": row}
        held = found.setdefault(row.contact_id, [])
        held += [] if reason in held else [reason]
    return found


def _addresses_of(lead: Lead) -> tuple[set[str], set[str]]:
    """Numbers and addresses of the contact, and those the conversation brought up."""
    phones, emails = set[str](), set[str]()
    for kind, value in lead.contact.identities.values_list("kind", "value"):
        (emails if kind == IdentityKind.EMAIL else phones if kind in PHONES else set()).add(value)
    kinds = dict(slot_definitions(lead.workspace_id).values_list("key", "kind"))
    for key, value in LeadSlot.objects.filter(lead=lead).values_list("key", "value"):
        if kinds.get(key) == SlotKind.EMAIL:
            emails.add(value.strip().lower())
        elif kinds.get(key) == SlotKind.PHONE:
            phones.add("".join(c for c in value if c.isdecimal()))
    return phones - {""}, emails - {""}


def _alike(actor: Actor, lead: Lead) -> Iterable[tuple[Lead, str]]:
    """Leads with much the same name: of the same business, or with nothing that says otherwise."""
    name = fold(lead.name_line).strip()
    if len(name) < 3:
        return []
    rows = visible_leads(actor).exclude(contact_id=lead.contact_id).defer("search_line", "intents")
    scored: Any = rows.annotate(alike=TrigramSimilarity("name_line", lead.name_line))
    near = _with_such_a_name(scored, name, lead) if " " in name else []
    if lead.business_type:
        same = scored.annotate(business=Lower("business_type")).filter(business=lead.business_type.lower())
        near += list(same.filter(alike__gte=ALIKE).order_by("-alike")[:MOST])
    return [(other, _reason(lead, other)) for other in {other.pk: other for other in near}.values()]


def _with_such_a_name(scored: Any, name: str, lead: Lead) -> list[Lead]:
    """Much the same name and surname, the business not known on one side. One of the words is written alike."""
    words = Q()
    for word in name.split():
        words |= Q(search_line__contains=word) if len(word) >= 3 else Q()
    near = scored.filter(words)
    if lead.business_type:
        near = near.filter(business_type="")
    return list(near.filter(alike__gte=VERY_ALIKE).order_by("-alike")[:MOST])


def _reason(lead: Lead, other: Lead) -> str:
    if lead.business_type and lead.business_type.lower() == other.business_type.lower():
        return _("Much the same name, same business: %(business)s") % {"business": other.business_type}
    return _("Much the same name: %(name)s") % {"name": other}


def merges_of(lead: Lead) -> list[LeadMerge]:
    """Which leads were merged into this one and can be parted again, newest first."""
    rows = LeadMerge.objects.filter(winner=lead, undone_at__isnull=True)
    return list(rows.select_related("loser").order_by("-created_at"))


def winner_of(actor: Actor, lead_id: UUID) -> Lead | None:
    """The lead that another one was merged into, at the end of the line; None when it wasn't or is out of sight."""
    seen = set[UUID]()
    while lead_id not in seen:
        seen.add(lead_id)
        row = Lead.objects.filter(pk=lead_id, workspace_id=actor.workspace_id).only("merged_into_id").first()
        if row is None or row.merged_into_id is None:
            break
        lead_id = row.merged_into_id
    return visible_leads(actor).filter(pk=lead_id).first() if len(seen) > 1 else None
