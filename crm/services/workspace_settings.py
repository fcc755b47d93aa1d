"""The workspace's own settings: its name, language and clock."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service
from crm.events import WorkspaceChanged
from crm.models import Workspace

FIELDS = ("name", "language", "time_zone")


@service
def change_workspace(*, actor: Actor, changes: Mapping[str, str]) -> Workspace:
    """Another name, default language or time zone; from now on every page and mail goes by it."""
    policies.check_can_manage_settings(actor)
    row = Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace_id)
    wanted = {name: str(value).strip() for name, value in changes.items()}
    wrong = _mistakes_in(wanted)
    if wrong:
        raise InvalidInputError(fields=wrong)
    different = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, wanted[name])
    if different:
        row.save(update_fields=different)
        publish(WorkspaceChanged(fields=tuple(different)), actor=actor)
    return row


def _mistakes_in(wanted: Mapping[str, str]) -> dict[str, list[str]]:
    wrong = {name: [_("This can't be changed.")] for name in wanted if name not in FIELDS}
    if not 0 < len(wanted.get("name", "x")) <= 120:
        wrong["name"] = [_("Write the name of your business, in at most 120 characters.")]
    languages = dict(settings.LANGUAGES)
    if wanted.get("language", "en") not in languages:
        wrong["language"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(languages)}]
    if wanted.get("time_zone", "UTC") not in available_timezones():
        wrong["time_zone"] = [_("Write it as Region/City, for example Asia/Jakarta.")]
    return wrong


@service
def undo_workspace_change(*, actor: Actor, change_id: int) -> Workspace:
    """What one change of the workspace's settings changed is as it was before it."""
    policies.check_can_manage_settings(actor)
    row = Workspace.objects.get(pk=actor.workspace_id)
    return change_workspace(actor=actor, changes=selectors.way_back(row, change_id, FIELDS))
