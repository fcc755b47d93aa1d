"""Addresses of the conversations floor."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from conversations.api.channels import ChannelViewSet
from conversations.api.hooks import hook
from conversations.api.threads import ConversationViewSet, MessageViewSet
from conversations.api.triage import ActViewSet, FolderViewSet, LabelViewSet
from conversations.views import channels, files, inbox, thread

app_name = "conversations"

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.include_format_suffixes = False
router.register("conversations", ConversationViewSet, basename="conversation")
router.register("channels", ChannelViewSet, basename="channel")
router.register("labels", LabelViewSet, basename="label")
router.register("folders", FolderViewSet, basename="folder")
router.register("acts", ActViewSet, basename="act")
router.register("messages", MessageViewSet, basename="message")

urlpatterns = [
    path("hooks/<str:kind>/<str:key>/", hook, name="hook"),
    path("hooks/<str:kind>/<str:key>", hook),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/unread/", inbox.unread, name="unread"),
    path("inbox/<uuid:id>/", thread.thread, name="thread"),
    path("inbox/<uuid:id>/send/", thread.send, name="send"),
    path("inbox/<uuid:id>/template/", thread.send_template, name="send_template"),
    path("inbox/<uuid:id>/take-over/", thread.take_over, name="take_over"),
    path("inbox/<uuid:id>/give-back/", thread.give_back, name="give_back"),
    path("inbox/<uuid:id>/close/", thread.close, name="close"),
    path("inbox/<uuid:id>/retry/<uuid:message_id>/", thread.retry, name="retry"),
    path("inbox/<uuid:id>/ask-again/<uuid:media_id>/", thread.ask_again, name="ask_again"),
    path("settings/channels/", channels.channels, name="channels"),
    path("settings/channels/<uuid:channel_id>/pause/", channels.pause, name="pause_channel"),
    path("settings/channels/<uuid:channel_id>/resume/", channels.resume, name="resume_channel"),
    path("settings/channels/<uuid:channel_id>/check/", channels.check, name="check_channel"),
    path("media/<uuid:id>/", files.media, name="media"),
    path("api/v1/", include((router.urls, "api"))),
]
