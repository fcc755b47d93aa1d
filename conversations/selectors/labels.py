"""Labels, saved folders, and what was done to many at once."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conversations import policies
from conversations.models import Conversation, ConversationLabel, InboxAct, Label, SavedFolder
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.permissions import check


def visible_labels(actor: Actor) -> QuerySet[Label]:
    """The workspace's labels, by name."""
    check(actor, "conversations.view")
    rows = Label.objects.filter(workspace_id=actor.workspace_id, archived_at__isnull=True)
    return rows.order_by("name")


def labels_put_away(actor: Actor) -> QuerySet[Label]:
    """Labels that were put away or merged into others, the latest first."""
    check(actor, "conversations.view")
    rows = Label.objects.filter(workspace_id=actor.workspace_id, archived_at__isnull=False)
    return rows.select_related("merged_into").order_by("-archived_at")


def counted_labels(actor: Actor) -> QuerySet[Label]:
    """Each label with on how many open conversations it is."""
    on_it = Q(conversation__status__in=[Conversation.Status.OPEN, Conversation.Status.SNOOZED])
    counted = ConversationLabel.objects.filter(on_it, label_id=OuterRef("pk")).order_by().values("label_id")
    return visible_labels(actor).annotate(
        open_count=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)
    )


def lock_label(actor: Actor, label_id: UUID, *, put_away: bool = False) -> Label:
    """One label, locked and fresh; one that was put away only when that is asked for."""
    check(actor, "conversations.view")
    rows = Label.objects.filter(workspace_id=actor.workspace_id, archived_at__isnull=not put_away)
    found = rows.select_for_update(no_key=True, of=("self",)).filter(pk=label_id).first()
    if found is None:
        raise NotFoundError
    return found


def get_label(actor: Actor, label_id: UUID) -> Label:
    """One label."""
    found = visible_labels(actor).filter(pk=label_id).first()
    if found is None:
        raise NotFoundError
    return found


def with_labels(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Conversations that bring the ids of their labels along, in the same statement."""
    found = ConversationLabel.objects.filter(
        conversation_id=OuterRef("pk"), label__archived_at__isnull=True
    ).order_by("id")
    return rows.annotate(label_ids=ArraySubquery(found.values("label_id")))


def label_ids_of(row: Conversation) -> list[UUID]:
    """The ids of a conversation's labels."""
    if hasattr(row, "label_ids"):
        return list(row.label_ids)
    shown = row.labelled.filter(label__archived_at__isnull=True)
    return list(shown.order_by("id").values_list("label_id", flat=True))


def visible_folders(actor: Actor) -> QuerySet[SavedFolder]:
    """One's own saved folders and the team's, by name."""
    rows = SavedFolder.objects.filter(policies.folders_in_sight(actor), workspace_id=actor.workspace_id)
    return rows.order_by("name")


def get_folder(actor: Actor, folder_id: UUID) -> SavedFolder:
    """One saved folder."""
    found = visible_folders(actor).filter(pk=folder_id).first()
    if found is None:
        raise NotFoundError
    return found


def lock_act(actor: Actor, act_id: UUID) -> InboxAct:
    """Something one did, locked and fresh."""
    rows = InboxAct.objects.filter(policies.acts_in_sight(actor), workspace_id=actor.workspace_id)
    found = rows.select_for_update(no_key=True).filter(pk=act_id).first()
    if found is None:
        raise NotFoundError
    return found
