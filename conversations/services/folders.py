"""Saved folders: lists people come back to."""

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.models import SavedFolder
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service

LONGEST = 4000
PASSING = {"cursor", "open"}  # where one is in a list is no part of it


@service
def save_folder(*, actor: Actor, name: str, query: str, is_shared: bool = False) -> SavedFolder:
    """Keep a list's filters and order under a name; for oneself, or for everybody."""
    policies.check_can_save_folder(actor, is_shared=is_shared)
    if actor.user_id is None:
        raise InvalidInputError(_("Only a person can save a folder."))
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise InvalidInputError(fields={"name": [_("A folder's name has 1 to 60 characters.")]})
    rows = SavedFolder.objects.filter(workspace_id=actor.workspace_id, name__iexact=name)
    mine = rows.filter(is_shared=True) if is_shared else rows.filter(is_shared=False, owner=actor.user_id)
    if mine.exists():
        raise InvalidInputError(
            fields={"name": [_("There is a folder '%(name)s' already.") % {"name": name}]}
        )
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in PASSING])
    selectors.read_filter(dict(parse_qsl(kept)).get("filter", ""))
    if len(kept) > LONGEST:
        raise InvalidInputError(fields={"query": [_("These are more filters than a folder can keep.")]})
    return SavedFolder.objects.create(
        workspace_id=actor.workspace_id, owner_id=actor.user_id, name=name, query=kept, is_shared=is_shared
    )


@service
def delete_folder(*, actor: Actor, folder_id: UUID) -> None:
    """Its conversations stay where they are."""
    folder = selectors.get_folder(actor, folder_id)
    policies.check_can_delete_folder(actor, folder)
    folder.delete()
