"""Roles: what members may do, and how far they see."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm import live, policies
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from crm.events import RoleChanged
from crm.models import Invitation, Role
from crm.services.members import check_somebody_manages, lock_members


@service
def save_role(
    *,
    actor: Actor,
    key: str,
    name: str,
    permissions: Collection[str],
    sight: str,
    role_id: UUID | None = None,
) -> Role:
    """A new role, or another one's rights; neither what it was nor what it becomes may be above the actor's own."""
    lock_members(actor)
    row = _role(actor, role_id) if role_id else Role(workspace_id=actor.workspace_id)
    row.key, row.name, row.permissions, row.sight = key, name, sorted(set(permissions)), sight
    _check(row)
    policies.check_can_give_role(actor, row)
    row.save()
    check_somebody_manages(actor)
    _tell(actor, row)
    return row


def _role(actor: Actor, role_id: UUID) -> Role:
    """A role the actor may change."""
    found = Role.objects.filter(pk=role_id, workspace_id=actor.workspace_id).first()
    if found is None:
        raise NotFoundError
    policies.check_can_give_role(actor, found)
    return found


def _check(row: Role) -> None:
    try:
        row.full_clean(exclude=["workspace"])
    except ValidationError as error:
        raise InvalidInputError(fields=error.message_dict) from error


def _tell(actor: Actor, row: Role, *, is_gone: bool = False) -> None:
    """Say what it allows from now on; who holds it sees other rows."""
    told = RoleChanged(str(row.pk), row.name, tuple(row.permissions), row.sight, is_gone=is_gone)
    publish(told, actor=actor)
    for user_id in row.memberships.values_list("user_id", flat=True):
        transaction.on_commit(partial(live.renew, user_id), robust=True)


@service
def remove_role(*, actor: Actor, role_id: UUID) -> None:
    """A role that nobody holds, and nobody is or was invited to, is gone."""
    lock_members(actor)
    row = _role(actor, role_id)
    if row.memberships.exists() or Invitation.objects.filter(role=row).exists():
        raise InvalidInputError(
            _("People hold this role, or were invited to it. Give them another one first.")
        )
    _tell(actor, row, is_gone=True)
    row.delete()
