"""A workspace's configuration as a file, and the copies that are kept of it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from crm import policies
from crm.core.actors import Actor
from crm.core.configuration import FORMAT, SCHEMA, read_configuration
from crm.core.errors import NotFoundError
from crm.models import ConfigurationCopy, Workspace


def configuration_file(actor: Actor) -> dict[str, Any]:
    """Everything an admin can set, as it is now; without secrets and without customers."""
    policies.check_can_manage_settings(actor)
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "workspace": Workspace.objects.values_list("slug", flat=True).get(pk=actor.workspace_id),
        "parts": read_configuration(actor),
    }


def copies_of(actor: Actor) -> QuerySet[ConfigurationCopy]:
    """The copies that are kept, newest first, without what is in them."""
    policies.check_can_manage_settings(actor)
    return ConfigurationCopy.objects.filter(workspace_id=actor.workspace_id).defer("content")


def get_copy(actor: Actor, copy_id: UUID) -> ConfigurationCopy:
    """One of them, whole."""
    policies.check_can_manage_settings(actor)
    found = ConfigurationCopy.objects.filter(workspace_id=actor.workspace_id, pk=copy_id).first()
    if found is None:
        raise NotFoundError
    return found
