"""Who is who: workspaces, members, actors."""

import hashlib
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import policies
from crm.core.actors import Actor, ActorKind, Sight
from crm.core.asking import ask_about
from crm.core.errors import NotFoundError
from crm.core.walls import everywhere
from crm.models import ApiKey, Membership, User, Workspace


@everywhere()
def get_workspace(slug: str) -> Workspace:
    """The workspace of a slug; refuses with the slug in the sentence."""
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        raise NotFoundError(
            _("There is no workspace '%(slug)s'.") % {"slug": slug},
            fields={"workspace": [_("No such workspace.")]},
        )
    return found


def memberships_of(user: User) -> QuerySet[Membership]:
    """Where a user works, oldest first."""
    return _places_of(Q(user=user))


@everywhere()
def workspaces_of(user: User) -> list[Workspace]:
    """Between which workspaces a user may change."""
    return [member.workspace for member in memberships_of(user)]


@everywhere()
def get_membership(user: User, workspace_id: UUID) -> Membership:
    """A user's place in a workspace; there is no such workspace for those who don't work there."""
    found = memberships_of(user).filter(workspace_id=workspace_id).first()
    if found is None:
        raise NotFoundError
    return found


@everywhere()
def chosen_membership(user: User, workspace_id: str) -> Membership | None:
    """Where a user works now: the workspace they chose, else the first one. One statement tells everything about it,
    none when it came with the user. What came is used once: who is asked about for long may have left since."""
    known, user.known_places = user.known_places, None
    found = known or list(_with_team_mates(memberships_of(user)))
    user.learn_roles(member.role for member in found)
    return next((m for m in found if str(m.workspace_id) == workspace_id), found[0] if found else None)


@everywhere()
def user_at_work(user_id: UUID) -> User | None:
    """A user and where they work, in one statement; nobody when there is none."""
    found: list[Membership] = ask_about("user at work", _places, user_id)
    if not found:
        return User.objects.filter(pk=user_id).first()
    user: User = found[0].user
    user.known_places = found
    return user


def _places(user_id: UUID) -> QuerySet[Membership]:
    return _with_team_mates(_places_of(Q(user_id=user_id)))


def _places_of(person: Q) -> QuerySet[Membership]:
    rows = Membership.objects.filter(person, is_active=True).select_related("workspace", "role", "user")
    return rows.order_by("created_at")


def _with_team_mates(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    return rows.annotate(team_mates=ArraySubquery(_team_mates(OuterRef("pk"))))


@everywhere()
def demo_people() -> list[Membership]:
    """The demo's people who could sign in while the demo is on."""
    return list(
        Membership.objects.filter(user__email__endswith=policies.DEMO_DOMAIN, user__is_active=True)
        .filter(is_active=True)
        .select_related("user", "role")
        .order_by("created_at")
    )


def actor_for(membership: Membership, *, via: str) -> Actor:
    """The actor a member is, when they come through this door."""
    role = membership.role
    return Actor(
        kind=ActorKind.PERSON,
        id=str(membership.user_id),
        label=str(membership.user),
        workspace_id=membership.workspace_id,
        permissions=frozenset(role.permissions),
        via=via,
        sight=Sight(role.sight),
        user_id=membership.user_id,
        colleague_ids=colleagues_of(membership),  # also of who sees more or less: "my team" means them
    )


def colleagues_of(membership: Membership) -> frozenset[UUID]:
    """Ids of the users who share a team with a member."""
    known = getattr(membership, "team_mates", None)
    return frozenset(known if known is not None else (row["user_id"] for row in _team_mates(membership.pk)))


def _team_mates(membership_id: UUID | OuterRef) -> QuerySet[Any, Any]:
    """User ids of the members of a member's teams."""
    return Membership.objects.filter(teams__memberships=membership_id).order_by().values("user_id")


def digest_of(key: str) -> str:
    """How an API key is kept. The key is 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


@everywhere()
def find_api_key(key: str) -> ApiKey | None:
    """The living key, with its member; None when unknown, expired, revoked or its member left."""
    now = timezone.now()
    found = (
        ApiKey.objects.filter(digest=digest_of(key), revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .filter(membership__is_active=True, membership__user__is_active=True)
        .select_related("membership__role", "membership__user", "membership__workspace")
        .annotate(team_mates=ArraySubquery(_team_mates(OuterRef("membership_id"))))
        .first()
    )
    if found is None or not policies.may_sign_in(found.membership.user.email):
        return None
    found.membership.team_mates = found.team_mates
    return found


def _at_work() -> QuerySet[Membership]:
    """Members who work in their workspace now: neither they nor their account were switched off."""
    return Membership.objects.filter(is_active=True, user__is_active=True)


def at_work(user_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Where these people work now: workspace and person."""
    return set(_at_work().filter(user_id__in=user_ids).values_list("workspace_id", "user_id"))


def members_who_may(workspace_id: UUID, permission: str) -> list[Membership]:
    """Active members whose role holds a permission, longest-waiting for a lead first."""
    rows = _at_work().filter(workspace_id=workspace_id).select_related("user", "role")
    members = rows.order_by("last_handed_at", "created_at")
    return [m for m in members if {"*", permission} & set(m.role.permissions)]


def find_member(workspace_id: UUID, user_id: str) -> Membership | None:
    """The active member a row was written by; nobody for machines, and for who works here no more."""
    try:
        wanted = UUID(user_id)
    except ValueError:
        return None
    rows = _at_work().filter(workspace_id=workspace_id, user_id=wanted)
    return rows.select_related("user", "role").first()


def get_member(actor: Actor, user_id: UUID) -> Membership:
    """A colleague in the actor's workspace."""
    found = find_member(actor.workspace_id, str(user_id))
    if found is None:
        raise NotFoundError(
            _("There is no such member in this workspace."),
            fields={"user": [_("Choose a member of this workspace.")]},
        )
    return found


def visible_members(actor: Actor) -> QuerySet[Membership]:
    """The people of the workspace."""
    rows = _at_work().filter(workspace_id=actor.workspace_id).select_related("user", "role")
    return rows.order_by("user__name", "user__email")


def staff_phones(workspace_id: UUID) -> set[str]:
    """Confirmed phone numbers of the workspace's members, digits only: whoever writes from one is a colleague. What
    anybody typed as their own does not count: it could be a customer's."""
    rows = _at_work().filter(workspace_id=workspace_id, user__phone=F("confirmed_phone"))
    phones = rows.exclude(confirmed_phone="").values_list("confirmed_phone", flat=True)
    return {digits_of(phone) for phone in phones}


def digits_of(phone: str) -> str:
    """A number as identities keep it."""
    return "".join(c for c in phone if c.isdigit())
