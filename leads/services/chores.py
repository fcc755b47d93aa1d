"""What is done with leads in the background: written down first, so that a lost nudge or a dead worker costs time."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crm.core.actors import Actor, system_actor
from crm.core.service import service
from crm.core.sweeps import OutOfTimeError
from crm.core.walls import within_row
from crm.models import User
from leads import selectors
from leads.models import Chore, ChoreKind, Lead
from leads.services.looking import look_for_duplicates
from leads.services.scoring import rescore_lead

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=15)  # the sweep leaves it to whoever was nudged
MAX_WAIT = 300  # seconds between two tries at most
AT_ONCE = 20  # leads that are locked together, for a moment


@service
def put_down_chore(*, actor: Actor, kind: ChoreKind, subject: UUID) -> Chore:
    """Write down what is to be done; what is being done already begins anew."""
    now = {"place": None, "attempts": 0, "next_at": timezone.now() + GRACE}
    cause = {"cause_id": actor.cause_id, "depth": actor.depth}
    chore, _is_new = Chore.objects.update_or_create(
        workspace_id=actor.workspace_id, kind=kind, subject=subject, defaults={**now, **cause}
    )
    return chore


@within_row(Chore, "chore_id")
def go_on_with_chore(*, chore_id: UUID, seconds: float = 1.0) -> bool:
    """Do some of it while there is time; True when there is more to do. One that breaks is tried again later."""
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            if not _step(chore_id):
                return False
    except OutOfTimeError:
        raise
    except Exception:
        log.exception("chore failed", extra={"chore": str(chore_id)})
        _wait(chore_id)
        return False
    return True


@transaction.atomic
def _step(chore_id: UUID) -> bool:
    """Some leads and the place behind them in one commit. Nothing is left to do when it is gone, or in other hands."""
    chore = Chore.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=chore_id).first()
    if chore is None:
        return False
    place = WORK[ChoreKind(chore.kind)](chore)
    if place is None:
        chore.delete()
        return False
    chore.place, chore.attempts, chore.next_at = place, 0, timezone.now() + GRACE
    chore.save()
    return True


@transaction.atomic
def _wait(chore_id: UUID) -> None:
    chore = Chore.objects.select_for_update(no_key=True).filter(pk=chore_id).first()
    if chore is not None:
        wait = min(MAX_WAIT, 5 * 2 ** min(chore.attempts, 6))
        chore.attempts, chore.next_at = chore.attempts + 1, timezone.now() + timedelta(seconds=wait)
        chore.save()


def _actor(chore: Chore) -> Actor:
    """The product itself, because of what the chore follows."""
    actor = system_actor(chore.workspace_id, via="task")
    return actor.caused_by(chore.cause_id, chore.depth) if chore.cause_id else actor


def _rescore(chore: Chore) -> UUID | None:
    """The next open leads, by today's rules. One that breaks keeps its score; the others do not wait for it."""
    ids = selectors.open_lead_ids(chore.workspace_id, after=chore.place, limit=AT_ONCE)
    for lead_id in ids:
        try:
            with transaction.atomic():
                rescore_lead(actor=_actor(chore), lead_id=lead_id, caused_by="rules changed")
        except OutOfTimeError:
            raise
        except Exception:
            log.exception("a lead can't be scored", extra={"lead": str(lead_id)})
    return ids[-1] if ids else None


def _rename(chore: Chore) -> UUID | None:
    """The next leads of an owner who is called otherwise now. Quiet: nobody has changed the leads."""
    owner = User.objects.filter(pk=chore.subject).first()
    if owner is None:
        return None
    rows = Lead.objects.filter(workspace_id=chore.workspace_id, owner_id=chore.subject).order_by("pk")
    rows = rows.filter(pk__gt=chore.place) if chore.place else rows
    ids = list(rows.select_for_update(no_key=True).values_list("pk", flat=True)[:AT_ONCE])
    Lead.objects.filter(pk__in=ids).update(owner_name=str(owner))
    return ids[-1] if ids else None


def _look(chore: Chore) -> None:
    """Doubles of a lead that is new."""
    look_for_duplicates(actor=_actor(chore), lead_id=chore.subject)


WORK: Mapping[ChoreKind, Callable[[Chore], UUID | None]] = {
    ChoreKind.RESCORE: _rescore,
    ChoreKind.RENAME: _rename,
    ChoreKind.LOOK: _look,
}
