"""/api/v1/lead-jobs/: one change of many leads, done by a worker, and taken back."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.doors import actor_of
from crm.core.nudge import nudge_on_commit
from leads import selectors, services
from leads.api.serializers import StrictSerializer
from leads.models import JobAction, LeadJob
from leads.tasks import go_on_with_job

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
ACTIONS = [choice for choice in JobAction.values if choice != JobAction.UNDO]


class LeadJobInput(StrictSerializer):
    """What is done to which leads: those named, or all that pass a filter tree.

    `wanted`: {"user": id or ""} to assign, {"to": status, "reason": text}, {"add": [tags], "remove": [tags]}.
    """

    action = serializers.ChoiceField(choices=ACTIONS)
    wanted = serializers.DictField()
    leads = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=services.AT_MOST
    )
    filter = serializers.JSONField(required=False, help_text="A tree as ?filter= of the leads takes it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two, or nobody knows what is meant."""
        if ("leads" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"leads": [_("Send either leads or a filter.")]})
        return attrs


class LeadJobSerializer(serializers.ModelSerializer[LeadJob]):
    """How far it is. `done`, `same` (they were so already) and `refused` add up to `total` in the end."""

    undoes = serializers.UUIDField(source="undoes_id", allow_null=True)
    asked_by = serializers.UUIDField(source="asked_by_id")

    class Meta:
        model = LeadJob
        fields = [
            "id", "action", "wanted", "total", "done", "same", "refused", "refusals", "asked_by", "undoes",
            "created_at", "finished_at", "stopped_because",
        ]  # fmt: skip


class LeadJobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[LeadJob]):
    """Changes of many leads."""

    queryset = LeadJob.objects.none()
    serializer_class = LeadJobSerializer
    filter_backends: list[Any] = []
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Those the caller asked for; everybody's for who may give leads to others."""
        return selectors.visible_jobs(actor_of(self.request))

    @extend_schema(request=LeadJobInput, responses={202: LeadJobSerializer})
    def create(self, request: Request) -> Response:
        """Ask for it. Nothing is changed yet when this answers: look at `Location` until `finished_at` is set."""
        given = LeadJobInput().run_validation(request.data)
        job = services.start_job(
            actor=actor_of(request),
            action=given["action"],
            wanted=given["wanted"],
            lead_ids=given.get("leads", ()),
            tree=given.get("filter"),
        )
        return _begun(request, job)

    @extend_schema(parameters=[ID], request=None, responses={202: LeadJobSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: Any) -> Response:
        """Take it back lead by lead, where nobody has changed the lead since; that is a job of its own."""
        return _begun(request, services.undo_job(actor=actor_of(request), job_id=pk))


def _begun(request: Request, job: LeadJob) -> Response:
    """A worker is asked to look; where it is seen how far it is."""
    nudge_on_commit(go_on_with_job, job_id=str(job.pk))
    address = request.build_absolute_uri(reverse("leads:api:lead-job-detail", args=[job.pk]))
    return Response(
        LeadJobSerializer(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": address}
    )
