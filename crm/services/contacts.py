"""Contacts and their identities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers
from django.db import connection

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, StaleVersionError
from crm.core.service import service
from crm.events import ContactChanged, ContactCreated
from crm.models import Contact, Identity, IdentityKind


@dataclass(frozen=True)
class Known:
    """One way a person was recognised: kind, value as given, and the scope of ids that hold in it only."""

    kind: str
    value: str
    scope: str = ""


def normalise(known: Known) -> Known:
    """Digits for numbers, lower case for e-mail and usernames; the rest as it is."""
    value = known.value.strip()
    if known.kind in {IdentityKind.PHONE, IdentityKind.WA_ID}:
        value = "".join(c for c in value if c.isdigit())
    elif known.kind in {IdentityKind.EMAIL, IdentityKind.USERNAME}:
        value = value.lower().removeprefix("@")
    return Known(known.kind, value, known.scope)


def shown(known: Known) -> str:
    """How people read it: a number in international format, everything else as given."""
    if known.kind not in {IdentityKind.PHONE, IdentityKind.WA_ID}:
        return known.value
    try:
        number = phonenumbers.parse(f"+{normalise(known).value}")
    except phonenumbers.NumberParseException:
        return known.value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@service
def recognise_contact(*, actor: Actor, knowns: Sequence[Known], name: str = "", source: str = "") -> Contact:
    """The contact of these identities, made if nobody knows them; new identities are added to the one found.

    Two callers at once get the same contact: the identities are locked by value before they are looked up.
    """
    wanted = [n for n in (normalise(k) for k in knowns) if n.value]
    if not wanted:
        raise InvalidInputError(fields={"identities": ["Give at least one phone number, id or address."]})
    _lock_identities(actor, wanted)
    contact = _contact_known_by(actor, wanted)
    if contact is None:
        contact = Contact.objects.create(workspace_id=actor.workspace_id, name=name)
        publish(ContactCreated(contact_id=str(contact.id), source=source), actor=actor)
    elif name and not contact.name:
        contact.name = name
        contact.save(update_fields=["name", "updated_at"])
        publish(ContactChanged(contact_id=str(contact.id), fields=("name",)), actor=actor)
    _add_identities(contact, wanted)
    return contact


def _lock_identities(actor: Actor, wanted: list[Known]) -> None:
    """Advisory locks until the commit, in one order for everybody; phone and WhatsApp number share one."""
    keys = {f"{actor.workspace_id}/{sorted(_family(k.kind))[0]}/{k.scope}/{k.value}" for k in wanted}
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _family(kind: str) -> set[str]:
    """Kinds that vouch for each other: a phone number and a WhatsApp number are the same number."""
    numbers = {str(IdentityKind.PHONE), str(IdentityKind.WA_ID)}
    return numbers if kind in numbers else {kind}


def _contact_known_by(actor: Actor, wanted: list[Known]) -> Contact | None:
    """The contact of the first known identity."""
    for known in wanted:
        rows = Identity.objects.filter(workspace_id=actor.workspace_id, value=known.value)
        rows = rows.filter(kind__in=_family(known.kind), scope=known.scope)
        found = rows.select_related("contact").order_by("created_at").first()
        if found:
            return found.contact
    return None


def _add_identities(contact: Contact, wanted: list[Known]) -> None:
    held = set(contact.identities.values_list("kind", "scope", "value"))
    for known in wanted:
        if (known.kind, known.scope, known.value) in held:
            continue
        Identity.objects.get_or_create(
            workspace_id=contact.workspace_id,
            kind=known.kind,
            scope=known.scope,
            value=known.value,
            defaults={"contact": contact, "shown_as": shown(known)},
        )


EDITABLE = ("name", "language", "tags", "owner_id")


@service
def change_contact(
    *, actor: Actor, contact_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Contact:
    """Change a contact's own fields; refuses when it was changed since `version`."""
    policies.check_can_edit_contact(actor)
    contact = selectors.lock_contact(actor, contact_id)
    if version is not None and contact.version != version:
        raise StaleVersionError
    if changes.get("owner_id") is not None:
        selectors.get_member(actor, changes["owner_id"])
    changed = [f for f in EDITABLE if f in changes and getattr(contact, f) != changes[f]]
    for field in changed:
        setattr(contact, field, changes[field])
    if changed:
        contact.save(update_fields=[*(f.removesuffix("_id") for f in changed), "updated_at"])
        publish(ContactChanged(contact_id=str(contact.id), fields=tuple(changed)), actor=actor)
    return contact


@service
def own_contact(*, actor: Actor, contact_id: UUID, user_id: UUID | None, previous: UUID | None) -> None:
    """A lead changed hands: its contact goes along, if they were nobody's or the previous owner's.

    The caller holds the contact's lock and has checked that the actor may give the lead away. The lead's event
    tells the story; the contact's history keeps the owner.
    """
    contact = Contact.objects.get(pk=contact_id, workspace_id=actor.workspace_id)
    if contact.owner_id not in {None, previous} or contact.owner_id == user_id:
        return
    contact.owner_id = user_id
    contact.save(update_fields=["owner", "updated_at"])


@service
def create_contact(
    *, actor: Actor, name: str, knowns: Sequence[Known] = (), tags: Sequence[str] = (), language: str = ""
) -> Contact:
    """A contact somebody typed or posted; refuses when one of the identities is known already."""
    policies.check_can_edit_contact(actor)
    wanted = [normalise(k) for k in knowns]
    if empty := [k.value for k, n in zip(knowns, wanted, strict=True) if not n.value]:
        raise InvalidInputError(fields={"identities": [f"'{v}' is no number or address." for v in empty]})
    _lock_identities(actor, wanted)
    if wanted and _contact_known_by(actor, wanted):
        raise InvalidInputError(
            "Somebody with one of these identities is known already.",
            fields={"identities": ["This belongs to a contact that exists. Change that one instead."]},
        )
    contact = Contact.objects.create(
        workspace_id=actor.workspace_id, name=name, tags=list(tags), language=language
    )
    _add_identities(contact, wanted)
    publish(ContactCreated(contact_id=str(contact.id), source=actor.via), actor=actor)
    return contact
