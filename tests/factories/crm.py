"""Contacts and their identities, made row by row. Give `workspace=`."""

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from crm.models import Contact, Identity


class ContactFactory(DjangoModelFactory[Contact]):
    """A person with a name and no identity yet."""

    class Meta:
        model = Contact

    name = Sequence(lambda n: f"Contact {n}")


class IdentityFactory(DjangoModelFactory[Identity]):
    """A WhatsApp number of a contact of its own (or of `contact=`)."""

    class Meta:
        model = Identity

    contact = SubFactory(ContactFactory, workspace=SelfAttribute("..workspace"))
    kind = "wa_id"
    value = Sequence(lambda n: f"6281200{n:06d}")
    shown_as = LazyAttribute(lambda row: f"+{row.value}")
