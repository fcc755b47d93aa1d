"""How much a conversation matters: said by people, on top of what the list works out by itself."""

from uuid import UUID

from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.events import ConversationPrioritised
from conversations.models import Conversation, Priority
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.errors import InvalidInputError
from crm.core.service import service


@service
def set_priority(*, actor: Actor, conversation_id: UUID, priority: str) -> Conversation:
    """From now on it matters so much; closed ones can be sorted, too."""
    policies.check_can_triage(actor)
    if priority not in NAMES:
        raise InvalidInputError(
            fields={"priority": [_("Choose one of %(names)s.") % {"names": ", ".join(NAMES)}]}
        )
    conversation = selectors.lock_conversation(actor, conversation_id)
    if conversation.priority != NAMES[priority]:
        conversation.priority = NAMES[priority]
        conversation.save()
        told = ConversationPrioritised(str(conversation.pk), str(conversation.contact_id), priority)
        publish(told, actor=actor)
    return conversation


NAMES = {each.name.lower(): each for each in Priority}
