"""People of a workspace as those see them who manage it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.core.service import service
from crm.events import UserChanged
from crm.models import Membership, User
from crm.services.keys import end_keys
from crm.services.members import check_is_another, check_somebody_manages, lock_members, tell_renamed
from crm.services.sessions import end_sessions

CHANGEABLE = ("name", "phone", "language", "is_active")


@service
def change_user(*, actor: Actor, user_id: UUID, changes: Mapping[str, Any]) -> User:
    """Another name or phone for somebody who works nowhere else; or they are switched off, and their keys and
    sign-ins end. Never another address: who owns one proves it."""
    lock_members(actor)
    user = _person(actor, user_id)
    if wrong := {name: [_("This can't be changed.")] for name in changes if name not in CHANGEABLE}:
        raise InvalidInputError(fields=wrong)
    was = str(user)
    different = [name for name, value in changes.items() if getattr(user, name) != value]
    for name in different:
        setattr(user, name, changes[name])
    if different:
        user.save(update_fields=different)
        publish(UserChanged(str(user.pk), tuple(different), user.is_active), actor=actor)
    if str(user) != was:
        tell_renamed(actor, user)
    if "is_active" in different and not user.is_active:
        _end(actor, user)
    return user


def _person(actor: Actor, user_id: UUID) -> User:
    """Somebody whose account is this workspace's alone, and who may no more than the actor."""
    places = Membership.objects.filter(workspace_id=actor.workspace_id, user_id=user_id)
    place = places.select_related("role", "user").first()
    if place is None:
        raise NotFoundError
    if not selectors.is_ours_alone(place.user, actor.workspace_id):
        raise NotAllowedError
    policies.check_can_give_role(actor, place.role)
    return place.user


def _end(actor: Actor, user: User) -> None:
    check_is_another(actor, user.pk)
    check_somebody_manages(actor)
    end_keys(Membership.objects.filter(user=user))
    end_sessions(user.pk)
