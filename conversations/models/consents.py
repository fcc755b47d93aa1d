"""What contacts allow us to write to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channels import Channel
from conversations.models.threads import Message
from crm.models import Contact


class Purpose(models.TextChoices):
    """What a message is for, as far as consent goes. Answers to what a customer asks need none."""

    MARKETING = "marketing", _("Marketing")


class Choice(models.TextChoices):
    """What was chosen; `held` is the provider's choice, for a time."""

    OUT = "out", _("Wants none")
    IN = "in", _("Wants them")
    HELD = "held", _("Held back for a time")


SOURCES = {
    "button": _("Pressed a button"),
    "preference": _("Chosen in WhatsApp"),
    "words": _("Written in the chat"),
    "error": _("Told by the provider"),
    "person": _("Noted by a colleague"),
}


class Consent(models.Model):
    """One choice of a contact on a channel, append-only: the newest counts."""

    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    choice = models.CharField(max_length=4, choices=Choice.choices)
    until = models.DateTimeField(null=True)  # of what is held
    source = models.CharField(max_length=20)  # button, preference, words, error, person
    evidence = models.TextField(blank=True)  # the words it was said in
    by_name = models.CharField(
        max_length=200, blank=True, db_default=""
    )  # the colleague who noted it, if one did
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "channel", "purpose", "-at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.choice}"

    @property
    def source_words(self) -> str:
        """Where we know it from, for people."""
        return str(SOURCES.get(self.source, self.source))
