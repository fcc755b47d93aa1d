"""/api/v1/dead-letters/"""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm import selectors, services
from crm.api.pagination import Cursor
from crm.core.actors import Actor
from crm.core.dead_letters import sources
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from crm.models import DeadLetterNote, ReplayRun
from crm.serializers import CursorPage

LETTER = OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH, description='e.g. "item-33"')
FILTERS = [
    OpenApiParameter("source", str, description="Of one kind: delivery, item, message, event, turn"),
    OpenApiParameter("reason", str, description="That died of this"),
    OpenApiParameter("aside", bool, description="Those that were set aside instead"),
]


class ByAge(Cursor):
    """Newest first; one list over several tables."""

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """By when it came, then by its id."""
        return ("-letter_since", "-letter")


class LetterSerializer(serializers.Serializer[Any]):
    """One dead letter in a list."""

    id = serializers.CharField()
    source = serializers.CharField(source="source.key")  # type: ignore[assignment]
    reason = serializers.CharField()
    title = serializers.CharField()
    fix = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    about = serializers.SerializerMethodField()
    attempts = serializers.SerializerMethodField()
    since = serializers.DateTimeField()

    def get_sentence(self, letter: selectors.Letter) -> str:
        """What it died with."""
        brief = letter.source.brief(letter.row)
        return selectors.shown_sentence(self.context["actor"], letter, brief.sentence)

    def get_about(self, letter: selectors.Letter) -> str:
        """The channel, or whatever it belongs to."""
        return letter.source.brief(letter.row).about

    def get_attempts(self, letter: selectors.Letter) -> int:
        """How often it was tried."""
        return letter.source.brief(letter.row).attempts


class LetterPage(CursorPage):
    """Some of the list, newest first."""

    results = LetterSerializer(many=True)


class LetterNoteSerializer(serializers.ModelSerializer[DeadLetterNote]):
    """What people did with a letter."""

    class Meta:
        model = DeadLetterNote
        fields = ["letter", "replays", "last_replayed_at", "edited_at", "set_aside_at", "version"]


class LetterDetail(LetterSerializer):
    """One dead letter with what it holds; masked for those who may not see contacts."""

    text = serializers.SerializerMethodField()
    is_masked = serializers.SerializerMethodField()
    alike = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()

    def get_text(self, letter: selectors.Letter) -> str:
        """What it holds."""
        return selectors.shown_text(self.context["actor"], letter.source.text(letter.row))

    def get_is_masked(self, letter: selectors.Letter) -> bool:
        """True when what tells of people was taken out."""
        return selectors.is_masked(self.context["actor"])

    def get_alike(self, letter: selectors.Letter) -> int:
        """How many died of the same."""
        return selectors.count_alike(self.context["actor"], letter)

    def get_note(self, letter: selectors.Letter) -> dict[str, Any] | None:
        """What was done with it before."""
        note = selectors.note_of(self.context["actor"], letter.id)
        return LetterNoteSerializer(note).data if note else None


class KindSerializer(serializers.Serializer[Any]):
    """Letters that died of the same: how many, since when, and the newest as a sample."""

    source = serializers.CharField(source="source.key")  # type: ignore[assignment]
    reason = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()
    sample = serializers.CharField(source="sample.id")


class KindsSerializer(serializers.Serializer[Any]):
    """Every kind there is, those with the most first."""

    results = KindSerializer(many=True)


class ReplayInput(serializers.Serializer[Any]):
    """As it was, or with another text in its place."""

    text = serializers.CharField(required=False, trim_whitespace=False, max_length=1_000_000)


class ReplayManyInput(serializers.Serializer[Any]):
    """Which kind."""

    source = serializers.ChoiceField(choices=["delivery", "item", "message", "event", "turn"])  # type: ignore[assignment]
    reason = serializers.CharField(max_length=80)


class ReplaySerializer(serializers.ModelSerializer[ReplayRun]):
    """A replay of many: how far it is, and what could not be replayed."""

    class Meta:
        model = ReplayRun
        fields = [
            "id", "source", "reason", "total", "replayed", "refused", "refusals", "created_at", "finished_at",
            "stopped_because", "version",
        ]  # fmt: skip


class DeadLetterViewSet(viewsets.ViewSet):
    """What could not be worked off."""

    serializer_class = LetterSerializer
    lookup_value_converter = "str"

    @extend_schema(parameters=FILTERS, responses=LetterPage, operation_id="dead_letters_list")
    def list(self, request: Request) -> Response:
        """A page of letters, newest first."""
        actor, given = actor_of(request), request.query_params
        if given.get("source") and given["source"] not in {s.key for s in sources()}:
            known = ", ".join(s.key for s in sources())
            raise InvalidInputError(fields={"source": [_("Choose from: %(known)s.") % {"known": known}]})
        rows = selectors.visible_letters(
            actor,
            source=given.get("source", ""),
            reason=given.get("reason", ""),
            is_aside=given.get("aside", "").lower() in {"1", "true"},
        )
        pages = ByAge()
        found = [selectors.as_letter(row) for row in pages.paginate_queryset(rows, request, self)]
        return pages.get_paginated_response(LetterSerializer(found, many=True, context={"actor": actor}).data)

    @extend_schema(parameters=[LETTER], responses=LetterDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One letter."""
        actor = actor_of(request)
        return Response(LetterDetail(selectors.get_letter(actor, pk), context={"actor": actor}).data)

    @extend_schema(responses=KindsSerializer)
    @action(detail=False)
    def kinds(self, request: Request) -> Response:
        """How many died of what."""
        groups = selectors.letter_groups(actor_of(request))
        return Response({"results": KindSerializer(groups, many=True).data})

    @extend_schema(parameters=[LETTER], request=ReplayInput, responses=LetterNoteSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Try it again; with `text` it is edited first. Repeating it is safe: nothing is done twice."""
        text = _read(ReplayInput, request).get("text")
        return _said(services.replay_letter(actor=actor_of(request), letter=pk, text=text))

    @extend_schema(parameters=[LETTER], request=None, responses=LetterNoteSerializer)
    @action(detail=True, methods=["post"])
    def set_aside(self, request: Request, pk: str) -> Response:
        """It needs nothing more."""
        return _said(services.set_letter_aside(actor=actor_of(request), letter=pk))

    @extend_schema(parameters=[LETTER], request=None, responses=LetterNoteSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Back on the list."""
        return _said(services.restore_letter(actor=actor_of(request), letter=pk))

    @extend_schema(request=ReplayManyInput, responses={202: ReplaySerializer})
    @action(detail=False, methods=["post"])
    def replay_many(self, request: Request) -> Response:
        """All of one kind, by a worker; the answer says where to look how far it is."""
        run = _replay(actor_of(request), _read(ReplayManyInput, request))
        return Response(ReplaySerializer(run).data, status=status.HTTP_202_ACCEPTED)


class ReplayViewSet(viewsets.ViewSet):
    """Replays of many."""

    serializer_class = ReplaySerializer
    lookup_value_converter = "uuid"

    @extend_schema(
        parameters=[OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=ReplaySerializer,
    )
    def retrieve(self, request: Request, pk: Any) -> Response:
        """How far it is."""
        return Response(ReplaySerializer(selectors.get_replay(actor_of(request), pk)).data)


def _replay(actor: Actor, given: dict[str, Any]) -> ReplayRun:
    return services.replay_many(actor=actor, source=given["source"], reason=given["reason"])


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _said(note: DeadLetterNote) -> Response:
    return Response(LetterNoteSerializer(note).data)
