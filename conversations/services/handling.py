"""What each kind of item means to us: the service that carries it out."""

from conversations.channels.port import (
    InboundChange,
    InboundConsent,
    InboundMessage,
    InboundNotice,
    InboundReceipt,
    InboundThing,
)
from conversations.models import Channel, InboundItem
from conversations.services.changing import record_change
from conversations.services.consents import record_consent
from conversations.services.echoes import record_echo
from conversations.services.notices import record_notice
from conversations.services.packing import unpack
from conversations.services.receipts import record_receipt
from conversations.services.receiving import receive_message
from crm.core.actors import Actor, system_actor


def handle(item: InboundItem) -> None:
    """Carry one item out, in the name of its channel; runs inside the transaction that settles it."""
    actor = system_actor(item.workspace_id, via="webhook", label=str(item.channel))
    _carry_out(actor, item.channel, unpack(item.kind, item.payload))


def _carry_out(actor: Actor, channel: Channel, thing: InboundThing) -> None:
    if isinstance(thing, InboundMessage):
        work = record_echo if thing.is_echo else receive_message
        work(actor=actor, channel=channel, message=thing)
    elif isinstance(thing, InboundChange):
        record_change(actor=actor, channel=channel, change=thing)
    elif isinstance(thing, InboundReceipt):
        record_receipt(actor=actor, channel=channel, receipt=thing)
    elif isinstance(thing, InboundConsent):
        record_consent(actor=actor, channel=channel, consent=thing)
    elif isinstance(thing, InboundNotice):
        record_notice(actor=actor, channel=channel, notice=thing)
