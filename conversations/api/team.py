"""/api/v1/notes/ and /api/v1/canned-replies/"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import selectors, services
from conversations.models import CannedReply, Note
from crm.core.doors import actor_of


class NoteSerializer(serializers.ModelSerializer[Note]):
    """A note as read: its words, and the users it calls."""

    mentioned = serializers.SerializerMethodField()

    class Meta:
        model = Note
        fields = ["id", "conversation", "author", "author_name", "text", "mentioned", "created_at", "version"]

    def get_mentioned(self, row: Note) -> list[str]:
        """Ids of the users it calls."""
        return [str(mention.user_id) for mention in row.mentions.all()]


class NoteViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Note]):
    """Words among colleagues; written at /api/v1/conversations/{id}/notes/."""

    queryset = Note.objects.none()
    serializer_class = NoteSerializer
    lookup_value_converter = "uuid"
    ordering_fields = ["created_at"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Note]:
        """What the caller sees."""
        return selectors.visible_notes(actor_of(self.request)).prefetch_related("mentions")

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One note."""
        return Response(NoteSerializer(selectors.get_note(actor_of(request), pk)).data)

    def destroy(self, request: Request, pk: Any) -> Response:
        """Take it away; `restore` puts it back."""
        services.delete_note(actor=actor_of(request), note_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=NoteSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: Any) -> Response:
        """Put a note back that was taken away."""
        return Response(NoteSerializer(services.restore_note(actor=actor_of(request), note_id=pk)).data)


class CannedReplySerializer(serializers.ModelSerializer[CannedReply]):
    """A reply kept ready, as read: with its blanks."""

    class Meta:
        model = CannedReply
        fields = ["id", "shortcut", "text", "archived_at", "created_at", "version"]


class CannedReplyInput(serializers.Serializer[Any]):
    """A shortcut and what it stands for."""

    shortcut = serializers.CharField(max_length=41)
    text = serializers.CharField(max_length=4096, trim_whitespace=False)


class CannedReplyViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[CannedReply]):
    """Replies kept ready for everybody."""

    queryset = CannedReply.objects.none()
    serializer_class = CannedReplySerializer
    lookup_value_converter = "uuid"
    ordering_fields = ["shortcut", "created_at"]
    ordering = ["created_at"]

    def get_queryset(self) -> QuerySet[CannedReply]:
        """The workspace's, also those put away."""
        return selectors.visible_canned_replies(actor_of(self.request), with_archived=True)

    def _answer(self, row: CannedReply, code: int = status.HTTP_200_OK) -> Response:
        return Response(CannedReplySerializer(row).data, status=code)

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One reply."""
        return self._answer(selectors.get_canned_reply(actor_of(request), pk))

    @extend_schema(request=CannedReplyInput, responses={201: CannedReplySerializer})
    def create(self, request: Request) -> Response:
        """Keep a reply ready."""
        form = CannedReplyInput(data=request.data)
        form.is_valid(raise_exception=True)
        row = services.write_canned_reply(actor=actor_of(request), **form.validated_data)
        return self._answer(row, status.HTTP_201_CREATED)

    @extend_schema(request=CannedReplyInput, responses=CannedReplySerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Other words, or another shortcut."""
        form = CannedReplyInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        row = services.change_canned_reply(actor=actor_of(request), canned_reply_id=pk, **form.validated_data)
        return self._answer(row)

    @extend_schema(request=None, responses=CannedReplySerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: Any) -> Response:
        """Put it away."""
        return self._answer(services.archive_canned_reply(actor=actor_of(request), canned_reply_id=pk))

    @extend_schema(request=None, responses=CannedReplySerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: Any) -> Response:
        """Take it out again."""
        return self._answer(services.restore_canned_reply(actor=actor_of(request), canned_reply_id=pk))
