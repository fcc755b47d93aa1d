"""What colleagues write around a thread: notes, mentions, drafts, and replies kept ready."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conversations.core.blanks import faults_of_canned
from conversations.decisions import TEXT_LIMIT
from conversations.models.threads import Conversation
from crm.models import BusinessRow, History, User


class Note(BusinessRow):
    """A word among colleagues, at its time in the thread. The customer never gets it, and no agent reads it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    text = models.TextField()
    cause = models.CharField(
        max_length=120, null=True, blank=True
    )  # the press of a button it came from, once
    deleted_at = models.DateTimeField(null=True, blank=True)
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "cause"], name="note_cause_once")]
        indexes = [models.Index(fields=["conversation", "created_at"], name="note_of_conversation")]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A colleague who was called into a note, until they have opened the conversation."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user", "conversation"], name="mention_of_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.note_id}"


class DraftKind(models.TextChoices):
    """What a draft will be."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Note")


class Draft(models.Model):
    """Words of one person that are not sent yet, so that a reload or another browser finds them."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=DraftKind.choices, default=DraftKind.REPLY)
    text = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "conversation", "kind"], name="draft_once")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def saved(self) -> int:
        """When it was saved last, in milliseconds: by this a browser knows whether its own copy is the newer one."""
        return int(self.updated_at.timestamp() * 1000)


class CannedReply(BusinessRow):
    """A reply kept ready for everybody: typed as "/" and its shortcut. Blanks like {{contact.name}} are filled in."""

    shortcut = models.CharField(
        max_length=40, help_text=_("What is typed after the slash: letters, digits, - and _.")
    )
    text = models.TextField(
        max_length=TEXT_LIMIT,
        help_text=_("May hold {{contact.first_name}}, {{me.name}}, {{contact.name|friend}} and the like."),
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    history = History()

    class Meta:
        verbose_name_plural = "canned replies"
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("shortcut"),
                name="canned_shortcut_once",
                violation_error_message=_("There is a reply with this shortcut already."),
            )
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"

    def clean(self) -> None:
        """Refuse a shortcut that can't be typed and blanks nobody can fill, and say which would do."""
        wrong = faults_of_canned(self.shortcut, self.text)
        if wrong:
            raise ValidationError(wrong)
