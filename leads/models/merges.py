"""Leads that are of one person: joined, or known to be two."""

from django.db import models

from crm.models import BusinessRow


class LeadMerge(BusinessRow):
    """Two leads were one. What was taken and moved is kept, so that it can be undone."""

    winner = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="merges")
    loser = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    contact_merge = models.ForeignKey(
        "crm.ContactMerge", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    because = models.CharField(max_length=300)
    by = models.CharField(max_length=200)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.loser} is {self.winner}"


class NotTheSame(BusinessRow):
    """Somebody looked at two contacts and said that they are two people. In the order of their ids."""

    one = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="not_the_same_once")]

    def __str__(self) -> str:
        return f"{self.one} is not {self.other}"
