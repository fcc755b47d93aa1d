"""/api/v1/contacts/"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm import selectors, services
from crm.api.filters import ContactFilter
from crm.core.doors import actor_of, if_match
from crm.models import Account, Contact, ContactMerge, Identity, IdentityKind
from crm.serializers import HistoryPage, HistorySerializer, Page
from crm.services import Known


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    """One address of a contact."""

    class Meta:
        model = Identity
        fields = ["kind", "value", "former_since"]


class AccountBrief(serializers.ModelSerializer[Account]):
    """An account, as shown on a contact."""

    class Meta:
        model = Account
        fields = ["id", "name"]


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A contact as read."""

    identities = IdentitySerializer(many=True)
    accounts = AccountBrief(many=True)

    class Meta:
        model = Contact
        fields = [
            "id",
            "name",
            "language",
            "owner",
            "identities",
            "accounts",
            "tags",
            "custom",
            "version",
            "created_at",
        ]


class ContactIdentityInput(serializers.Serializer[Any]):
    """An identity to add."""

    kind = serializers.ChoiceField(choices=IdentityKind.choices)
    value = serializers.CharField(max_length=200)


class _OnlyKnown(serializers.Serializer[Any]):
    """Anything else is refused by name: a client that believes it wrote something is told when it did not."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The same, when all of it is known."""
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError(
                {name: [_("Can't be changed here.")] for name in sorted(unknown)}
            )
        return attrs


class ContactInput(_OnlyKnown):
    """What may be written."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    language = serializers.CharField(max_length=5, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    custom = serializers.DictField(required=False)
    identities = ContactIdentityInput(many=True, required=False)


class ContactChange(_OnlyKnown):
    """What may be changed."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    language = serializers.CharField(max_length=5, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    custom = serializers.DictField(required=False)  # the others stay, null empties one
    owner = serializers.UUIDField(source="owner_id", required=False, allow_null=True)


class PartInput(serializers.Serializer[Any]):
    """Which merge to undo."""

    merge = serializers.UUIDField()


class MergeSerializer(serializers.ModelSerializer[ContactMerge]):
    """A merge: who it was, why, and whether it was undone."""

    name = serializers.CharField(source="loser.label")

    class Meta:
        model = ContactMerge
        fields = ["id", "loser", "name", "because", "created_at", "undone_at"]


class MergePage(Page):
    """The merges into a contact."""

    results = MergeSerializer(many=True)


class ContactViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Contact]):
    """People, with their identities."""

    queryset = Contact.objects.none()
    filterset_class = ContactFilter
    serializer_class = ContactSerializer
    lookup_value_converter = "uuid"
    ordering_fields = ["name", "created_at"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Contact]:
        """What the caller sees."""
        return selectors.visible_contacts(actor_of(self.request)).prefetch_related("identities", "accounts")

    @staticmethod
    def _answer(contact: Contact, code: int = status.HTTP_200_OK) -> Response:
        """The contact, and the version to send back as If-Match."""
        return Response(
            ContactSerializer(contact).data, status=code, headers={"ETag": f'"{contact.version}"'}
        )

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One contact."""
        return self._answer(selectors.get_contact(actor_of(request), pk))

    @extend_schema(request=ContactInput, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        """Add a contact."""
        given = self._read(request, ContactInput)
        contact = services.create_contact(
            actor=actor_of(request),
            name=given.get("name", ""),
            language=given.get("language", ""),
            tags=given.get("tags", []),
            custom=given.get("custom", {}),
            knowns=[Known(i["kind"], i["value"]) for i in given.get("identities", [])],
        )
        return self._answer(contact, status.HTTP_201_CREATED)

    @extend_schema(request=ContactChange, responses=ContactSerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change name, language, tags, owner or custom fields."""
        changes = self._read(request, ContactChange)
        contact = services.change_contact(
            actor=actor_of(request), contact_id=pk, changes=changes, version=if_match(request)
        )
        return self._answer(contact)

    @staticmethod
    def _read(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        form = kind(data=request.data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    @extend_schema(request=PartInput, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def part(self, request: Request, pk: Any) -> Response:
        """Undo a merge into this contact: the other one is somebody of their own again."""
        actor = actor_of(request)
        selectors.get_contact(actor, pk)
        given = self._read(request, PartInput)
        services.part_contacts(actor=actor, winner_id=pk, merge_id=given["merge"])
        return self._answer(selectors.get_contact(actor, pk))

    @extend_schema(responses=MergePage)
    @action(detail=True)
    def merges(self, request: Request, pk: Any) -> Response:
        """Who turned out to be this contact, newest first."""
        contact = selectors.get_contact(actor_of(request), pk)
        rows = contact.merges.select_related("loser").order_by("-created_at")
        return Response({"results": MergeSerializer(rows, many=True).data})

    @extend_schema(responses=HistoryPage)
    @action(detail=True)
    def history(self, request: Request, pk: Any) -> Response:
        """Who changed it, what, when, from where."""
        contact = selectors.get_contact(actor_of(request), pk)
        return Response({"results": HistorySerializer(selectors.history_of(contact), many=True).data})
