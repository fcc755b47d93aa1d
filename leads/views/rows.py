"""The rows of the list. Fifty of them make a page that many wait for, so they are written without templates: a cell is
a function from a lead to HTML, and everything that is the same for all rows is looked up once.

Whatever people or providers wrote passes `escape` here: nothing else stands between it and the page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property, partial
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_vite.templatetags.django_vite import vite_asset_url

from crm.core.addresses import address_of
from crm.models import CustomField
from crm.selectors import shown_custom
from leads.models import Lead, LeadStatus, Temperature
from leads.views.words import SOURCES

ICONS = {
    "sms": "message-square",
    "mail": "mail",
    "form": "globe",
    "simulator": "flask-conical",
    "api": "globe",
}
SILENT = '<td data-cell="message"><span class="none">–</span></td>'


@dataclass
class Painter:
    """Paints rows with these columns; `groups` puts a head before each group of rows: {value: count}."""

    columns: Sequence[str]
    group_by: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    own: Mapping[str, CustomField] = field(
        default_factory=dict
    )  # columns that are fields of the workspace's own
    statuses: dict[str, str] = field(default_factory=lambda: _labels(LeadStatus.choices))
    words: dict[str, str] = field(default_factory=lambda: _labels(Temperature.choices))
    today: date = field(default_factory=timezone.localdate)
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)
    days: dict[date, str] = field(default_factory=dict)

    @cached_property
    def cells(self) -> list[Callable[[Lead], str]]:
        """The painters of the columns, in order."""
        return [getattr(self, f"_{name}", None) or partial(self._own, name) for name in self.columns]

    @cached_property
    def base(self) -> str:
        """The address of the list, before the id of a lead."""
        return address_of("leads:list")

    @cached_property
    def icons(self) -> str:
        """Where the drawings are."""
        return str(vite_asset_url("assets/icons.svg"))

    @cached_property
    def said(self) -> dict[str, str]:
        """The few words every row repeats."""
        words = {
            "none": _("none"), "nobody": _("nobody"), "select": _("Select"), "out": _("You:"), "in": _("Them:"),
        }  # fmt: skip
        return {key: escape(word) for key, word in words.items()}

    def rows(self, leads: Iterable[Lead]) -> SafeString:
        """All rows, under the heads of their groups."""
        if not self.group_by:
            return SafeString("".join([self._row(lead) for lead in leads]))
        painted: list[str] = []
        last = None
        for lead in leads:
            value = group_of(lead, self.group_by)
            if value != last:
                painted.append(self._head(value, lead))
                last = value
            painted.append(self._row(lead))
        return SafeString("".join(painted))

    def row(self, lead: Lead) -> SafeString:
        """One lead."""
        return SafeString(self._row(lead))

    def _row(self, lead: Lead) -> str:
        cells = "".join([cell(lead) for cell in self.cells])
        return (
            f'<tr id="lead-row-{lead.pk}" data-rows-target="row" data-testid="lead-row" data-lead-id="{lead.pk}" '
            f'data-status="{escape(lead.status)}"><td data-cell="pick"><input type="checkbox" value="{lead.pk}" '
            f'data-bulk-target="pick" aria-label="{self.said["select"]} {escape(lead.name_line)}"></td>{cells}</tr>'
        )

    def _head(self, value: str, lead: Lead) -> str:
        label = {"status": self.statuses, "temperature": self.words}.get(self.group_by, {}).get(value)
        label = label or (escape(lead.owner_name) or self.said["nobody"])
        value = escape(value)
        return (
            f'<tr class="group-row" id="group-{value}" data-group="{value}"><th colspan="{len(self.columns) + 1}" '
            'scope="rowgroup"><button type="button" aria-expanded="true" data-action="bulk#fold" '
            f'data-testid="group-{value}"><svg class="icon" aria-hidden="true"><use href="{self.icons}#chevron-down">'
            f'</use></svg>{label}<span class="number group-count">{self.groups.get(value, "")}</span></button>'
            "</th></tr>"
        )

    def _name(self, lead: Lead) -> str:
        return (
            f'<td data-cell="name" data-edit="name"><a class="lead-name" href="{self.base}{lead.pk}/">'
            f'<strong class="clip" dir="auto">{escape(str(lead))}</strong>'
            f'<span class="clip">{escape(lead.business_type) or "–"}</span></a>{self._badges(lead)}</td>'
        )

    def _status(self, lead: Lead) -> str:
        return (
            f'<td data-cell="status" data-edit="status"><span class="badge" data-status="{escape(lead.status)}" '
            f'data-testid="lead-status">{self.statuses[lead.status]}</span></td>'
        )

    def _score(self, lead: Lead) -> str:
        return (
            '<td data-cell="score"><span class="score" data-testid="score" '
            f'data-temperature="{escape(lead.temperature)}"><span class="score-number number">{lead.score}</span>'
            '<svg class="score-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" '
            'focusable="false"><rect class="score-track" width="100" height="6" rx="3"/><rect class="score-fill" '
            f'width="{lead.score}" height="6" rx="3"/></svg><span class="score-word">{self.words[lead.temperature]}'
            "</span></span></td>"
        )

    def _message(self, lead: Lead) -> str:
        if not lead.heard_text:
            return SILENT
        icon = next((name for part, name in ICONS.items() if part in lead.source), "message-circle")
        waits = " data-waits" if lead.last_message_direction == "in" else ""
        return (
            f'<td data-cell="message"{waits}><span class="last-line"><svg class="icon" aria-hidden="true">'
            f'<use href="{self.icons}#{icon}"></use></svg><span class="clip"><span class="row-you">'
            f"{self.said.get(lead.last_message_direction, '')}</span> <bdi>{escape(lead.heard_text)}</bdi>"
            f"</span>{self._age(lead.last_message_at or lead.last_activity_at)}</span></td>"
        )

    def _activity(self, lead: Lead) -> str:
        return f'<td data-cell="activity">{self._age(lead.last_activity_at)}</td>'

    def _created(self, lead: Lead) -> str:
        return f'<td data-cell="created">{self._age(lead.created_at)}</td>'

    def _next(self, lead: Lead) -> str:
        if not lead.next_step and not lead.next_step_on:
            return f'<td data-cell="next"><span class="none">{self.said["none"]}</span></td>'
        when = ""
        if lead.next_step_on:
            late = " data-late" if lead.next_step_on < self.today else ""
            when = f'<span class="next-date number"{late}>{self._day(lead.next_step_on)}</span>'
        return f'<td data-cell="next"><span class="clip">{escape(lead.next_step)}</span>{when}</td>'

    def _owner(self, lead: Lead) -> str:
        name = lead.owner_name
        if not name:
            return f'<td data-cell="owner" data-edit="owner"><span class="none">{self.said["nobody"]}</span></td>'
        return (
            '<td data-cell="owner" data-edit="owner"><span class="owner-cell"><span class="avatar" '
            f'data-tint="{len(name)}" data-size="small" aria-hidden="true">{escape(name[0].upper())}</span>'
            f'<span class="clip">{escape(name)}</span></span></td>'
        )

    def _source(self, lead: Lead) -> str:
        text = SOURCES.get(lead.source, lead.source) or "–"
        return f'<td data-cell="source"><span class="clip">{escape(text)}</span></td>'

    def _temperature(self, lead: Lead) -> str:
        return (
            f'<td data-cell="temperature"><span class="badge" data-tone="{escape(lead.temperature)}">'
            f"{self.words[lead.temperature]}</span></td>"
        )

    def _business(self, lead: Lead) -> str:
        return f'<td data-cell="business"><span class="clip">{escape(lead.business_type) or "–"}</span></td>'

    def _tags(self, lead: Lead) -> str:
        return f'<td data-cell="tags">{self._badges(lead, most=6)}</td>'

    def _own(self, name: str, lead: Lead) -> str:
        known = self.own.get(name)
        text = shown_custom(known.kind, lead.custom.get(known.key)) if known else ""
        inner = f'<span class="clip">{escape(text)}</span>' if text else '<span class="none">–</span>'
        return f'<td data-cell="own" data-kind="{escape(known.kind) if known else ""}">{inner}</td>'

    def _badges(self, lead: Lead, most: int = 3) -> str:
        badges = lead.badges
        if not badges:
            return ""
        tags = [
            f'<span class="tag" data-colour="{escape(badge["colour"])}">{escape(badge["name"])}</span>'
            for badge in badges[:most]
        ]
        return f'<span class="row-tags">{"".join(tags)}</span>'

    def _age(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f'<time class="age number" datetime="{local.isoformat()}" data-age>{self._day(local.date())}</time>'

    def _day(self, day: date) -> str:
        if day not in self.days:
            self.days[day] = escape(date_format(day, "MONTH_DAY_FORMAT"))
        return self.days[day]


def _labels(choices: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """What the values of a choice are called, as HTML."""
    return {value: escape(str(label)) for value, label in choices}


def group_of(lead: Lead, group_by: str) -> str:
    """The group a lead belongs to, as its value."""
    value: Any = {"status": lead.status, "temperature": lead.temperature, "owner": lead.owner_id}[group_by]
    return str(value or "none")
