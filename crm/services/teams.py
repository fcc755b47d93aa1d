"""Teams: people who see each other's rows where their role says so."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm import live, policies
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.service import service
from crm.events import TeamChanged
from crm.models import Membership, Team
from crm.services.members import lock_members


@service
def save_team(
    *, actor: Actor, name: str, membership_ids: Collection[UUID], team_id: UUID | None = None
) -> Team:
    """A new team, or another name and other people for one. Nobody's place is changed who may more than the actor."""
    lock_members(actor)
    row = _team(actor, team_id) if team_id else Team(workspace_id=actor.workspace_id)
    row.name = _checked(actor, name, row)
    row.save()
    _seat(actor, row, set(membership_ids))
    publish(TeamChanged(team_id=str(row.pk), called=row.name), actor=actor)
    return row


def _team(actor: Actor, team_id: UUID) -> Team:
    found = Team.objects.filter(workspace_id=actor.workspace_id, pk=team_id).first()
    if found is None:
        raise NotFoundError
    return found


def _checked(actor: Actor, name: str, row: Team) -> str:
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise InvalidInputError(fields={"name": [_("Write a name, in at most 80 characters.")]})
    others = Team.objects.filter(workspace_id=actor.workspace_id, name__iexact=name).exclude(pk=row.pk)
    if others.exists():
        raise InvalidInputError(
            fields={"name": [_("There is a team called %(name)s already.") % {"name": name}]}
        )
    return name


def _seat(actor: Actor, team: Team, wanted: set[UUID]) -> None:
    """These people are in the team and nobody else; who comes or goes sees other rows from now on."""
    here = Membership.objects.filter(workspace_id=actor.workspace_id).select_related("role")
    rows = {row.pk: row for row in here}
    if not wanted <= rows.keys():
        raise InvalidInputError(fields={"members": [_("Choose people who work here.")]})
    seated = set(team.memberships.values_list("pk", flat=True))
    for moved in (rows[pk] for pk in seated ^ wanted):
        policies.check_can_give_role(actor, moved.role)
        transaction.on_commit(partial(live.renew, moved.user_id), robust=True)
    team.memberships.set([rows[pk] for pk in wanted])


@service
def remove_team(*, actor: Actor, team_id: UUID) -> Team:
    """A team that nobody is in any more is gone; it can be put back."""
    lock_members(actor)
    row = _team(actor, team_id)
    if row.memberships.exists():
        raise InvalidInputError(
            _("There are people in this team. Take them out first."),
            fields={"members": [_("Take everybody out first.")]},
        )
    gone = Team(pk=row.pk, name=row.name, workspace_id=row.workspace_id)
    row.delete()
    publish(TeamChanged(team_id=str(gone.pk), called=gone.name, is_gone=True), actor=actor)
    return gone


@service
def put_team_back(*, actor: Actor, team_id: UUID) -> Team:
    """A removed team is there again, under its name, without people."""
    lock_members(actor)
    rows = Team.history.filter(id=team_id, workspace_id=actor.workspace_id, history_type="-")
    gone = rows.order_by("-history_id").first()
    if gone is None:
        raise NotFoundError
    known = Team.objects.filter(pk=team_id).first()
    if known is not None:
        return known
    row = Team(pk=team_id, workspace_id=actor.workspace_id)
    row.name = _checked(actor, gone.name, row)
    row.save(force_insert=True)
    publish(TeamChanged(team_id=str(row.pk), called=row.name), actor=actor)
    return row
