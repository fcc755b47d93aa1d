"""Backup and restore of a workspace's configuration: as a file, with the state before kept as a copy."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.bus import publish
from crm.core import configuration
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.plain import fault_of
from crm.core.service import service
from crm.events import ConfigurationRestored
from crm.models import ConfigurationCopy, CopyReason, Workspace

KEPT = 50  # copies; the oldest goes when one more comes


@service
def keep_configuration(*, actor: Actor, reason: str = CopyReason.BY_HAND) -> ConfigurationCopy:
    """A copy of everything that is set now."""
    policies.check_can_manage_settings(actor)
    return _keep(actor, reason, selectors.configuration_file(actor))


@service
def bring_configuration(*, actor: Actor, content: Any, name: str = "") -> ConfigurationCopy:
    """Keep a file somebody brought; nothing is restored yet. Refuses one that could not be, and says why by field."""
    policies.check_can_manage_settings(actor)
    fault = fault_of(content)
    if fault is not None:
        raise InvalidInputError(_("This file can't be restored."), fields={fault[0]: [fault[1]]})
    configuration.check_shape(content)
    return _keep(actor, CopyReason.BROUGHT, content, name=name[:120])


def _keep(actor: Actor, reason: str, content: dict[str, Any], name: str = "") -> ConfigurationCopy:
    row = ConfigurationCopy.objects.create(
        workspace_id=actor.workspace_id, reason=reason, content=content, name=name, author=actor.label
    )
    held = ConfigurationCopy.objects.filter(workspace_id=actor.workspace_id).order_by("-created_at", "-id")
    ConfigurationCopy.objects.filter(pk__in=list(held.values_list("pk", flat=True)[KEPT:])).delete()
    return row


@service
def restore_configuration(*, actor: Actor, copy_id: UUID) -> ConfigurationCopy:
    """Everything is as in a copy, or nothing is changed at all. Returns the copy of how it was before: the way back."""
    policies.check_can_manage_settings(actor)
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace_id)
    row = selectors.get_copy(actor, copy_id)
    wanted = configuration.check_shape(row.content)
    changes = configuration.differences(actor, wanted)
    before = _keep(actor, CopyReason.BEFORE, selectors.configuration_file(actor))
    configuration.put_configuration(actor, wanted)
    ConfigurationCopy.objects.filter(pk=row.pk).update(restored_at=timezone.now())
    publish(ConfigurationRestored(copy_id=str(row.pk), changes=len(changes)), actor=actor)
    return before


def try_configuration(*, actor: Actor, copy_id: UUID) -> dict[str, list[str]]:
    """What would be refused if the copy were restored now, by place; nothing when it could be. Changes nothing."""
    try:
        with transaction.atomic():
            restore_configuration(actor=actor, copy_id=copy_id)
            transaction.set_rollback(True)
    except InvalidInputError as error:
        return error.fields or {"": [error.message]}
    return {}
