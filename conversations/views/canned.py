"""Settings, canned replies: what everybody finds behind the slash."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations import selectors, services
from conversations.forms import CannedReplyForm
from crm.core.doors import actor_of
from crm.core.errors import InvalidInputError
from crm.core.settings_pages import SettingsPage

CANNED_REPLIES = SettingsPage(
    group="channels",
    title=gettext_lazy("Canned replies"),
    text=gettext_lazy("Replies kept ready for everybody: typed as / and a shortcut in the composer."),
    url_name="conversations:canned_replies",
    icon="message-square-text",
    permission="conversations.reply",
)


@require_safe
def canned_replies(request: HttpRequest) -> HttpResponse:
    """All of them; those put away stand apart."""
    actor = actor_of(request)
    rows = list(selectors.visible_canned_replies(actor, with_archived=True))
    context = {
        "replies": [row for row in rows if row.archived_at is None],
        "archived": [row for row in rows if row.archived_at],
        "may_manage": actor.may("conversations.assign"),
    }
    return render(request, "settings/canned_replies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_canned_reply(request: HttpRequest) -> HttpResponse:
    """A form, then a reply."""
    form = CannedReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.write_canned_reply(actor=actor_of(request), **form.cleaned_data)
        except InvalidInputError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("%(name)s is ready for everybody.") % {"name": row})
            return redirect("conversations:canned_replies")
    return render(request, "settings/canned_reply.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def canned_reply(request: HttpRequest, canned_reply_id: UUID) -> HttpResponse:
    """Say it in other words."""
    actor = actor_of(request)
    row = selectors.get_canned_reply(actor, canned_reply_id)
    form = CannedReplyForm(request.POST or None, initial={"shortcut": row.shortcut, "text": row.text})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_canned_reply(actor=actor, canned_reply_id=row.pk, **form.cleaned_data)
        except InvalidInputError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("conversations:canned_replies")
    return render(request, "settings/canned_reply.html", {"form": form, "reply": row})


def _tell(form: CannedReplyForm, refusal: InvalidInputError) -> None:
    """The refusal stands at its fields."""
    for name, texts in refusal.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


@require_POST
def archive_canned_reply(request: HttpRequest, canned_reply_id: UUID) -> HttpResponse:
    """Put it away."""
    row = services.archive_canned_reply(actor=actor_of(request), canned_reply_id=canned_reply_id)
    messages.success(request, _("%(name)s is put away.") % {"name": row})
    return redirect("conversations:canned_replies")


@require_POST
def restore_canned_reply(request: HttpRequest, canned_reply_id: UUID) -> HttpResponse:
    """Take it out again."""
    row = services.restore_canned_reply(actor=actor_of(request), canned_reply_id=canned_reply_id)
    messages.success(request, _("%(name)s is back.") % {"name": row})
    return redirect("conversations:canned_replies")
