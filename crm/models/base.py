"""What every business row has in common."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from crm.core.actors import current_actor


class BusinessRow(models.Model):
    """A row of one workspace, with an id that tells nothing and a version that counts its changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save, and count the change."""
        if not self._state.adding:
            self.version += 1
            update_fields = None if update_fields is None else {*update_fields, "version"}
        super().save(*args, update_fields=update_fields, **kwargs)


class ActorStamp(models.Model):
    """Columns of every history row: who changed it, through which door, because of what."""

    actor_kind = models.CharField(max_length=20, blank=True)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)
    via = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True


class History(HistoricalRecords):
    """simple-history with our stamp: `history = History()` on each business row."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("bases", [ActorStamp])
        kwargs.setdefault("custom_model_name", lambda name: f"{name}History")
        super().__init__(**kwargs)


def _stamp(sender: Any, *, history_instance: Any, **_: Any) -> None:
    """Write the running service's actor on the history row."""
    actor = current_actor()
    if actor is None:
        return
    history_instance.actor_kind, history_instance.actor_id = actor.kind.value, actor.id
    history_instance.actor_label, history_instance.via = actor.label, actor.via


pre_create_historical_record.connect(_stamp, dispatch_uid="crm.actor_stamp")
