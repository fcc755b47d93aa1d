"""What the command palette offers on a conversation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations import decisions
from conversations.models import Conversation, OwnerKind, Priority
from conversations.selectors.threads import get_conversation
from crm.core.actors import Actor
from crm.core.palette import Act, Offer
from crm.selectors import visible_members

PEOPLE = 50


def acts_on_open(actor: Actor, given: Mapping[str, Any]) -> Offer | None:
    """The inbox, with a conversation open in it."""
    try:
        conversation_id = UUID(str(given.get("open", "")))
    except ValueError:
        return None
    return acts_on_conversation(actor, {"id": conversation_id})


def acts_on_conversation(actor: Actor, given: Mapping[str, Any]) -> Offer:
    """Take over, give back, assign, snooze, close, copy its address; what is refused says why."""
    talk = get_conversation(actor, given["id"])
    closed = _("It is closed.") if talk.status == Conversation.Status.CLOSED else ""
    denied = "" if actor.may("conversations.take_over") else _("Your role can't take conversations over.")
    mute = "" if actor.may("conversations.reply") else _("Your role can read conversations, not answer.")
    return Offer(
        talk.contact.label,
        (
            Act(
                _("Take over"),
                "hand",
                url=_url("take_over", talk),
                shortcut="t",
                why=closed or denied or _why_not_take(actor, talk),
                done=_("You answer now."),
            ),
            Act(
                _("Give back to the bot"),
                "bot",
                url=_url("give_back", talk),
                shortcut="g",
                why=closed or denied or _why_not_give(talk),
                done=_("The bot answers now."),
            ),
            *_many(actor, talk, closed, mute),
            Act(
                _("Close conversation"),
                "check",
                url=_url("close", talk),
                shortcut="e",
                why=closed or mute,
                done=_("Closed."),
            ),
            Act(_("Open contact"), "user-round", href=reverse("crm:contact", args=[talk.contact_id])),
            Act(
                _("Copy link"),
                "link",
                copies=f"{reverse('conversations:inbox')}?open={talk.pk}",
                done=_("Copied."),
            ),
        ),
    )


def _url(name: str, talk: Conversation) -> str:
    return reverse(f"conversations:{name}", args=[talk.pk])


def _why_not_take(actor: Actor, talk: Conversation) -> str:
    is_mine = talk.owner_kind == OwnerKind.PERSON and talk.assignee_id == actor.user_id
    return _("You have it already.") if is_mine else ""


def _why_not_give(talk: Conversation) -> str:
    if talk.owner_kind == OwnerKind.AGENT:
        return _("The bot has it already.")
    return "" if talk.channel.is_bot_on else _("The bot is off on this channel.")


def _many(actor: Actor, talk: Conversation, closed: str, mute: str) -> list[Act]:
    """What the inbox does to one conversation as to many."""
    try:
        url = reverse("conversations:act")
    except NoReverseMatch:  # an inbox without it offers neither
        return []
    return [
        _assign(actor, talk, url, closed),
        _snooze(talk, url, closed or mute),
        _priority(talk, url, mute),
    ]


def _assign(actor: Actor, talk: Conversation, url: str, closed: str) -> Act:
    why = closed or ("" if actor.may("conversations.assign") else _("Your role can't assign conversations."))
    people = [
        Act(
            str(member.user),
            "user-round",
            url=url,
            fields={"act": "assign", "ids": str(talk.pk), "value": str(member.user_id)},
            hint=str(member.role),
            why=_("Has it already.") if member.user_id == talk.assignee_id else "",
        )
        for member in visible_members(actor)[:PEOPLE]
    ]
    return Act(_("Assign to…"), "user-round-plus", steps=() if why else tuple(people), why=why, shortcut="a")


def _priority(talk: Conversation, url: str, why: str) -> Act:
    steps = tuple(
        Act(
            str(each.label),
            "flag",
            url=url,
            fields={"act": "priority", "ids": str(talk.pk), "value": each.name.lower()},
            why=_("It is so already.") if talk.priority == each else "",
        )
        for each in reversed(Priority)
    )
    return Act(_("Priority…"), "flag", steps=() if why else steps, why=why, shortcut="p")


def _snooze(talk: Conversation, url: str, why: str) -> Act:
    names = {"later": _("Later today"), "tomorrow": _("Tomorrow"), "next_week": _("Next week")}
    times = decisions.snooze_times(timezone.localtime())
    steps = tuple(
        Act(
            names[name],
            "calendar",
            url=url,
            fields={"act": "snooze", "ids": str(talk.pk), "value": at.isoformat()},
            hint=date_format(at, "D ") + date_format(at, "TIME_FORMAT"),
        )
        for name, at in times
    )
    return Act(_("Snooze…"), "calendar", steps=() if why else steps, why=why, shortcut="s")
