"""Workspaces and who works in them."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.actors import ANY, Sight
from crm.core.reading import FORMATS
from crm.models.base import BusinessRow, History

MANAGING = {ANY, "members.manage", "settings.manage"}  # permissions that open rooms of the Django admin


class Workspace(models.Model):
    """One customer organisation. Every business row belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=5, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    history = History()

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a hashed password (unusable when None)."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who may enter every room of the Django admin."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail address. What they may do depends on the workspace (Membership)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(
        max_length=32, blank=True, help_text=_("For alerts by WhatsApp, with country code: +62 811 0000 900")
    )
    language = models.CharField(max_length=5, blank=True, choices=settings.LANGUAGES)  # empty: the browser's
    time_zone = models.CharField(max_length=60, blank=True)  # empty: the workspace's
    formats = models.CharField(max_length=2, blank=True, choices=FORMATS)  # empty: the language's
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    known_places: "list[Membership] | None" = None  # where they work, when that was read with them

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def is_staff(self) -> bool:
        """True when one of their roles manages something, so that the way to the Django admin is shown."""
        if self.is_superuser:
            return True
        held = self.memberships.filter(is_active=True).values_list("role__permissions", flat=True)
        return any(MANAGING & set(permissions) for permissions in held)

    def learn_roles(self, roles: Iterable["Role"]) -> None:
        """Whoever has read all of a person's roles tells, so that nobody asks again."""
        self.is_staff = self.is_superuser or any(MANAGING & set(role.permissions) for role in roles)


SIGHTS = [
    (Sight.OWN.value, pgettext_lazy("sight", "Own")),
    (Sight.TEAM.value, pgettext_lazy("sight", "Team")),
    (Sight.ALL.value, pgettext_lazy("sight", "All")),
]


class Role(BusinessRow):
    """A named set of permissions, and how far its holders see."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    sight = models.CharField(max_length=4, choices=SIGHTS, default=Sight.OWN)
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="role_key_once")]

    def __str__(self) -> str:
        return self.name


class Team(BusinessRow):
    """People who see each other's rows when their role says "team"."""

    name = models.CharField(max_length=80)
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class Membership(BusinessRow):
    """A user's place in a workspace: role and teams."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    teams = models.ManyToManyField(Team, blank=True, related_name="memberships")
    is_active = models.BooleanField(default=True)
    is_available = models.BooleanField(default=True, help_text=_("Gets new leads handed over."))
    last_handed_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_phone = models.CharField(max_length=32, blank=True, default="", editable=False)
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    @property
    def phone(self) -> str:
        """The number in their profile, once somebody who manages members here has confirmed that it is theirs."""
        return self.user.phone if self.user.phone == self.confirmed_phone else ""


def full_scope() -> list[str]:
    """Everything the key's member may."""
    return [ANY]


class ApiKey(BusinessRow):
    """A key with which a program acts as a member. Only its hash is kept."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of a 256-bit random key
    scopes = ArrayField(
        models.CharField(max_length=60),
        default=full_scope,
        help_text=_("What it may do, as far as its member may; * is everything its member may."),
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    history = History(excluded_fields=["last_used_at", "digest"])

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
