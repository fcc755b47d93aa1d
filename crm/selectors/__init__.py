from .contacts import (
    alerts_of,
    get_contact,
    history_of,
    lock_contact,
    search_contacts,
    timeline_of,
    visible_contacts,
)
from .workspaces import (
    actor_for,
    digest_of,
    find_api_key,
    get_member,
    get_workspace,
    members_who_may,
    memberships_of,
    staff_phones,
    visible_members,
)

__all__ = [
    "actor_for",
    "alerts_of",
    "digest_of",
    "find_api_key",
    "get_contact",
    "get_member",
    "get_workspace",
    "history_of",
    "lock_contact",
    "members_who_may",
    "memberships_of",
    "search_contacts",
    "staff_phones",
    "timeline_of",
    "visible_contacts",
    "visible_members",
]
