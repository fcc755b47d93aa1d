"""/api/v1/saved-views/: looks of the list of leads that people keep."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.doors import actor_of
from crm.serializers import Page
from leads import selectors, services
from leads.api.serializers import StrictSerializer
from leads.models import GROUPINGS, SavedView
from leads.services import Look

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
NAME = "The name of a column, or custom.<key> for a field of your own."
LOOK = ("filter", "sort", "columns", "group_by")


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A view as read; `filter` is a tree as `?filter=` of the leads takes it."""

    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    is_default = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields = [
            "id", "name", "filter", "sort", "columns", "group_by", "is_shared", "owner", "is_default", "version",
            "created_at",
        ]  # fmt: skip

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_is_default(self, row: SavedView) -> bool:
        """Whether the caller's list begins with it."""
        return self.context["user_id"] in row.default_for


class SavedViewPage(Page):
    """Every saved view one sees; they are few, and come on one page."""

    results = SavedViewSerializer(many=True)


class SavedViewChange(StrictSerializer):
    """What may be changed; of the look, what is not sent stays."""

    name = serializers.CharField(max_length=200, required=False)
    filter = serializers.JSONField(required=False, help_text='{"all": [...]} or {"any": [...]}')
    sort = serializers.ListField(child=serializers.CharField(help_text=NAME), required=False, max_length=20)
    columns = serializers.ListField(
        child=serializers.CharField(help_text=NAME), required=False, max_length=100
    )
    group_by = serializers.ChoiceField(choices=["", *GROUPINGS], required=False)
    is_shared = serializers.BooleanField(required=False)


class SavedViewInput(SavedViewChange):
    """A look to keep."""

    name = serializers.CharField(max_length=200)


class SavedViewSet(viewsets.ViewSet):
    """Views of the list of leads."""

    lookup_value_converter = "uuid"

    @extend_schema(responses=SavedViewPage)
    def list(self, request: Request) -> Response:
        """One's own and the shared ones, by name."""
        rows = selectors.visible_views(actor_of(request)).filter(builtin="").order_by("name", "id")
        return Response({"results": [_plain(row, request) for row in rows]})

    @extend_schema(request=SavedViewInput, responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        """Keep a look under a name, for oneself or for everybody."""
        given = SavedViewInput().run_validation(request.data)
        look = {name: given[name] for name in LOOK if name in given}
        row = services.save_view(
            actor=actor_of(request),
            name=given["name"],
            look=Look(**{"filter": {"all": []}, **look}),
            is_shared=given.get("is_shared", False),
        )
        return Response(_plain(row, request), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[ID], request=SavedViewChange, responses=SavedViewSerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Another name, another look, shared or kept to oneself."""
        given = SavedViewChange().run_validation(request.data)
        row = services.change_view(
            actor=actor_of(request),
            view_id=pk,
            name=given.get("name"),
            look={name: given[name] for name in LOOK if name in given},
            is_shared=given.get("is_shared"),
        )
        return Response(_plain(row, request))

    @extend_schema(parameters=[ID], responses={204: None})
    def destroy(self, request: Request, pk: Any) -> Response:
        """Off everybody's list; `restore` puts it back."""
        services.remove_view(actor=actor_of(request), view_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[ID], request=None, responses=SavedViewSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: Any) -> Response:
        """A removed view is there again."""
        return Response(_plain(services.put_view_back(actor=actor_of(request), view_id=pk), request))


def _plain(row: SavedView, request: Request) -> Any:
    return SavedViewSerializer(row, context={"user_id": actor_of(request).user_id}).data
