"""What a team puts on top of its conversations: labels, saved folders, and what was done to many at once."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conversations.models.threads import Conversation
from crm.models import BusinessRow, History, User


class LabelColour(models.TextChoices):
    """Few and far apart, so that two labels are never mistaken; how each looks is the style sheet's matter."""

    GREY = "grey", _("Grey")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    BLUE = "blue", _("Blue")
    VIOLET = "violet", _("Violet")
    PINK = "pink", _("Pink")
    RED = "red", _("Red")
    AMBER = "amber", _("Amber")


class Label(BusinessRow):
    """A word of the workspace that can be put on conversations. One that was put away, or merged into another, keeps
    its conversations for the way back; nobody sees it on them meanwhile."""

    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=10, choices=LabelColour.choices, default=LabelColour.GREY)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    moved = models.JSONField(
        default=list, editable=False
    )  # conversations that got the other one by the merge
    history = History(excluded_fields=["moved"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("name"), condition=Q(archived_at__isnull=True), name="label_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ConversationLabel(models.Model):
    """A label on a conversation."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="labelled")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "label"], name="label_once_a_conversation")
        ]

    def __str__(self) -> str:
        return f"{self.label} on {self.conversation_id}"


class SavedFolder(BusinessRow):
    """A list somebody comes back to: a name, and the filters and the order as the inbox's address says them."""

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=4000, blank=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_shared = models.BooleanField(default=False)
    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", "owner", Lower("name"), condition=Q(is_shared=False), name="own_folder_name_once"
            ),
            models.UniqueConstraint(
                "workspace", Lower("name"), condition=Q(is_shared=True), name="shared_folder_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InboxAct(BusinessRow):
    """Something done to one or many conversations at once: what was before and after, what was refused and why,
    and whether it was taken back."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    act = models.CharField(max_length=20)
    steps = models.JSONField(default=list)  # [{"id", "before", "after"}]
    refusals = models.JSONField(default=list)  # [{"id", "name", "code", "why"}]
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-created_at"], name="inbox_act_newest")]

    def __str__(self) -> str:
        return f"{self.act} on {len(self.steps)}"
