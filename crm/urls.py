"""Addresses of the ground floor."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from crm.api.contacts import ContactViewSet
from crm.api.custom_fields import CustomFieldViewSet
from crm.api.dead_letters import DeadLetterViewSet, ReplayViewSet
from crm.api.search import SearchView
from crm.api.tags import TagViewSet
from crm.views import (
    alerting,
    audit,
    backups,
    contacts,
    fields,
    invitations,
    keys,
    pages,
    palette,
    reports,
    settings_pages,
    styleguide,
    team,
    teams,
    workspace,
    you,
)
from crm.views import dead_letters as letters

app_name = "crm"

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.include_format_suffixes = False
router.register("custom-fields", CustomFieldViewSet, basename="custom-field")
router.register("tags", TagViewSet, basename="tag")
router.register("contacts", ContactViewSet, basename="contact")
router.register("dead-letters/replays", ReplayViewSet, basename="replay")
router.register("dead-letters", DeadLetterViewSet, basename="dead-letter")

urlpatterns = [
    path("", pages.home, name="home"),
    path("csp-report/", reports.csp_report, name="csp_report"),
    path("alerts/", pages.alerts, name="alerts"),
    path("alerts/<uuid:alert_id>/read/", alerting.alert_read, name="alert_read"),
    path("alerts/unsubscribe/<str:token>/", alerting.unsubscribe, name="unsubscribe"),
    path("settings/alerts/", alerting.alert_choices, name="alert_choices"),
    path("alerts/badge/", pages.alert_badge, name="alert_badge"),
    path("workspaces/<uuid:workspace_id>/choose/", pages.choose_workspace, name="choose_workspace"),
    path("alerts/read/", pages.alerts_read, name="alerts_read"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("palette/", palette.acts, name="palette"),
    path("palette/search/", palette.search, name="palette_search"),
    path("contacts/<uuid:contact_id>/", contacts.contact, name="contact"),
    path("settings/", settings_pages.index, name="settings"),
    path("settings/you/", you.you, name="you"),
    path("settings/you/sessions/<int:session_id>/end/", you.end_session, name="end_session"),
    path("settings/you/sessions/end-others/", you.end_other_sessions, name="end_other_sessions"),
    path("settings/backups/", backups.backups, name="backups"),
    path("settings/backups/file/", backups.make_file, name="backup_file"),
    path("settings/backups/<uuid:copy_id>/", backups.look, name="backup"),
    path("settings/backups/<uuid:copy_id>/file/", backups.copy_file, name="copy_file"),
    path("settings/backups/<uuid:copy_id>/restore/", backups.restore, name="restore_backup"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/audit/export/", audit.export, name="audit_export"),
    path("settings/workspace/", workspace.workspace, name="workspace"),
    path("settings/workspace/changes/<int:change_id>/undo/", workspace.undo_workspace, name="undo_workspace"),
    path("settings/team/", team.team, name="team"),
    path("settings/teams/new/", teams.new_team, name="new_team"),
    path("settings/teams/<uuid:team_id>/", teams.change_team, name="change_team"),
    path("settings/teams/<uuid:team_id>/remove/", teams.remove_team, name="remove_team"),
    path("settings/teams/<uuid:team_id>/put-back/", teams.put_team_back, name="put_team_back"),
    path("settings/team/invite/", team.invite, name="invite"),
    path("settings/team/invitations/<uuid:invitation_id>/resend/", team.resend, name="resend_invitation"),
    path(
        "settings/team/invitations/<uuid:invitation_id>/withdraw/", team.withdraw, name="withdraw_invitation"
    ),
    path("settings/team/<uuid:membership_id>/", team.member, name="member"),
    path("settings/team/<uuid:membership_id>/active/", team.member_active, name="member_active"),
    path("settings/team/<uuid:membership_id>/phone/", team.member_phone, name="member_phone"),
    path("settings/team/<uuid:membership_id>/sign-out/", team.member_sign_out, name="member_sign_out"),
    path("settings/keys/", keys.keys, name="keys"),
    path("settings/keys/new/", keys.new_key, name="new_key"),
    path("settings/keys/<uuid:key_id>/revoke/", keys.revoke_key, name="revoke_key"),
    path("settings/fields/", fields.fields, name="fields"),
    path("settings/fields/new/", fields.new_field, name="new_field"),
    path("settings/fields/<uuid:field_id>/", fields.field, name="field"),
    path("settings/fields/<uuid:field_id>/active/", fields.field_active, name="field_active"),
    path("settings/tags/<uuid:tag_id>/colour/", fields.tag_colour, name="tag_colour"),
    path("settings/dead-letters/", letters.dead_letters, name="dead_letters"),
    path("settings/dead-letters/replay/", letters.replay_all, name="replay_letters"),
    path("settings/dead-letters/<str:letter>/", letters.dead_letter, name="dead_letter"),
    path("settings/dead-letters/<str:letter>/replay/", letters.replay, name="replay_letter"),
    path("settings/dead-letters/<str:letter>/set-aside/", letters.set_aside, name="set_letter_aside"),
    path("settings/dead-letters/<str:letter>/restore/", letters.restore, name="restore_letter"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("api/v1/search/", SearchView.as_view(), name="search_api"),
    path("api/v1/", include((router.urls, "api"))),
]
