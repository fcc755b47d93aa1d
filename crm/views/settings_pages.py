"""Settings: the front page of the list that every floor hangs its pages on, and its search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm.core.doors import actor_of
from crm.core.settings_pages import SettingsPage, find_settings
from crm.views.audit import AUDIT
from crm.views.backups import BACKUPS
from crm.views.workspace import WORKSPACE

YOU = SettingsPage(
    "you",
    _("You"),
    _("Your name, password, second factor and signed-in browsers."),
    "crm:you",
    "user-round",
    settings=(
        ("profile", _("Your name")),
        ("id_phone", _("Your phone number")),
        ("password", _("Password")),
        ("second-factor", _("Second factor and passkeys")),
        ("sessions", _("Where you are signed in")),
    ),
)
YOUR_ALERTS = SettingsPage(
    "you",
    _("Alerts"),
    _("What you are told in the app and by mail, at once or once a day, and your quiet hours."),
    "crm:alert_choices",
    "bell",
    settings=(
        ("what", _("Which alerts you get")),
        ("id_digest_at", _("Hour of the daily mail")),
        ("id_quiet_from", _("Quiet hours")),
        ("id_time_zone", _("Your own time zone")),
    ),
)
YOUR_TEAM = SettingsPage(
    "people",
    _("Your team"),
    _("People and bots, their roles and teams, and who is invited."),
    "crm:team",
    "users-round",
    "members.manage",
    settings=(("members", _("Roles of members")), ("teams", _("Teams"))),
)
FIELDS = SettingsPage(
    "data",
    _("Fields and tags"),
    _("What else you keep about contacts and leads, and the colours of tags."),
    "crm:fields",
    "table-properties",
    "settings.manage",
    settings=(("fields", _("Custom fields")), ("tags", _("Colours of tags"))),
)
API_KEYS = SettingsPage(
    "api",
    _("API keys"),
    _("What programs may do, in whose name and until when."),
    "crm:keys",
    "key-round",
    "members.manage",
)
DEAD_LETTERS = SettingsPage(
    group="audit",
    title=_("Dead letters"),
    text=_("What could not be worked off, with the reason: replay it, edit it, or set it aside."),
    url_name="crm:dead_letters",
    icon="mail-x",
    permission="deadletters.view",
)
STYLE_GUIDE = SettingsPage(
    "audit",
    _("Style guide"),
    _("Every component in every state, by day and by night."),
    "crm:styleguide",
    "sparkles",
    "settings.manage",
)
PAGES = (YOU, YOUR_ALERTS, WORKSPACE, YOUR_TEAM, FIELDS, BACKUPS, API_KEYS, AUDIT, DEAD_LETTERS, STYLE_GUIDE)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every page one may open, and what it is for; `?q=` finds a single setting."""
    words = request.GET.get("q", "").strip()[:100]
    found = find_settings(actor_of(request), words)
    context = {"q": words, "found": found}
    is_part = getattr(request, "htmx", False) and "q" in request.GET
    return render(request, "settings/_found.html" if is_part else "settings/index.html", context)
