"""Leads as the API says them, and what it takes."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.models import IdentityKind
from crm.serializers import Page
from crm.services import Known
from leads.models import Lead, LeadMerge, LeadNote
from leads.selectors import SlotFact, quote_of


class ReasonSerializer(serializers.Serializer[Any]):
    """A rule that counted."""

    rule = serializers.CharField()
    points = serializers.IntegerField()
    because = serializers.CharField()


class SlotSerializer(serializers.Serializer[Any]):
    """What is known of a slot, and which message said so."""

    value = serializers.CharField()
    normalised = serializers.DictField()
    confidence = serializers.FloatField()
    message = serializers.UUIDField(allow_null=True)
    quote = serializers.CharField()
    confirmed = serializers.BooleanField()


class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A lead as read: one of `selectors.told_leads`."""

    name = serializers.CharField(source="name_line")
    contact = serializers.UUIDField(source="contact_id")
    conversation = serializers.UUIDField(source="conversation_id", allow_null=True)
    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    score_reasons = serializers.SerializerMethodField()
    slots = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = [
            "id", "contact", "name", "status", "score", "temperature", "score_reasons", "slots", "owner",
            "qualified_at", "handed_over_at", "closed_at", "disqualified_because", "source", "business_type",
            "tags", "custom", "next_step", "next_step_on", "conversation", "created_at", "last_activity_at",
            "last_message_at", "last_message_text", "last_message_direction", "version",
        ]  # fmt: skip

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        """Column by column as it is stored: fifty of these make a page, and every field is plain already."""
        plain = {name: getattr(instance, RENAMED.get(name, name)) for name in PLAIN}
        found = {"score_reasons": instance.score_reasons, "slots": self.get_slots(instance)}
        return {name: found[name] if name in found else plain[name] for name in self.Meta.fields}

    @extend_schema_field(ReasonSerializer(many=True))
    def get_score_reasons(self, lead: Lead) -> list[dict[str, Any]]:
        """The rules that counted, as they are stored."""
        reasons: list[dict[str, Any]] = lead.score_reasons
        return reasons

    @extend_schema_field(serializers.DictField(child=SlotSerializer()))
    def get_slots(self, lead: Lead) -> dict[str, dict[str, Any]]:
        """Known slots by key."""
        return {
            row.key: {
                "value": row.value,
                "normalised": row.normalised,
                "confidence": row.confidence,
                "message": str(row.message_id) if row.message_id else None,
                "quote": quote_of(row),
                "confirmed": row.is_confirmed,
            }
            for row in lead.slots.all()
        }


RENAMED = {
    "name": "name_line",
    "contact": "contact_id",
    "conversation": "conversation_id",
    "owner": "owner_id",
    "last_message_text": "heard_text",
}
PLAIN = [name for name in LeadSerializer.Meta.fields if name not in {"score_reasons", "slots"}]


class StrictSerializer(serializers.Serializer[Any]):
    """Says so when it is sent a field it does not know, instead of leaving it out in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The known fields, or a refusal that names the unknown ones."""
        if isinstance(data, dict):
            unknown = {name: [_("This field can't be set here.")] for name in data if name not in self.fields}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class SlotInput(StrictSerializer):
    """A value for a slot."""

    value = serializers.CharField(max_length=500)
    normalised = serializers.DictField(required=False)
    confidence = serializers.FloatField(required=False, min_value=0, max_value=1)


class LeadIdentityInput(StrictSerializer):
    """How the contact of a new lead can be recognised."""

    kind = serializers.ChoiceField(choices=IdentityKind.choices)
    value = serializers.CharField(max_length=200)


class LeadChange(StrictSerializer):
    """What PATCH takes."""

    source = serializers.CharField(max_length=40, required=False, allow_blank=True)  # type: ignore[assignment]
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    next_step = serializers.CharField(max_length=200, required=False, allow_blank=True)
    next_step_on = serializers.DateField(required=False, allow_null=True)
    custom = serializers.DictField(required=False)  # {"shirt_size": "M"}; the others stay, null empties one


class LeadInput(LeadChange):
    """What POST takes: a contact that exists, or a name and identities (found by them, or made)."""

    contact = serializers.UUIDField(required=False)
    name = serializers.CharField(max_length=200, required=False)
    identities = LeadIdentityInput(many=True, required=False)
    owner = serializers.UUIDField(required=False, allow_null=True)
    slots = serializers.DictField(child=SlotInput(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way to say whose lead it is."""
        if "contact" not in attrs and not attrs.get("identities"):
            text = _("Send the id of a contact, or identities to find or make one.")
            raise serializers.ValidationError({"contact": [text]})
        return attrs


class LeadAssignInput(StrictSerializer):
    """To whom; null is to nobody."""

    user = serializers.UUIDField(allow_null=True)


class HandOverInput(StrictSerializer):
    """To whom, or to whoever waited longest; and why."""

    user = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=40, required=False)


class QualifyInput(StrictSerializer):
    """Nothing but, if you like, the score you saw."""

    score = serializers.IntegerField(required=False, min_value=0, max_value=100)


class DisqualifyInput(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


class LeadNoteSerializer(serializers.ModelSerializer[LeadNote]):
    """A note as read."""

    author = serializers.UUIDField(source="author_id", allow_null=True)

    class Meta:
        model = LeadNote
        fields = ["id", "text", "author", "created_at", "edited_at"]


class LeadNotePage(Page):
    """The notes of a lead, newest first."""

    results = LeadNoteSerializer(many=True)


class LeadNoteInput(StrictSerializer):
    """The words."""

    text = serializers.CharField(max_length=4000)


class DuplicateSerializer(serializers.Serializer[Any]):
    """A lead that may be the same, and why."""

    lead = serializers.UUIDField(source="lead.pk")
    name = serializers.CharField(source="lead")
    reasons = serializers.ListField(child=serializers.CharField())


class LeadMergeSerializer(serializers.ModelSerializer[LeadMerge]):
    """A merge that can be undone."""

    class Meta:
        model = LeadMerge
        fields = ["id", "loser", "because", "by", "created_at"]


class DuplicatePage(Page):
    """What may be the same, and what was merged."""

    results = DuplicateSerializer(many=True)
    merges = LeadMergeSerializer(many=True)


class MergeInput(StrictSerializer):
    """Which lead goes into this one, and whose values stay: {"source": "loser"}."""

    loser = serializers.UUIDField()
    choices = serializers.DictField(child=serializers.CharField(), required=False)
    because = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PartLeadInput(StrictSerializer):
    """Which merge to undo."""

    merge = serializers.UUIDField()


class OtherInput(StrictSerializer):
    """Another lead."""

    other = serializers.UUIDField()


def knowns_of(given: dict[str, Any]) -> list[Known]:
    """The identities of a new lead's contact."""
    return [Known(row["kind"], row["value"]) for row in given.get("identities", [])]


def facts_of(given: dict[str, Any]) -> list[SlotFact]:
    """Slots as sent."""
    return [
        SlotFact(
            key, slot["value"], slot.get("normalised", {}), slot.get("confidence", 1.0), because="Sent by API"
        )
        for key, slot in given.items()
    ]
