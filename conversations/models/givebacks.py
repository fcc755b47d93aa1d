"""What a bot is told when it gets a conversation back."""

from django.db import models

from conversations.models.threads import Conversation
from crm.models import User


class GiveBack(models.Model):
    """One return of a conversation to the bot, append-only: what people and the customer said meanwhile, and which
    facts are others now. Of one epoch: when a person takes the conversation again, no turn reads it any more."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="give_backs")
    epoch = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    since = models.DateTimeField()  # when the bot had it last
    said = models.JSONField(default=list)  # [{"who", "side", "text", "message"}], the last ones, oldest first
    said_count = models.PositiveIntegerField(default=0)  # all of them
    facts = models.JSONField(default=list)  # [{"what", "was", "is"}]
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "epoch"], name="give_back_once_an_epoch")
        ]
        indexes = [models.Index(fields=["conversation", "created_at"], name="give_back_of_conversation")]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.said_count}"
