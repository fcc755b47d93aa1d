from .alerting import AlertChoice, AlertKind, AlertTimes, MailChoice
from .base import ActorStamp, BusinessRow, History, create_together
from .configuration import ConfigurationCopy, CopyReason
from .contacts import Account, Contact, ContactMerge, Identity, IdentityKind
from .custom_fields import CustomField, FieldKind, FieldOwner
from .dead_letters import DeadLetterNote, ReplayRun
from .events import Alert, EventRecord, IdempotencyKey
from .invitations import Invitation
from .password_resets import PasswordReset
from .tags import Tag, TagColour
from .workspaces import ApiKey, Membership, Role, Team, User, Workspace

__all__ = [
    "Account",
    "ActorStamp",
    "Alert",
    "AlertChoice",
    "AlertKind",
    "AlertTimes",
    "ApiKey",
    "BusinessRow",
    "ConfigurationCopy",
    "Contact",
    "ContactMerge",
    "CopyReason",
    "CustomField",
    "DeadLetterNote",
    "EventRecord",
    "FieldKind",
    "FieldOwner",
    "History",
    "IdempotencyKey",
    "Identity",
    "IdentityKind",
    "Invitation",
    "MailChoice",
    "Membership",
    "PasswordReset",
    "ReplayRun",
    "Role",
    "Tag",
    "TagColour",
    "Team",
    "User",
    "Workspace",
    "create_together",
]
