"""Facts of the ground floor."""

from dataclasses import dataclass

from crm.core.events import Event, event


@event
@dataclass(frozen=True)
class WorkspaceCreated(Event):
    """A new customer organisation has moved in."""

    name = "crm.workspace_created"
    workspace_id: str


@event
@dataclass(frozen=True)
class ContactCreated(Event):
    """A person is known for the first time."""

    name = "crm.contact_created"
    contact_id: str
    source: str = ""


@event
@dataclass(frozen=True)
class ContactChanged(Event):
    """Fields of a contact changed."""

    name = "crm.contact_changed"
    contact_id: str
    fields: tuple[str, ...] = ()


@event
@dataclass(frozen=True)
class UserAlerted(Event):
    """A person was alerted in the app."""

    name = "crm.user_alerted"
    alert_id: str
    user_id: str
