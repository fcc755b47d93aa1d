"""Who may read and do what with conversations."""

from django.db.models import Q

from conversations.models import Conversation
from crm.core.actors import Actor, ActorKind
from crm.core.permissions import check, in_sight


def conversations_in_sight(actor: Actor) -> Q:
    """Customers' conversations whose assignee is in sight, and those that nobody or the bot owns."""
    check(actor, "conversations.view")
    purpose = Q() if actor.kind == ActorKind.SYSTEM else Q(purpose=Conversation.Purpose.CUSTOMER)
    return purpose & in_sight(actor, "assignee_id")


def check_can_reply(actor: Actor) -> None:
    """Write to a customer."""
    check(actor, "conversations.reply")


def check_can_take_over(actor: Actor) -> None:
    """Silence the bot, or give it the word again."""
    check(actor, "conversations.take_over")


def check_can_assign(actor: Actor, user_id: object) -> None:
    """Oneself: whoever may take over. Somebody else: whoever may assign."""
    check(actor, "conversations.take_over" if user_id == actor.user_id else "conversations.assign")
