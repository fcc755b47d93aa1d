"""Refusals of the ground floor."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.core.errors import DomainError, NotAllowedError


class IdempotencyKeyReusedError(DomainError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"
    status = 422
    message = gettext_noop(
        "This Idempotency-Key was used for another request. Use a new key for a new request."
    )


class NotDeadError(DomainError):
    """The letter was replayed, or has come to an end by itself."""

    code = "not_dead"
    message = gettext_noop("This is no longer a dead letter: it was replayed, or has ended meanwhile.")


class CannotEditError(DomainError):
    """This kind of letter is a fact, or too large: nobody edits it."""

    code = "cannot_edit"
    message = gettext_noop("This can't be edited. Replay it as it is, or set it aside.")


class RequestInProgressError(DomainError):
    """The first request with this Idempotency-Key is still running."""

    code = "request_in_progress"
    status = 409
    message = gettext_noop("A request with this Idempotency-Key is still running. Try again in a moment.")


class InvitationClosedError(DomainError):
    """The invitation was used, withdrawn, or waited for too long."""

    code = "invitation_closed"
    status = 410
    texts = {
        "accepted": gettext_noop(
            "This invitation was used already. Sign in with the address it was sent to."
        ),
        "withdrawn": gettext_noop("This invitation was withdrawn. Ask who invited you for a new one."),
        "expired": gettext_noop("This invitation has expired. Ask who invited you to send it again."),
    }

    def __init__(self, state: str) -> None:
        super().__init__(_(self.texts.get(state, gettext_noop("This invitation is no longer open."))))


class SignInFirstError(DomainError):
    """The invited address belongs to an account; its link is no way around the password."""

    code = "sign_in_first"
    message = gettext_noop("This address has an account already. Sign in with it, then open the link again.")


class LastAdminError(DomainError):
    """Nobody would be left who can let others in."""

    code = "last_admin"
    message = gettext_noop(
        "This is the last member who can manage others. Give somebody else that role first."
    )


class SecondFactorNeededError(NotAllowedError):
    """Whoever manages a workspace proves twice who they are."""

    code = "second_factor_needed"
    message = gettext_noop(
        "Your role asks for a second factor. Set it up under Settings, Sign-in, then try again."
    )
