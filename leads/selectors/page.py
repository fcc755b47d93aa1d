"""What the page of one lead reads before its story: the lead with what hangs on it, and the workspace's words."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from crm.core.actors import Actor
from crm.core.asking import ask
from crm.core.errors import NotFoundError
from crm.core.told import said
from crm.models import Account, ContactMerge, CustomField, Identity, IdentityKind, Membership, Tag, Workspace
from leads.models import Lead, LeadMerge, LeadSlot, ScoreRun, Slot
from leads.selectors.leads import visible_leads
from leads.selectors.slots import plain_slots, read_slots

RUNS = 30


@dataclass(frozen=True)
class PageLead:
    """A lead with what its page shows of it at once."""

    lead: Lead
    identities: list[dict[str, str]]
    accounts: list[str]
    scores: list[int]  # oldest first
    slots: list[LeadSlot]


def lead_for_page(actor: Actor, lead_id: UUID) -> PageLead | None:
    """One lead, its contact, owner, addresses, accounts, slots and latest scores; one query. None when out of sight."""
    found = next(iter(ask(actor, "lead for page", _lead_asked, lead_id)), None)
    if found is None:
        return None
    found.merged_ids, found.merged_contact_ids = found.page_merged, found.page_joined
    return PageLead(
        found,
        [_address(row) for row in found.page_addresses],
        list(found.page_accounts),
        list(reversed(found.page_scores)),
        read_slots(found.page_slots),
    )


def _lead_asked(actor: Actor, lead_id: UUID) -> QuerySet[Lead]:
    addresses = Identity.objects.filter(contact_id=OuterRef("contact_id")).order_by("created_at", "id")
    shown = Coalesce(NullIf("shown_as", Value("")), "value")
    accounts = Account.objects.filter(contacts=OuterRef("contact_id")).order_by("name")
    runs = ScoreRun.objects.filter(lead=OuterRef("pk")).order_by("-at")
    merged = LeadMerge.objects.filter(winner=OuterRef("pk"), undone_at__isnull=True)
    joined = ContactMerge.objects.filter(winner=OuterRef("contact_id"), undone_at__isnull=True)
    rows = visible_leads(actor).filter(pk=lead_id).select_related("contact", "owner")
    return rows.annotate(
        page_addresses=ArraySubquery(
            addresses.values(j=JSONObject(kind="kind", value=shown, since="former_since"))
        ),
        page_accounts=ArraySubquery(accounts.values("name")),
        page_merged=ArraySubquery(merged.values("loser_id")),
        page_joined=ArraySubquery(joined.values("loser_id")),
        page_scores=ArraySubquery(runs.values("score")[:RUNS]),
        page_slots=plain_slots(actor, OuterRef("pk")),
    )


def _address(row: dict[str, Any]) -> dict[str, str]:
    return {"kind": str(IdentityKind(row["kind"]).label), "value": row["value"], "since": row["since"] or ""}


@dataclass(frozen=True)
class Vocabulary:
    """What a workspace calls things: its slots, fields, tags and people."""

    slots: list[Slot] = field(default_factory=list)
    fields: list[CustomField] = field(default_factory=list)  # switched off ones too
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)  # key -> (name, colour)
    members: list[dict[str, str]] = field(default_factory=list)  # {id, name}

    def names(self) -> dict[str, str]:
        """Slots by key, fields by "custom.<key>", people by user id."""
        slots = {slot.key: said(slot.label) for slot in self.slots}
        fields = {f"custom.{f.key}": f.label for f in self.fields if f.of == "lead"}
        return slots | fields | {m["id"]: m["name"] for m in self.members}

    def fields_of(self, of: str) -> list[CustomField]:
        """The fields of leads or contacts that are switched on."""
        return [f for f in self.fields if f.of == of and f.is_active]

    def colours(self) -> dict[str, str]:
        """Colour by key of a tag."""
        return {key: colour for key, (_name, colour) in self.tags.items()}


SLOT = ("key", "label", "kind", "is_required", "options")
FIELD = ("of", "key", "label", "kind", "options", "is_required", "help", "is_active")


def vocabulary_of(actor: Actor) -> Vocabulary:
    """All of it in one query."""
    found = ask(actor, "vocabulary", _words_of_workspace)
    if not found:
        raise NotFoundError
    slots, fields, tags, people = found[0]
    return Vocabulary(
        [Slot(**row) for row in slots],
        [CustomField(**row) for row in fields],
        {row["key"]: (row["name"], row["colour"]) for row in tags},
        people,
    )


def _words_of_workspace(actor: Actor) -> QuerySet[Any, Any]:
    here = {"workspace_id": OuterRef("pk")}
    slots = Slot.objects.filter(**here, is_active=True).order_by("position", "key")
    fields = CustomField.objects.filter(**here).order_by("position", "key")
    tags = Tag.objects.filter(**here).order_by("name")
    people = Membership.objects.filter(**here, is_active=True).order_by("user__name", "user__email")
    called = Coalesce(NullIf("user__name", Value("")), "user__email")
    return Workspace.objects.filter(pk=actor.workspace_id).values_list(
        ArraySubquery(slots.values(j=JSONObject(**{name: F(name) for name in SLOT}))),
        ArraySubquery(fields.values(j=JSONObject(**{name: F(name) for name in FIELD}))),
        ArraySubquery(tags.values(j=JSONObject(key="key", name="name", colour="colour"))),
        ArraySubquery(people.values(j=JSONObject(id="user_id", name=called))),
    )
