"""All dead letters of one kind, tried again one after the other: each in a transaction of its own, each once."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.dead_letters import source_of
from crm.core.errors import DomainError, InvalidInputError
from crm.core.service import service
from crm.core.walls import within_row
from crm.events import ReplayStarted
from crm.models import Membership, ReplayRun
from crm.services.dead_letters import replay_letter

log = logging.getLogger(__name__)

AT_MOST = 5_000  # letters a run takes; asked again, the next ones
LEASE = timedelta(seconds=30)
BROKE = gettext_noop("Something broke on our side; it has been logged.")


@service
def replay_many(*, actor: Actor, source: str, reason: str) -> ReplayRun:
    """Have every dead letter of a kind tried again by a worker; asked while it runs, it is the same run."""
    policies.check_can_replay(actor)
    if actor.user_id is None:
        raise InvalidInputError(_("Only a member can ask for this: it is done in their name."))
    kind = source_of(source)
    if kind is None:
        raise InvalidInputError(fields={"source": [_("There is no such kind of dead letter.")]})
    if (running := selectors.running_replay(actor, source, reason)) is not None:
        return running
    total = selectors.dead_rows(actor, kind).filter(letter_reason=reason).count()
    if not total:
        raise InvalidInputError(
            _("There is nothing of this kind to replay."), fields={"reason": [_("None died of it.")]}
        )
    now = timezone.now()
    run, is_new = ReplayRun.objects.get_or_create(
        workspace_id=actor.workspace_id,
        source=source,
        reason=reason,
        finished_at=None,
        defaults={"asked_by_id": actor.user_id, "total": min(total, AT_MOST), "upto": now, "next_at": now},
    )
    if is_new:
        publish(ReplayStarted(str(run.pk), source, reason, run.total), actor=actor)
    return run


@within_row(ReplayRun, "run_id")
def go_on_replaying(*, run_id: UUID, seconds: float = 20.0) -> bool:
    """Try the next letters of a run while there is time; True when there is more to do."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _next(run_id):
            return False
    return True


@transaction.atomic
def _next(run_id: UUID) -> bool:
    """One letter, its outcome and the run's place in one commit: a worker that dies counts nothing twice."""
    rows = ReplayRun.objects.select_for_update(skip_locked=True, no_key=True)
    run = rows.filter(pk=run_id, finished_at__isnull=True).first()
    if run is None:
        return False
    actor = _asker(run)
    letter = _letter_after(run, actor) if actor else None
    if actor is None or letter is None:
        run.finished_at = timezone.now()
        run.stopped_because = "" if actor else gettext_noop("Who asked for it may not replay any more.")
    else:
        _try(run, actor, letter)
        run.next_at = timezone.now() + LEASE
    run.save()
    return run.finished_at is None


def _asker(run: ReplayRun) -> Actor | None:
    """Who asked for it, with what they may do today; None when they may not replay any more."""
    members = Membership.objects.filter(
        workspace_id=run.workspace_id, user_id=run.asked_by_id, is_active=True
    )
    member = members.select_related("role", "user").first()
    actor = selectors.actor_for(member, via="task") if member else None
    return actor if actor and actor.may("deadletters.replay") and actor.may("deadletters.view") else None


def _letter_after(run: ReplayRun, actor: Actor) -> selectors.Letter | None:
    """The oldest letter behind the run's place that died before it was asked for."""
    source = source_of(run.source)
    if source is None or run.tried >= run.total:
        return None
    rows = selectors.dead_rows(actor, source).filter(letter_reason=run.reason, letter_since__lte=run.upto)
    found = selectors.behind(rows, run.place).order_by("letter_since", "letter").first()
    return selectors.as_letter(found) if found else None


def _try(run: ReplayRun, actor: Actor, letter: selectors.Letter) -> None:
    run.place = [letter.since.isoformat(), letter.id]
    try:
        with transaction.atomic():
            replay_letter(actor=actor, letter=letter.id)
    except DomainError as refusal:
        _refused(run, refusal.in_words())
    except Exception:
        log.exception("a replay broke", extra={"letter": letter.id})
        _refused(run, BROKE)
    else:
        run.replayed += 1


def _refused(run: ReplayRun, sentence: str) -> None:
    run.refused += 1
    run.refusals = {**run.refusals, sentence: run.refusals.get(sentence, 0) + 1}
