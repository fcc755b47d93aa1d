"""Background doors of the conversations floor."""

import time
from uuid import UUID

from celery import shared_task

from conversations import selectors, services
from crm.core.actors import system_actor
from crm.core.nudge import nudge
from crm.core.sweeps import A_MOMENT, go_on, time_for_a_sweep

READ_FOR = 0.04  # seconds; then what was read is worked off
RECIPIENTS_AT_ONCE = 100  # of one broadcast, before the next has its turn


@shared_task(name="conversations.work")
def work() -> None:
    """Something is due: look what deserves it most. What nobody has read yet is among it: nobody's words wait until the
    nudge that came for them has its turn."""
    if some := selectors.fresh_deliveries():
        services.read_deliveries(delivery_ids=some)
    _work_off()


@shared_task(name="conversations.read_deliveries")
def read_deliveries() -> None:
    """Deliveries have come in: read what nobody has tried, every channel's share, whoever's nudge this is, and work off
    what was in it. What is left after a while is looked at again."""
    until, has_work = time.monotonic() + READ_FOR, False
    while some := selectors.fresh_deliveries():
        has_work |= bool(services.read_deliveries(delivery_ids=some))
        if time.monotonic() > until:
            nudge(read_deliveries)
            break
    if has_work:
        _work_off()


def _work_off() -> None:
    """For a while; what is left is looked at again."""
    wait = services.work()
    if wait is not None:
        nudge(work, countdown=wait or None)


@shared_task(name="conversations.note_failure")
def note_failure(workspace_id: str, message_id: str) -> None:
    """A message of ours failed."""
    actor = system_actor(UUID(workspace_id), via="task")
    services.note_failure(actor=actor, message_id=UUID(message_id))


@shared_task(name="conversations.fetch_media")
def fetch_media(message_id: str) -> None:
    """A message came with files."""
    for media_id in selectors.media_waiting(message_id=UUID(message_id)):
        services.fetch_media(media_id=media_id)


@shared_task(name="conversations.sweep_media")
def sweep_media() -> None:
    """Find files whose nudge was lost, whose next try is due, or whose fetcher died."""
    until = time_for_a_sweep()
    for media_id in selectors.media_waiting():
        go_on(until, services.fetch_media, media_id=media_id)


@shared_task(name="conversations.sweep_intake")
def sweep_intake() -> None:
    """Find deliveries whose nudge was lost or whose retry is due."""
    until = time_for_a_sweep(A_MOMENT)
    for delivery_id in selectors.overdue_deliveries():
        go_on(until, services.read_delivery, delivery_id=delivery_id)
    _work_off()


@shared_task(name="conversations.sweep_sending")
def sweep_sending() -> None:
    """Find messages whose nudge was lost, whose retry is due, or whose sender died; and answers that are too late."""
    until = time_for_a_sweep(A_MOMENT)
    for conversation_id in selectors.overdue_sends():
        go_on(until, services.settle_overdue, conversation_id=conversation_id)
    _work_off()


@shared_task(name="conversations.sweep_snoozed")
def sweep_snoozed() -> None:
    """Bring back what was snoozed until now."""
    until = time_for_a_sweep()
    for workspace_id, conversation_id in selectors.due_wakings():
        actor = system_actor(workspace_id, via="task")
        go_on(until, services.wake_when_due, actor=actor, conversation_id=conversation_id)


@shared_task(name="conversations.sweep_later")
def sweep_later() -> None:
    """Send what was written for now, and go on with every broadcast for a while."""
    until = time_for_a_sweep()
    for workspace_id, scheduled_id in selectors.due_scheduled():
        actor = system_actor(workspace_id, via="task")
        go_on(until, services.send_scheduled, actor=actor, scheduled_id=scheduled_id)
    for workspace_id, broadcast_id in selectors.due_broadcasts():
        go_on(until, _write_to_some, workspace_id=workspace_id, broadcast_id=broadcast_id)


def _write_to_some(workspace_id: UUID, broadcast_id: UUID) -> None:
    actor = system_actor(workspace_id, via="task")
    for _ in range(RECIPIENTS_AT_ONCE):
        if not services.write_to_next(actor=actor, broadcast_id=broadcast_id):
            return


@shared_task(name="conversations.look_after_channels")
def look_after_channels() -> None:
    """See how every channel is doing; whoever turned red is told."""
    until = time_for_a_sweep()
    for workspace_id in selectors.workspaces_with_channels():
        actor = system_actor(workspace_id, via="task")
        go_on(until, services.look_after_channels, actor=actor)


@shared_task(name="conversations.check_channel")
def check_channel(workspace_id: str, channel_id: str) -> None:
    """Somebody wants to know whether the account works."""
    actor = system_actor(UUID(workspace_id), via="task")
    services.check_channel(actor=actor, channel_id=UUID(channel_id))
