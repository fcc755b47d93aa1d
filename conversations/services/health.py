"""Looking after channels: telling admins once when one turns red, and asking a provider about an account."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import selectors
from conversations.channels.port import AccountState, ChannelError
from conversations.channels.registry import adapter_for
from conversations.events import ChannelChecked, ChannelHealthChanged
from conversations.models import Channel
from conversations.selectors import ChannelCard
from conversations.services.channels import resume_channel
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.permissions import check
from crm.core.sentences import kept
from crm.core.service import service
from crm.core.walls import within

NEEDS_A_LOOK = kept(gettext_noop("%(channel)s needs a look"))


@service
def look_after_channels(*, actor: Actor) -> int:
    """See how each channel of the workspace is doing; whoever turned red or well again is told, once.
    Returns how many changed."""
    rows = Channel.objects.filter(workspace_id=actor.workspace_id)
    changed = [card for card in selectors.cards_of(rows) if card.health.colour != card.channel.health]
    for card in changed:
        _note_health(actor, card)
    return len(changed)


def _note_health(actor: Actor, card: ChannelCard) -> None:
    """Write the new colour down, if nobody else has meanwhile, and tell."""
    channel, was, now = card.channel, card.channel.health, timezone.now()
    rows = Channel.objects.filter(pk=channel.pk, health=was)
    if not rows.update(health=card.health.colour, health_since=now):
        return
    because = card.health.reasons[0][1] if card.health.reasons else ""
    publish(ChannelHealthChanged(str(channel.pk), card.health.colour, was, because), actor=actor)
    if card.health.colour == "red" and not channel.paused_because:  # of a pause they have heard
        _alert_admins(actor, card, because)


def _alert_admins(actor: Actor, card: ChannelCard, because: str) -> None:
    channel = card.channel
    for member in crm_selectors.members_who_may(channel.workspace_id, "settings.manage"):
        crm_services.alert_user(
            actor=actor,
            user_id=member.user_id,
            kind="channel_red",
            key=f"channel_red:{channel.pk}:{timezone.now():%Y%m%d%H}",  # once an hour, however it flickers
            title=NEEDS_A_LOOK % {"channel": channel},
            body=because,
            url=reverse("conversations:channels"),
        )


def check_channel(*, actor: Actor, channel_id: UUID) -> str:
    """Ask the provider whether the account works; returns what is wrong, empty when nothing is.
    A channel that waited for its account to be mended goes on."""
    check(actor, "settings.manage")
    with within(actor.workspace_id):
        channel = Channel.objects.filter(workspace_id=actor.workspace_id, pk=channel_id).first()
    if channel is None:
        raise NotFoundError
    try:
        state, error = _ask(channel), ""
    except ChannelError as refusal:
        state, error = AccountState(), refusal.text or refusal.code
    note_check(actor=actor, channel_id=channel_id, state=state, error=error)
    return error


def _ask(channel: Channel) -> AccountState:
    """The provider's answer; no transaction is open."""
    adapter = adapter_for(channel.kind)
    if adapter is None:
        raise ChannelError("permanent", "no_adapter", f"This product doesn't speak {channel.kind}.")
    account = replace(selectors.account_of(channel), timeout=min(5.0, settings.PROVIDER_TIMEOUT))
    return adapter.check(account)


@service
def note_check(*, actor: Actor, channel_id: UUID, state: AccountState, error: str) -> None:
    """Keep what the provider said; an account that works again ends a pause that was ours, not a person's."""
    rows = Channel.objects.select_for_update(no_key=True).filter(workspace_id=actor.workspace_id)
    channel = rows.get(pk=channel_id)
    channel.checked_at, channel.check_error = timezone.now(), error[:2000]
    channel.quality = state.quality or channel.quality
    channel.save_without_historical_record(update_fields=["checked_at", "check_error", "quality"])  # type: ignore[attr-defined]
    publish(ChannelChecked(str(channel.pk), error), actor=actor)
    if not error and channel.paused_because and channel.paused_until is not None:
        resume_channel(actor=actor, channel_id=channel_id)
