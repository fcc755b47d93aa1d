"""/api/v1/messages/, and the shapes of messages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import selectors, services
from conversations.api.filters import MessageFilter
from conversations.models import Media, Message
from crm import selectors as crm_selectors
from crm.core.doors import actor_of
from crm.serializers import CursorPage, HistoryPage


class MediaSerializer(serializers.ModelSerializer[Media]):
    """A file of a message as read; its bytes are at its own address in the inbox."""

    class Meta:
        model = Media
        fields = ["id", "mime_type", "file_name", "size", "is_voice", "state", "error", "expires_at"]


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One bubble as read."""

    error = serializers.SerializerMethodField()
    media = serializers.SerializerMethodField()
    earlier_texts = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = [
            "id", "conversation", "sequence", "direction", "kind", "text", "status", "error", "author_kind",
            "author_name", "provider_id", "reply_to", "is_forwarded", "reactions", "facts", "media", "earlier_texts",
            "sent_at", "delivered_at", "read_at", "played_at", "edited_at", "deleted_at", "created_at", "version",
        ]  # fmt: skip

    def get_error(self, row: Message) -> dict[str, str] | None:
        """Code and sentence of a failure."""
        return {"code": row.error_code, "text": row.error_text} if row.error_code else None

    @extend_schema_field(MediaSerializer(many=True))
    def get_media(self, row: Message) -> Any:
        """Its files; none of a message that was deleted."""
        return [] if row.deleted_at else MediaSerializer(row.media.all(), many=True).data

    def get_facts(self, row: Message) -> dict[str, Any]:
        """What it says, for machines: a button's id, an order's total; nothing of a message that was deleted."""
        return {} if row.deleted_at else row.facts

    def get_earlier_texts(self, row: Message) -> list[str]:
        """How it read before it was edited, oldest first."""
        return selectors.earlier_texts([row]).get(row.pk, [])


class MessagePage(CursorPage):
    """Some of a thread, the latest first."""

    results = MessageSerializer(many=True)


class MessageInput(serializers.Serializer[Any]):
    """What may be sent."""

    text = serializers.CharField(max_length=100_000, trim_whitespace=False, allow_blank=True)
    reply_to = serializers.CharField(max_length=250, required=False, allow_blank=True)
    quoting = serializers.UUIDField(required=False)


class ReactionInput(serializers.Serializer[Any]):
    """One emoji; empty to take it back."""

    emoji = serializers.CharField(max_length=32, allow_blank=True)


class BySequence(CursorPagination):
    """A thread's messages, newest first."""

    page_size = 50
    ordering = "-sequence"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Always by place in the thread."""
        return ("-sequence",)


class MessageViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Message]):
    """Messages of every thread the caller sees."""

    queryset = Message.objects.none()
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    lookup_value_converter = "uuid"
    ordering_fields = ["created_at", "sequence"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Message]:
        """What the caller sees."""
        return selectors.visible_messages(actor_of(self.request)).prefetch_related("media")

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One message."""
        return Response(MessageSerializer(selectors.get_message(actor_of(request), pk)).data)

    @extend_schema(request=ReactionInput, responses=MessageSerializer)
    @action(detail=True, methods=["post"])
    def react(self, request: Request, pk: Any) -> Response:
        """React to a message with an emoji, or take it back."""
        form = ReactionInput(data=request.data)
        form.is_valid(raise_exception=True)
        emoji = form.validated_data["emoji"]
        row = services.react_to_message(actor=actor_of(request), message_id=pk, emoji=emoji)
        return Response(MessageSerializer(row).data)

    @extend_schema(request=None, responses=MessageSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: Any) -> Response:
        """Queue a failed message once more."""
        return Response(
            MessageSerializer(services.retry_message(actor=actor_of(request), message_id=pk)).data
        )

    @extend_schema(responses=HistoryPage)
    @action(detail=True)
    def history(self, request: Request, pk: Any) -> Response:
        """What became of it: queued, sent, delivered, read, in the order we heard of it."""
        message = selectors.get_message(actor_of(request), pk)
        events = crm_selectors.timeline_of(actor_of(request), [f"message:{message.pk}"])
        return Response({"results": [crm_selectors.event_as_history(e) for e in events]})
