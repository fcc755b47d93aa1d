"""Contacts: recognised, added, changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError, StaleVersionError
from crm.core.service import service
from crm.events import ContactChanged, ContactCreated
from crm.models import Contact, IdentityKind
from crm.services.custom_fields import checked_custom
from crm.services.identities import (
    Known,
    add_identities,
    contacts_known_by,
    identities_known_by,
    lock_identities,
    news_in,
    normalise,
)
from crm.services.merging import merge_contacts
from crm.services.tags import spell_tags


@service
def recognise_contact(
    *,
    actor: Actor,
    knowns: Sequence[Known],
    name: str = "",
    source: str = "",
    username: str = "",
    at: datetime | None = None,
) -> Contact:
    """The contact of these identities at that time (now), made if nobody knows them; new identities are added to them.

    Two callers at once get the same contact: the identities are locked by value before they are looked up. When number
    and user id are of two contacts, they are one person and are merged. A username is kept, and recognises nobody:
    usernames change hands.
    """
    wanted = [n for n in (normalise(k) for k in knowns) if n.value]
    if not wanted:
        raise InvalidInputError(fields={"identities": [_("Give at least one phone number, id or address.")]})
    when = at or timezone.now()
    lock_identities(actor, wanted)
    rows = identities_known_by(actor, wanted, when)
    contact = _one_person(actor, list({row.contact_id: row.contact for row in rows}.values()), wanted)
    if contact is None:
        contact = Contact.objects.create(workspace_id=actor.workspace_id, name=name)
        publish(ContactCreated(contact_id=str(contact.id), source=source), actor=actor)
    elif name and not contact.name:
        contact.name = name
        contact.save(update_fields=["name", "updated_at"])
        publish(ContactChanged(contact_id=str(contact.id), fields=("name",)), actor=actor)
    named = [normalise(Known(IdentityKind.USERNAME, username))] if username else []
    add_identities(contact, news_in(contact, [*wanted, *named], rows), when)
    return contact


def _one_person(actor: Actor, found: list[Contact], wanted: list[Known]) -> Contact | None:
    """Whom all these identities are of. One message that carries ids of two contacts says that they are one; but who
    is known by another user id of the same kind has passed their number on, and stays who they are."""
    if len(found) < 2:
        return found[0] if found else None
    first, *others = sorted(found, key=lambda c: (c.created_at, c.pk))
    for other in others:
        if _have_different_ids(first, other, wanted):
            return next(c for c in found if _is_known_by_id(c, wanted))
        because = gettext_noop("One message came with the addresses of both.")
        merge_contacts(actor=actor, winner_id=first.pk, loser_id=other.pk, because=because)
    return first


def _is_known_by_id(contact: Contact, wanted: list[Known]) -> bool:
    ids = [(k.scope, k.value) for k in wanted if k.kind == IdentityKind.BSUID]
    held = contact.identities.filter(kind=IdentityKind.BSUID).values_list("scope", "value")
    return any(pair in ids for pair in held)


def _have_different_ids(one: Contact, other: Contact, wanted: list[Known]) -> bool:
    """True when both are known by a user id of the same scope: then they are two people."""
    scopes = {k.scope for k in wanted if k.kind == IdentityKind.BSUID}
    current = {"kind": IdentityKind.BSUID, "scope__in": scopes, "former_since__isnull": True}
    return all(contact.identities.filter(**current).exists() for contact in (one, other))


EDITABLE = ("name", "language", "tags", "owner_id", "custom")


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
    if "tags" in changes:
        changes = {**changes, "tags": spell_tags(actor=actor, names=changes["tags"])}
    if "custom" in changes:
        custom = checked_custom(actor.workspace_id, "contact", changes["custom"], contact.custom)
        changes = {**changes, "custom": custom}
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
    *,
    actor: Actor,
    name: str,
    knowns: Sequence[Known] = (),
    tags: Sequence[str] = (),
    language: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Contact:
    """A contact somebody typed or posted; refuses when one of the identities is known already, and values that the
    workspace's own fields don't take."""
    policies.check_can_edit_contact(actor)
    wanted = [normalise(k) for k in knowns]
    if empty := [k.value for k, n in zip(knowns, wanted, strict=True) if not n.value]:
        raise InvalidInputError(
            fields={"identities": [_("'%(value)s' is no number or address.") % {"value": v} for v in empty]}
        )
    lock_identities(actor, wanted)
    if wanted and contacts_known_by(actor, wanted, timezone.now()):
        raise InvalidInputError(
            _("Somebody with one of these identities is known already."),
            fields={"identities": [_("This belongs to a contact that exists. Change that one instead.")]},
        )
    contact = Contact.objects.create(
        workspace_id=actor.workspace_id,
        name=name,
        tags=spell_tags(actor=actor, names=tags),
        language=language,
        custom=checked_custom(actor.workspace_id, "contact", custom or {}, {}, is_new=True),
    )
    add_identities(contact, wanted, timezone.now())
    publish(ContactCreated(contact_id=str(contact.id), source=actor.via), actor=actor)
    return contact
