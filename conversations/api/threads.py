"""/api/v1/conversations/"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import selectors, services
from conversations.api.filters import ConversationFilter
from conversations.api.messages import BySequence, MessageInput, MessagePage, MessageSerializer
from conversations.api.team import NoteSerializer
from conversations.api.triage import LabelsInput, SnoozeInput
from conversations.models import Conversation, Message
from crm import panels
from crm import selectors as crm_selectors
from crm.core.doors import actor_of
from crm.serializers import HistoryPage, Page


class SendingSerializer(serializers.Serializer[Any]):
    """Whether a reply may be sent, and until when; else the code and the sentence."""

    ok = serializers.BooleanField()
    code = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """One thread as read."""

    lead = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()
    sending = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = [
            "id", "contact", "lead", "channel", "status", "owner_kind", "assignee", "owned_since", "owned_because",
            "unread_count", "window_expires_at", "waiting_since", "snoozed_until", "send_failed_at", "last_message_at",
            "last_message_text", "priority", "labels", "attribution", "unreachable_since", "sending", "created_at",
            "version",
        ]  # fmt: skip

    @extend_schema_field(SendingSerializer)
    def get_sending(self, row: Conversation) -> Any:
        """Whether a reply may be sent now: the same answer as the composer's and as a refusal's."""
        return SendingSerializer(selectors.can_send(row)).data

    def get_labels(self, row: Conversation) -> list[str]:
        """The ids of its labels; lists bring them along."""
        return [str(pk) for pk in selectors.label_ids_of(row)]

    def get_lead(self, row: Conversation) -> str | None:
        """The contact's open lead, as the floor above knows it."""
        leads: dict[Any, Any] = self.context.get("leads", {})
        found = leads.get(row.contact_id)
        return str(found["id"]) if found else None


class NoteInput(serializers.Serializer[Any]):
    """What colleagues should know; "@Name" calls somebody."""

    text = serializers.CharField(max_length=100_000, trim_whitespace=False, allow_blank=True)


class NotePage(Page):
    """All notes of a thread, oldest first."""

    results = NoteSerializer(many=True)


class AssignInput(serializers.Serializer[Any]):
    """To whom; null: to nobody."""

    user = serializers.UUIDField(allow_null=True)


class ConversationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Conversation]):
    """Threads with customers."""

    queryset = Conversation.objects.none()
    serializer_class = ConversationSerializer
    filterset_class = ConversationFilter
    lookup_value_converter = "uuid"
    ordering_fields = ["last_message_at", "created_at", "unread_count"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Conversation]:
        """What the caller sees."""
        rows = selectors.visible_conversations(actor_of(self.request)).select_related("contact", "channel")
        return selectors.with_labels(rows)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of threads."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(self._show(request, page))

    def _show(self, request: Request, rows: Sequence[Conversation]) -> Any:
        leads = panels.briefs("lead", actor_of(request), [r.contact_id for r in rows])
        return ConversationSerializer(rows, many=True, context={"leads": leads}).data

    def _answer(self, request: Request, row: Conversation) -> Response:
        return Response(self._show(request, [row])[0])

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One thread."""
        return self._answer(request, selectors.get_conversation(actor_of(request), pk))

    @extend_schema(methods=["GET"], request=None, responses=MessagePage)
    @extend_schema(methods=["POST"], request=MessageInput, responses={201: MessageSerializer})
    @action(detail=True, methods=["get", "post"])
    def messages(self, request: Request, pk: Any) -> Response:
        """The thread's messages in order; POST sends one, and the conversation is the sender's from then on."""
        actor = actor_of(request)
        if request.method == "GET":
            conversation = selectors.get_conversation(actor, pk)
            rows = Message.objects.filter(conversation=conversation).prefetch_related("media")
            rows = rows.order_by("-sequence")
            pages = BySequence()
            page = pages.paginate_queryset(rows, request, self)
            return pages.get_paginated_response(MessageSerializer(page, many=True).data)
        form = MessageInput(data=request.data)
        form.is_valid(raise_exception=True)
        message = services.send_message(
            actor=actor,
            conversation_id=pk,
            text=form.validated_data["text"],
            reply_to=form.validated_data.get("reply_to", ""),
            quoting=form.validated_data.get("quoting"),
        )
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)

    @extend_schema(methods=["GET"], request=None, responses=NotePage)
    @extend_schema(methods=["POST"], request=NoteInput, responses={201: NoteSerializer})
    @action(detail=True, methods=["get", "post"])
    def notes(self, request: Request, pk: Any) -> Response:
        """The notes of the thread, oldest first; POST leaves one, and whoever it calls by @ is alerted."""
        actor = actor_of(request)
        if request.method == "GET":
            notes = selectors.notes_between(selectors.get_conversation(actor, pk), None)
            return Response({"results": NoteSerializer(notes, many=True).data})
        form = NoteInput(data=request.data)
        form.is_valid(raise_exception=True)
        note = services.write_note(actor=actor, conversation_id=pk, text=form.validated_data["text"])
        return Response(NoteSerializer(note).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def take_over(self, request: Request, pk: Any) -> Response:
        """The caller answers from now on; the bot is silent."""
        return self._answer(request, services.take_over(actor=actor_of(request), conversation_id=pk))

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def give_back(self, request: Request, pk: Any) -> Response:
        """The bot answers from the next message on."""
        return self._answer(request, services.give_back(actor=actor_of(request), conversation_id=pk))

    @extend_schema(request=AssignInput, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: Any) -> Response:
        """A colleague answers from now on."""
        form = AssignInput(data=request.data)
        form.is_valid(raise_exception=True)
        row = services.assign_conversation(
            actor=actor_of(request), conversation_id=pk, user_id=form.validated_data["user"]
        )
        return self._answer(request, row)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: Any) -> Response:
        """Everything in it has been seen."""
        return self._answer(request, services.mark_read(actor=actor_of(request), conversation_id=pk))

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: Any) -> Response:
        """Done; the next message opens a new conversation."""
        return self._answer(request, services.close_conversation(actor=actor_of(request), conversation_id=pk))

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def unread(self, request: Request, pk: Any) -> Response:
        """Somebody should look at it again."""
        return self._answer(request, services.mark_unread(actor=actor_of(request), conversation_id=pk))

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: Any) -> Response:
        """It was closed too early; refused while a newer one with them is open."""
        return self._answer(
            request, services.reopen_conversation(actor=actor_of(request), conversation_id=pk)
        )

    @extend_schema(request=SnoozeInput, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: Any) -> Response:
        """Out of sight until then, or until the contact writes."""
        form = SnoozeInput(data=request.data)
        form.is_valid(raise_exception=True)
        until = form.validated_data["until"]
        row = services.snooze_conversation(actor=actor_of(request), conversation_id=pk, until=until)
        return self._answer(request, row)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def wake(self, request: Request, pk: Any) -> Response:
        """Back before its time."""
        return self._answer(request, services.wake_conversation(actor=actor_of(request), conversation_id=pk))

    @extend_schema(request=LabelsInput, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def labels(self, request: Request, pk: Any) -> Response:
        """Put labels on, take others off."""
        form = LabelsInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.label_conversation(actor=actor_of(request), conversation_id=pk, **form.validated_data)
        return self._answer(request, selectors.get_conversation(actor_of(request), pk))

    @extend_schema(responses=HistoryPage)
    @action(detail=True)
    def history(self, request: Request, pk: Any) -> Response:
        """Who changed it, what, when, from where."""
        row = selectors.get_conversation(actor_of(request), pk)
        return Response({"results": crm_selectors.history_of(row)})
