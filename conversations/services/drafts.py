"""Words that are not sent yet, kept for whoever writes them."""

from uuid import UUID

from django.utils.translation import gettext as _

from conversations import decisions, policies, selectors
from conversations.models import Conversation, Draft, DraftKind
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service


@service
def keep_draft(*, actor: Actor, conversation_id: UUID, kind: str, text: str) -> Draft | None:
    """Keep what somebody is writing; nothing is kept of an empty box. The newest wording counts."""
    policies.check_can_reply(actor)
    conversation = selectors.get_conversation(actor, conversation_id)
    if kind not in DraftKind.values:
        raise InvalidInputError(
            fields={"kind": [_("One of: %(choices)s.") % {"choices": ", ".join(DraftKind.values)}]}
        )
    if len(text) > 4 * decisions.TEXT_LIMIT:
        raise InvalidInputError(
            fields={
                "text": [_("At most %(value)s characters are kept.") % {"value": 4 * decisions.TEXT_LIMIT}]
            }
        )
    if actor.user_id is None:
        raise InvalidInputError(_("Only a person keeps drafts."))
    if not text.strip():
        drop_draft(actor, conversation, DraftKind(kind))
        return None
    draft, _is_new = Draft.objects.update_or_create(
        conversation=conversation,
        user_id=actor.user_id,
        kind=kind,
        defaults={"text": text},
        create_defaults={"text": text, "workspace_id": actor.workspace_id},
    )
    return draft


def drop_draft(actor: Actor, conversation: Conversation, kind: DraftKind) -> None:
    """It was sent, or thrown away."""
    if actor.user_id:
        Draft.objects.filter(conversation=conversation, user_id=actor.user_id, kind=kind).delete()
