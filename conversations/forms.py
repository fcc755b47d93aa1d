"""What people may type into the composer."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReplyForm(forms.Form):
    """A reply; the key makes a double click one message."""

    text = forms.CharField(max_length=4096, strip=False, error_messages={"required": _("Write something.")})
    idempotency_key = forms.CharField(max_length=64, required=False)
