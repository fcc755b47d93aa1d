"""A contact got a new number or user id: it stays the same contact, reached at the new address."""

from conversations.channels.port import Address, InboundMessage
from conversations.models import Conversation
from conversations.services.opening import knowns_of
from crm import services as crm_services
from crm.core.actors import Actor


def note_move(actor: Actor, conversation: Conversation, given: InboundMessage) -> None:
    """Replace the sender's addresses by the ones they moved to, and reply there. Does nothing without a move."""
    if not given.moved_to:
        return
    crm_services.move_identities(
        actor=actor,
        contact_id=conversation.contact_id,
        new=knowns_of(conversation.channel, given.moved_to),
        at=given.sent_at,
        because=given.text,
    )
    talks = Conversation.objects.select_for_update(no_key=True).filter(
        contact_id=conversation.contact_id, channel_id=conversation.channel_id
    )
    new = {address.kind: address.value for address in given.moved_to}
    for row in talks.order_by("pk"):
        row.recipient_value = new.get(row.recipient_kind, row.recipient_value)
        row.save_without_historical_record(update_fields=["recipient_value"])  # type: ignore[attr-defined]


def address_now(conversation: Conversation, sender: Address) -> Address | None:
    """Where somebody is reached who wrote from this address: there, or at what they have instead if they gave it up."""
    known = knowns_of(conversation.channel, [sender])[0]
    rows = conversation.contact.identities.filter(kind=known.kind, scope=known.scope).order_by("created_at")
    given_up = dict(rows.values_list("value", "former_since"))
    if given_up.get(known.value) is None:
        return sender
    living = [value for value, since in given_up.items() if since is None]
    return Address(sender.kind, living[-1]) if living else None
