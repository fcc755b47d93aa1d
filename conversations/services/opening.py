"""Whose conversation it is: the contact of some addresses, and their one open thread on a channel."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations.channels.port import Address
from conversations.events import ConversationOpened
from conversations.models import Channel, Conversation, OwnerKind
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.models import Contact
from crm.services import Known


def knowns_of(channel: Channel, addresses: Iterable[Address]) -> list[Known]:
    """The addresses as identities. A business-scoped user id only holds within one business account."""
    business = str(channel.settings.get("waba_id", ""))
    return [Known(a.kind, a.value, business if a.kind == "bsuid" else "") for a in addresses]


def contact_of(
    actor: Actor,
    channel: Channel,
    addresses: Iterable[Address],
    *,
    name: str = "",
    username: str = "",
    at: datetime | None = None,
) -> Contact:
    """The contact with these addresses at that time; made when nobody knows them."""
    return crm_services.recognise_contact(
        actor=actor,
        knowns=knowns_of(channel, addresses),
        name=name,
        source=channel.kind,
        username=username,
        at=at,
    )


def open_conversation(*, actor: Actor, channel: Channel, contact: Contact) -> Conversation:
    """The open conversation of a contact on a channel, locked; made when there is none.

    The contact's row is locked first, so that two first messages at once find one conversation. Row locks are
    "no key" ones everywhere: who holds a conversation may write rows that point at its contact meanwhile.
    """
    rows = _locked(channel, contact).exclude(status=Conversation.Status.CLOSED)
    if found := _first(rows, channel, contact):
        return found
    is_staff = _is_staff(channel, contact)
    conversation = Conversation.objects.create(
        workspace_id=channel.workspace_id,
        contact=contact,
        channel=channel,
        purpose=Conversation.Purpose.STAFF if is_staff else Conversation.Purpose.CUSTOMER,
        owner_kind=OwnerKind.AGENT if channel.is_bot_on and not is_staff else OwnerKind.NOBODY,
        owned_since=timezone.now(),
        owned_because=gettext_noop("New conversation"),
    )
    opened = ConversationOpened(str(conversation.pk), str(contact.pk), str(channel.pk))
    publish(opened, actor=actor)
    return conversation


def latest_conversation(*, actor: Actor, channel: Channel, contact: Contact) -> Conversation:
    """The newest conversation, open or closed, locked; made when there is none. For what reopens nothing."""
    found = _first(_locked(channel, contact).order_by("-created_at"), channel, contact)
    return found or open_conversation(actor=actor, channel=channel, contact=contact)


def _locked(channel: Channel, contact: Contact) -> QuerySet[Conversation]:
    """The contact is locked now, and what is fetched of their conversations on the channel will be."""
    Contact.objects.select_for_update(no_key=True).values_list("pk").get(pk=contact.pk)
    return Conversation.objects.select_for_update(no_key=True).filter(contact=contact, channel=channel)


def _first(rows: QuerySet[Conversation], channel: Channel, contact: Contact) -> Conversation | None:
    """With the channel and the contact that are at hand."""
    found = rows.first()
    if found is not None:
        found.channel, found.contact = channel, contact
    return found


def _is_staff(channel: Channel, contact: Contact) -> bool:
    """A confirmed number of a member of the workspace is a colleague's, not a lead's."""
    numbers = set(contact.identities.filter(kind__in=["wa_id", "phone"]).values_list("value", flat=True))
    phones = crm_selectors.staff_phones(channel.workspace_id) if numbers else set()
    return bool(numbers & phones)
