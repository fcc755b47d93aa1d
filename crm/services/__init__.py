from .alerts import alert_user, mark_alerts_read
from .contacts import Known, change_contact, create_contact, normalise, own_contact, recognise_contact
from .handing import note_handed_over
from .idempotency import begin_request, finish_request
from .workspaces import (
    NewKey,
    add_member,
    close_demo,
    create_api_key,
    create_workspace,
    note_key_used,
    revoke_api_key,
)

__all__ = [
    "Known",
    "NewKey",
    "add_member",
    "alert_user",
    "begin_request",
    "change_contact",
    "close_demo",
    "create_api_key",
    "create_contact",
    "create_workspace",
    "finish_request",
    "mark_alerts_read",
    "normalise",
    "note_handed_over",
    "note_key_used",
    "own_contact",
    "recognise_contact",
    "revoke_api_key",
]
