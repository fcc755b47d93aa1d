"""/api/v1/labels/, folders/ and acts/; and what can be done with a conversation besides answering it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import selectors, services
from conversations.models import InboxAct, Label, LabelColour, SavedFolder
from crm.core.doors import actor_of
from crm.serializers import Page

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class LabelSerializer(serializers.ModelSerializer[Label]):
    """A label as read."""

    class Meta:
        model = Label
        fields = ["id", "name", "colour", "version", "created_at"]


class LabelInput(serializers.Serializer[Any]):
    """A new label."""

    name = serializers.CharField(max_length=200)
    colour = serializers.ChoiceField(choices=LabelColour.choices, required=False)


class LabelChange(serializers.Serializer[Any]):
    """What may be changed."""

    name = serializers.CharField(max_length=200, required=False)
    colour = serializers.ChoiceField(choices=LabelColour.choices, required=False)


class LabelPage(Page):
    """Every label of the workspace; they are few, and come on one page."""

    results = LabelSerializer(many=True)


class LabelViewSet(viewsets.ViewSet):
    """The workspace's labels."""

    lookup_value_converter = "uuid"

    @extend_schema(responses=LabelPage)
    def list(self, request: Request) -> Response:
        """All of them, by name."""
        rows = selectors.visible_labels(actor_of(request))
        return Response({"results": LabelSerializer(rows, many=True).data})

    @extend_schema(request=LabelInput, responses={201: LabelSerializer})
    def create(self, request: Request) -> Response:
        """One more."""
        form = LabelInput(data=request.data)
        form.is_valid(raise_exception=True)
        row = services.create_label(actor=actor_of(request), **form.validated_data)
        return Response(LabelSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[ID], request=LabelChange, responses=LabelSerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Another name or colour."""
        form = LabelChange(data=request.data)
        form.is_valid(raise_exception=True)
        row = services.change_label(actor=actor_of(request), label_id=pk, **form.validated_data)
        return Response(LabelSerializer(row).data)

    @extend_schema(parameters=[ID], responses={204: None})
    def destroy(self, request: Request, pk: Any) -> Response:
        """Gone, from every conversation too."""
        services.delete_label(actor=actor_of(request), label_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FolderSerializer(serializers.ModelSerializer[SavedFolder]):
    """A saved folder as read; `query` is the state of the inbox's address."""

    class Meta:
        model = SavedFolder
        fields = ["id", "name", "query", "is_shared", "owner", "version", "created_at"]


class FolderInput(serializers.Serializer[Any]):
    """A list to keep."""

    name = serializers.CharField(max_length=200)
    query = serializers.CharField(max_length=4000, allow_blank=True)
    is_shared = serializers.BooleanField(required=False)


class FolderPage(Page):
    """Every saved folder one sees; they are few, and come on one page."""

    results = FolderSerializer(many=True)


class FolderViewSet(viewsets.ViewSet):
    """Lists people come back to."""

    lookup_value_converter = "uuid"

    @extend_schema(responses=FolderPage)
    def list(self, request: Request) -> Response:
        """One's own and the team's, by name."""
        rows = selectors.visible_folders(actor_of(request))
        return Response({"results": FolderSerializer(rows, many=True).data})

    @extend_schema(request=FolderInput, responses={201: FolderSerializer})
    def create(self, request: Request) -> Response:
        """Keep a list."""
        form = FolderInput(data=request.data)
        form.is_valid(raise_exception=True)
        row = services.save_folder(actor=actor_of(request), **form.validated_data)
        return Response(FolderSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[ID], responses={204: None})
    def destroy(self, request: Request, pk: Any) -> Response:
        """Its conversations stay where they are."""
        services.delete_folder(actor=actor_of(request), folder_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActInput(serializers.Serializer[Any]):
    """What to do to which conversations; and, where the act wants it, who, which label, until when."""

    act = serializers.ChoiceField(choices=sorted(services.ACTS))
    conversations = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=200)
    user = serializers.CharField(max_length=40, required=False, help_text='A member, "nobody" or "bot".')
    label_id = serializers.UUIDField(required=False)
    until = serializers.DateTimeField(required=False)


class RefusalSerializer(serializers.Serializer[Any]):
    """A conversation it could not be done to, and why."""

    conversation = serializers.UUIDField(source="id")
    code = serializers.CharField()
    why = serializers.CharField()


class ActSerializer(serializers.ModelSerializer[InboxAct]):
    """What came of it: the conversations that changed, those that were refused, and whether it was taken back."""

    changed = serializers.SerializerMethodField()
    refusals = RefusalSerializer(many=True)

    class Meta:
        model = InboxAct
        fields = ["id", "act", "changed", "refusals", "undone_at", "created_at"]

    def get_changed(self, row: InboxAct) -> list[str]:
        """Their ids."""
        return [step["id"] for step in row.steps]


class ActViewSet(viewsets.ViewSet):
    """One thing done to many conversations."""

    lookup_value_converter = "uuid"

    @extend_schema(request=ActInput, responses={201: ActSerializer})
    def create(self, request: Request) -> Response:
        """Do it to each, as far as it may be done."""
        form = ActInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        value = given.get({"assign": "user", "snooze": "until"}.get(given["act"], "label_id"))
        row = services.act_on(
            actor=actor_of(request), ids=given["conversations"], act=given["act"], value=value
        )
        return Response(ActSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[ID], request=None, responses=ActSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: Any) -> Response:
        """Take it back, within ten minutes."""
        return Response(ActSerializer(services.undo_act(actor=actor_of(request), act_id=pk)).data)


class SnoozeInput(serializers.Serializer[Any]):
    """Until when."""

    until = serializers.DateTimeField()


class LabelsInput(serializers.Serializer[Any]):
    """Which labels to put on and to take off."""

    add = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    remove = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
