"""/api/v1/custom-fields/"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from crm import selectors, services
from crm.core.doors import actor_of
from crm.models import CustomField, FieldKind, FieldOwner


class CustomFieldSerializer(serializers.ModelSerializer[CustomField]):
    """A field as read."""

    class Meta:
        model = CustomField
        fields = [
            "id",
            "of",
            "key",
            "label",
            "kind",
            "options",
            "is_required",
            "help",
            "position",
            "is_active",
        ]


class CustomFieldChange(serializers.Serializer[Any]):
    """What can be changed later: key, kind and what it is a field of stay."""

    label = serializers.CharField(max_length=80, required=False)  # type: ignore[assignment]
    options = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, max_length=200
    )
    is_required = serializers.BooleanField(required=False)
    help = serializers.CharField(max_length=200, required=False, allow_blank=True)
    position = serializers.IntegerField(required=False, min_value=0, max_value=1000)
    is_active = serializers.BooleanField(required=False)


class CustomFieldInput(serializers.Serializer[Any]):
    """A new field."""

    of = serializers.ChoiceField(choices=FieldOwner.choices)
    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    key = serializers.CharField(max_length=40, required=False)
    options = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, max_length=200
    )
    is_required = serializers.BooleanField(required=False)
    help = serializers.CharField(max_length=200, required=False, allow_blank=True)


class CustomFieldViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[CustomField]):
    """The fields a workspace has added to its contacts and leads."""

    queryset = CustomField.objects.none()
    serializer_class = CustomFieldSerializer
    lookup_value_converter = "uuid"
    ordering_fields = ["position", "created_at"]
    ordering = ["created_at"]

    def get_queryset(self) -> QuerySet[CustomField]:
        """Whoever reads the rows may read what their fields are."""
        return selectors.visible_custom_fields(actor_of(self.request))

    @extend_schema(request=CustomFieldInput, responses={201: CustomFieldSerializer})
    def create(self, request: Request) -> Response:
        """Add a field: rows, forms, lists and filters have it at once."""
        field = services.add_custom_field(actor=actor_of(request), **_read(CustomFieldInput, request))
        return Response(CustomFieldSerializer(field).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CustomFieldChange, responses=CustomFieldSerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change a field, or switch it off."""
        changes = _read(CustomFieldChange, request)
        field = services.change_custom_field(actor=actor_of(request), field_id=pk, changes=changes)
        return Response(CustomFieldSerializer(field).data)


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
