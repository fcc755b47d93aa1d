"""Alerts by mail: found when due, all of a person's in one, sent outside of any transaction, tried again later."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, override

from crm import policies, selectors
from crm.core import walls
from crm.core.told import said
from crm.models import Alert

log = logging.getLogger(__name__)
TRIES = 6
FIRST_WAIT = timedelta(minutes=1)
LISTED = 20  # of one mail; the others are in the app


def mail_alerts(limit: int = 200) -> int:
    """Send what is due; safe to run anywhere, any time. Returns how many mails went out."""
    with walls.everywhere():
        due = _claim(limit)
        people = groupby(sorted(due, key=_whose), key=_whose)
        return sum(_mail(list(alerts)) for _who, alerts in people)


def _whose(alert: Alert) -> tuple[UUID, UUID]:
    return alert.workspace_id, alert.user_id


@transaction.atomic
def _claim(limit: int) -> list[Alert]:
    """Alerts that are due, put off at once: another worker leaves them alone, a crash brings them back. What was seen
    meanwhile needs no mail, and who works there no more gets none."""
    now = timezone.now()
    rows = Alert.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    due = list(
        rows.filter(mail_due_at__lte=now).select_related("user", "workspace").order_by("mail_due_at")[:limit]
    )
    here = selectors.at_work([a.user_id for a in due])
    seen = [a.pk for a in due if a.read_at is not None or _whose(a) not in here or _is_of_demo(a)]
    Alert.objects.filter(pk__in=seen).update(mail_due_at=None)
    wanted = [a for a in due if a.pk not in seen]
    for alert in wanted:
        again = now + FIRST_WAIT * 2**alert.mail_tries if alert.mail_tries + 1 < TRIES else None
        Alert.objects.filter(pk=alert.pk).update(mail_due_at=again, mail_tries=alert.mail_tries + 1)
    return wanted


def _is_of_demo(alert: Alert) -> bool:
    """The demo's people have no mailbox."""
    return alert.user.email.endswith(policies.DEMO_DOMAIN)


def _mail(alerts: list[Alert]) -> bool:
    """One mail to one person. After a crash it may be sent again, under the same id, which mailboxes show once."""
    with override(alerts[0].user.language or alerts[0].workspace.language):
        mail = _written(alerts)
    try:
        mail.send()
    except OSError:  # what goes wrong with mail servers is one, too
        log.exception("alerts could not be mailed", extra={"user": str(alerts[0].user_id)})
        return False
    sent = Alert.objects.filter(pk__in=[a.pk for a in alerts])
    sent.update(mail_due_at=None, mailed_at=timezone.now())
    return True


def _written(alerts: Sequence[Alert]) -> EmailMessage:
    first = alerts[0]
    off = settings.SITE_URL + reverse(
        "crm:unsubscribe", args=[selectors.mail_token(first.workspace_id, first.user_id)]
    )
    n = len(alerts)
    many = ngettext("%(n)d thing for you", "%(n)d things for you", n) % {"n": n}
    shown = {"alerts": alerts[:LISTED], "more": max(0, n - LISTED), "site": settings.SITE_URL, "off": off}
    subject = said(first.title) if n == 1 else f"{many} · {first.workspace.name}"
    ids = "".join(sorted(str(alert.pk) for alert in alerts))
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    headers = {
        "Message-ID": f"<alerts.{hashlib.sha256(ids.encode()).hexdigest()[:32]}@{host}>",
        "List-Unsubscribe": f"<{off}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    body = render_to_string("crm/mails/alerts.txt", shown)
    return EmailMessage(
        " ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [first.user.email], headers=headers
    )
