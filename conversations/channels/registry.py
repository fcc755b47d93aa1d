"""Which kinds of channel there are."""

from conversations.channels.port import ChannelAdapter
from conversations.channels.simulator import SimulatorChannel
from conversations.channels.whatsapp_meta.adapter import MetaWhatsApp

_all: tuple[ChannelAdapter, ...] = (MetaWhatsApp(), SimulatorChannel())
_adapters = {adapter.kind: adapter for adapter in _all}


def adapter_for(kind: str) -> ChannelAdapter | None:
    """The adapter of a kind, or None when this product doesn't speak it."""
    return _adapters.get(kind)


def secret_names() -> frozenset[str]:
    """The settings that some adapter marks as secret. By name alone: a row may be written that names no kind."""
    return frozenset(setting.name for adapter in _all for setting in adapter.settings if setting.is_secret)


def kinds() -> list[str]:
    """The kinds there are, in alphabetical order."""
    return sorted(_adapters)
