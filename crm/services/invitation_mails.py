"""The mails of invitations: found when due, sent outside of any transaction, tried again when the server is away."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.core import walls
from crm.models import Invitation
from crm.services.invitations import token_of

log = logging.getLogger(__name__)
TRIES = 8
FIRST_WAIT = timedelta(minutes=1)


def mail_invitations(limit: int = 20) -> int:
    """Send what is due; safe to run anywhere, any time. Returns how many went out."""
    with walls.everywhere():
        return sum(_mail(invitation) for invitation in _claim(limit))


@transaction.atomic
def _claim(limit: int) -> list[Invitation]:
    """Rows that are due, put off at once: another worker leaves them alone, a crash brings them back."""
    now = timezone.now()
    rows = Invitation.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    due = list(
        rows.filter(mail_due_at__lte=now, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
        .select_related("workspace", "invited_by")
        .order_by("mail_due_at")[:limit]
    )
    for row in due:
        tries = row.mail_tries + 1
        again = now + FIRST_WAIT * 2**row.mail_tries if tries < TRIES else None
        Invitation.objects.filter(pk=row.pk).update(mail_due_at=again, mail_tries=tries)
    return due


def _mail(invitation: Invitation) -> bool:
    """One mail. It may arrive twice (a crash after sending); the link is the same."""
    with override(invitation.workspace.language):
        subject, body = _words(invitation)
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except OSError:  # what goes wrong with mail servers is one, too
        log.exception("an invitation could not be mailed", extra={"invitation": str(invitation.pk)})
        return False
    sent = Invitation.objects.filter(pk=invitation.pk, serial=invitation.serial)
    sent.update(mail_due_at=None, mailed_at=timezone.now())
    return True


def _words(invitation: Invitation) -> tuple[str, str]:
    link = settings.SITE_URL + reverse("crm:invitation", args=[token_of(invitation)])
    by = str(invitation.invited_by) if invitation.invited_by else ""
    subject = _("Join %(workspace)s on Chat CRM") % {"workspace": invitation.workspace.name}
    said = {"invitation": invitation, "link": link, "by": by}
    return " ".join(subject.split()), render_to_string("account/email/invitation_message.txt", said)
