"""Which kinds of channel there are."""

from conversations.channels.port import ChannelAdapter
from conversations.channels.simulator import SimulatorChannel
from conversations.channels.whatsapp_meta.adapter import MetaWhatsApp

_all: tuple[ChannelAdapter, ...] = (MetaWhatsApp(), SimulatorChannel())
_adapters = {adapter.kind: adapter for adapter in _all}


def adapter_for(kind: str) -> ChannelAdapter | None:
    """The adapter of a kind, or None when this product doesn't speak it."""
    return _adapters.get(kind)


def kinds() -> list[str]:
    """The kinds there are, in alphabetical order."""
    return sorted(_adapters)
