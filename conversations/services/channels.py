"""Setting channels up."""

from collections.abc import Mapping

from conversations.channels.registry import adapter_for, kinds
from conversations.models import Channel
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.permissions import check
from crm.core.service import service


@service
def create_channel(
    *, actor: Actor, kind: str, key: str, settings: Mapping[str, str], name: str = ""
) -> Channel:
    """A configured way in and out. Asked again, the given settings are set anew and the others stay."""
    check(actor, "settings.manage")
    _check_settings(kind, settings)
    channel = Channel.objects.filter(kind=kind, key=key).first()
    if channel is not None and channel.workspace_id != actor.workspace_id:
        raise InvalidInputError(fields={"key": ["Another workspace uses this key. Choose another one."]})
    channel = channel or Channel(workspace_id=actor.workspace_id, kind=kind, key=key)
    channel.settings = {**channel.settings, **settings}
    channel.name = name or channel.name or key
    channel.paused_because, channel.paused_until = "", None
    channel.full_clean(exclude=["workspace"])
    channel.save()
    return channel


def _check_settings(kind: str, settings: Mapping[str, str]) -> None:
    adapter = adapter_for(kind)
    if adapter is None:
        raise InvalidInputError(fields={"kind": [f"Choose one of: {', '.join(kinds())}."]})
    known = [s.name for s in adapter.settings]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise InvalidInputError(
            fields={
                name: [f"{kind} has no such setting. Choose from: {', '.join(known)}."] for name in unknown
            }
        )
