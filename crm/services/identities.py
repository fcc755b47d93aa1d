"""Identities: the addresses a contact is recognised by, now and formerly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import phonenumbers
from django.db import connection
from django.db.models import Q

from crm import policies, selectors
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service
from crm.events import IdentitiesChanged
from crm.models import Contact, Identity, IdentityKind
from crm.services.merging import merge_contacts

LOCK_ALL = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key"


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


def lock_identities(actor: Actor, wanted: Sequence[Known]) -> None:
    """Advisory locks until the commit, in one order for everybody; phone and WhatsApp number share one."""
    keys = {f"{actor.workspace_id}/{sorted(_family(k.kind))[0]}/{k.scope}/{k.value}" for k in wanted}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ALL, [sorted(keys)])


def _family(kind: str) -> set[str]:
    """Kinds that vouch for each other: a phone number and a WhatsApp number are the same number."""
    numbers = {str(IdentityKind.PHONE), str(IdentityKind.WA_ID)}
    return numbers if kind in numbers else {kind}


def is_anothers(known: Known, *, workspace_id: UUID, contact_id: UUID) -> bool:
    """Whether somebody else of the workspace is known by this, be it as a phone or as a WhatsApp number."""
    rows = Identity.objects.filter(workspace_id=workspace_id, kind__in=_family(known.kind))
    theirs = rows.filter(value=known.value, scope=known.scope, former_since__isnull=True)
    return theirs.exclude(contact_id=contact_id).exists()


def contacts_known_by(actor: Actor, wanted: Sequence[Known], at: datetime) -> list[Contact]:
    """The contacts of these identities at that time, in the order given, each once. Usernames recognise nobody."""
    rows = identities_known_by(actor, wanted, at)
    return list({row.contact_id: row.contact for row in rows}.values())


def news_in(contact: Contact, wanted: Sequence[Known], rows: Sequence[Identity]) -> list[Known]:
    """What of these identities is not plainly the contact's already, by the rows they were recognised by."""
    held = {
        (row.kind, row.scope, row.value)
        for row in rows
        if row.contact_id == contact.pk and row.former_since is None
    }
    return [known for known in wanted if (known.kind, known.scope, known.value) not in held]


def identities_known_by(actor: Actor, wanted: Sequence[Known], at: datetime) -> list[Identity]:
    """The identities that tell whose these were at that time, with their contacts, in the order given."""
    found = []
    for known in wanted:
        if known.kind == IdentityKind.USERNAME:
            continue
        rows = Identity.objects.filter(workspace_id=actor.workspace_id, value=known.value)
        rows = rows.filter(kind__in=_family(known.kind), scope=known.scope)
        rows = rows.filter(Q(former_since__isnull=True) | Q(former_since__gte=at))
        row = rows.select_related("contact").order_by("created_at").first()
        if row is not None:
            found.append(row)
    return found


def add_identities(contact: Contact, wanted: Sequence[Known], at: datetime) -> list[str]:
    """Make these identities the contact's, from then on; returns the new ones as kind:value. An address that somebody
    else gave up (or a username that changed hands) is taken over from them."""
    held = {(i.kind, i.scope, i.value): i for i in contact.identities.all()} if wanted else {}
    added = []
    for known in map(normalise, wanted):
        row = held.get((known.kind, known.scope, known.value))
        if row is None:
            row, is_new = Identity.objects.get_or_create(
                workspace_id=contact.workspace_id,
                kind=known.kind,
                scope=known.scope,
                value=known.value,
                defaults={"contact": contact, "shown_as": shown(known)},
            )
            if is_new or _take_over(row, contact):
                added.append(f"{known.kind}:{known.value}")
        elif row.former_since is not None and row.former_since < at:
            row.former_since = None
            row.save(update_fields=["former_since"])
            added.append(f"{known.kind}:{known.value}")
    return added


def _take_over(row: Identity, contact: Contact) -> bool:
    """True when the address is free to be somebody else's now."""
    if row.former_since is None and row.kind not in {IdentityKind.USERNAME, IdentityKind.WA_ID}:
        return False
    row.contact, row.former_since = contact, None
    row.save(update_fields=["contact", "former_since"])
    return True


@service
def move_identities(
    *, actor: Actor, contact_id: UUID, new: Sequence[Known], at: datetime, because: str = ""
) -> Contact:
    """A contact has new addresses: they are added, and those of the same kinds that they replace become former ones.

    Whoever was known by a new address already is the same person, and is merged into the contact.
    """
    policies.check_can_edit_contact(actor)
    wanted = [n for n in map(normalise, new) if n.value]
    lock_identities(actor, wanted)
    contact = selectors.lock_contact(actor, contact_id)
    for other in contacts_known_by(actor, wanted, at):
        if other.pk != contact.pk:
            merge_contacts(actor=actor, winner_id=contact.pk, loser_id=other.pk, because=because)
    former = _give_up(contact, wanted, at)
    added = add_identities(contact, wanted, at)
    if added or former:
        changed = IdentitiesChanged(str(contact.pk), tuple(added), tuple(former), because[:300])
        publish(changed, actor=actor)
    return contact


def _give_up(contact: Contact, wanted: Sequence[Known], at: datetime) -> list[str]:
    """The contact's addresses that the new ones replace: kept, theirs no longer."""
    former = []
    for known in wanted:
        rows = contact.identities.filter(
            kind__in=_family(known.kind), scope=known.scope, former_since__isnull=True
        )
        for row in rows.exclude(value__in=[k.value for k in wanted]):
            row.former_since = at
            row.save(update_fields=["former_since"])
            former.append(f"{row.kind}:{row.value}")
    return former
