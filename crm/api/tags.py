"""/api/v1/tags/"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from crm import selectors, services
from crm.core.doors import actor_of
from crm.models import Tag, TagColour


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag as read."""

    class Meta:
        model = Tag
        fields = ["id", "name", "colour", "created_at"]


class TagChange(serializers.Serializer[Any]):
    """What may be changed: rows carry the names, so a tag keeps its own."""

    colour = serializers.ChoiceField(choices=TagColour.choices)


class TagViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Tag]):
    """The words contacts and leads are sorted by. A new word becomes a tag when it is first used."""

    queryset = Tag.objects.none()
    serializer_class = TagSerializer
    lookup_value_converter = "uuid"
    ordering_fields = ["name", "created_at"]
    ordering = ["name"]

    def get_queryset(self) -> QuerySet[Tag]:
        """The workspace's."""
        return selectors.visible_tags(actor_of(self.request))

    @extend_schema(request=TagChange, responses=TagSerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change the colour."""
        form = TagChange(data=request.data)
        form.is_valid(raise_exception=True)
        tag = services.colour_tag(actor=actor_of(request), tag_id=pk, colour=form.validated_data["colour"])
        return Response(TagSerializer(tag).data)
