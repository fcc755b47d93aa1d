"""Inviting people by mail, and letting them in."""

import base64
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.bus import publish
from crm.core import walls
from crm.core.actors import Actor, acting
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError, TooManyError
from crm.core.service import service
from crm.errors import InvitationClosedError, SignInFirstError
from crm.events import InvitationWithdrawn, MemberInvited, MemberJoined
from crm.models import Invitation, Membership, Role, Team, User, Workspace

LIVES = timedelta(days=7)
AN_HOUR = timedelta(hours=1)
PER_HOUR = 30  # mails a workspace may ask for: nobody writes to the whole world through us
APART = timedelta(minutes=1)  # between two mails of one invitation


def token_of(invitation: Invitation) -> str:
    """What stands in the link: made of our secret key, so it need not be kept anywhere."""
    told = f"{invitation.pk}:{invitation.serial}"
    made = salted_hmac("crm.invitation", told, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


@service
def invite_member(*, actor: Actor, email: str, role_key: str, team_ids: Collection[UUID] = ()) -> Invitation:
    """Ask somebody to join by mail, in a role that is not above one's own."""
    policies.check_can_manage_members(actor)
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace_id)  # one after another
    address = _address(email)
    role = role_to_give(actor, role_key)
    teams = teams_to_give(actor, team_ids)
    _check_is_new(actor, address)
    _check_pace(actor)
    invitation = Invitation(
        workspace_id=actor.workspace_id,
        email=address,
        role=role,
        invited_by_id=actor.user_id,
        expires_at=timezone.now() + LIVES,
        mail_due_at=timezone.now(),
    )
    invitation.digest = selectors.digest_of(token_of(invitation))
    invitation.save()
    invitation.teams.set(teams)
    publish(MemberInvited(invitation_id=str(invitation.pk), email=address), actor=actor)
    return invitation


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError(fields={"email": [_("Enter a valid e-mail address.")]}) from error
    return address


def role_to_give(actor: Actor, role_key: str) -> Role:
    """A role of this workspace that the actor may give."""
    role = Role.objects.filter(workspace_id=actor.workspace_id, key=role_key).first()
    if role is None:
        raise InvalidInputError(fields={"role": [_("Choose a role of this workspace.")]})
    policies.check_can_give_role(actor, role)
    return role


def teams_to_give(actor: Actor, team_ids: Collection[UUID]) -> list[Team]:
    """Teams of this workspace."""
    teams = list(Team.objects.filter(workspace_id=actor.workspace_id, pk__in=team_ids))
    if len(teams) != len(set(team_ids)):
        raise InvalidInputError(fields={"teams": [_("Choose teams of this workspace.")]})
    return teams


def _check_is_new(actor: Actor, email: str) -> None:
    """Neither a member nor invited; an invitation that has expired makes room for a new one."""
    members = Membership.objects.filter(workspace_id=actor.workspace_id, is_active=True)
    if members.filter(user__email__iexact=email).exists():
        raise InvalidInputError(fields={"email": [_("%(email)s is a member already.") % {"email": email}]})
    waiting = Invitation.objects.filter(
        workspace_id=actor.workspace_id, email__iexact=email, accepted_at=None, withdrawn_at=None
    ).first()
    if waiting is None:
        return
    if waiting.state == Invitation.State.OPEN:
        text = _("%(email)s is invited already. Send that invitation again instead.") % {"email": email}
        raise InvalidInputError(fields={"email": [text]})
    waiting.withdrawn_at = timezone.now()
    waiting.save(update_fields=["withdrawn_at"])


def _check_pace(actor: Actor) -> None:
    since = timezone.now() - AN_HOUR
    asked = Invitation.objects.filter(workspace_id=actor.workspace_id, asked_at__gt=since)
    if asked.count() >= PER_HOUR:
        raise TooManyError(_("At most %(most)s invitations an hour. Go on later.") % {"most": PER_HOUR})


@service
def resend_invitation(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Send a new link, which lives as long as a first one; the old link works no more."""
    policies.check_can_manage_members(actor)
    invitation = _locked(actor, invitation_id)
    policies.check_can_give_role(actor, invitation.role)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationClosedError(invitation.state)
    now = timezone.now()
    if now - invitation.asked_at < APART:
        raise TooManyError(
            _("This invitation was sent a moment ago. Wait a minute before you send it again.")
        )
    _check_pace(actor)
    invitation.serial += 1
    invitation.digest = selectors.digest_of(token_of(invitation))
    invitation.expires_at, invitation.asked_at = now + LIVES, now
    invitation.mail_due_at, invitation.mail_tries, invitation.mailed_at = now, 0, None
    invitation.save()
    publish(MemberInvited(invitation_id=str(invitation.pk), email=invitation.email), actor=actor)
    return invitation


@service
def withdraw_invitation(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """The link works no more; said twice it is withdrawn since the first time."""
    policies.check_can_manage_members(actor)
    invitation = _locked(actor, invitation_id)
    if invitation.accepted_at is not None:
        raise InvitationClosedError(invitation.state)
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at, invitation.mail_due_at = timezone.now(), None
        invitation.save(update_fields=["withdrawn_at", "mail_due_at"])
        told = InvitationWithdrawn(invitation_id=str(invitation.pk), email=invitation.email)
        publish(told, actor=actor)
    return invitation


def _locked(actor: Actor, invitation_id: UUID) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("role")
    found = rows.filter(pk=invitation_id, workspace_id=actor.workspace_id).first()
    if found is None:
        raise NotFoundError
    return found


def accept_invitation(
    token: str, *, user: User | None = None, name: str = "", password: str = ""
) -> Membership:
    """Whoever holds the link joins: as the account they are signed in with, or as a new one."""
    with walls.everywhere(), transaction.atomic():
        invitation = selectors.lock_invitation(token)
        if invitation is None:
            raise NotFoundError
        if invitation.state != Invitation.State.OPEN:
            raise InvitationClosedError(invitation.state)
        return _join(invitation, user or _new_user(invitation, name, password))


def accept_invitation_of(email: str, *, name: str) -> Membership | None:
    """Whoever proved by a provider that the address is theirs joins without the link; None when nobody asked them."""
    with walls.everywhere(), transaction.atomic():
        invitation = selectors.lock_invitation_of(email)
        if invitation is None:
            return None
        known = User.objects.filter(email__iexact=email).first()
        return _join(invitation, known or User.objects.create_user(invitation.email, name=name[:120]))


def _new_user(invitation: Invitation, name: str, password: str) -> User:
    """A link made for somebody who has an account is no way around its password."""
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise SignInFirstError
    return User.objects.create_user(invitation.email, password, name=name)


def _join(invitation: Invitation, user: User) -> Membership:
    if user.email.lower() != invitation.email.lower():
        raise NotAllowedError(_("This invitation is for another e-mail address. Sign in with that one."))
    who: dict[str, Any] = {"workspace_id": invitation.workspace_id, "user": user}
    with walls.within(invitation.workspace_id), acting(selectors.newcomer(invitation, user)):
        member, is_new = Membership.objects.get_or_create(**who, defaults={"role": invitation.role})
        if not is_new and not member.is_active:
            member.role, member.is_active = invitation.role, True
            member.save()
        member.teams.add(*invitation.teams.all())
        invitation.accepted_at, invitation.accepted_by, invitation.mail_due_at = timezone.now(), user, None
        invitation.save(update_fields=["accepted_at", "accepted_by", "mail_due_at"])
        told = MemberJoined(invitation_id=str(invitation.pk), user_id=str(user.pk))
        publish(told, actor=selectors.newcomer(invitation, user))
    return member
