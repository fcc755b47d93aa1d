"""Members: their roles and teams, and how they leave."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm import live, policies, selectors
from crm.bus import publish
from crm.core.actors import ANY, Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from crm.core.walls import within
from crm.errors import LastAdminError
from crm.events import MemberChanged, MemberRenamed, MemberSignedOut
from crm.models import Membership, User, Workspace
from crm.services.invitations import role_to_give, teams_to_give
from crm.services.keys import end_keys
from crm.services.sessions import end_sessions


@service
def change_member(
    *, actor: Actor, membership_id: UUID, role_key: str, team_ids: Collection[UUID]
) -> Membership:
    """Another role, other teams. Neither role may be above one's own, and nobody changes their own."""
    member = _locked(actor, membership_id)
    role = role_to_give(actor, role_key)
    if role.pk != member.role_id:
        check_is_another(actor, member.user_id)
        member.role = role
        member.save(update_fields=["role"])
        check_somebody_manages(actor)
    member.teams.set(teams_to_give(actor, team_ids))
    _tell(actor, member)
    return member


@service
def set_member_active(*, actor: Actor, membership_id: UUID, is_active: bool) -> Membership:
    """A member leaves, and their keys and sign-ins end; or comes back, without them."""
    member = _locked(actor, membership_id)
    check_is_another(actor, member.user_id)
    if member.is_active == is_active:
        return member
    member.is_active = is_active
    member.save(update_fields=["is_active"])
    if not is_active:
        check_somebody_manages(actor)
        end_keys(Membership.objects.filter(pk=member.pk))
        end_sessions(member.user_id)
    _tell(actor, member)
    return member


@service
def set_member_available(*, actor: Actor, membership_id: UUID, is_available: bool) -> Membership:
    """New leads are handed to a member, or pass them by."""
    member = _locked(actor, membership_id)
    if member.is_available != is_available:
        member.is_available = is_available
        member.save(update_fields=["is_available"])
        _tell(actor, member)
    return member


@service
def sign_out_member(*, actor: Actor, membership_id: UUID) -> int:
    """A member is signed out of every browser; returns of how many."""
    member = _locked(actor, membership_id)
    publish(MemberSignedOut(user_id=str(member.user_id)), actor=actor)
    return end_sessions(member.user_id)


@service
def change_own_profile(*, actor: Actor, name: str, phone: str, **reading: str) -> User:
    """How one is called, and reached; and how one reads: language, time_zone, formats. A new number waits for
    somebody who manages members, unless one does so oneself."""
    if actor.user_id is None:
        raise NotFoundError
    user = User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
    was, user.name, user.phone = str(user), name, phone
    user.language = reading.get("language", user.language)
    user.time_zone = reading.get("time_zone", user.time_zone)
    user.formats = reading.get("formats", user.formats)
    user.save(update_fields=["name", "phone", "language", "time_zone", "formats"])
    if str(user) != was:
        tell_renamed(actor, user)
    if actor.may("members.manage"):
        _confirm(Membership.objects.get(workspace_id=actor.workspace_id, user_id=actor.user_id), phone)
    return user


def tell_renamed(actor: Actor, user: User) -> None:
    """Wherever the user works, what keeps a name beside a person writes the new one."""
    for workspace in selectors.workspaces_of(user):
        with within(workspace.pk):
            publish(MemberRenamed(str(user.pk)), actor=replace(actor, workspace_id=workspace.pk))


@service
def confirm_phone(*, actor: Actor, membership_id: UUID) -> Membership:
    """The number in a member's profile is theirs: alerts go there, and whoever writes from it is a colleague here.
    When they change it, it waits again."""
    member = _locked(actor, membership_id)
    if not member.user.phone:
        raise InvalidInputError(fields={"phone": [_("There is no number in their profile.")]})
    _confirm(member, member.user.phone)
    return member


def _confirm(member: Membership, phone: str) -> None:
    if member.confirmed_phone != phone:
        member.confirmed_phone = phone
        member.save(update_fields=["confirmed_phone"])


def lock_members(actor: Actor) -> None:
    """All changes of who may do what, and sees what, happen one after another in a workspace."""
    policies.check_can_manage_members(actor)
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace_id)


def _locked(actor: Actor, membership_id: UUID) -> Membership:
    """A member the actor may manage."""
    lock_members(actor)
    rows = Membership.objects.select_related("role", "user")
    found = rows.filter(pk=membership_id, workspace_id=actor.workspace_id).first()
    if found is None:
        raise NotFoundError
    policies.check_can_give_role(actor, found.role)
    return found


def check_is_another(actor: Actor, user_id: UUID) -> None:
    """Nobody decides on their own rights."""
    if user_id == actor.user_id:
        text = _("You can't change your own role or switch yourself off. Ask another admin.")
        raise InvalidInputError(text, fields={"member": [text]})


def check_somebody_manages(actor: Actor) -> None:
    """A workspace never loses the last person who can let others in."""
    rows = Membership.objects.filter(workspace_id=actor.workspace_id, is_active=True, user__is_active=True)
    held = rows.values_list("role__permissions", flat=True)
    if not any({ANY, "members.manage"} & set(permissions) for permissions in held):
        raise LastAdminError


def _tell(actor: Actor, member: Membership) -> None:
    told = MemberChanged(user_id=str(member.user_id), role=member.role.key, is_active=member.is_active)
    publish(told, actor=actor)
    transaction.on_commit(partial(live.renew, member.user_id), robust=True)
