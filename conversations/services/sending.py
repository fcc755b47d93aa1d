"""Sending: claim, call the provider outside of any transaction, write down how it went."""

from uuid import UUID

from conversations.channels.port import (
    ChannelError,
)
from conversations.channels.registry import adapter_for
from conversations.models import Conversation
from conversations.services.claiming import Claim, claim_next
from conversations.services.outcomes import mark_failed, mark_sent
from crm.core.walls import within_row


@within_row(Conversation, "conversation_id")
def send_due(*, conversation_id: UUID, at_most: int = 1_000) -> int:
    """Send what is due in a conversation, oldest first; returns how many were handed to the provider."""
    sent = 0
    while sent < at_most and (claim := claim_next(conversation_id)):
        _carry_out(claim)
        sent += 1
    return sent


def _carry_out(claim: Claim) -> None:
    """Call the provider outside any transaction, then write down how it went."""
    adapter = adapter_for(claim.kind)
    try:
        if adapter is None:
            raise ChannelError("permanent", "no_adapter", f"This product doesn't speak {claim.kind}.")
        accepted = adapter.send(claim.account, claim.outgoing)
    except ChannelError as error:
        mark_failed(claim=claim, error=error)
    else:
        mark_sent(claim=claim, accepted=accepted)
