"""/api/v1/channels/"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import selectors, services, tasks
from conversations.selectors import ChannelCard
from crm.core.doors import actor_of
from crm.core.nudge import nudge
from crm.core.permissions import check
from crm.serializers import CursorPage

CHANNEL = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class HealthReasonSerializer(serializers.Serializer[Any]):
    """Why a channel has its colour."""

    colour = serializers.CharField()
    sentence = serializers.CharField()


class HealthSerializer(serializers.Serializer[Any]):
    """How a channel is doing: red, amber, green, off; and why, the gravest first."""

    colour = serializers.CharField()
    reasons = HealthReasonSerializer(many=True)


class ChannelSerializer(serializers.Serializer[Any]):
    """A channel and how it is doing. Its secrets are never shown."""

    id = serializers.UUIDField(source="channel.pk")
    kind = serializers.CharField(source="channel.kind")
    key = serializers.CharField(source="channel.key")
    name = serializers.CharField(source="channel.name")
    is_active = serializers.BooleanField(source="channel.is_active")
    health = serializers.SerializerMethodField()
    last_inbound_at = serializers.DateTimeField(allow_null=True)
    oldest_unread_seconds = serializers.FloatField(source="signs.oldest_unread")
    oldest_queued_seconds = serializers.FloatField(source="signs.oldest_queued")
    sends_last_hour = serializers.IntegerField(source="signs.sends")
    errors_last_hour = serializers.IntegerField(source="signs.errors")
    error_rate = serializers.FloatField(source="signs.error_rate")
    dead_letters = serializers.IntegerField(source="signs.dead")
    paused_because = serializers.CharField(source="channel.paused_because")
    paused_since = serializers.DateTimeField(source="channel.paused_since", allow_null=True)
    throttled_until = serializers.DateTimeField(source="channel.throttled_until", allow_null=True)
    broken_until = serializers.DateTimeField(source="channel.broken_until", allow_null=True)
    checked_at = serializers.DateTimeField(source="channel.checked_at", allow_null=True)
    check_error = serializers.CharField(source="channel.check_error")
    quality = serializers.CharField(source="channel.quality")
    version = serializers.IntegerField(source="channel.version")

    @extend_schema_field(HealthSerializer)
    def get_health(self, card: ChannelCard) -> dict[str, Any]:
        """The colour and the reasons."""
        reasons = [{"colour": colour, "sentence": text} for colour, text in card.health.reasons]
        return {"colour": card.health.colour, "reasons": reasons}


class ChannelPage(CursorPage):
    """Every channel of the workspace, those in trouble first; they are few, and come on one page."""

    results = ChannelSerializer(many=True)


class PauseInput(serializers.Serializer[Any]):
    """Why."""

    because = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ChannelViewSet(viewsets.ViewSet):
    """The ways in and out."""

    serializer_class = ChannelSerializer
    lookup_value_converter = "uuid"

    @extend_schema(responses=ChannelPage)
    def list(self, request: Request) -> Response:
        """Every channel and how it is doing."""
        cards = selectors.channel_cards(actor_of(request))
        return Response({"results": ChannelSerializer(cards, many=True).data, "next": None, "previous": None})

    @extend_schema(parameters=[CHANNEL], responses=ChannelSerializer)
    def retrieve(self, request: Request, pk: Any) -> Response:
        """One channel."""
        return _said(request, pk)

    @extend_schema(parameters=[CHANNEL], request=PauseInput, responses=ChannelSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: Any) -> Response:
        """Nothing goes out until somebody resumes it."""
        form = PauseInput(data=request.data)
        form.is_valid(raise_exception=True)
        because = form.validated_data.get("because", "")
        services.pause_channel(actor=actor_of(request), channel_id=pk, because=because)
        return _said(request, pk)

    @extend_schema(parameters=[CHANNEL], request=None, responses=ChannelSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: Any) -> Response:
        """What is queued goes out again."""
        services.resume_channel(actor=actor_of(request), channel_id=pk)
        return _said(request, pk)

    @extend_schema(parameters=[CHANNEL], request=None, responses={202: ChannelSerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: Any) -> Response:
        """Have a worker ask the provider whether the account works; `checked_at` and `check_error` tell."""
        actor = actor_of(request)
        check(actor, "settings.manage")
        answer = _said(request, pk, status.HTTP_202_ACCEPTED)
        nudge(tasks.check_channel, workspace_id=str(actor.workspace_id), channel_id=str(pk))
        return answer


def _said(request: Request, pk: Any, code: int = status.HTTP_200_OK) -> Response:
    card = selectors.channel_card(actor_of(request), pk)
    return Response(ChannelSerializer(card).data, status=code, headers={"ETag": f'"{card.channel.version}"'})
