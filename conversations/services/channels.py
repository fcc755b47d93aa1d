"""Setting channels up."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.channels.registry import adapter_for, kinds
from conversations.events import ChannelPaused, ChannelResumed
from conversations.models import Channel, says_nothing_new
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, NotFoundError
from crm.core.permissions import check
from crm.core.sentences import kept
from crm.core.service import service
from crm.core.walls import everywhere

CANNOT_SEND = kept(gettext_noop("%(channel)s can't send"))
PAUSED = kept(gettext_noop("%(who)s paused it."))


@service
def create_channel(
    *, actor: Actor, kind: str, key: str, settings: Mapping[str, str], name: str = ""
) -> Channel:
    """A configured way in and out. Asked again, the given settings are set anew and the others stay."""
    check(actor, "settings.manage")
    _check_settings(kind, settings)
    with everywhere():  # an address belongs to one workspace of all
        channel = Channel.objects.filter(kind=kind, key=key).first()
    if channel is not None and channel.workspace_id != actor.workspace_id:
        raise InvalidInputError(fields={"key": [_("Another workspace uses this key. Choose another one.")]})
    channel = channel or Channel(workspace_id=actor.workspace_id, kind=kind, key=key)
    is_known = says_nothing_new(channel.settings, settings)
    channel.settings = {**channel.settings, **settings}
    channel.name = name or channel.name or key
    channel.full_clean(exclude=["workspace"])
    channel.save()
    return channel if is_known else try_channel_again(actor=actor, channel_id=channel.pk)


@service
def pause_channel(*, actor: Actor, channel_id: UUID, because: str = "") -> Channel:
    """Nothing goes out on this channel until somebody resumes it; what is queued stays queued."""
    check(actor, "settings.manage")
    channel = _lock(actor, channel_id)
    if not channel.is_paused_by_person:
        hold(actor, channel, because.strip()[:500] or PAUSED % {"who": actor.label}, until=None)
    return channel


@service
def resume_channel(*, actor: Actor, channel_id: UUID) -> Channel:
    """The account is mended: what is queued goes out again, oldest first. Asked again, nothing changes."""
    check(actor, "settings.manage")
    channel = _lock(actor, channel_id)
    if _is_waiting(channel):
        go_on(actor, channel, ends_persons_pause=True)
    return channel


@service
def try_channel_again(*, actor: Actor, channel_id: UUID) -> Channel:
    """New settings may have mended the account: what we waited for by ourselves is over. A person's pause stays."""
    check(actor, "settings.manage")
    channel = _lock(actor, channel_id)
    go_on(actor, channel)
    return channel


def _lock(actor: Actor, channel_id: UUID) -> Channel:
    rows = Channel.objects.select_for_update(no_key=True).filter(workspace_id=actor.workspace_id)
    found = rows.filter(pk=channel_id).first()
    if found is None:
        raise NotFoundError
    return found


def hold(actor: Actor, channel: Channel, because: str, *, until: datetime | None) -> None:
    """Sending stops on the (locked) channel; admins hear of it once a pause. With `until` one message tries then."""
    is_new = not channel.paused_because
    channel.paused_because, channel.paused_until = because, until
    channel.paused_since = channel.paused_since or timezone.now()
    channel.save(update_fields=["paused_because", "paused_since", "paused_until"])
    if is_new:
        publish(ChannelPaused(str(channel.pk), because), actor=actor)
        _alert_admins(actor, channel, because)


def _alert_admins(actor: Actor, channel: Channel, because: str) -> None:
    for member in crm_selectors.members_who_may(channel.workspace_id, "settings.manage"):
        if member.user_id != actor.user_id:
            crm_services.alert_user(
                actor=actor,
                user_id=member.user_id,
                kind="channel_paused",
                key=f"channel_paused:{channel.pk}:{channel.paused_since:%Y%m%d%H%M%S%f}",
                title=CANNOT_SEND % {"channel": channel},
                body=because,
                url=reverse("conversations:channels"),
            )


def go_on(actor: Actor, channel: Channel, *, ends_persons_pause: bool = False) -> None:
    """No trouble keeps the (locked) channel from sending any more, and that is told. A person's pause only ends by a
    person."""
    was_waiting = _is_waiting(channel)
    if ends_persons_pause or not channel.is_paused_by_person:
        channel.paused_because, channel.paused_since, channel.paused_until = "", None, None
    channel.throttled_until = channel.broken_until = None
    channel.failures_in_a_row, channel.check_error = 0, ""
    channel.save()
    if was_waiting and not channel.paused_because:
        publish(ChannelResumed(str(channel.pk)), actor=actor)


def _is_waiting(channel: Channel) -> bool:
    return bool(channel.paused_because or channel.broken_until or channel.throttled_until)


def _check_settings(kind: str, settings: Mapping[str, str]) -> None:
    adapter = adapter_for(kind)
    if adapter is None:
        raise InvalidInputError(
            fields={"kind": [_("Choose one of: %(choices)s.") % {"choices": ", ".join(kinds())}]}
        )
    known = [s.name for s in adapter.settings]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise InvalidInputError(
            fields={
                name: [
                    _("%(kind)s has no such setting. Choose from: %(choices)s.")
                    % {"kind": kind, "choices": ", ".join(known)}
                ]
                for name in unknown
            }
        )
