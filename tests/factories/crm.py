"""Contacts and their identities, made row by row. Give `workspace=`."""

import factory
from factory.django import DjangoModelFactory

from crm.models import Contact, Identity


class ContactFactory(DjangoModelFactory):
    """A person with a name and no identity yet."""

    class Meta:
        model = Contact

    name = factory.Sequence(lambda n: f"Contact {n}")


class IdentityFactory(DjangoModelFactory):
    """A WhatsApp number of a contact of its own (or of `contact=`)."""

    class Meta:
        model = Identity

    contact = factory.SubFactory(ContactFactory, workspace=factory.SelfAttribute("..workspace"))
    kind = "wa_id"
    value = factory.Sequence(lambda n: f"6281200{n:06d}")
    shown_as = factory.LazyAttribute(lambda row: f"+{row.value}")
