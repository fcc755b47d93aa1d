"""Addresses of the conversations floor."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from conversations.api.channels import ChannelViewSet
from conversations.api.hooks import hook
from conversations.api.later import BroadcastViewSet, ScheduledViewSet
from conversations.api.messages import MessageViewSet
from conversations.api.team import CannedReplyViewSet, NoteViewSet
from conversations.api.threads import ConversationViewSet
from conversations.api.triage import ActViewSet, FolderViewSet, LabelViewSet
from conversations.views import (
    broadcasts,
    canned,
    channels,
    files,
    finding,
    inbox,
    labels,
    later,
    list_conditions,
    person,
    team,
    thread,
    triage,
)

app_name = "conversations"

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.include_format_suffixes = False
router.register("conversations", ConversationViewSet, basename="conversation")
router.register("channels", ChannelViewSet, basename="channel")
router.register("labels", LabelViewSet, basename="label")
router.register("folders", FolderViewSet, basename="folder")
router.register("acts", ActViewSet, basename="act")
router.register("notes", NoteViewSet, basename="note")
router.register("canned-replies", CannedReplyViewSet, basename="canned-reply")
router.register("scheduled", ScheduledViewSet, basename="scheduled")
router.register("broadcasts", BroadcastViewSet, basename="broadcast")
router.register("messages", MessageViewSet, basename="message")

urlpatterns = [
    path("hooks/<str:kind>/<str:key>/", hook, name="hook"),
    path("hooks/<str:kind>/<str:key>", hook),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/unread/", inbox.unread, name="unread"),
    path("inbox/waiting/", later.waiting, name="waiting"),
    path("inbox/scheduled/<uuid:scheduled_id>/withdraw/", later.withdraw, name="withdraw"),
    path("inbox/scheduled/<uuid:scheduled_id>/restore/", later.restore, name="restore"),
    path("inbox/filters/", triage.filters, name="inbox_filters"),
    path("inbox/conditions/", list_conditions.conditions, name="inbox_conditions"),
    path("inbox/choices/", triage.choices, name="inbox_choices"),
    path("inbox/act/", triage.act, name="act"),
    path("inbox/acts/<uuid:act_id>/undo/", triage.undo, name="undo_act"),
    path("inbox/folders/", triage.save_folder, name="save_folder"),
    path("inbox/folders/<uuid:folder_id>/delete/", triage.delete_folder, name="delete_folder"),
    path("inbox/<uuid:id>/", thread.thread, name="thread"),
    path("inbox/<uuid:id>/find/", finding.find, name="find"),
    path("inbox/<uuid:id>/send/", thread.send, name="send"),
    path("inbox/<uuid:id>/times/", later.times, name="times"),
    path("inbox/<uuid:id>/later/", later.send_later, name="send_later"),
    path("inbox/<uuid:id>/template/", thread.send_template, name="send_template"),
    path("inbox/<uuid:id>/take-over/", thread.take_over, name="take_over"),
    path("inbox/<uuid:id>/give-back/", thread.give_back, name="give_back"),
    path("inbox/<uuid:id>/close/", thread.close, name="close"),
    path("inbox/<uuid:id>/person/", person.person, name="person"),
    path("inbox/<uuid:id>/consent/", person.consent, name="consent"),
    path("inbox/<uuid:id>/same-person/", person.same_person, name="same_person"),
    path("inbox/<uuid:id>/merge/", person.merge, name="merge"),
    path("inbox/<uuid:id>/part/<uuid:merge_id>/", person.part, name="part"),
    path("inbox/<uuid:id>/note/", team.write_note, name="note"),
    path("inbox/<uuid:id>/draft/", team.keep_draft, name="draft"),
    path("inbox/<uuid:id>/people/", team.people, name="people"),
    path("inbox/<uuid:id>/canned/", team.canned, name="canned"),
    path("inbox/<uuid:id>/templates/", thread.templates, name="templates"),
    path("notes/<uuid:note_id>/delete/", team.delete_note, name="delete_note"),
    path("notes/<uuid:note_id>/restore/", team.restore_note, name="restore_note"),
    path("inbox/<uuid:id>/retry/<uuid:message_id>/", thread.retry, name="retry"),
    path("inbox/<uuid:id>/react/<uuid:message_id>/", thread.react, name="react"),
    path("inbox/<uuid:id>/ask-again/<uuid:media_id>/", thread.ask_again, name="ask_again"),
    path("broadcasts/", broadcasts.broadcasts, name="broadcasts"),
    path("broadcasts/new/", broadcasts.new_broadcast, name="new_broadcast"),
    path("broadcasts/audience/", broadcasts.audience, name="audience"),
    path("broadcasts/<uuid:broadcast_id>/stop/", broadcasts.stop, name="stop_broadcast"),
    path("broadcasts/<uuid:broadcast_id>/resume/", broadcasts.resume, name="resume_broadcast"),
    path("settings/channels/", channels.channels, name="channels"),
    path("settings/channels/<uuid:channel_id>/pause/", channels.pause, name="pause_channel"),
    path("settings/channels/<uuid:channel_id>/resume/", channels.resume, name="resume_channel"),
    path("settings/channels/<uuid:channel_id>/check/", channels.check, name="check_channel"),
    path("settings/labels/", labels.labels, name="labels"),
    path("settings/labels/<uuid:label_id>/", labels.change, name="change_label"),
    path("settings/labels/<uuid:label_id>/remove/", labels.remove, name="remove_label"),
    path("settings/labels/<uuid:label_id>/merge/", labels.merge, name="merge_label"),
    path("settings/labels/<uuid:label_id>/restore/", labels.restore, name="restore_label"),
    path("settings/canned-replies/", canned.canned_replies, name="canned_replies"),
    path("settings/canned-replies/new/", canned.new_canned_reply, name="new_canned_reply"),
    path("settings/canned-replies/<uuid:canned_reply_id>/", canned.canned_reply, name="canned_reply"),
    path(
        "settings/canned-replies/<uuid:canned_reply_id>/archive/",
        canned.archive_canned_reply,
        name="archive_canned_reply",
    ),
    path(
        "settings/canned-replies/<uuid:canned_reply_id>/restore/",
        canned.restore_canned_reply,
        name="restore_canned_reply",
    ),
    path("media/<uuid:id>/", files.media, name="media"),
    path("api/v1/", include((router.urls, "api"))),
]
