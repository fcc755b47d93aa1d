"""Refusals of the conversations floor."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.core.errors import DomainError


class CannotSendError(DomainError):
    """Nothing can be sent now; the code says why."""

    code = "cannot_send"
    status = 409

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BotSilencedError(DomainError):
    """A bot wanted to write after a person had taken over."""

    code = "bot_silenced"
    message = gettext_noop("A person owns this conversation now: the bot stays silent.")


class ConversationClosedError(DomainError):
    """The conversation is closed."""

    code = "conversation_closed"
    message = gettext_noop("This conversation is closed. A new message of the customer opens a new one.")


class NotWaitingError(DomainError):
    """A message for later is not there any more to be changed."""

    code = "not_waiting"
    message = gettext_noop(
        "This message does not wait any more: it was sent, held or withdrawn, or its time has come."
    )


class NotRunningError(DomainError):
    """A broadcast can't be turned from what it is."""

    code = "not_running"
    message = gettext_noop(
        "Only a broadcast that is planned or under way can be stopped, and only a stopped one goes on."
    )


class FileNotMissingError(DomainError):
    """There is nothing to ask for."""

    code = "file_not_missing"
    message = gettext_noop("This file is here, or still on its way. Ask again when it can't be fetched.")


class NotBotChannelError(DomainError):
    """There is no bot to give the conversation to."""

    code = "no_bot_here"
    message = gettext_noop("The bot is switched off on this channel. An admin can switch it on.")


class ForeignMessageError(DomainError):
    """Somebody changed a message that is not theirs."""

    code = "foreign_message"
    message = gettext_noop("Only whoever wrote a message can edit or delete it.")


class NotClosedError(DomainError):
    """There is nothing to reopen."""

    code = "not_closed"
    message = gettext_noop("This conversation is open already.")


class AnotherIsOpenError(DomainError):
    """A contact has one open conversation on a channel, and it is another one."""

    code = "another_is_open"
    message = gettext_noop(
        "The customer has written since: a newer conversation with them is open. Go on there."
    )


class NotSnoozedError(DomainError):
    """There is nothing to wake."""

    code = "not_snoozed"
    message = gettext_noop("This conversation is not snoozed.")


class CannotUndoError(DomainError):
    """It can't be taken back; the message says why."""

    code = "cannot_undo"


class CannotSeeError(DomainError):
    """A colleague was called into a conversation they do not see."""

    code = "cannot_see"
    status = 400

    def __init__(self, names: str) -> None:
        text = _(
            "%(names)s can't see this conversation. Assign it to their team first, or leave them out."
        ) % {"names": names}
        super().__init__(text, fields={"text": [text]})
