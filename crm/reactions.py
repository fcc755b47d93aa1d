"""What the ground floor does when something has happened."""

from crm import live, tasks
from crm.core.events import Envelope, on
from crm.core.nudge import nudge
from crm.events import ContactChanged, ContactCreated, MemberInvited, UserAlerted


@on(UserAlerted)
def tell_alerts(envelope: Envelope[UserAlerted]) -> None:
    """The bell of the person rings."""
    event = envelope.event
    live.tell(envelope.workspace_id, "alerts", what="added", id=event.alert_id, user_id=event.user_id)


@on(ContactCreated, ContactChanged)
def tell_contacts(envelope: Envelope[ContactCreated | ContactChanged]) -> None:
    """Pages that show the contact fetch it again."""
    live.tell(envelope.workspace_id, f"contact:{envelope.event.contact_id}", id=envelope.event.contact_id)


@on(MemberInvited)
def mail_invitation(envelope: Envelope[MemberInvited]) -> None:
    """The mail goes out now; the sweep would find it too."""
    nudge(tasks.mail_invitations)
