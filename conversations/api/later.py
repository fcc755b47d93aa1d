"""/api/v1/scheduled/ and /api/v1/broadcasts/: what is to be sent later."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import selectors, services
from conversations.channels.port import Template
from conversations.models import Broadcast, ScheduledMessage
from crm.core.doors import actor_of

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class ScheduledSerializer(serializers.ModelSerializer[ScheduledMessage]):
    """A message for later as read; `why` says why it was held."""

    class Meta:
        model = ScheduledMessage
        fields = [
            "id", "conversation", "author", "text", "reply_to", "due_at", "holds_on_answer", "state", "why", "message",
            "version", "created_at",
        ]  # fmt: skip


class ScheduledInput(serializers.Serializer[Any]):
    """What to say, and when."""

    conversation = serializers.UUIDField()
    text = serializers.CharField()
    due_at = serializers.DateTimeField()
    reply_to = serializers.CharField(required=False, allow_blank=True, max_length=200)
    holds_on_answer = serializers.BooleanField(required=False)


class ScheduledViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[ScheduledMessage]):
    """Messages for later in conversations one sees."""

    queryset = ScheduledMessage.objects.none()
    serializer_class = ScheduledSerializer
    lookup_value_converter = "uuid"
    filterset_fields = ["conversation", "state"]
    ordering_fields = ["due_at", "created_at"]
    ordering = ["due_at"]

    def get_queryset(self) -> QuerySet[ScheduledMessage]:
        """What the caller sees."""
        return selectors.visible_scheduled(actor_of(self.request))

    @extend_schema(request=ScheduledInput, responses={201: ScheduledSerializer})
    def create(self, request: Request) -> Response:
        """One more."""
        form = ScheduledInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        row = services.schedule_message(
            actor=actor_of(request), conversation_id=given.pop("conversation"), **given
        )
        return Response(ScheduledSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ScheduledSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: Any) -> Response:
        """Not to be sent after all."""
        row = services.withdraw_scheduled(actor=actor_of(request), scheduled_id=pk)
        return Response(ScheduledSerializer(row).data)

    @extend_schema(request=None, responses=ScheduledSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: Any) -> Response:
        """To be sent after all."""
        row = services.restore_scheduled(actor=actor_of(request), scheduled_id=pk)
        return Response(ScheduledSerializer(row).data)


class BroadcastSerializer(serializers.ModelSerializer[Broadcast]):
    """A broadcast as read, with how many of its contacts wait, were handed over, and were left out."""

    waiting_count = serializers.IntegerField(read_only=True)
    queued_count = serializers.IntegerField(read_only=True)
    skipped_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Broadcast
        fields = [
            "id", "name", "channel", "template_name", "template_language", "parameters", "due_at", "author", "state",
            "waiting_count", "queued_count", "skipped_count", "version", "created_at",
        ]  # fmt: skip


class BroadcastInput(serializers.Serializer[Any]):
    """A template for many. Texts may hold {{contact.first_name|friend}} and the like."""

    name = serializers.CharField(max_length=120)
    channel = serializers.UUIDField()
    template_name = serializers.CharField(max_length=512)
    template_language = serializers.CharField(max_length=20)
    parameters = serializers.ListField(
        child=serializers.CharField(max_length=1024), required=False, max_length=20
    )
    contacts = serializers.ListField(child=serializers.UUIDField(), max_length=10_000)
    due_at = serializers.DateTimeField(required=False)


class BroadcastViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Broadcast]):
    """Templates for many."""

    queryset = Broadcast.objects.none()
    serializer_class = BroadcastSerializer
    lookup_value_converter = "uuid"
    filterset_fields = ["state", "channel"]
    ordering_fields = ["due_at", "created_at"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Broadcast]:
        """What the caller sees."""
        return selectors.counted_broadcasts(actor_of(self.request))

    @extend_schema(request=BroadcastInput, responses={201: BroadcastSerializer})
    def create(self, request: Request) -> Response:
        """Plan one; without a time it begins at once."""
        form = BroadcastInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        words = tuple(given.get("parameters", ()))
        row = services.plan_broadcast(
            actor=actor_of(request),
            name=given["name"],
            channel_id=given["channel"],
            template=Template(given["template_name"], given["template_language"], words),
            contact_ids=given["contacts"],
            due_at=given.get("due_at"),
        )
        return self._answer(request, row.pk, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One broadcast."""
        return self._answer(request, pk)

    @extend_schema(request=None, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: Any) -> Response:
        """No more of it is sent."""
        services.stop_broadcast(actor=actor_of(request), broadcast_id=pk)
        return self._answer(request, pk)

    @extend_schema(request=None, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: Any) -> Response:
        """Go on with those who still wait."""
        services.resume_broadcast(actor=actor_of(request), broadcast_id=pk)
        return self._answer(request, pk)

    def _answer(self, request: Request, pk: Any, code: int = status.HTTP_200_OK) -> Response:
        row = selectors.get_broadcast(actor_of(request), pk)
        return Response(BroadcastSerializer(row).data, status=code)
