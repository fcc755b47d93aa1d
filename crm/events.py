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
class WorkspaceChanged(Event):
    """An admin changed the workspace's own settings."""

    name = "crm.workspace_changed"
    fields: tuple[str, ...] = ()


@event
@dataclass(frozen=True)
class ConfigurationRestored(Event):
    """Everything an admin can set is as in a copy again."""

    name = "crm.configuration_restored"
    copy_id: str
    changes: int


@event
@dataclass(frozen=True)
class TeamChanged(Event):
    """A team is new, has another name or other people, or is there no more."""

    name = "crm.team_changed"
    team_id: str
    called: str
    is_gone: bool = False


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
class DeadLetterReplayed(Event):
    """Somebody had a dead letter tried again; edited before, or as it was."""

    name = "crm.dead_letter_replayed"
    letter_id: str
    source: str
    reason: str
    is_edited: bool = False


@event
@dataclass(frozen=True)
class DeadLetterSetAside(Event):
    """Somebody decided that a dead letter needs nothing more."""

    name = "crm.dead_letter_set_aside"
    letter_id: str
    source: str
    reason: str


@event
@dataclass(frozen=True)
class DeadLetterRestored(Event):
    """A dead letter that was set aside is on the list again."""

    name = "crm.dead_letter_restored"
    letter_id: str
    source: str
    reason: str


@event
@dataclass(frozen=True)
class ReplayStarted(Event):
    """Somebody had all dead letters of one kind tried again."""

    name = "crm.replay_started"
    run_id: str
    source: str
    reason: str
    total: int


@event
@dataclass(frozen=True)
class IdentitiesChanged(Event):
    """A contact got new addresses, or others are theirs no longer; written as kind:value."""

    name = "crm.identities_changed"
    contact_id: str
    added: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    because: str = ""


@event
@dataclass(frozen=True)
class ContactsMerged(Event):
    """Two contacts turned out to be one person: the loser's things are the contact's now."""

    name = "crm.contacts_merged"
    contact_id: str
    loser_id: str
    merge_id: str
    because: str = ""


@event
@dataclass(frozen=True)
class ContactsParted(Event):
    """A merge was undone: they are two people again."""

    name = "crm.contacts_parted"
    contact_id: str
    loser_id: str
    merge_id: str


@event
@dataclass(frozen=True)
class UserAlerted(Event):
    """A person was alerted in the app."""

    name = "crm.user_alerted"
    alert_id: str
    user_id: str


@event
@dataclass(frozen=True)
class MemberInvited(Event):
    """Somebody was invited, or is to get the mail once more."""

    name = "crm.member_invited"
    invitation_id: str
    email: str


@event
@dataclass(frozen=True)
class InvitationWithdrawn(Event):
    """The link of an invitation works no more."""

    name = "crm.invitation_withdrawn"
    invitation_id: str
    email: str


@event
@dataclass(frozen=True)
class MemberJoined(Event):
    """An invited person has come in."""

    name = "crm.member_joined"
    invitation_id: str
    user_id: str


@event
@dataclass(frozen=True)
class MemberChanged(Event):
    """A member has another role, other teams, or works here no more (or again)."""

    name = "crm.member_changed"
    user_id: str
    role: str
    is_active: bool


@event
@dataclass(frozen=True)
class RoleChanged(Event):
    """A role is new, allows other things, or is there no more."""

    name = "crm.role_changed"
    role_id: str
    called: str
    allows: tuple[str, ...] = ()
    sight: str = ""
    is_gone: bool = False


@event
@dataclass(frozen=True)
class UserChanged(Event):
    """An admin changed a person's account, or switched it off or on."""

    name = "crm.user_changed"
    user_id: str
    fields: tuple[str, ...]
    is_active: bool


@event
@dataclass(frozen=True)
class MemberRenamed(Event):
    """A member is called otherwise from now on. It is told in every workspace they work in."""

    name = "crm.member_renamed"
    user_id: str


@event
@dataclass(frozen=True)
class MemberSignedOut(Event):
    """An admin signed a member out everywhere."""

    name = "crm.member_signed_out"
    user_id: str


@event
@dataclass(frozen=True)
class ApiKeyMade(Event):
    """A program may act as a member."""

    name = "crm.api_key_made"
    api_key_id: str
    user_id: str
    called: str


@event
@dataclass(frozen=True)
class ApiKeyRevoked(Event):
    """A program may act no more."""

    name = "crm.api_key_revoked"
    api_key_id: str
    called: str
