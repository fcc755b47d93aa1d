"""The rows of the inbox's list. Forty of them make a page that is asked for again with every message, so they are
written without templates, as the list of leads is: what is the same for all rows is looked up once.

Whatever people or providers wrote passes `escape` here: nothing else stands between it and the page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from html import escape
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_vite.templatetags.django_vite import vite_asset_url

from conversations import selectors
from conversations.models import Conversation, Label, OwnerKind, Priority
from conversations.selectors import Listed
from crm.core.addresses import address_of

# The channel's sign: as components/channel_icon.html draws it.
GLYPHS = {"whatsapp": "message-circle", "sms": "message-square", "mail": "mail", "form": "globe"}
LABELS_SHOWN = 2  # a line is a glance wide: a third would cost the first two their letters
RING = (
    '<span class="window-left number" data-left></span><svg viewBox="0 0 20 20" aria-hidden="true">'
    '<circle class="ring-track" cx="10" cy="10" r="7.5"/><circle class="ring-arc" data-arc cx="10" cy="10" r="7.5" '
    'pathLength="100" stroke-dasharray="100 100" transform="rotate(-90 10 10)"/></svg></span>'
)


@dataclass
class Painter:
    """Paints the rows of a list at this moment; `base` is the list's address, to which the open one is added."""

    base: str
    now: datetime
    labels: Mapping[UUID, Label]
    leads: Mapping[UUID, Mapping[str, Any]]
    open_id: str = ""
    can_pick: bool = False
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)
    days: dict[date, str] = field(default_factory=dict)

    @cached_property
    def inbox(self) -> str:
        """The address of the inbox, before the id of a conversation."""
        return address_of("conversations:inbox")

    @cached_property
    def opens(self) -> str:
        """The address of the list, before the id of the conversation that is opened in it."""
        return escape(self.base + ("open=" if self.base.endswith("?") else "&open="))

    @cached_property
    def said(self) -> dict[str, str]:
        """The few words rows repeat, translated once."""
        words = {
            "select": _("Select"), "agent": _("Agent"), "us": _("Us:"), "unread": _("Unread:"),
            "person": _("A person"), "nobody": _("Nobody yet"), "window": _("Until then replies are free"),
            "draft": _("Draft"), "failed": _("Not delivered"), "back": pgettext("after a snooze", "Back"),
            "waits": _("The customer waits:"), "unknown": _("Unknown contact"),
        }  # fmt: skip
        return {key: escape(word) for key, word in words.items()}

    @cached_property
    def flags(self) -> dict[int, str]:
        """The signs of priorities that are not the usual one."""
        return {each.value: self._flag(each) for each in Priority if each != Priority.NORMAL}

    @cached_property
    def icons(self) -> str:
        """Where the drawings are."""
        return str(vite_asset_url("assets/icons.svg"))

    def rows(self, found: Iterable[Listed]) -> SafeString:
        """All rows."""
        return SafeString("\n".join([self._row(row) for row in found]))

    def _row(self, row: Listed) -> str:
        name = escape(row.contact_name) or self.said["unknown"]
        pick = (
            f'<label class="row-pick"><input type="checkbox" tabindex="-1" data-action="click->triage#pick" '
            f'aria-label="{self.said["select"]} {name}"></label>'
        )
        url = f"{self.opens}{row.pk}"
        is_open = ' aria-current="true"' if str(row.pk) == self.open_id else ""
        return (
            f'<li id="conversation-row-{row.pk}" class="row-item" data-rows-target="row" data-triage-target="row" '
            f'data-id="{row.pk}">{pick if self.can_pick else ""}<a class="conversation-row" href="{url}" '
            f'hx-get="{self.inbox}{row.pk}/" hx-target="#conversation" hx-swap="morph:innerHTML" hx-push-url="{url}" '
            'data-inbox-target="row" data-action="click->inbox#choose" '
            f'data-conversation-id="{row.pk}" data-morph-own="aria-current"{is_open}'
            f'{" data-unread" if row.unread_count else ""} data-testid="conversation-row">{self._avatar(row)}'
            f'<span class="row-main">{self._top(row, name)}{self._middle(row)}{self._reason(row)}{self._bottom(row)}'
            f"{self._labels(row)}</span></a></li>"
        )

    def _avatar(self, row: Listed) -> str:
        name = row.contact_name or _("Unknown contact")
        glyph = next((icon for part, icon in GLYPHS.items() if part in row.channel_kind), "flask-conical")
        green = " is-whatsapp" if glyph == "message-circle" else ""
        return (
            f'<span class="avatar" data-tint="{len(name)}" aria-hidden="true">{escape(name[:1].upper())}'
            f'<span class="avatar-badge"><svg class="icon{green}"><use href="{self.icons}#{glyph}"></use></svg></span>'
            "</span>"
        )

    def _top(self, row: Listed, name: str) -> str:
        """Who, how pressing, and when."""
        at = row.last_message_at
        ring = ""
        if row.window_expires_at:
            ring = (
                f'<span class="window-ring" data-expires-at="{row.window_expires_at.isoformat()}" data-state="open" '
                f'data-testid="window-ring" title="{self.said["window"]}">{RING}'
            )
        return (
            f'<span class="row-top"><strong class="row-name clip" dir="auto">{name}</strong>'
            f'{self.flags.get(row.priority, "")}{ring}<time class="age number" datetime="{at.isoformat()}" data-age>'
            f"{self._day(at)}</time></span>"
        )

    def _middle(self, row: Listed) -> str:
        """What was said last, and what has not been read."""
        said = self.said
        draft = f'<span class="row-draft" data-testid="draft-mark">{said["draft"]}</span>'
        failed = (
            f'{self._icon("circle-alert", " is-failed")}<span class="row-failed">{said["failed"]}</span> '
        )
        unread = (
            f'<span class="unread number"><span class="visually-hidden">{said["unread"]}</span>'
            f"{row.unread_count}</span>"
        )
        return (
            f'<span class="row-middle"><span class="row-snippet clip">{draft if row.has_draft else ""}'
            f"{failed if row.send_failed_at else ''}{self._speaker(row)}<bdi>{escape(row.last_message_text)}</bdi>"
            f"</span>{unread if row.unread_count else ''}</span>"
        )

    def _speaker(self, row: Listed) -> str:
        if row.last_message_direction != "out":
            return ""
        if row.last_message_author_kind == "agent":
            return f'{self._icon("bot")}<span class="visually-hidden">{self.said["agent"]}:</span> '
        return f'<span class="row-you">{self.said["us"]}</span> '

    def _reason(self, row: Listed) -> str:
        reason = selectors.reason_of(row, self.now)
        return f'<span class="row-reason clip">{escape(reason)}</span>' if reason else ""

    def _bottom(self, row: Listed) -> str:
        """How long it waits, who has it, and how far the lead is."""
        parts = (self._waits(row), self._owner(row), self._sleep(row), self._heat(row))
        return f'<span class="row-bottom">{"".join(parts)}</span>'

    def _labels(self, row: Listed) -> str:
        """A line of their own, so that they push out nothing: those it got first; how many more there are, and which,
        for whoever points at or hears the number."""
        known = [label for label in map(self.labels.get, row.label_ids) if label is not None]
        if not known:
            return ""
        shown = [
            f'<span class="label" data-colour="{escape(label.colour)}">{escape(label.name)}</span>'
            for label in known[:LABELS_SHOWN]
        ]
        if more := [escape(label.name) for label in known[LABELS_SHOWN:]]:
            names = ", ".join(more)
            shown.append(
                f'<span class="label is-more number" data-testid="more-labels" title="{names}">'
                f'<span aria-hidden="true">+{len(more)}</span><span class="visually-hidden">{names}</span></span>'
            )
        return f'<span class="row-labels">{"".join(shown)}</span>'

    def _waits(self, row: Listed) -> str:
        tone = selectors.waiting_tone(row, self.now)
        if not tone or row.waiting_since is None:
            return ""
        return (
            f'<span class="badge" data-tone="{tone}" data-testid="waits">{self._icon("hourglass")}<span '
            f'class="visually-hidden">{self.said["waits"]}</span><time class="number" '
            f'datetime="{row.waiting_since.isoformat()}" data-age></time></span>'
        )

    def _owner(self, row: Listed) -> str:
        if row.owner_kind == OwnerKind.AGENT:
            tone, icon, text = "bot", "bot", self.said["agent"]
        elif row.owner_kind == OwnerKind.PERSON:
            known = row.assignee_name or row.assignee_email
            tone, icon, text = "accent", "user-round", escape(known) if known else self.said["person"]
        else:
            tone, icon, text = "warm", "hand", self.said["nobody"]
        return f'<span class="badge" data-tone="{tone}" data-testid="owner">{self._icon(icon)}{text}</span>'

    def _sleep(self, row: Listed) -> str:
        """Until when it is put off, or that it has come back."""
        if row.snoozed_until is None:
            return ""
        clock = self._icon("alarm-clock")
        if row.status == Conversation.Status.SNOOZED:
            return (
                f'<span class="badge" data-testid="snoozed">{clock}{self._moment(row.snoozed_until)}</span>'
            )
        if row.status == Conversation.Status.OPEN:
            return f'<span class="badge" data-tone="warm" data-testid="is-back">{clock}{self.said["back"]}</span>'
        return ""

    def _heat(self, row: Listed) -> str:
        lead = self.leads.get(row.contact_id)
        if not lead:
            return ""
        return (
            f'<span class="heat" data-temperature="{escape(lead["temperature"])}">'
            f'{escape(capfirst(lead["status_label"]))} <span class="number">{lead["score"]}</span></span>'
        )

    def _flag(self, priority: Priority) -> str:
        return (
            f'<span class="flag" data-priority="{priority.name.lower()}" data-testid="flag">{self._icon("flag")}'
            f'<span class="flag-name">{escape(str(priority.label))}</span></span>'
        )

    def _icon(self, name: str, more: str = "") -> str:
        return f'<svg class="icon{more}" aria-hidden="true"><use href="{self.icons}#{name}"></use></svg>'

    def _day(self, at: datetime) -> str:
        """The clock in the browser tells how long ago that is."""
        day = at.astimezone(self.zone).date()
        if day not in self.days:
            self.days[day] = escape(date_format(day, "MONTH_DAY_FORMAT"))
        return self.days[day]

    def _moment(self, at: datetime) -> str:
        return f"{self._day(at)} {escape(date_format(at.astimezone(self.zone), 'TIME_FORMAT'))}"
