"""Two leads side by side: where they differ, and what a merge would move."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from conversations.models import Conversation
from crm.core.told import said
from crm.models import Contact, CustomField
from crm.selectors import shown_custom
from leads.models import Lead, LeadNote, LeadSlot, Slot
from leads.selectors.page import Vocabulary


@dataclass(frozen=True)
class Difference:
    """A field both have, differently or only one of them: what each says, and whose stays unless somebody chooses."""

    key: str
    label: str
    winner: str
    loser: str
    is_choice: bool = True  # False: both stay, as tags do
    is_fixed: bool = False  # whose stays is not for this person to choose

    @property
    def stays(self) -> str:
        """Whose value it would be: the winner's, unless that is empty."""
        return "winner" if self.winner else "loser"


@dataclass(frozen=True)
class Comparison:
    """What a merge would do."""

    differences: list[Difference]
    same: list[Difference]
    notes: int
    conversations: int
    loses_identities: list[str]


def compare_leads(winner: Lead, loser: Lead, words: Vocabulary, *, may_assign: bool) -> Comparison:
    """The two side by side, for somebody who may choose the owner or not; seven queries."""
    is_one = winner.contact_id == loser.contact_id
    rows = [
        *_columns(winner, loser, may_assign),
        *_slots(winner, loser, words.slots),
        *_custom(winner, loser, words),
    ]
    rows += [] if is_one else _come_along(winner.contact, loser.contact, words)
    filled = [row for row in rows if row.winner or row.loser]
    return Comparison(
        [row for row in filled if row.winner != row.loser],
        [row for row in filled if row.winner == row.loser],
        LeadNote.objects.filter(lead=loser, deleted_at__isnull=True).count(),
        0 if is_one else Conversation.objects.filter(contact_id=loser.contact_id).count(),
        [] if is_one else [str(identity) for identity in loser.contact.identities.all()],
    )


def _columns(winner: Lead, loser: Lead, may_assign: bool) -> list[Difference]:
    def step(lead: Lead) -> str:
        day = f" ({lead.next_step_on:%Y-%m-%d})" if lead.next_step_on else ""
        return f"{lead.next_step}{day}"

    def owner(lead: Lead) -> str:
        return str(lead.owner or "")

    def name(contact: Contact) -> str:
        return contact.name

    return [
        Difference("name", _("Name of the contact"), name(winner.contact), name(loser.contact)),
        Difference("owner", _("Owner"), owner(winner), owner(loser), is_fixed=not may_assign),
        Difference("source", _("Source"), winner.source, loser.source),
        Difference("next_step", _("Next step"), step(winner), step(loser)),
        *_tags(winner, loser),
    ]


def _tags(winner: Lead, loser: Lead) -> list[Difference]:
    """Both stay: worth saying only when the winner gets some it doesn't have."""
    if not set(loser.tags) - set(winner.tags):
        return []
    return [Difference("tags", _("Tags"), ", ".join(winner.tags), ", ".join(loser.tags), is_choice=False)]


def _slots(winner: Lead, loser: Lead, slots: list[Slot]) -> list[Difference]:
    held: dict[Any, dict[str, str]] = {winner.pk: {}, loser.pk: {}}
    for lead_id, key, value in LeadSlot.objects.filter(lead__in=[winner, loser]).values_list(
        "lead", "key", "value"
    ):
        held[lead_id][key] = value
    mine, theirs = held[winner.pk], held[loser.pk]
    labels = {slot.key: said(slot.label) for slot in slots}
    keys = dict.fromkeys([*labels, *mine, *theirs])
    return [
        Difference(f"slots.{key}", labels.get(key, key), mine.get(key, ""), theirs.get(key, ""))
        for key in keys
    ]


def _custom(winner: Lead, loser: Lead, words: Vocabulary) -> list[Difference]:
    def shown(field: CustomField, lead: Lead) -> str:
        return shown_custom(field.kind, lead.custom.get(field.key))

    return [
        Difference(f"custom.{field.key}", field.label, shown(field, winner), shown(field, loser))
        for field in words.fields_of("lead")
    ]


def _come_along(winner: Contact, loser: Contact, words: Vocabulary) -> list[Difference]:
    """What the one contact gets of the other: what it has nothing of, and all accounts."""

    def coming(key: str, label: str, value: str) -> Difference:
        return Difference(f"contact.{key}", label, "", value, is_choice=False)

    mine, theirs = _accounts_of(winner), _accounts_of(loser)
    more = bool(set(theirs) - set(mine))
    accounts = Difference(
        "contact.accounts", _("Account"), ", ".join(mine), ", ".join(theirs), is_choice=False
    )
    return [
        *([] if winner.language else [coming("language", _("Language"), loser.language)]),
        *([accounts] if more else []),
        *(
            coming(f"custom.{field.key}", field.label, shown_custom(field.kind, loser.custom.get(field.key)))
            for field in words.fields_of("contact")
            if winner.custom.get(field.key) is None
        ),
    ]


def _accounts_of(contact: Contact) -> list[str]:
    return list(contact.accounts.order_by("name").values_list("name", flat=True))
