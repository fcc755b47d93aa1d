"""Moving in: workspaces, roles, people."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm import policies
from crm.bus import publish
from crm.core.actors import ANY, Actor, Sight, acting, system_actor
from crm.core.errors import InvalidInputError
from crm.core.permissions import PERMISSIONS
from crm.core.service import service
from crm.core.walls import everywhere
from crm.events import WorkspaceCreated
from crm.models import Membership, Role, User, Workspace, create_together

_MEND = ["deadletters.view", "deadletters.replay"]  # for those who look after the house
_SEE = [p for p in PERMISSIONS if p.endswith(".view") and p not in _MEND]
_LEAD = ["conversations.assign", "conversations.broadcast", "leads.assign"]
_WORK = [
    *_SEE, "contacts.edit", "conversations.reply", "conversations.take_over", "leads.edit"
]  # fmt: skip
DEFAULT_ROLES: dict[str, tuple[str, list[str], Sight]] = {
    "admin": (gettext_noop("Admin"), [ANY], Sight.ALL),
    "manager": (gettext_noop("Manager"), [*_WORK, *_MEND, *_LEAD], Sight.ALL),
    "rep": (gettext_noop("Sales rep"), _WORK, Sight.TEAM),
    "viewer": (gettext_noop("Viewer"), _SEE, Sight.ALL),
}


@everywhere()
@transaction.atomic
def create_workspace(*, slug: str, name: str, language: str = "en") -> Workspace:
    """Open a workspace with its default roles. Asked again, it returns the one there is."""
    workspace = Workspace.objects.filter(slug=slug).first()
    is_new = workspace is None
    if workspace is None:
        _check_fields(Workspace(slug=slug, name=name, language=language))
        workspace, is_new = Workspace.objects.get_or_create(
            slug=slug, defaults={"name": name, "language": language}
        )
    actor = system_actor(workspace.id, via="command")
    with acting(actor):
        _add_roles(workspace)
    if is_new:
        publish(WorkspaceCreated(workspace_id=str(workspace.id)), actor=actor)
    return workspace


def _add_roles(workspace: Workspace) -> None:
    """Those of the default roles that are not there."""
    there = set(Role.objects.filter(workspace=workspace).values_list("key", flat=True))
    rows = [
        Role(workspace=workspace, key=key, name=title, permissions=permissions, sight=sight)
        for key, (title, permissions, sight) in DEFAULT_ROLES.items()
        if key not in there
    ]
    create_together(Role, rows)


def _check_fields(row: Model) -> None:
    """Refuse what would not fit a row's columns, field by field."""
    try:
        row.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise InvalidInputError(fields=error.message_dict) from error


@service
def add_member(
    *, actor: Actor, email: str, role_key: str, password: str | None = None, name: str = ""
) -> Membership:
    """Give a person a place in the workspace; a known address keeps its user, a new role replaces the old."""
    policies.check_can_manage_members(actor)
    role = Role.objects.filter(workspace_id=actor.workspace_id, key=role_key).first()
    if role is None:
        raise InvalidInputError(
            fields={
                "role": [_("There is no role '%(role_key)s' in this workspace.") % {"role_key": role_key}]
            }
        )
    policies.check_can_give_role(actor, role)
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        _check_fields(User(email=email, name=name))
        user = User.objects.create_user(email, name=name)
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
    membership, is_new = Membership.objects.get_or_create(
        workspace_id=actor.workspace_id, user=user, defaults={"role": role}
    )
    if not is_new and (membership.role_id != role.pk or not membership.is_active):
        membership.role, membership.is_active = role, True
        membership.save()
    return membership


@transaction.atomic
def close_demo() -> int:
    """The demo's people can't sign in any more, their keys open nothing; returns how many there were."""
    return User.objects.filter(email__endswith=policies.DEMO_DOMAIN, is_active=True).update(is_active=False)
