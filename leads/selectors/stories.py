"""How each event is told on a lead's page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.told import said


@dataclass(frozen=True)
class Story:
    """Icon, tone and sentence of an event; `tells` are the fields whose changes it is the news of, `shows` those of
    them that are worth naming."""

    icon: str
    tone: str
    what: str | Promise
    tells: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset()
    text: Callable[[dict[str, Any]], str] | None = None
    who: str | Promise = ""  # when it isn't the actor who did it


def _fields(*names: str) -> frozenset[str]:
    return frozenset(names)


def _score(payload: dict[str, Any]) -> str:
    return f"{payload.get('previous', 0)} → {payload.get('score', 0)}"


def _of(name: str) -> Callable[[dict[str, Any]], str]:
    """The text of one field of the event; codes lose their underscores."""

    def text(payload: dict[str, Any]) -> str:
        value = str(payload.get(name, ""))
        return said(value.replace("_", " ") if name == "reason" else value)

    return text


_SCORE = ("score", "temperature")
_STAGE = ("status", "qualified_at", "closed_at", "disqualified_because", "handed_over_at", "owner")
_PLAN = ("tags", "next_step", "next_step_on", "source", "custom")
STORIES: dict[str, Story] = {
    "leads.lead_captured": Story("flame", "accent", _("captured the lead"), text=_of("source")),
    "leads.slots_recorded": Story(
        "sparkles", "neutral", _("noted what we know"), _fields("slots", "status", *_SCORE), _fields("slots")
    ),
    "leads.lead_scored": Story("flame", "neutral", _("counted the score"), _fields(*_SCORE), text=_score),
    "leads.lead_qualified": Story("check", "good", _("qualified the lead"), _fields(*_STAGE)),
    "leads.lead_handed_over": Story(
        "hand", "hot", _("handed the lead over"), _fields(*_STAGE), _fields("owner"), _of("reason")
    ),
    "leads.lead_assigned": Story(
        "user-round", "neutral", _("changed the owner"), _fields("owner"), _fields("owner")
    ),
    "leads.lead_changed": Story(
        "history", "neutral", _("changed the lead"), _fields(*_PLAN, *_SCORE), _fields(*_PLAN)
    ),
    "leads.lead_disqualified": Story(
        "x", "bad", _("disqualified the lead"), _fields(*_STAGE), text=_of("reason")
    ),
    "leads.lead_reopened": Story("history", "neutral", _("reopened the lead"), _fields(*_STAGE)),
    "leads.lead_noted": Story("sticky-note", "neutral", _("wrote a note"), text=_of("text")),
    "leads.lead_note_edited": Story("sticky-note", "neutral", _("edited a note"), text=_of("how")),
    "leads.leads_merged": Story(
        "git-merge", "accent", _("merged a double into this lead"), text=_of("because")
    ),
    "leads.leads_parted": Story("split", "neutral", _("parted the leads again")),
    "leads.leads_told_apart": Story(
        "split", "neutral", _("said that a lead that looks alike is another one")
    ),
    "leads.duplicates_found": Story(
        "git-merge", "neutral", _("found a lead that may be the same"), text=_of("because")
    ),
    "leads.next_step_done": Story(
        "list-checks", "good", _("did the next step"), _fields("next_step", "next_step_on"), text=_of("step")
    ),
    "leads.lead_status_taken_back": Story(
        "history", "neutral", _("took the last change of status back"), _fields(*_STAGE)
    ),
    "crm.contact_created": Story("user-round-plus", "neutral", _("met the contact for the first time")),
    "crm.contact_changed": Story("history", "neutral", _("changed the contact")),
    "conversations.message_received": Story("message-circle", "neutral", _("wrote"), who=_("The contact")),
    "conversations.message_queued": Story("message-circle", "accent", _("answered")),
    "conversations.owner_changed": Story("hand", "hot", _("changed who answers next"), text=_of("because")),
    "conversations.conversation_closed": Story("check", "neutral", _("closed the conversation")),
}


def add_story(name: str, *, icon: str, tone: str, what: str | Promise, field: str = "") -> None:
    """Upper floors hang how one of their events is told; `field` of the event is shown below the sentence.

    The event must have a `lead_id` or `contact_id`. Tones: neutral, accent, good, bad, hot, bot.
    """
    STORIES[name] = Story(icon, tone, what, text=_of(field) if field else None)


GROUPS = {
    "messages": ("conversations.",),
    "notes": ("leads.lead_noted", "leads.lead_note_edited"),
    "changes": ("leads.", "crm."),
}


def group_of(name: str) -> str:
    """Where the filter of the timeline puts an event: messages, notes or changes."""
    found = (group for group, starts in GROUPS.items() if name.startswith(starts))
    return next(found, "changes")


def names_in_group(group: str) -> list[str]:
    """The events of a group; all that are told when it is no group."""
    return [name for name in STORIES if group not in GROUPS or group_of(name) == group]


_DOORS = {
    "page": _("on the page"),
    "api": _("by API"),
    "webhook": _("from the channel"),
    "admin": _("in the admin"),
    "command": _("by command"),
}


def label_of(via: str) -> str:
    """Through which door, for people; background work needs no mention."""
    return str(_DOORS.get(via, ""))


def shown_value(value: Any) -> str:
    """A value of a history row, for people."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return gettext("confirmed") if value else gettext("not confirmed")
    return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)
