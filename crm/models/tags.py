"""Tags: words of the workspace, each with a colour. Rows carry their names; the colour is looked up."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.base import BusinessRow, History


class TagColour(models.TextChoices):
    """The colours a tag can have; what they look like, the stylesheet says."""

    GREY = "grey", _("Grey")
    GREEN = "green", _("Green")
    BLUE = "blue", _("Blue")
    VIOLET = "violet", _("Violet")
    PINK = "pink", _("Pink")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    YELLOW = "yellow", _("Yellow")


class Tag(BusinessRow):
    """A word people sort contacts and leads by. Written once, whatever its capitals."""

    name = models.CharField(max_length=60)
    key = models.CharField(max_length=200, editable=False)  # the name without its capitals
    colour = models.CharField(max_length=10, choices=TagColour.choices, default=TagColour.GREY)
    history = History()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="tag_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the key follows the name."""
        self.key = self.name.casefold()
        super().save(*args, **kwargs)
