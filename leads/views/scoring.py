"""Settings, Scoring: rules and thresholds; what a change would do to real leads; publish, and the way back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.core.actors import Actor
from crm.core.doors import actor_of, lead_on
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage
from leads import selectors, services
from leads.errors import NoScoringDraftError
from leads.forms import RULE_LINES, RuleForm, ThresholdsForm
from leads.models import Handover, RuleKind, ScoringVersion, Temperature

SCORING = SettingsPage(
    "data",
    gettext_lazy("Scoring and handing over"),
    gettext_lazy("Which leads are hot, and why; from which score a person takes over, and who."),
    "leads:scoring",
    "flame",
    "settings.manage",
    settings=(
        ("rules", gettext_lazy("Scoring rules and their points")),
        ("id_hot_from", gettext_lazy("Score from which a lead is hot")),
        ("id_warm_from", gettext_lazy("Score from which a lead is warm")),
        ("id_qualify_from", gettext_lazy("Score from which a lead is handed over")),
        ("id_handover", gettext_lazy("Who gets leads that are handed over")),
    ),
)
SHOWN = 100  # leads on a list of the preview
NAMES = {
    "hot_from": gettext_lazy("Hot from"),
    "warm_from": gettext_lazy("Warm from"),
    "qualify_from": gettext_lazy("Handed over from"),
    "handover": gettext_lazy("Handed over to"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def scoring(request: HttpRequest) -> HttpResponse:
    """The rules, to look at and to change; posting keeps a draft and leads to what it would do."""
    actor = actor_of(request)
    draft = selectors.scoring_draft(actor)
    rules, limits = (draft.rules, draft.thresholds) if draft else selectors.live_scoring(actor)
    seen = _seen(request) if request.method == "POST" else selectors.scoring_seen(actor)
    lines = RULE_LINES(request.POST or None, initial=[_as_line(rule) for rule in rules], prefix="rules")
    form = ThresholdsForm(request.POST or None, initial=limits)
    if "more" in request.POST:
        lines, form = _one_more(lines), ThresholdsForm(initial=_typed(form))
    elif request.method == "POST" and all([lines.is_valid(), form.is_valid()]):
        kept = [line for line in lines.forms if line.has_changed() or line.initial]
        kept = [line for line in kept if line not in lines.deleted_forms]
        try:
            services.draft_scoring(
                actor=actor, rules=[k.given() for k in kept], thresholds=form.cleaned_data, seen=seen
            )
        except InvalidInputError as error:
            _explain(kept, form, error)
        else:
            return redirect("leads:scoring_preview")
    context = {
        "lines": lines,
        "form": form,
        "draft": draft,
        "seen": seen,
        "versions": list(selectors.scoring_versions(actor)[:12]),
    }
    return render(request, "settings/scoring.html", context)


def _seen(request: HttpRequest) -> str:
    """What was on the page that was sent."""
    return request.POST.get("seen", "")


def _one_more(lines: Any) -> Any:
    """What was typed, not judged yet, and an empty line to write in."""
    written = [_typed(line) for line in lines.forms if line.initial or line.has_changed()]
    grown = RULE_LINES(initial=written, prefix="rules")
    grown.extra = 1
    grown.forms[-1].fields["name"].widget.attrs["autofocus"] = True
    return grown


def _typed(form: Form) -> dict[str, Any]:
    """What stands in the fields of a form."""
    return {name: form[name].value() for name in form.fields}


def _as_line(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, "looks_for": selectors.as_words(rule["when"], rule["params"])}


def _explain(lines: list[RuleForm], form: ThresholdsForm, error: InvalidInputError) -> None:
    """The service's refusal beside the line and field it is about."""
    for name, sentences in error.fields.items():
        head, _dot, rest = name.partition(".")
        number, _dot, field = rest.partition(".")
        target: Any = lines[int(number)] if head == "rules" and number else form
        known = {"params": "looks_for"}.get(field, field) if number else name
        for sentence in sentences:
            target.add_error(known if known in target.fields else None, sentence)


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """What the draft would do to the leads there are; `?was=warm&becomes=hot` shows them."""
    actor = actor_of(request)
    draft = selectors.scoring_draft(actor)
    if draft is None:
        raise NoScoringDraftError
    impact = selectors.impact_of(actor, draft)
    was, becomes = (_temperature(request.GET.get(word, "")) for word in ("was", "becomes"))
    picked = impact.of(was, becomes) if was or becomes or "all" in request.GET else []
    context = {
        "draft": draft,
        "seen": selectors.scoring_seen(actor),
        "impact": impact,
        "changed": len(impact.found),
        "moves": [_move(pair, number) for pair, number in impact.moves.items()],
        "differences": [_in_words(d) for d in selectors.differences(actor, draft)],
        "picked": _with_leads(actor, picked[:SHOWN]),
        "picked_of": len(picked),
    }
    return render(request, "settings/scoring_preview.html", context)


def _temperature(text: str) -> str:
    return text if text in Temperature.values else ""


def _move(pair: tuple[str, str], number: int) -> dict[str, Any]:
    labels = dict(Temperature.choices)
    was, becomes = pair
    return {"was": was, "becomes": becomes, "n": number, "from": labels[was], "to": labels[becomes]}


def _with_leads(actor: Actor, picked: list[Any]) -> list[dict[str, Any]]:
    """Each change with the lead it is about."""
    rows = (
        selectors.visible_leads(actor).filter(pk__in=[shift.id for shift in picked]).select_related("contact")
    )
    known, labels = {row.pk: row for row in rows}, dict(Temperature.choices)
    return [
        {"lead": known[s.id], "old": s.old, "new": s.new, "was": labels[s.was], "becomes": labels[s.becomes]}
        for s in picked
        if s.id in known
    ]


def _in_words(difference: Mapping[str, Any]) -> dict[str, Any]:
    name = difference["name"]
    if name in NAMES:
        words = dict(Handover.choices)
        old, new = (words.get(difference[which], difference[which]) for which in ("old", "new"))
        return {"name": NAMES[name], "old": old, "new": new}
    return {"name": name, "old": _line(difference["old"]), "new": _line(difference["new"])}


def _line(rule: Mapping[str, Any] | None) -> str:
    """A rule in a line; empty for one that isn't there."""
    if rule is None:
        return ""
    kind = dict(RuleKind.choices)[rule["when"]]
    line = f"{kind}: {selectors.as_words(rule['when'], rule['params'])} · {rule['points']:+d} · {rule['because']}"
    return line if rule["is_active"] else _("%(rule)s (off)") % {"rule": line}


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """The draft counts from now on; a note offers the version before."""
    row = services.publish_scoring(actor=actor_of(request), seen=_seen(request))
    return _published(request, row, _("Published. Open leads are being scored again."))


def _published(request: HttpRequest, row: ScoringVersion, text: str) -> HttpResponse:
    before = selectors.scoring_versions(actor_of(request)).filter(number__lt=row.number).first()
    undo = reverse("leads:return_to_scoring", args=[before.pk]) if before else ""
    return lead_on(request, "leads:scoring", text, undo_url=undo)


@require_POST
def drop_draft(request: HttpRequest) -> HttpResponse:
    """As if nobody had touched it."""
    services.drop_scoring_draft(actor=actor_of(request), seen=_seen(request))
    return lead_on(request, "leads:scoring", _("The draft is dropped. Leads are scored as before."))


@require_POST
def return_to(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """An earlier version counts again."""
    row = services.return_to_scoring(actor=actor_of(request), version_id=version_id)
    return _published(request, row, _("The earlier rules count again. Open leads are being scored again."))
