"""API keys: made, used, revoked."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import ANY, Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.permissions import PERMISSIONS
from crm.core.service import service
from crm.events import ApiKeyMade, ApiKeyRevoked
from crm.models import ApiKey, Membership

NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewKey:
    """A key just made: the row, and the secret that is shown once and kept nowhere."""

    row: ApiKey
    secret: str


@service
def create_api_key(
    *,
    actor: Actor,
    email: str,
    name: str = "API key",
    scopes: Collection[str] = (ANY,),
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key with which a program acts as this member, as far as its scopes go, until it expires."""
    policies.check_can_manage_members(actor)
    _check_scopes(actor, scopes)
    member = _member(actor, email)
    secret = "crm_" + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        workspace_id=actor.workspace_id,
        membership=member,
        name=name,
        prefix=secret[:8],
        digest=selectors.digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=_expiry(expires_at),
    )
    publish(ApiKeyMade(api_key_id=str(row.pk), user_id=str(member.user_id), called=name), actor=actor)
    return NewKey(row, secret)


def _member(actor: Actor, email: str) -> Membership:
    """Whom the key stands for: nobody who may more than its maker."""
    members = Membership.objects.filter(workspace_id=actor.workspace_id, is_active=True)
    member = members.select_related("role").filter(user__email__iexact=email).first()
    if member is None:
        raise InvalidInputError(
            fields={"user": [_("%(email)s is not a member of this workspace.") % {"email": email}]}
        )
    policies.check_can_give_role(actor, member.role)
    return member


def _check_scopes(actor: Actor, scopes: Collection[str]) -> None:
    if not scopes:
        raise InvalidInputError(fields={"scopes": [_("Choose at least one thing the key may do.")]})
    unknown = sorted(set(scopes) - {ANY, *PERMISSIONS})
    if unknown:
        raise InvalidInputError(
            fields={"scopes": [_("There is no scope '%(unknown)s'.") % {"unknown": unknown[0]}]}
        )
    beyond = sorted(scope for scope in scopes if not actor.may(scope))
    if beyond:
        raise InvalidInputError(
            fields={
                "scopes": [
                    _("You may not give '%(beyond)s': you don't hold it yourself.") % {"beyond": beyond[0]}
                ]
            }
        )


def _expiry(wanted: datetime | None) -> datetime:
    """When the key ends: as asked, at most after API_KEY_DAYS."""
    now = timezone.now()
    latest = now + timedelta(days=settings.API_KEY_DAYS)
    if wanted is None:
        return latest
    if wanted <= now:
        raise InvalidInputError(fields={"expires_at": [_("Choose a day in the future.")]})
    if wanted > latest:
        text = _("A key lives at most %(most)s days here. Choose an earlier day.") % {
            "most": settings.API_KEY_DAYS
        }
        raise InvalidInputError(fields={"expires_at": [text]})
    return wanted


@service
def revoke_api_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """A key opens nothing any more; said twice it stays revoked since the first time."""
    policies.check_can_manage_members(actor)
    key = ApiKey.objects.select_for_update().filter(pk=key_id, workspace_id=actor.workspace_id).first()
    if key is None:
        raise NotFoundError
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        publish(ApiKeyRevoked(api_key_id=str(key.pk), called=key.name), actor=actor)
    return key


def end_keys(members: QuerySet[Membership]) -> None:
    """The keys of people who leave open nothing any more."""
    for key in ApiKey.objects.filter(membership__in=members, revoked_at=None):
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])


def note_key_used(key: ApiKey) -> None:
    """Remember when a key was last used, to the minute."""
    now = timezone.now()
    if key.last_used_at is not None and now - key.last_used_at < NOTED_EVERY:
        return
    earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - NOTED_EVERY)
    ApiKey.objects.filter(earlier, pk=key.pk).update(last_used_at=now)
