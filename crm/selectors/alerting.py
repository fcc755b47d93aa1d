"""How somebody wants to be told, for the services that tell; and whom the link in a mail is of."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from crm.core import walls
from crm.core.actors import Actor
from crm.decisions import Hours
from crm.models import AlertChoice, AlertKind, AlertTimes, MailChoice, Membership, User, Workspace
from crm.models.alerting import MAILED_AT_ONCE, kind_of
from crm.selectors.workspaces import actor_for

SALT = "crm.alert-mails"


@dataclass(frozen=True)
class Wish:
    """In the app or not, by mail at once, daily or never, and the hours that go for mail."""

    in_app: bool
    mail: str
    hours: Hours


def alert_wish(workspace_id: UUID, user_id: UUID, word: str) -> Wish:
    """What a person wants of a kind."""
    kind = kind_of(word)
    times = times_of(workspace_id, user_id)
    row = AlertChoice.objects.filter(workspace_id=workspace_id, user_id=user_id, kind=kind).first()
    mail = row.mail if row else usual_mail(kind)
    zone = times.time_zone or _zone_of(workspace_id, user_id)
    hours = Hours(zone, times.digest_at, times.quiet_from, times.quiet_until)
    return Wish(row.in_app if row else True, MailChoice.OFF if times.is_mail_off else mail, hours)


def _zone_of(workspace_id: UUID, user_id: UUID) -> str:
    """A person's own clock, else the workspace's."""
    own = User.objects.values_list("time_zone", flat=True).get(pk=user_id)
    return own or Workspace.objects.values_list("time_zone", flat=True).get(pk=workspace_id)


def usual_mail(kind: AlertKind) -> MailChoice:
    """What most people want: at once where somebody waits for them, else once a day."""
    return MailChoice.NOW if kind in MAILED_AT_ONCE else MailChoice.DIGEST


def times_of(workspace_id: UUID, user_id: UUID) -> AlertTimes:
    """A person's times; the usual ones (not saved) when they never chose."""
    row = AlertTimes.objects.filter(workspace_id=workspace_id, user_id=user_id).first()
    return row or AlertTimes(workspace_id=workspace_id, user_id=user_id)


def alert_choices(actor: Actor) -> list[tuple[AlertKind, bool, str]]:
    """Every kind, with what the actor wants of it."""
    rows = {
        row.kind: row
        for row in AlertChoice.objects.filter(workspace_id=actor.workspace_id, user=actor.user_id)
    }
    return [
        (kind, rows[kind].in_app, rows[kind].mail) if kind in rows else (kind, True, str(usual_mail(kind)))
        for kind in AlertKind
    ]


def mail_token(workspace_id: UUID, user_id: UUID) -> str:
    """What the link in a mail carries: whose it is, signed."""
    return signing.dumps([str(workspace_id), str(user_id)], salt=SALT)


def actor_of_mail(token: str) -> Actor | None:
    """Whose link it is; nobody's when it was made up, or they work there no more."""
    try:
        workspace_id, user_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    with walls.within(workspace_id):
        rows = Membership.objects.filter(user_id=user_id, is_active=True).select_related(
            "user", "role", "workspace"
        )
        member = rows.first()
        return actor_for(member, via="page") if member else None
