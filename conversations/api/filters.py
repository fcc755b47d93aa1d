"""What lists of conversations and messages can be filtered by."""

import django_filters
from django.db.models import QuerySet

from conversations import selectors
from conversations.models import Conversation, Message, MessageStatus, OwnerKind, Priority
from crm.core.doors import actor_of

TREE = (
    'Conditions as JSON, e.g. {"any": [{"field": "is_unread", "op": "is", "value": true},'
    ' {"field": "waiting_since", "op": "filled"}]}. Groups are {"all": [...]} or {"any": [...]}.'
)


class ConversationFilter(django_filters.FilterSet):
    """Filters by field name; `search` over names, numbers and words."""

    filter = django_filters.CharFilter(method="by_conditions", label=TREE)
    search = django_filters.CharFilter(method="by_search")
    contact = django_filters.UUIDFilter(field_name="contact_id")
    channel = django_filters.UUIDFilter(field_name="channel_id")
    assignee = django_filters.UUIDFilter(field_name="assignee_id")
    status = django_filters.MultipleChoiceFilter(choices=Conversation.Status.choices)
    label = django_filters.UUIDFilter(field_name="labelled__label_id")
    is_unread = django_filters.BooleanFilter(method="by_unread")
    priority = django_filters.MultipleChoiceFilter(choices=Priority.choices)
    owner_kind = django_filters.MultipleChoiceFilter(choices=OwnerKind.choices)

    class Meta:
        model = Conversation
        fields: list[str] = []

    def by_conditions(self, rows: QuerySet[Conversation], name: str, value: str) -> QuerySet[Conversation]:
        """The same as the inbox's."""
        return selectors.narrow_conversations(rows, selectors.read_filter(value), actor_of(self.request))

    def by_search(self, rows: QuerySet[Conversation], name: str, value: str) -> QuerySet[Conversation]:
        """Words or a number."""
        return selectors.search_conversations(rows, value)

    def by_unread(self, rows: QuerySet[Conversation], name: str, value: bool) -> QuerySet[Conversation]:
        """With something nobody has read, or without."""
        return rows.filter(unread_count__gt=0) if value else rows.filter(unread_count=0)


class MessageFilter(django_filters.FilterSet):
    """Filters by field name; `search` over the words."""

    search = django_filters.CharFilter(field_name="text", lookup_expr="icontains")
    conversation = django_filters.UUIDFilter(field_name="conversation_id")
    direction = django_filters.ChoiceFilter(choices=[("in", "in"), ("out", "out")])
    status = django_filters.MultipleChoiceFilter(choices=MessageStatus.choices)
    author_kind = django_filters.CharFilter()

    class Meta:
        model = Message
        fields: list[str] = []
