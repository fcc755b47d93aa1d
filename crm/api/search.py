"""/api/v1/search/"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import selectors
from crm.core.doors import actor_of
from crm.serializers import Page


class HitSerializer(serializers.Serializer[Any]):
    """Something that was found."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    line = serializers.CharField(help_text="What to say about it in a line.")
    url = serializers.CharField(help_text="Its page.")
    at = serializers.DateTimeField(allow_null=True, help_text="When something last happened with it.")


class HitGroupSerializer(serializers.Serializer[Any]):
    """What was found of one kind, at most five, the newest first."""

    kind = serializers.CharField(help_text="lead, contact, conversation, message")
    hits = HitSerializer(many=True)


class SearchPage(Page):
    """What was found, by kind."""

    results = HitGroupSerializer(many=True)


class SearchView(APIView):
    """Contacts, leads, conversations and messages by a few words."""

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter(
                "q",
                OpenApiTypes.STR,
                description="A name, a number in any format, an address, or words of a message; at least two letters.",
            )
        ],
        responses=SearchPage,
    )
    def get(self, request: Request) -> Response:
        """Everything one sees that fits, by kind; names that are nearly right where next to nothing fits."""
        groups = selectors.find_everything(actor_of(request), request.query_params.get("q", ""))
        return Response(SearchPage({"results": groups}).data)
