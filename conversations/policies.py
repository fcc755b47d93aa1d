"""Who may read and do what with conversations."""

from django.db.models import Q

from conversations.models import Conversation, SavedFolder
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


def check_can_broadcast(actor: Actor) -> None:
    """Write to many at once, and see what was written so."""
    check(actor, "conversations.broadcast")


def check_can_note_consent(actor: Actor) -> None:
    """Write down what a customer allows: part of what we know about them."""
    check(actor, "contacts.edit")


def check_can_take_over(actor: Actor) -> None:
    """Silence the bot, or give it the word again."""
    check(actor, "conversations.take_over")


def check_can_assign(actor: Actor, user_id: object) -> None:
    """Oneself: whoever may take over. Somebody else: whoever may assign."""
    check(actor, "conversations.take_over" if user_id == actor.user_id else "conversations.assign")


def check_can_triage(actor: Actor) -> None:
    """Snooze, label, mark as unread: part of answering."""
    check(actor, "conversations.reply")


def check_can_manage_labels(actor: Actor) -> None:
    """Make, rename and delete the workspace's labels."""
    check(actor, "settings.manage")


def folders_in_sight(actor: Actor) -> Q:
    """One's own folders, and those the team shares."""
    check(actor, "conversations.view")
    return Q(owner_id=actor.user_id) | Q(is_shared=True)


def check_can_save_folder(actor: Actor, *, is_shared: bool) -> None:
    """For oneself: whoever works in the inbox. For everybody: whoever gives work to others."""
    check(actor, "conversations.assign" if is_shared else "conversations.reply")


def check_can_delete_folder(actor: Actor, folder: SavedFolder) -> None:
    """One's own; a shared one also whoever may share."""
    check(actor, "conversations.reply")
    if folder.owner_id != actor.user_id:
        check(actor, "conversations.assign")


def acts_in_sight(actor: Actor) -> Q:
    """What one did oneself: nobody takes back another's."""
    check(actor, "conversations.view")
    return Q(user_id=actor.user_id)


def check_can_write_note(actor: Actor) -> None:
    """Leave a word for colleagues in a conversation one sees."""
    check(actor, "conversations.reply")


def check_can_delete_note(actor: Actor, author_id: object) -> None:
    """One's own; somebody else's: whoever leads the team."""
    check(actor, "conversations.reply" if author_id == actor.user_id else "conversations.assign")


def check_can_manage_canned_replies(actor: Actor) -> None:
    """Say what everybody finds behind the slash: whoever leads the team."""
    check(actor, "conversations.assign")
