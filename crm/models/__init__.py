from .base import ActorStamp, BusinessRow, History
from .contacts import Account, Contact, ContactMerge, Identity, IdentityKind
from .dead_letters import DeadLetterNote, ReplayRun
from .events import Alert, EventRecord, IdempotencyKey
from .invitations import Invitation
from .workspaces import ApiKey, Membership, Role, Team, User, Workspace

__all__ = [
    "Account",
    "ActorStamp",
    "Alert",
    "ApiKey",
    "BusinessRow",
    "Contact",
    "ContactMerge",
    "DeadLetterNote",
    "EventRecord",
    "History",
    "IdempotencyKey",
    "Identity",
    "IdentityKind",
    "Invitation",
    "Membership",
    "ReplayRun",
    "Role",
    "Team",
    "User",
    "Workspace",
]
