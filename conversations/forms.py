"""What people may type into the composer."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReplyForm(forms.Form):
    """A reply; the key makes a double click one message."""

    text = forms.CharField(max_length=4096, strip=False, error_messages={"required": _("Write something.")})
    quoting = forms.UUIDField(required=False)
    idempotency_key = forms.CharField(max_length=64, required=False)


class LaterForm(ReplyForm):
    """A reply for later; a time without a zone is the workspace's."""

    due_at = forms.CharField(max_length=40, error_messages={"required": _("Choose a time.")})
    holds_on_answer = forms.BooleanField(required=False)


class ReactionForm(forms.Form):
    """An emoji, or nothing."""

    emoji = forms.CharField(max_length=32, required=False)


class NoteForm(forms.Form):
    """A note for colleagues; the key makes a double click one note."""

    text = forms.CharField(max_length=4096, strip=False, error_messages={"required": _("Write something.")})
    idempotency_key = forms.CharField(max_length=64, required=False)


class DraftForm(forms.Form):
    """Words that are not sent yet."""

    kind = forms.CharField(max_length=10)
    text = forms.CharField(required=False, strip=False)


class CannedReplyForm(forms.Form):
    """A reply kept ready."""

    shortcut = forms.CharField(
        label=_("Shortcut"),
        max_length=41,
        help_text=_("What is typed after the slash, e.g. thanks"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.CharField(
        label=pgettext_lazy("kept ready", "Reply"),
        max_length=4096,
        help_text=_(
            "Filled in when it is chosen: {{contact.first_name|friend}}, {{contact.name}}, {{contact.phone}}, "
            "{{me.first_name}}, {{me.name}}, {{workspace.name}}, {{channel.name}}"
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class LabelForm(forms.Form):
    """A label: its word and its colour."""

    name = forms.CharField(max_length=200, required=False)
    colour = forms.CharField(max_length=20, required=False)


class TemplateForm(forms.Form):
    """A template to send: which one, and the words for its blanks, a line each."""

    template = forms.UUIDField(
        error_messages={"required": _("Choose a template."), "invalid": _("Choose a template.")}
    )
    values = forms.CharField(max_length=2000, required=False)
    idempotency_key = forms.CharField(max_length=64, required=False)

    def clean_values(self) -> tuple[str, ...]:
        """The lines that say something."""
        return tuple(line.strip() for line in self.cleaned_data["values"].splitlines() if line.strip())


class ConsentForm(forms.Form):
    """What a customer allows on a channel, and how we know."""

    channel_id = forms.UUIDField()
    choice = forms.CharField(max_length=4)
    evidence = forms.CharField(max_length=300, required=False)


class SamePersonForm(forms.Form):
    """Who is the same person."""

    contact = forms.UUIDField()


class BroadcastForm(forms.Form):
    """A template for many: what, to whom, when; empty means everybody, and at once."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("For your team; customers don't see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    template = forms.UUIDField(
        error_messages={"required": _("Choose a template."), "invalid": _("Choose a template.")}
    )
    values = forms.CharField(max_length=4000, required=False)
    tags = forms.CharField(required=False)
    due_at = forms.CharField(max_length=40, required=False)
    idempotency_key = forms.CharField(max_length=64, required=False, initial=uuid4, widget=forms.HiddenInput)

    def clean_values(self) -> tuple[str, ...]:
        """The lines that say something."""
        return tuple(line.strip() for line in self.cleaned_data["values"].splitlines() if line.strip())

    def clean_tags(self) -> list[str]:
        """The tags that were ticked."""
        return [str(tag) for tag in self.data.getlist("tags")] if hasattr(self.data, "getlist") else []
