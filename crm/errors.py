"""Refusals of the ground floor."""

from crm.core.errors import DomainError


class NoWorkspaceError(DomainError):
    """The signed-in user belongs to no workspace."""

    code = "no_workspace"
    status = 403
    message = "You don't belong to a workspace yet. Ask an admin of your team to add you."


class IdempotencyKeyReusedError(DomainError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"
    status = 422
    message = "This Idempotency-Key was used for another request. Use a new key for a new request."


class RequestInProgressError(DomainError):
    """The first request with this Idempotency-Key is still running."""

    code = "request_in_progress"
    status = 409
    message = "A request with this Idempotency-Key is still running. Try again in a moment."
