"""What colleagues write down about a lead."""

from django.db import models

from crm.models import BusinessRow, History, User


class LeadNote(BusinessRow):
    """A note. A deleted one is kept, out of sight, so that it can come back."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    history = History()

    class Meta:
        indexes = [models.Index(fields=["lead", "-created_at"], name="note_of_lead")]

    def __str__(self) -> str:
        return self.text[:80]
