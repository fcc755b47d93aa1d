"""/api/v1/leads/"""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.doors import actor_of, if_match
from crm.serializers import HistoryPage
from leads import selectors, services
from leads.api.filters import LeadFilter
from leads.api.pagination import LeadPages
from leads.api.serializers import (
    DisqualifyInput,
    DuplicatePage,
    HandOverInput,
    LeadAssignInput,
    LeadChange,
    LeadInput,
    LeadNoteInput,
    LeadNotePage,
    LeadNoteSerializer,
    LeadSerializer,
    MergeInput,
    OtherInput,
    PartLeadInput,
    QualifyInput,
    SlotInput,
    facts_of,
    knowns_of,
)
from leads.models import Lead

SLOTS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": {"type": "string"},
            "normalised": {"type": "object"},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
    },
}


class LeadViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Lead]):
    """Who may buy."""

    queryset = Lead.objects.none()
    serializer_class = LeadSerializer
    filterset_class = LeadFilter
    filter_backends = [DjangoFilterBackend]
    pagination_class = LeadPages
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Lead]:
        """What the caller sees, with the slots of a whole page in one query."""
        actor = actor_of(self.request)
        return selectors.told_leads(actor, selectors.visible_leads(actor))

    def retrieve(self, request: Request, pk: Any) -> Response:
        """One lead. The address of one that was merged leads to the other."""
        actor = actor_of(request)
        winner = selectors.winner_of(actor, pk)
        if winner is not None:
            address = request.build_absolute_uri(reverse("leads:api:lead-detail", args=[winner.pk]))
            return Response(status=status.HTTP_301_MOVED_PERMANENTLY, headers={"Location": address})
        return _said(request, selectors.get_lead(actor, pk))

    @extend_schema(request=LeadInput, responses={201: LeadSerializer})
    def create(self, request: Request) -> Response:
        """Add a lead, for a contact that exists or one found by identities (made if nobody has them)."""
        given = _read(LeadInput, request)
        lead = services.create_lead(
            actor=actor_of(request),
            contact_id=given.get("contact"),
            name=given.get("name", ""),
            knowns=knowns_of(given),
            source=given.get("source", "api"),
            owner_id=given.get("owner"),
            changes={k: given[k] for k in ("tags", "custom", "next_step", "next_step_on") if k in given},
            slots=facts_of(given.get("slots", {})),
        )
        return _said(request, lead, status.HTTP_201_CREATED)

    @extend_schema(request=LeadChange, responses=LeadSerializer)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change tags, next step, source or custom fields. `If-Match` refuses it when somebody was faster."""
        changes = _read(LeadChange, request)
        version = if_match(request)
        return _said(
            request,
            services.change_lead(actor=actor_of(request), lead_id=pk, changes=changes, version=version),
        )

    @extend_schema(request=QualifyInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def qualify(self, request: Request, pk: Any) -> Response:
        """Worth a salesperson's time."""
        given = _read(QualifyInput, request)
        return _said(
            request, services.qualify_lead(actor=actor_of(request), lead_id=pk, score=given.get("score"))
        )

    @extend_schema(request=DisqualifyInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def disqualify(self, request: Request, pk: Any) -> Response:
        """Will not buy."""
        reason = _read(DisqualifyInput, request)["reason"]
        return _said(request, services.disqualify_lead(actor=actor_of(request), lead_id=pk, reason=reason))

    @extend_schema(request=None, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: Any) -> Response:
        """Worked on again."""
        return _said(request, services.reopen_lead(actor=actor_of(request), lead_id=pk))

    @extend_schema(request=LeadAssignInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: Any) -> Response:
        """Give it to a member, or to nobody."""
        user_id = _read(LeadAssignInput, request)["user"]
        return _said(request, services.assign_lead(actor=actor_of(request), lead_id=pk, user_id=user_id))

    @extend_schema(request=HandOverInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, pk: Any) -> Response:
        """From the agent to a person."""
        given = _read(HandOverInput, request)
        lead = services.hand_over_lead(
            actor=actor_of(request),
            lead_id=pk,
            to_user_id=given.get("user"),
            reason=given.get("reason", "qualified"),
        )
        return _said(request, lead)

    @extend_schema(request={"application/json": SLOTS}, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def slots(self, request: Request, pk: Any) -> Response:
        """Write slots: {"budget": {"value": "5 million", "normalised": {...}}}; the others stay."""
        form = serializers.DictField(child=SlotInput())
        facts = facts_of(form.run_validation(request.data))
        return _said(
            request, services.record_slots(actor=actor_of(request), lead_id=pk, slots=facts, is_strict=True)
        )

    @extend_schema(methods=["GET"], responses=LeadNotePage)
    @extend_schema(methods=["POST"], request=LeadNoteInput, responses={201: LeadNoteSerializer})
    @action(detail=True, methods=["get", "post"])
    def notes(self, request: Request, pk: Any) -> Response:
        """The notes of colleagues, newest first; POST writes one."""
        if request.method == "POST":
            text = _read(LeadNoteInput, request)["text"]
            note = services.note_lead(actor=actor_of(request), lead_id=pk, text=text)
            return Response(LeadNoteSerializer(note).data, status=status.HTTP_201_CREATED)
        return Response(LeadNotePage({"results": selectors.notes_of(actor_of(request), pk)}).data)

    @extend_schema(methods=["PATCH"], request=LeadNoteInput, responses=LeadNoteSerializer)
    @extend_schema(methods=["DELETE"], request=None, responses={204: None})
    @action(detail=True, methods=["patch", "delete"], url_path="notes/<uuid:note>")
    def one_note(self, request: Request, pk: Any, note: Any) -> Response:
        """Change a note, or delete it."""
        named = {"actor": actor_of(request), "lead_id": pk, "note_id": note}
        if request.method == "DELETE":
            services.delete_note(**named)
            return Response(status=status.HTTP_204_NO_CONTENT)
        row = services.change_note(**named, text=_read(LeadNoteInput, request)["text"])
        return Response(LeadNoteSerializer(row).data)

    @extend_schema(responses=DuplicatePage)
    @action(detail=True)
    def duplicates(self, request: Request, pk: Any) -> Response:
        """Leads that may be of the same person, with the reasons, and the merges into this one."""
        actor = actor_of(request)
        lead = selectors.get_lead(actor, pk)
        found = {"results": selectors.duplicates_of(actor, lead), "merges": selectors.merges_of(lead)}
        return Response(DuplicatePage(found).data)

    @extend_schema(request=MergeInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: Any) -> Response:
        """Merge another lead into this one; `choices` say whose value stays. The other address leads here."""
        given = _read(MergeInput, request)
        services.merge_leads(
            actor=actor_of(request),
            winner_id=pk,
            loser_id=given["loser"],
            choices=given.get("choices", {}),
            because=given.get("because", ""),
        )
        return _said(request, selectors.get_lead(actor_of(request), pk))

    @extend_schema(request=PartLeadInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def part(self, request: Request, pk: Any) -> Response:
        """Undo a merge into this lead."""
        merge_id = _read(PartLeadInput, request)["merge"]
        services.part_leads(actor=actor_of(request), winner_id=pk, merge_id=merge_id)
        return _said(request, selectors.get_lead(actor_of(request), pk))

    @extend_schema(request=OtherInput, responses={204: None})
    @action(detail=True, methods=["post"])
    def tell_apart(self, request: Request, pk: Any) -> Response:
        """Another lead that looks alike is of another person; remembered."""
        other = _read(OtherInput, request)["other"]
        services.tell_apart(actor=actor_of(request), lead_id=pk, other_id=other)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def next_step_done(self, request: Request, pk: Any) -> Response:
        """What was planned is done."""
        return _said(request, services.finish_next_step(actor=actor_of(request), lead_id=pk))

    @extend_schema(responses=HistoryPage)
    @action(detail=True)
    def history(self, request: Request, pk: Any) -> Response:
        """Who changed it or its slots, what, when, from where; newest first."""
        lead = selectors.get_lead(actor_of(request), pk)
        return Response(HistoryPage({"results": selectors.lead_history(lead)}).data)


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body as the serializer reads it; a refusal names the fields."""
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _said(request: Request, lead: Lead, code: int = status.HTTP_200_OK) -> Response:
    """A lead as the answer, with its version for `If-Match`."""
    lead = selectors.told_lead(actor_of(request), lead)
    return Response(LeadSerializer(lead).data, status=code, headers={"ETag": f'"{lead.version}"'})
