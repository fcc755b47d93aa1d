"""Channels and traffic in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from conversations import models, policies, selectors, services
from conversations.channels.registry import adapter_for
from crm import selectors as crm_selectors
from crm.admin.contacts import ContactsAdmin
from crm.admin.rooms import ReadOnlyAdmin, WorkspaceAdmin
from crm.core.actors import Actor
from crm.models import Contact


class ChannelForm(forms.ModelForm):
    """A channel with one field per setting of its kind; a secret left empty stays as it is."""

    class Meta:
        model = models.Channel
        fields = ["kind", "key", "name", "is_active", "is_bot_on", "rate"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adapter = adapter_for(self.instance.kind) if self.instance.kind else None
        for setting in adapter.settings if adapter else ():
            widget = UnfoldAdminPasswordWidget() if setting.is_secret else UnfoldAdminTextInputWidget()
            value = self.instance.settings.get(setting.name, "")
            self.fields[f"set_{setting.name}"] = forms.CharField(
                label=gettext(setting.label),
                required=setting.is_required and not value,
                widget=widget,
                initial="" if setting.is_secret else value,
                help_text=_("Set; leave empty to keep it.") if setting.is_secret and value else "",
            )

    def save(self, commit: bool = True) -> models.Channel:
        """Fold the settings back into the row."""
        given = {
            k.removeprefix("set_"): v for k, v in self.cleaned_data.items() if k.startswith("set_") and v
        }
        self.has_new_settings = not models.says_nothing_new(self.instance.settings, given)
        self.instance.settings = {**self.instance.settings, **given}
        saved: models.Channel = super().save(commit)
        return saved


@admin.register(models.Channel)
class ChannelRow(WorkspaceAdmin):
    """Ways in and out."""

    form = ChannelForm
    list_display = ("name", "kind", "key", "is_active", "is_bot_on", "paused_because")
    list_filter = ("kind", "is_active", "is_bot_on")
    search_fields = ("name", "key")

    def save_model(self, request: Any, obj: models.Channel, form: Any, change: bool) -> None:
        """With new settings it is tried again."""
        super().save_model(request, obj, form, change)
        if change and form.has_new_settings:
            services.try_channel_again(actor=request.actor, channel_id=obj.pk)

    def get_fieldsets(self, request: HttpRequest, obj: models.Channel | None = None) -> Any:
        """The row's own fields, then the settings of its kind (they appear once the kind is saved)."""
        adapter = adapter_for(obj.kind) if obj else None
        own = (None, {"fields": ["kind", "key", "name", "is_active", "is_bot_on", "rate"]})
        if adapter is None:
            return [own]
        return [own, (_("Settings of the account"), {"fields": [f"set_{s.name}" for s in adapter.settings]})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form makes the fields of the settings itself."""
        kwargs["fields"] = ["kind", "key", "name", "is_active", "is_bot_on", "rate"]
        return super().get_form(request, obj, change, **kwargs)


class ThreadsAdmin(ReadOnlyAdmin):
    """What was said with customers: for those who see conversations, as far as they see."""

    shows = ("conversations.view",)
    of = "conversation"

    def in_sight(self, actor: Actor) -> QuerySet[Any]:
        """Conversations."""
        return selectors.visible_conversations(actor)


@admin.register(models.Conversation)
class ConversationRow(ThreadsAdmin):
    """Threads; they are worked in the inbox."""

    of = "pk"
    list_display = (
        "contact",
        "channel",
        "status",
        "owner_kind",
        "assignee",
        "unread_count",
        "last_message_at",
    )
    list_filter = ("status", "owner_kind", "purpose", "channel", "assignee")
    search_fields = ("contact__name", "contact__identities__value")
    list_select_related = ("contact", "channel", "assignee")


@admin.register(models.Label)
class LabelRow(WorkspaceAdmin):
    """Labels of the inbox; they are put away in the settings, and come back from there."""

    is_kept = True
    list_display = ("name", "colour", "created_at", "archived_at")
    search_fields = ("name",)
    fields = ("name", "colour")


@admin.register(models.GiveBack)
class GiveBackRow(ThreadsAdmin):
    """What bots were told when they got a conversation back, newest first."""

    list_display = ("created_at", "conversation", "by_name", "said_count", "since")
    search_fields = ("by_name", "conversation__contact__name")
    list_select_related = ("conversation__contact", "conversation__channel")


@admin.register(models.SavedFolder)
class FolderRow(ReadOnlyAdmin):
    """Lists people keep; they are made in the inbox."""

    shows = ("conversations.view",)
    list_display = ("name", "owner", "is_shared", "query")
    list_filter = ("is_shared",)
    list_select_related = ("owner",)

    def seen_by(self, actor: Actor, rows: QuerySet[models.SavedFolder]) -> QuerySet[models.SavedFolder]:
        """One's own and the team's; what somebody keeps for themselves is theirs, however far one sees."""
        return rows.filter(pk__in=selectors.visible_folders(actor).order_by())


@admin.register(models.InboxAct)
class ActRow(ReadOnlyAdmin):
    """What was done to many conversations at once, newest first."""

    shows = ("conversations.view",)
    list_display = ("created_at", "user", "act", "refusals", "undone_at")
    list_filter = ("act",)
    list_select_related = ("user",)
    ordering = ("-created_at",)

    def in_sight(self, actor: Actor) -> QuerySet[models.InboxAct]:
        """What one did oneself."""
        return models.InboxAct.objects.filter(policies.acts_in_sight(actor))


@admin.register(models.Message)
class MessageRow(ThreadsAdmin):
    """Bubbles."""

    list_display = (
        "created_at",
        "direction",
        "author_kind",
        "author_name",
        "short_text",
        "status",
        "error_code",
    )
    list_filter = ("direction", "status", "author_kind", "kind", "channel")
    search_fields = ("text", "provider_id")

    @admin.display(description=_("Text"))
    def short_text(self, row: models.Message) -> str:
        """Enough to recognise it."""
        return row.text[:80]


@admin.register(models.InboundDelivery)
class DeliveryRow(ReadOnlyAdmin):
    """Webhooks as they came."""

    shows = ("conversations.view",)
    list_display = ("id", "channel", "received_at", "state", "attempts", "error")
    list_filter = ("state", "channel")
    exclude = ("body",)

    def get_queryset(self, request: Any) -> Any:
        """By the channel's workspace."""
        rows = super(WorkspaceAdmin, self).get_queryset(request)
        here = rows.filter(channel__workspace=request.workspace) if request.workspace else rows.none()
        return self.seen_by(request.actor, here) if self._may(request) else rows.none()


@admin.register(models.InboundItem)
class ItemRow(ReadOnlyAdmin):
    """What they held; `dead` ones say why."""

    shows = ("conversations.view",)
    list_display = ("id", "kind", "external_id", "state", "attempts", "provider_time", "error")
    list_filter = ("state", "kind", "channel")
    search_fields = ("external_id", "conversation_key", "error")


@admin.register(models.MessageTemplate)
class TemplateRow(ReadOnlyAdmin):
    """Templates as the provider last told of them."""

    list_display = ("name", "language", "channel", "category", "next_category", "status", "quality", "reason")
    list_filter = ("status", "category", "quality", "channel")
    search_fields = ("name",)


@admin.register(models.ChannelNotice)
class NoticeRow(ReadOnlyAdmin):
    """What providers told about channels, newest first."""

    list_display = ("at", "channel", "level", "title", "detail")
    list_filter = ("level", "kind", "channel")
    ordering = ("-at",)


@admin.register(models.Consent)
class ConsentRow(ReadOnlyAdmin, ContactsAdmin):
    """What contacts chose, newest first; the newest counts."""

    of = "contact"
    list_display = ("at", "contact", "channel", "purpose", "choice", "until", "source", "evidence")
    list_filter = ("choice", "source", "channel")
    ordering = ("-at",)


@admin.register(models.MessageChange)
class ChangeRow(ThreadsAdmin):
    """Edits, deletions and reactions, newest first; with the words that are shown no more."""

    of = "message__conversation"
    list_display = ("at", "channel", "kind", "author_kind", "text", "provider_id")
    list_filter = ("kind", "author_kind", "channel")
    search_fields = ("provider_id",)
    ordering = ("-at",)


@admin.register(models.CannedReply)
class CannedReplyRow(WorkspaceAdmin):
    """Replies kept ready for everybody; they are put away in the settings, and come back from there."""

    is_kept = True
    list_display = ("shortcut", "text", "archived_at")
    search_fields = ("shortcut", "text")


@admin.register(models.Note)
class NoteRow(ThreadsAdmin):
    """Words among colleagues, newest first; also those that were taken away."""

    list_display = ("created_at", "author_name", "text", "deleted_at")
    search_fields = ("text", "author_name")
    ordering = ("-created_at",)


@admin.register(models.ScheduledMessage)
class ScheduledMessageRow(ThreadsAdmin):
    """Messages for later."""

    list_display = ("conversation", "author", "text", "due_at", "state", "why")
    list_filter = ("state", "author")
    search_fields = ("text",)
    list_select_related = ("conversation__contact", "conversation__channel", "author")


@admin.register(models.Broadcast)
class BroadcastRow(ReadOnlyAdmin):
    """One message to many who asked for it."""

    shows = ("conversations.broadcast",)
    list_display = ("name", "channel", "template_name", "template_language", "due_at", "state", "author")
    list_filter = ("state", "channel")
    search_fields = ("name", "template_name")
    list_select_related = ("channel", "author")

    def in_sight(self, actor: Actor) -> QuerySet[models.Broadcast]:
        """All, as on their page."""
        return selectors.visible_broadcasts(actor)


@admin.register(models.BroadcastRecipient)
class BroadcastRecipientRow(ReadOnlyAdmin):
    """Who gets one, and what became of it."""

    shows = ("contacts.view", "conversations.broadcast")
    of = "contact"
    list_display = ("contact", "broadcast", "state", "why")
    list_filter = ("state", "broadcast")
    search_fields = ("contact__name",)
    list_select_related = ("contact", "broadcast")

    def in_sight(self, actor: Actor) -> QuerySet[Contact]:
        """Contacts."""
        return crm_selectors.visible_contacts(actor)


@admin.register(models.Media)
class MediaRow(ThreadsAdmin):
    """Files of messages: here, on their way, or lost, with the reason."""

    of = "message__conversation"
    list_display = ("file_name", "mime_type", "size", "state", "attempts", "error", "created_at")
    list_filter = ("state",)
    search_fields = ("file_name", "mime_type", "error")
    exclude = ("url", "lease_token")


@admin.register(models.MessageReceipt)
class MessageReceiptRow(ThreadsAdmin):
    """What providers said of our messages, as it came."""

    of = "message__conversation"
    list_display = ("provider_id", "status", "at", "error_code", "error_text", "received_at")
    list_filter = ("status", "channel")
    search_fields = ("provider_id", "error_text")
    ordering = ("-received_at",)
