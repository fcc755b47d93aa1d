"""What each kind of item means to us: the service that carries it out."""

from datetime import UTC, datetime

from conversations.channels.port import Address, InboundMessage, InboundReceipt
from conversations.models import InboundItem
from conversations.services.receipts import record_receipt
from conversations.services.receiving import receive_message
from crm.core.actors import system_actor


def handle(item: InboundItem) -> None:
    """Carry one item out, in the name of its channel; runs inside the transaction that settles it."""
    actor = system_actor(item.workspace_id, via="webhook", label=str(item.channel))
    given = item.payload
    if item.kind == "message":
        receive_message(
            actor=actor,
            channel=item.channel,
            message=InboundMessage(
                **{
                    **given,
                    "senders": tuple(Address(kind, value) for kind, value in given["senders"]),
                    "sent_at": datetime.fromisoformat(given["sent_at"]).astimezone(UTC),
                }
            ),
        )
    elif item.kind == "receipt":
        receipt = InboundReceipt(**{**given, "at": datetime.fromisoformat(given["at"]).astimezone(UTC)})
        record_receipt(actor=actor, channel=item.channel, receipt=receipt)
