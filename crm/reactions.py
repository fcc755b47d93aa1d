"""What the ground floor does when something has happened."""

from crm import live, tasks
from crm.core.events import Envelope, Event, on
from crm.core.nudge import nudge
from crm.events import (
    ContactChanged,
    ContactCreated,
    DeadLetterReplayed,
    DeadLetterRestored,
    DeadLetterSetAside,
    MemberInvited,
    ReplayStarted,
    UserAlerted,
)


@on(UserAlerted)
def tell_alerts(envelope: Envelope[UserAlerted]) -> None:
    """The bell of the person rings, and their mail goes out."""
    event = envelope.event
    live.tell(envelope.workspace_id, "alerts", what="added", id=event.alert_id, user_id=event.user_id)
    nudge(tasks.mail_alerts)  # what is to go at once goes now; the sweep would find it too


@on(ContactCreated, ContactChanged)
def tell_contacts(envelope: Envelope[ContactCreated | ContactChanged]) -> None:
    """Pages that show the contact fetch it again."""
    live.tell(envelope.workspace_id, f"contact:{envelope.event.contact_id}", id=envelope.event.contact_id)


@on(MemberInvited)
def mail_invitation(envelope: Envelope[MemberInvited]) -> None:
    """The mail goes out now; the sweep would find it too."""
    nudge(tasks.mail_invitations)


@on(ReplayStarted)
def replay_them(envelope: Envelope[ReplayStarted]) -> None:
    """A worker begins now."""
    nudge(tasks.replay, run_id=envelope.event.run_id)


@on(DeadLetterReplayed, DeadLetterSetAside, DeadLetterRestored, ReplayStarted)
def tell_dead_letters(envelope: Envelope[Event]) -> None:
    """Whoever looks at the dead letters sees them move."""
    live.tell(envelope.workspace_id, "dead_letters")
