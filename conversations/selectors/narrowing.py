"""What lists of conversations can be narrowed by, and how each condition becomes a question to the database."""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.models import Conversation, ConversationLabel, Draft, OwnerKind, Priority
from conversations.selectors.threads import found_by
from crm import panels
from crm.core import conditions
from crm.core.actors import Actor
from crm.core.conditions import CHOICE, MAYBE, MOMENT, PEOPLE, Condition, Group
from crm.core.narrowing import moment, people_asked, rows_of

NOBODYS = Q(assignee__isnull=True) & ~Q(owner_kind=OwnerKind.AGENT)
KINDS = {
    "search": "search", "label": "labels", "assignee": "people", "owner": "choice", "priority": "choice",
    "channel": "ids", "is_unread": "yes_no", "is_failed": "yes_no", "is_hot": "yes_no", "has_draft": "yes_no",
    "window": "choice", "waiting_since": "maybe_moment", "last_message_from": "choice",
    "last_message_at": "moment", "created_at": "moment", "language": "words",
}  # fmt: skip
CHOICES = {
    "owner": tuple(OwnerKind.values),
    "priority": tuple(each.name.lower() for each in Priority),
    "window": ("open", "closed"),
    "last_message_from": ("them", "us"),
}
# kind -> {operator: what its value is}
OPERATORS: dict[str, dict[str, str]] = {
    "search": {"has": "text"},
    "labels": {"any_of": "ids", "all_of": "ids", "none_of": "ids", **MAYBE},
    "ids": {"any_of": "ids", "none_of": "ids"},
    "people": PEOPLE,
    "choice": CHOICE,
    "words": {"any_of": "texts", "none_of": "texts", **MAYBE},
    "yes_no": {"is": "yes_no"},
    "moment": MOMENT,
    "maybe_moment": MOMENT | MAYBE,
}


class ConversationFields:
    """The same in every workspace."""

    held = conditions.EVERYTHING

    def operators_of(self, field: str) -> Mapping[str, str]:
        """By the kind of the field."""
        if field not in KINDS:
            raise conditions.unknown_field(field, [*KINDS])
        return OPERATORS[KINDS[field]]

    def options_of(self, field: str) -> Sequence[str] | None:
        """Those of a choice."""
        return CHOICES.get(field)


def read_filter(text: str) -> Group:
    """The tree of a text, or a refusal that says what is wrong with it; nothing is narrowed by an empty one."""
    return conditions.read_filter(text, ConversationFields()) if text else conditions.EVERYTHING


def narrow_conversations(rows: QuerySet[Conversation], tree: Group, actor: Actor) -> QuerySet[Conversation]:
    """The conversations that pass a filter tree; "me" and "my team" are the actor's, days are those of their clock."""
    return rows.filter(rows_of(tree, lambda asked: _ASKED[asked.field](asked, actor)))


def _found(asked: Condition, actor: Actor) -> Q:
    return found_by(asked.value)


def _labelled(asked: Condition, actor: Actor) -> Q:
    on_it = ConversationLabel.objects.filter(conversation_id=OuterRef("pk"), label__archived_at__isnull=True)
    if asked.op == "empty":
        return ~Q(Exists(on_it))
    if asked.op == "any_of":
        return Q(Exists(on_it.filter(label_id__in=asked.value)))
    return Q(*(Exists(on_it.filter(label_id=each)) for each in asked.value))


def _assigned(asked: Condition, actor: Actor) -> Q:
    theirs = Q(assignee_id__in=people_asked(asked.value, actor))
    return theirs | NOBODYS if "none" in asked.value else theirs


def _priority(asked: Condition, actor: Actor) -> Q:
    return Q(priority__in=[Priority[each.upper()] for each in asked.value])


def _window(asked: Condition, actor: Actor) -> Q:
    """Never opened is closed, too."""
    is_open = Q(window_expires_at__isnull=False, window_expires_at__gt=timezone.now())
    wanted = {"open": is_open, "closed": ~is_open}
    return Q(*(wanted[each] for each in asked.value), _connector=Q.OR)


def _sender(asked: Condition, actor: Actor) -> Q:
    return Q(last_message_direction__in=[{"them": "in", "us": "out"}[each] for each in asked.value])


def _language(asked: Condition, actor: Actor) -> Q:
    if asked.op == "empty":
        return Q(contact__language="")
    return Q(contact__language__in=asked.value)


def drafted(actor: Actor) -> Q:
    """Of a conversation: whether the actor has begun to write in it."""
    mine = Draft.objects.filter(conversation_id=OuterRef("pk"), user=actor.user_id).exclude(text="")
    return Q(Exists(mine))


def _hot(actor: Actor) -> Q:
    worth = panels.is_worth_much()
    return Q(pk__in=[]) if worth is None else Q(worth)


def _whether(holds: Callable[[Actor], Q]) -> Callable[[Condition, Actor], Q]:
    return lambda asked, actor: holds(actor) if asked.value else ~holds(actor)


def _moment(asked: Condition, actor: Actor) -> Q:
    return moment(asked)


_ASKED: dict[str, Callable[[Condition, Actor], Q]] = {
    "search": _found, "label": _labelled, "assignee": _assigned, "priority": _priority, "window": _window,
    "owner": lambda asked, _actor: Q(owner_kind__in=asked.value),
    "channel": lambda asked, _actor: Q(channel_id__in=asked.value),
    "is_unread": _whether(lambda _actor: Q(unread_count__gt=0)),
    "is_failed": _whether(lambda _actor: Q(send_failed_at__isnull=False)),
    "is_hot": _whether(_hot), "has_draft": _whether(drafted), "last_message_from": _sender,
    "waiting_since": _moment, "last_message_at": _moment, "created_at": _moment, "language": _language,
}  # fmt: skip
