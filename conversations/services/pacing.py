"""What keeps a message waiting: its channel's troubles, the provider's limits, and our own tact."""

from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.utils import timezone

from conversations import decisions
from conversations.channels.port import PairLimit
from conversations.channels.registry import adapter_for
from conversations.models import Channel, Conversation, Message
from conversations.services.channels import go_on
from conversations.services.endings import LEASE
from crm.core.actors import Actor


def may_go_now(conversation: Conversation, row: Message) -> bool:
    """Whether this message may be handed to the provider now; when not, it learns when to ask again."""
    now, channel = timezone.now(), conversation.channel
    if is_held(channel, now):
        return False
    is_trying = _is_in_trouble(channel)
    wait = _wait_of_pair(conversation, now) or _wait_of_number(channel, now)
    if not wait and row.attempts and not is_trying:
        wait = _wait_of_budget(channel, now)
    if wait:
        row.next_at = now + wait
        row.save(update_fields=["next_at"])
        return False
    return not is_trying or _is_the_one_that_tries(channel, now)


def is_held(channel: Channel, now: datetime) -> bool:
    """Nothing at all may go out on the channel now."""
    if not channel.is_active or channel.is_paused_by_person:
        return True
    return any(t and t > now for t in (channel.paused_until, channel.throttled_until, channel.broken_until))


def _is_in_trouble(channel: Channel) -> bool:
    return bool(channel.paused_because or channel.broken_until)


def _is_the_one_that_tries(channel: Channel, now: datetime) -> bool:
    """The time to try a troubled channel has come: whoever moves it on tries, all others go on waiting."""
    seen = {"paused_until": channel.paused_until, "broken_until": channel.broken_until}
    mine = {name: now + LEASE for name, until in seen.items() if until}
    return Channel.objects.filter(pk=channel.pk, **seen).update(**mine) == 1


def _wait_of_pair(conversation: Conversation, now: datetime) -> timedelta | None:
    limit = _pair_limit(conversation)
    if limit is None:
        return None
    return decisions.pair_wait(now, conversation.pair_full_at, burst=limit.burst, seconds=limit.seconds)


def _pair_limit(conversation: Conversation) -> PairLimit | None:
    adapter = adapter_for(conversation.channel.kind)
    return adapter.pair_limit() if adapter else None


def _wait_of_number(channel: Channel, now: datetime) -> timedelta | None:
    """The last second's messages are counted instead of kept in a row that every worker would have to lock."""
    second = timedelta(seconds=1)
    lately = Message.objects.filter(channel_id=channel.pk, attempted_at__gt=now - second)
    times = list(lately.order_by("attempted_at").values_list("attempted_at", flat=True)[: channel.rate])
    return times[0] + second - now if len(times) >= channel.rate and times[0] else None


def _wait_of_budget(channel: Channel, now: datetime) -> timedelta | None:
    lately = Message.objects.filter(channel_id=channel.pk, attempted_at__gt=now - timedelta(minutes=1))
    count = lately.aggregate(tried=Count("pk"), retried=Count("pk", filter=Q(attempts__gt=1)))
    return None if decisions.may_retry(**count) else decisions.wait_for_budget()


def note_attempt(conversation: Conversation, now: datetime) -> None:
    """One more message to this person counts against the provider's limit. The conversation is locked."""
    if limit := _pair_limit(conversation):
        full_at = decisions.pair_full_after_one_more(now, conversation.pair_full_at, seconds=limit.seconds)
        Conversation.objects.filter(pk=conversation.pk).update(pair_full_at=full_at)


def note_success(actor: Actor, channel: Channel) -> None:
    """The provider works: whatever it had been waited for is over. A person's own pause stays."""
    if channel.failures_in_a_row or channel.broken_until:
        Channel.objects.filter(pk=channel.pk).update(failures_in_a_row=0, broken_until=None)
    if channel.paused_because and channel.paused_until:
        go_on(actor, Channel.objects.select_for_update(no_key=True).get(pk=channel.pk))


def note_failure(channel: Channel) -> None:
    """The provider does not work: after several times in a row it is left alone for a while."""
    rows = Channel.objects.filter(pk=channel.pk)
    rows.update(failures_in_a_row=F("failures_in_a_row") + 1)
    failures = rows.values_list("failures_in_a_row", flat=True).get()
    if failures >= decisions.BREAKS_AFTER:
        rows.update(broken_until=timezone.now() + decisions.wait_of_broken_account(failures))


def note_throttled(channel: Channel, retry_after: float | None) -> timedelta:
    """The provider wants the whole account slower; returns for how long."""
    wait = decisions.wait_of_slow_account(retry_after)
    throttle(channel, timezone.now() + wait)
    return wait


def throttle(channel: Channel, until: datetime) -> None:
    """The sender looks at this before each message. Never shortened: another answer may have asked for longer."""
    rows = Channel.objects.filter(pk=channel.pk)
    rows = rows.filter(Q(throttled_until__isnull=True) | Q(throttled_until__lt=until))
    rows.update(throttled_until=until)
