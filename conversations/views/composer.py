"""What stands below a thread: a box to write in, or why there is none and what to do instead."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import selectors
from conversations.forms import NoteForm, ReplyForm, TemplateForm
from conversations.models import Conversation
from crm.core.actors import Actor

EMOJIS = ("👍", "❤️", "😂", "😮", "🙏", "✅")  # as WhatsApp offers them, and a tick for "done"


def composer_of(actor: Actor, conversation: Conversation, form: ReplyForm | None = None) -> dict[str, Any]:
    """Everything _composer.html shows."""
    if not actor.may("conversations.reply"):
        reason = _("Your role lets you read conversations, not answer them.")
        return {"can_send": False, "can_note": False, "mode": "reply", "reason": reason}
    verdict = selectors.can_send(conversation)
    templates = selectors.usable_templates(conversation) if _wants_template(verdict.code) else []
    return {
        "can_note": True,
        "drafts": selectors.drafts_of(actor, [conversation.pk]).get(conversation.pk, {}),
        "has_templates": bool(templates) or (verdict.ok and selectors.has_templates(conversation)),
        "emojis": EMOJIS,
        "mode": "template" if templates else "reply",
        "can_send": verdict.ok,
        "code": verdict.code,
        "reason": _(verdict.reason) if verdict.reason else "",
        "until": verdict.until,
        "seconds_left": int((verdict.until - timezone.now()).total_seconds()) + 1 if verdict.until else None,
        "templates": templates,
        "note_form": NoteForm(),
        "form": form or ReplyForm(),
        "template_form": TemplateForm(),
    }


def _wants_template(code: str) -> bool:
    """Only a closed window is opened by a template."""
    return code == "window_closed"
