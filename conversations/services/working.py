"""Working: what is due, the most deserving first. A nudge is a token to look; the rows say what there is to do."""

import logging
import time
from dataclasses import replace
from uuid import UUID

from conversations import selectors
from conversations.decisions import Turns, Unit
from conversations.services.items import work_off, work_off_heads
from conversations.services.sending import send_due
from crm.core.gathering import apart, together
from crm.core.sweeps import OutOfTimeError
from crm.core.walls import within

log = logging.getLogger(__name__)

# Seconds; then others of the same worker process have their turn: who follows these messages and sets when to answer is
# asked once for each slice, so that it keeps pace with them.
SLICE = 0.06
STRIDE = 5  # messages of one key or conversation, before the others are looked at again
SOON = 5.0  # seconds; what is due later the sweep finds

_turns = Turns()  # of this process


def work(*, seconds: float = SLICE) -> float | None:
    """Do what is due until nothing is or the time is over. Returns the seconds after which to look again: none when
    there is nothing to wait for."""
    with together():
        return _work(time.monotonic() + seconds)


def _work(until: float) -> float | None:
    broken: set[str] = set()
    has_sent = is_one_by_one = False
    while unit := _turns.choose(selectors.due_units(without=broken)):
        try:
            with within(unit.workspace_id):
                _do(replace(unit, fresh=()) if is_one_by_one else unit)
            has_sent |= unit.is_sending
        except OutOfTimeError:
            raise
        except Exception:
            log.exception("a piece of work broke", extra={"unit": str(unit)})
            if unit.fresh and not is_one_by_one:
                is_one_by_one = True  # one of them broke it: the others must not wait for it
            else:
                broken.add(unit.key)
        if time.monotonic() > until:
            return 0.0
    return selectors.seconds_until_next_send(SOON) if has_sent else None


def _do(unit: Unit) -> None:
    if unit.is_sending:
        with apart():  # a provider may take its time
            send_due(conversation_id=UUID(unit.key), at_most=STRIDE)
    elif unit.fresh:
        work_off_heads(channel_id=unit.channel_id, keys=unit.fresh)
    else:
        work_off(channel_id=unit.channel_id, conversation_key=unit.key, at_most=STRIDE)
