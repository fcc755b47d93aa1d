"""What every business row has in common."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record
from simple_history.utils import bulk_create_with_history

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


def create_together(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Save new rows of one kind and their history, each in one statement."""
    bulk_create_with_history(rows, model, custom_historical_attrs=_who_acts())


def _who_acts() -> dict[str, str]:
    """The running service's actor, as history rows name it."""
    actor = current_actor()
    if actor is None:
        return {}
    return {
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "via": actor.via,
    }


def _stamp(sender: Any, *, history_instance: Any, **_: Any) -> None:
    for name, value in _who_acts().items():
        setattr(history_instance, name, value)


pre_create_historical_record.connect(_stamp, dispatch_uid="crm.actor_stamp")
