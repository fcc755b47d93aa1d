"""The cast of the leads' tests: a workspace with its people, contacts, conversations and leads."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from conversations.models import Channel, Conversation, Message
from crm import services as crm_services
from crm.core.actors import Actor, ActorKind, Sight, system_actor
from crm.models import Contact, Membership, User, Workspace
from crm.selectors import actor_for
from crm.services import Known
from leads import services
from leads.models import Lead
from leads.services import SlotFact

_numbers = itertools.count(1)


@dataclass
class Cast:
    """A workspace and who acts in it."""

    workspace: Workspace
    system: Actor
    members: dict[str, Membership] = field(default_factory=dict)

    def actor(self, role: str, *, via: str = "page") -> Actor:
        """The member of a role, coming through a door."""
        return actor_for(self.members[role], via=via)

    def user(self, role: str) -> User:
        """The user of a role."""
        return self.members[role].user

    @property
    def agent(self) -> Actor:
        """A bot that works on leads."""
        return Actor(
            kind=ActorKind.AGENT,
            id="agent-1",
            label="Sarah",
            workspace_id=self.workspace.pk,
            permissions=frozenset(
                {"leads.view", "leads.edit", "contacts.view", "contacts.edit", "conversations.view"}
            ),
            via="task",
            sight=Sight.ALL,
        )


def make_cast(slug: str = "warung", roles: tuple[str, ...] = ("admin", "manager", "rep", "viewer")) -> Cast:
    """A workspace with slots, rules and one member of each role, `<role>@<slug>.test`, password "secret"."""
    workspace = crm_services.create_workspace(slug=slug, name=slug.title())
    cast = Cast(workspace, system_actor(workspace.pk, via="command"))
    services.set_up_leads(actor=cast.system)
    for role in roles:
        cast.members[role] = add_member(cast, role)
    return cast


def add_member(cast: Cast, role: str, name: str = "") -> Membership:
    """One more member of a role."""
    slug = cast.workspace.slug
    return crm_services.add_member(
        actor=cast.system,
        email=f"{name.lower() or role}@{slug}.test",
        role_key=role,
        name=name or role.title(),
        password="secret",
    )


def api_key(cast: Cast, role: str) -> str:
    """A key with which a program acts as the member of a role."""
    email = cast.user(role).email
    return crm_services.create_api_key(actor=cast.system, email=email, name="tests").secret


def make_contact(cast: Cast, name: str = "", phone: str = "") -> Contact:
    """A contact with a phone number of its own."""
    number = phone or f"62811{next(_numbers):07d}"
    return crm_services.recognise_contact(actor=cast.system, knowns=[Known("wa_id", number)], name=name)


def make_lead(
    cast: Cast, name: str = "Budi", *, owner: str = "", source: str = "whatsapp", **columns: Any
) -> Lead:
    """A lead as captured; further columns are written as they are given."""
    contact = make_contact(cast, name)
    lead = services.capture_lead(actor=cast.system, contact_id=contact.pk, source=source)
    if owner:
        user_id = cast.members[owner].user_id
        lead = services.assign_lead(actor=cast.system, lead_id=lead.pk, user_id=user_id)
    if columns:
        Lead.objects.filter(pk=lead.pk).update(**columns)
        lead = Lead.objects.get(pk=lead.pk)
    return lead


def make_conversation(cast: Cast, contact: Contact, kind: str = "simulator") -> Conversation:
    """An open conversation with a contact."""
    key = f"{cast.workspace.slug}-{kind}"
    channel, _ = Channel.objects.get_or_create(workspace=cast.workspace, kind=kind, key=key)
    return Conversation.objects.create(workspace=cast.workspace, contact=contact, channel=channel)


def make_message(conversation: Conversation, text: str, *, direction: str = "in", **columns: Any) -> Message:
    """The next message of a conversation, and the conversation's own copies of it."""
    now = timezone.now()
    conversation.last_sequence += 1
    conversation.last_message_at = now
    conversation.last_message_text, conversation.last_message_direction = text, direction
    if direction == "in":
        conversation.last_inbound_at = now
    conversation.save()
    return Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        channel_id=conversation.channel_id,
        sequence=conversation.last_sequence,
        direction=direction,
        text=text,
        status="delivered",
        author_kind="contact" if direction == "in" else "agent",
        **columns,
    )


def fact(key: str, value: str, **given: Any) -> SlotFact:
    """What an agent found in a message."""
    return SlotFact(key, value, **{"confidence": 0.9, "quote": value, **given})


ALL_FIVE = [
    fact("name", "Budi"),
    fact("business_type", "coffee shop", normalised={"type": "coffee_shop"}),
    fact("location", "Bandung", normalised={"city": "Bandung", "country": "ID"}),
    fact("need", "a website"),
    fact("budget", "5 juta", normalised={"amount": "5000000", "currency": "IDR"}),
]
