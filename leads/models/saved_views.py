"""Saved views: a way to look at the list that is worth keeping."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from crm.models import BusinessRow, User

# What the list can show, in the order in which it is offered.
COLUMNS = (
    "name", "status", "score", "message", "next", "owner", "source", "created", "temperature", "business",
    "tags", "activity",
)  # fmt: skip
SHOWN = ("name", "status", "score", "message", "next", "owner", "source", "created")
GROUPINGS = ("status", "owner", "temperature")


class SavedView(BusinessRow):
    """A filter, an order, the columns and a grouping under a name: of one person, or shared with everybody.

    A row with `builtin` holds only who begins with one of the views that come with the product.
    """

    name = models.CharField(max_length=80)
    filter = models.JSONField(default=dict)  # the tree, in its plain form
    sort = ArrayField(models.CharField(max_length=40), default=list)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    group_by = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    is_shared = models.BooleanField(default=False)
    builtin = models.CharField(max_length=20, blank=True)
    default_for = ArrayField(models.UUIDField(), default=list)  # users whose list begins with it
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "builtin"],
                name="one_row_per_builtin_view",
                condition=~models.Q(builtin=""),
            ),
            models.UniqueConstraint(
                "workspace",
                "owner",
                Lower("name"),
                name="saved_view_named_once",
                condition=models.Q(builtin="", removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name
