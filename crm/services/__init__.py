from .alert_mails import mail_alerts
from .alerts import alert_user, choose_alerts, mark_alert_read, mark_alerts_read, stop_mail
from .configuration import (
    bring_configuration,
    keep_configuration,
    restore_configuration,
    try_configuration,
)
from .configuration_parts import PARTS
from .contacts import change_contact, create_contact, own_contact, recognise_contact
from .custom_fields import add_custom_field, change_custom_field, checked_custom
from .dead_letters import replay_letter, restore_letter, set_letter_aside
from .handing import note_handed_over
from .idempotency import begin_request, finish_request, forget_old_requests
from .identities import Known, is_anothers, move_identities, normalise, shown
from .invitation_mails import mail_invitations
from .invitations import (
    accept_invitation,
    accept_invitation_of,
    invite_member,
    resend_invitation,
    token_of,
    withdraw_invitation,
)
from .keys import NewKey, create_api_key, note_key_used, revoke_api_key
from .members import (
    change_member,
    change_own_profile,
    confirm_phone,
    set_member_active,
    set_member_available,
    sign_out_member,
)
from .merging import merge_contacts, part_contacts, register_mover
from .password_resets import ask_for_password_reset, mail_password_resets
from .people import change_user
from .replaying import go_on_replaying, replay_many
from .roles import remove_role, save_role
from .second_factors import reseal_second_factors
from .sessions import end_other_sessions, end_own_session, end_sessions, note_session_seen
from .tags import changed_tags, clean_tags, colour_tag, spell_tags, tag_contact
from .teams import put_team_back, remove_team, save_team
from .undelivered import DEAD_EVENTS
from .workspace_settings import change_workspace, undo_workspace_change
from .workspaces import add_member, close_demo, create_workspace

__all__ = [
    "DEAD_EVENTS",
    "PARTS",
    "Known",
    "NewKey",
    "accept_invitation",
    "accept_invitation_of",
    "add_custom_field",
    "add_member",
    "alert_user",
    "ask_for_password_reset",
    "begin_request",
    "bring_configuration",
    "change_contact",
    "change_custom_field",
    "change_member",
    "change_own_profile",
    "change_user",
    "change_workspace",
    "changed_tags",
    "checked_custom",
    "choose_alerts",
    "clean_tags",
    "close_demo",
    "colour_tag",
    "confirm_phone",
    "create_api_key",
    "create_contact",
    "create_workspace",
    "end_other_sessions",
    "end_own_session",
    "end_sessions",
    "finish_request",
    "forget_old_requests",
    "go_on_replaying",
    "invite_member",
    "is_anothers",
    "keep_configuration",
    "mail_alerts",
    "mail_invitations",
    "mail_password_resets",
    "mark_alert_read",
    "mark_alerts_read",
    "merge_contacts",
    "move_identities",
    "normalise",
    "note_handed_over",
    "note_key_used",
    "note_session_seen",
    "own_contact",
    "part_contacts",
    "put_team_back",
    "recognise_contact",
    "register_mover",
    "remove_role",
    "remove_team",
    "replay_letter",
    "replay_many",
    "reseal_second_factors",
    "resend_invitation",
    "restore_configuration",
    "restore_letter",
    "revoke_api_key",
    "save_role",
    "save_team",
    "set_letter_aside",
    "set_member_active",
    "set_member_available",
    "shown",
    "sign_out_member",
    "spell_tags",
    "stop_mail",
    "tag_contact",
    "token_of",
    "try_configuration",
    "undo_workspace_change",
    "withdraw_invitation",
]
