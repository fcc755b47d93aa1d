"""Refusals of the ground floor."""

from crm.core.errors import DomainError


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
