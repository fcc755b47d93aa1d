"""The rows of the list. Fifty of them make a page that many wait for, so they are written without templates: a cell is
a function from a lead to safe HTML, and everything that is the same for all rows is looked up once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_vite.templatetags.django_vite import vite_asset_url

from leads.models import Lead, LeadStatus, Temperature
from leads.views.words import SOURCES

ICONS = {
    "sms": "message-square",
    "mail": "mail",
    "form": "globe",
    "simulator": "flask-conical",
    "api": "globe",
}
EMPTY = SafeString("")
SILENT = SafeString('<td data-cell="message"><span class="none">–</span></td>')


@dataclass
class Painter:
    """Paints rows with these columns; `groups` puts a head before each group of rows: {value: count}."""

    columns: Sequence[str]
    group_by: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=lambda: {k: str(v) for k, v in LeadStatus.choices})
    words: dict[str, str] = field(default_factory=lambda: {k: str(v) for k, v in Temperature.choices})
    today: date = field(default_factory=timezone.localdate)
    days: dict[date, str] = field(default_factory=dict)

    @cached_property
    def cells(self) -> list[Callable[[Lead], SafeString]]:
        """The painters of the columns, in order."""
        return [getattr(self, f"_{name}") for name in self.columns]

    @cached_property
    def base(self) -> str:
        """The address of the list, before the id of a lead."""
        return reverse("leads:list")

    @cached_property
    def icons(self) -> str:
        """Where the drawings are."""
        return str(vite_asset_url("assets/icons.svg"))

    @cached_property
    def said(self) -> dict[str, str]:
        """The few words every row repeats."""
        return {
            "none": _("none"),
            "nobody": _("nobody"),
            "select": _("Select"),
            "out": _("You:"),
            "in": _("Them:"),
        }

    def rows(self, leads: Iterable[Lead]) -> SafeString:
        """All rows, under the heads of their groups."""
        if not self.group_by:
            return format_html_join("", "{}", ((self.row(lead),) for lead in leads))
        painted: list[SafeString] = []
        last = None
        for lead in leads:
            value = group_of(lead, self.group_by)
            if value != last:
                painted.append(self._head(value, lead))
                last = value
            painted.append(self.row(lead))
        return format_html_join("", "{}", ((each,) for each in painted))

    def row(self, lead: Lead) -> SafeString:
        """One lead."""
        cells = format_html_join("", "{}", ((cell(lead),) for cell in self.cells))
        return format_html(
            '<tr id="lead-row-{0}" data-rows-target="row" data-testid="lead-row" data-lead-id="{0}" data-status="{1}">'
            '<td data-cell="pick"><input type="checkbox" value="{0}" data-bulk-target="pick" aria-label="{2} {3}"></td>'
            "{4}</tr>",
            lead.pk, lead.status, self.said["select"], lead.name_line, cells,
        )  # fmt: skip

    def _head(self, value: str, lead: Lead) -> SafeString:
        label = {"status": self.statuses, "temperature": self.words}.get(self.group_by, {}).get(value)
        label = label or (lead.owner_name or self.said["nobody"])
        return format_html(
            '<tr class="group-row" id="group-{0}" data-group="{0}"><th colspan="{1}" scope="rowgroup">'
            '<button type="button" aria-expanded="true" data-action="bulk#fold" data-testid="group-{0}">'
            '<svg class="icon" aria-hidden="true"><use href="{2}#chevron-down"></use></svg>'
            '{3}<span class="number group-count">{4}</span></button></th></tr>',
            value, len(self.columns) + 1, self.icons, label, self.groups.get(value, ""),
        )  # fmt: skip

    def _name(self, lead: Lead) -> SafeString:
        return format_html(
            '<td data-cell="name" data-edit="name"><a class="lead-name" href="{}{}/"><strong class="clip">{}</strong>'
            '<span class="clip">{}</span></a>{}</td>',
            self.base, lead.pk, lead, lead.business_type or "–", self._badges(lead),
        )  # fmt: skip

    def _status(self, lead: Lead) -> SafeString:
        return format_html(
            '<td data-cell="status" data-edit="status"><span class="badge" data-status="{}" data-testid="lead-status">'
            "{}</span></td>",
            lead.status, self.statuses[lead.status],
        )  # fmt: skip

    def _score(self, lead: Lead) -> SafeString:
        return format_html(
            '<td data-cell="score"><span class="score" data-testid="score" data-temperature="{0}">'
            '<span class="score-number number">{1}</span><svg class="score-bar" viewBox="0 0 100 6" '
            'preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="score-track" width="100" '
            'height="6" rx="3"/><rect class="score-fill" width="{1}" height="6" rx="3"/></svg>'
            '<span class="score-word">{2}</span></span></td>',
            lead.temperature, lead.score, self.words[lead.temperature],
        )  # fmt: skip

    def _message(self, lead: Lead) -> SafeString:
        if not lead.last_message_text:
            return SILENT
        icon = next((name for part, name in ICONS.items() if part in lead.source), "message-circle")
        return format_html(
            '<td data-cell="message"{}><span class="last-line"><svg class="icon" aria-hidden="true"><use href="{}#{}">'
            '</use></svg><span class="clip"><span class="row-you">{}</span> {}</span>{}</span></td>',
            SafeString(" data-waits") if lead.last_message_direction == "in" else EMPTY, self.icons, icon,
            self.said.get(lead.last_message_direction, ""), lead.last_message_text,
            self._age(lead.last_message_at or lead.last_activity_at),
        )  # fmt: skip

    def _activity(self, lead: Lead) -> SafeString:
        return format_html('<td data-cell="activity">{}</td>', self._age(lead.last_activity_at))

    def _created(self, lead: Lead) -> SafeString:
        return format_html('<td data-cell="created">{}</td>', self._age(lead.created_at))

    def _next(self, lead: Lead) -> SafeString:
        if not lead.next_step and not lead.next_step_on:
            return format_html('<td data-cell="next"><span class="none">{}</span></td>', self.said["none"])
        when = EMPTY
        if lead.next_step_on:
            late = SafeString(" data-late") if lead.next_step_on < self.today else EMPTY
            when = format_html(
                '<span class="next-date number"{}>{}</span>', late, self._day(lead.next_step_on)
            )
        return format_html('<td data-cell="next"><span class="clip">{}</span>{}</td>', lead.next_step, when)

    def _owner(self, lead: Lead) -> SafeString:
        name = lead.owner_name
        if not name:
            return format_html(
                '<td data-cell="owner" data-edit="owner"><span class="none">{}</span></td>',
                self.said["nobody"],
            )
        return format_html(
            '<td data-cell="owner" data-edit="owner"><span class="owner-cell"><span class="avatar" data-tint="{}" '
            'data-size="small" aria-hidden="true">{}</span><span class="clip">{}</span></span></td>',
            len(name), name[0].upper(), name,
        )  # fmt: skip

    def _source(self, lead: Lead) -> SafeString:
        text = SOURCES.get(lead.source, lead.source) or "–"
        return format_html('<td data-cell="source"><span class="clip">{}</span></td>', text)

    def _temperature(self, lead: Lead) -> SafeString:
        return format_html(
            '<td data-cell="temperature"><span class="badge" data-tone="{}">{}</span></td>',
            lead.temperature, self.words[lead.temperature],
        )  # fmt: skip

    def _business(self, lead: Lead) -> SafeString:
        return format_html(
            '<td data-cell="business"><span class="clip">{}</span></td>', lead.business_type or "–"
        )

    def _tags(self, lead: Lead) -> SafeString:
        return format_html('<td data-cell="tags">{}</td>', self._badges(lead, most=6))

    def _badges(self, lead: Lead, most: int = 3) -> SafeString:
        badges = getattr(lead, "badges", None)
        if not badges:
            return EMPTY
        shown = ((badge["colour"], badge["name"]) for badge in badges[:most])
        tags = format_html_join("", '<span class="tag" data-colour="{}">{}</span>', shown)
        return format_html('<span class="row-tags">{}</span>', tags)

    def _age(self, at: datetime) -> SafeString:
        local = timezone.localtime(at)
        return format_html(
            '<time class="age number" datetime="{}" data-age>{}</time>',
            local.isoformat(),
            self._day(local.date()),
        )

    def _day(self, day: date) -> str:
        if day not in self.days:
            self.days[day] = date_format(day, "j M")
        return self.days[day]


def group_of(lead: Lead, group_by: str) -> str:
    """The group a lead belongs to, as its value."""
    value: Any = {"status": lead.status, "temperature": lead.temperature, "owner": lead.owner_id}[group_by]
    return str(value or "none")
