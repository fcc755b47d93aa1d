"""Who is invited, who is signed in where, and who has a second factor."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from crm import policies
from crm.core import walls
from crm.core.actors import Actor, ActorKind
from crm.core.errors import NotFoundError
from crm.errors import SecondFactorNeededError
from crm.models import ApiKey, Contact, Identity, IdentityKind, Invitation, Membership, Role, Team, User
from crm.selectors.contacts import visible_contacts
from crm.selectors.workspaces import digest_of, digits_of


def is_signed_in(user_id: UUID, session_key: str) -> bool:
    """Whether a browser's session still stands, and its person may still come in."""
    alive = Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now()).exists()
    return alive and User.objects.filter(pk=user_id, is_active=True).exists()


def sessions_of(user_id: UUID) -> list[UserSession]:
    """The browsers a person is signed in with, last seen first."""
    rows = UserSession.objects.filter(user_id=user_id).order_by("-last_seen_at")
    living = Session.objects.filter(
        session_key__in=rows.values("session_key"), expire_date__gt=timezone.now()
    ).values_list("session_key", flat=True)
    alive = set(living)
    return [row for row in rows if row.session_key in alive]


def has_second_factor(user_id: UUID) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    strong = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=strong).exists())


def check_second_factor(actor: Actor, user: User) -> None:
    """Refuse whoever should have one and has none."""
    is_needed = policies.needs_second_factor(actor, is_operator=user.is_superuser)
    if is_needed and not has_second_factor(user.pk):
        raise SecondFactorNeededError


def second_factors_of(user_ids: list[UUID]) -> set[UUID]:
    """Which of these people have one."""
    strong = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    rows = Authenticator.objects.filter(user_id__in=user_ids, type__in=strong)
    return set(rows.values_list("user_id", flat=True))


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link, whatever has become of it."""
    with walls.everywhere():
        rows = Invitation.objects.select_related("workspace", "role", "invited_by")
        return rows.filter(digest=digest_of(token)).first()


def lock_invitation(token: str) -> Invitation | None:
    """The same, locked and fresh."""
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("role")
    return rows.filter(digest=digest_of(token)).first()


def lock_invitation_of(email: str) -> Invitation | None:
    """The oldest open invitation of an address, locked and fresh."""
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("role")
    waiting = rows.filter(email__iexact=email, accepted_at=None, withdrawn_at=None)
    return waiting.filter(expires_at__gt=timezone.now()).order_by("created_at").first()


def is_invited(email: str) -> bool:
    """Whether somebody waits for this address."""
    with walls.everywhere():
        waiting = Invitation.objects.filter(email__iexact=email, accepted_at=None, withdrawn_at=None)
        return waiting.filter(expires_at__gt=timezone.now()).exists()


def has_account(email: str) -> bool:
    """Whether somebody signs in with this address already, in whichever workspace."""
    return User.objects.filter(email__iexact=email).exists()


def is_ours_alone(user: User, workspace_id: UUID) -> bool:
    """Whether one workspace may decide on an account: its owner works nowhere else, and operates nothing."""
    with walls.everywhere():
        elsewhere = user.memberships.exclude(workspace_id=workspace_id).exists()
    return not user.is_superuser and not elsewhere


def find_person(email: str) -> User | None:
    """Who signs in with this address; nobody who was switched off."""
    return User.objects.filter(email__iexact=email, is_active=True).first()


def newcomer(invitation: Invitation, user: User) -> Actor:
    """Who acts when somebody joins: the person themselves, who may do nothing yet."""
    return Actor(
        kind=ActorKind.PERSON,
        id=str(user.pk),
        label=str(user),
        workspace_id=invitation.workspace_id,
        permissions=frozenset(),
        via="page",
        user_id=user.pk,
    )


def all_members(actor: Actor) -> QuerySet[Membership]:
    """Everybody who works or worked here, those who left last."""
    policies.check_can_manage_members(actor)
    rows = Membership.objects.filter(workspace_id=actor.workspace_id).select_related("user", "role")
    return rows.prefetch_related("teams").order_by("-is_active", "user__name", "user__email")


def get_membership_here(actor: Actor, membership_id: UUID) -> Membership | None:
    """One of them."""
    return all_members(actor).filter(pk=membership_id).first()


def contact_at(actor: Actor, phone: str) -> Contact | None:
    """Whom a number belongs to already, as far as the actor sees contacts: before it is taken for a colleague's."""
    if not phone or not actor.may("contacts.view"):
        return None
    kinds = [IdentityKind.PHONE, IdentityKind.WA_ID]
    known = Identity.objects.filter(kind__in=kinds, value=digits_of(phone))
    return visible_contacts(actor).filter(pk__in=known.values("contact_id")).first()


def open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Who is invited and has not come yet, newest first."""
    policies.check_can_manage_members(actor)
    rows = Invitation.objects.filter(workspace_id=actor.workspace_id, accepted_at=None, withdrawn_at=None)
    return rows.select_related("role", "invited_by").prefetch_related("teams").order_by("-created_at")


def roles_to_give(actor: Actor) -> list[Role]:
    """Roles of the workspace that are not above the actor's own."""
    rows = Role.objects.filter(workspace_id=actor.workspace_id).order_by("name")
    return [role for role in rows if policies.may_give_role(actor, role)]


def teams_here(actor: Actor) -> QuerySet[Team]:
    """Teams of the workspace."""
    return Team.objects.filter(workspace_id=actor.workspace_id).order_by("name")


def teams_with_people(actor: Actor) -> QuerySet[Team]:
    """The same with how many active people are in each (`people_now`)."""
    policies.check_can_manage_members(actor)
    active = Count("memberships", filter=Q(memberships__is_active=True))
    return teams_here(actor).annotate(people_now=active)


def get_team(actor: Actor, team_id: UUID) -> Team:
    """One of them."""
    found = teams_with_people(actor).filter(pk=team_id).first()
    if found is None:
        raise NotFoundError
    return found


def visible_api_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The workspace's keys, those that work first."""
    policies.check_can_manage_members(actor)
    rows = ApiKey.objects.filter(workspace_id=actor.workspace_id).select_related("membership__user")
    return rows.order_by("-revoked_at", "-created_at")


def sign_in_ways(user_id: UUID) -> dict[str, Any]:
    """What a person can prove themselves with: app, passkeys, codes left."""
    rows = list(Authenticator.objects.filter(user_id=user_id).order_by("created_at"))
    found = {row.type: row for row in rows}
    codes = found.get(Authenticator.Type.RECOVERY_CODES)
    return {
        "app": found.get(Authenticator.Type.TOTP),
        "passkeys": [row.wrap() for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
    }
