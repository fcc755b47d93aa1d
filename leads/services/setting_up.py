"""What a workspace starts with: slots, rules, thresholds."""

from typing import Any

from django.utils.translation import gettext_noop

from crm.core.actors import Actor
from crm.core.sentences import kept
from crm.core.service import service
from crm.models import create_together
from leads import policies
from leads.models import LeadSettings, ScoreRule, Slot

DEFAULT_SLOTS: list[tuple[str, str, str]] = [
    ("name", gettext_noop("Name"), "name"),
    ("business_type", gettext_noop("Business type"), "text"),
    ("location", gettext_noop("Location"), "place"),
    ("need", gettext_noop("Need"), "text"),
    ("budget", gettext_noop("Budget"), "money"),
]
LARGE = {
    "USD": "3000", "EUR": "3000", "GBP": "2500", "IDR": "50000000", "MXN": "50000", "COP": "12000000",
    "ARS": "3000000", "CLP": "2800000", "PEN": "11000", "BRL": "16000", "SGD": "4000", "MYR": "13000",
    "AUD": "4500", "CAD": "4000", "INR": "250000", "PHP": "170000",
}  # fmt: skip
RULE = ("name", "when", "params", "points", "because")
# The five slots alone make 65: enough to be qualified (60), warm; a budget that is large makes it hot (70).
DEFAULT_RULES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("Name known", "slot_known", {"slot": "name"}, 10, kept(gettext_noop("Told us the name: {value}"))),
    (
        "Business known",
        "slot_known",
        {"slot": "business_type"},
        15,
        kept(gettext_noop("Told us the business: {value}")),
    ),
    (
        "Location known",
        "slot_known",
        {"slot": "location"},
        10,
        kept(gettext_noop("Told us the location: {value}")),
    ),
    ("Need known", "slot_known", {"slot": "need"}, 15, kept(gettext_noop("Told us what they need: {value}"))),
    ("Budget known", "slot_known", {"slot": "budget"}, 15, kept(gettext_noop("Told us the budget: {value}"))),
    (
        "Large budget",
        "budget_at_least",
        {"slot": "budget", "amounts": LARGE},
        20,
        kept(gettext_noop("The budget is large: {value}")),
    ),
    ("Asked for the price", "intent_seen", {"intent": "ask_price"}, 5, gettext_noop("Asked for the price")),
    ("Answers fast", "replied_within", {"minutes": 5}, 5, kept(gettext_noop("Answered us within {value}"))),
    (
        "Wants no messages",
        "intent_seen",
        {"intent": "opt_out"},
        -50,
        gettext_noop("Asked us to stop writing"),
    ),
]


@service
def set_up_leads(*, actor: Actor) -> None:
    """Give a workspace its slots, scoring rules and thresholds, once: what an admin deletes stays deleted."""
    policies.check_can_set_up(actor)
    _, is_new = LeadSettings.objects.get_or_create(workspace_id=actor.workspace_id)
    if is_new:
        _add_slots(actor)
        _add_rules(actor)


def _add_slots(actor: Actor) -> None:
    """Those there are not yet: an admin may have been quicker."""
    here = {"workspace_id": actor.workspace_id}
    there = set(Slot.objects.filter(**here).values_list("key", flat=True))
    rows = [
        Slot(**here, key=key, label=label, kind=kind, position=position)
        for position, (key, label, kind) in enumerate(DEFAULT_SLOTS)
    ]
    create_together(Slot, [row for row in rows if row.key not in there])


def _add_rules(actor: Actor) -> None:
    here = {"workspace_id": actor.workspace_id}
    there = set(ScoreRule.objects.filter(**here).values_list("name", flat=True))
    rows = [
        ScoreRule(**here, **dict(zip(RULE, values, strict=True)), position=position)
        for position, values in enumerate(DEFAULT_RULES)
    ]
    create_together(ScoreRule, [row for row in rows if row.name not in there])
