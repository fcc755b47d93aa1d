"""What the fields, operators and values of the list are called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from crm.core import condition_words
from crm.core.actors import Actor
from crm.core.condition_words import PEOPLE, SENDERS
from crm.selectors import visible_members
from leads.models import LeadStatus, Temperature
from leads.selectors import OWN, Condition, Group

FIELDS: dict[str, Any] = {
    "search": gettext_lazy("Search"),
    "name": gettext_lazy("Name"),
    "business_type": gettext_lazy("Business"),
    "status": gettext_lazy("Status"),
    "temperature": gettext_lazy("Temperature"),
    "score": gettext_lazy("Score"),
    "owner": gettext_lazy("Owner"),
    "source": gettext_lazy("Source"),
    "tags": gettext_lazy("Tag"),
    "last_message_from": gettext_lazy("Last message from"),
    "last_message_at": gettext_lazy("Last message"),
    "last_activity_at": gettext_lazy("Last activity"),
    "next_step": gettext_lazy("Next step"),
    "next_step_on": gettext_lazy("Next step due"),
    "created_at": gettext_lazy("Created"),
}
COLUMNS: dict[str, Any] = {
    "name": gettext_lazy("Name"),
    "status": gettext_lazy("Status"),
    "score": gettext_lazy("Score"),
    "message": gettext_lazy("Last message"),
    "next": gettext_lazy("Next step"),
    "owner": gettext_lazy("Owner"),
    "source": gettext_lazy("Source"),
    "created": gettext_lazy("Created"),
    "temperature": gettext_lazy("Temperature"),
    "business": gettext_lazy("Business"),
    "tags": gettext_lazy("Tags"),
    "activity": gettext_lazy("Last activity"),
}
GROUPINGS: dict[str, Any] = {
    "status": gettext_lazy("Status"),
    "owner": gettext_lazy("Owner"),
    "temperature": gettext_lazy("Temperature"),
}
SOURCES: dict[str, Any] = {
    "whatsapp": "WhatsApp",
    "sms_twilio": "SMS",
    "gmail": "Gmail",
    "web_form": gettext_lazy("Web form"),
    "api": "API",
    "simulator": gettext_lazy("Simulator"),
    "ctwa": gettext_lazy("Ad"),
    "post": gettext_lazy("Post"),
}


def choices_of(field: str) -> dict[str, Any]:
    """The values of a field that has a fixed set of them, by what they are called."""
    return {
        "status": dict(LeadStatus.choices),
        "temperature": dict(Temperature.choices),
        "last_message_from": SENDERS,
        "owner": PEOPLE,
    }.get(field, {})


def member_names(actor: Actor) -> dict[str, str]:
    """The people of the workspace by id."""
    return {str(m.user_id): str(m.user) for m in visible_members(actor)}


def field_label(field: str, names: Mapping[str, str]) -> str:
    """What a field is called; `names` knows those of the workspace's own, but none that is switched off."""
    return str(FIELDS.get(field) or names.get(field) or field.removeprefix(OWN))


def value_label(field: str, value: str, names: Mapping[str, str]) -> str:
    """A value as people read it; `names` knows colleagues by id."""
    return str(choices_of(field).get(value) or names.get(value) or SOURCES.get(value, value))


def words_of(condition: Condition, names: Mapping[str, str]) -> tuple[str, str]:
    """A condition in two parts: what it is about, and what is asked of it."""
    return condition_words.words_of(
        condition,
        lambda field: field_label(field, names),
        lambda field, value: value_label(field, value, names),
    )


def sentence_of(part: Condition | Group, names: Mapping[str, str]) -> str:
    """A part of a filter in words: "Owner Me or Score from 50"."""
    return condition_words.sentence_of(
        part, lambda field: field_label(field, names), lambda field, value: value_label(field, value, names)
    )
