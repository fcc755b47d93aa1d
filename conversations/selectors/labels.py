"""Labels, saved folders, and what was done to many at once."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from conversations import policies
from conversations.models import Conversation, ConversationLabel, InboxAct, Label, SavedFolder
from crm.core.actors import Actor
from crm.core.errors import NotFoundError
from crm.core.permissions import check


def visible_labels(actor: Actor) -> QuerySet[Label]:
    """The workspace's labels, by name."""
    check(actor, "conversations.view")
    return Label.objects.filter(workspace_id=actor.workspace_id).order_by("name")


def get_label(actor: Actor, label_id: UUID) -> Label:
    """One label."""
    found = visible_labels(actor).filter(pk=label_id).first()
    if found is None:
        raise NotFoundError
    return found


def with_labels(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Conversations that bring the ids of their labels along, in the same statement."""
    found = ConversationLabel.objects.filter(conversation_id=OuterRef("pk")).order_by("id")
    return rows.annotate(label_ids=ArraySubquery(found.values("label_id")))


def label_ids_of(row: Conversation) -> list[UUID]:
    """The ids of a conversation's labels."""
    if hasattr(row, "label_ids"):
        return list(row.label_ids)
    return list(row.labelled.order_by("id").values_list("label_id", flat=True))


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
