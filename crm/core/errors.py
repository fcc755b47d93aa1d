"""Refusals: what a service says when it will not do something. Doors translate them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class DomainError(Exception):
    """A refusal with a stable code, a sentence for people, and the fields it is about."""

    code = "refused"
    status = 409  # the HTTP family the API answers with
    message = gettext_noop("This can't be done.")

    def __init__(self, message: str = "", *, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        self.message = message or _(type(self).message)
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        super().__init__(self.message)

    def in_words(self) -> str:
        """The message and what is said of the fields, on one line for people at a terminal."""
        return " ".join([self.message, *(f"{k}: {t}" for k, v in self.fields.items() for t in v)])

    def as_problem(self) -> dict[str, Any]:
        """The refusal as problem JSON (RFC 9457)."""
        return {
            "type": "about:blank",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.message,
            "errors": self.fields,
        }


class NotFoundError(DomainError):
    """There is no such row for this actor: missing, or another's. The two look the same from outside."""

    code = "not_found"
    status = 404
    message = gettext_noop("There is nothing here by that address, or it isn't yours to see.")


class NotAllowedError(DomainError):
    """The actor sees the row but may not do this to it."""

    code = "not_allowed"
    status = 403
    message = gettext_noop("Your role doesn't allow this.")


class MissingScopeError(NotAllowedError):
    """The member may do this, but the API key in use was not made for it."""

    code = "missing_scope"

    def __init__(self, scope: str) -> None:
        text = _("This API key lacks the scope '%(scope)s'. Make a key that has it.") % {"scope": scope}
        super().__init__(text, fields={"scope": [scope]})


class InvalidInputError(DomainError):
    """What was given can't be used; `fields` say which and how to mend it."""

    code = "invalid"
    status = 400
    message = gettext_noop("Some fields need a look.")


class TooManyError(DomainError):
    """Too often in a short time; the message says when to try again."""

    code = "too_many"
    status = 429
    message = gettext_noop("That was too often. Wait a while and try again.")


class TooFastError(DomainError):
    """Somebody asks more often than anybody needs to."""

    code = "too_fast"
    status = 429
    message = gettext_noop("Too many requests in a row. Wait a moment, then repeat the last one.")


class NothingToTakeBackError(DomainError):
    """The row is already as it was before that change."""

    code = "nothing_to_take_back"
    message = gettext_noop("This was taken back already, or changed nothing that can be taken back.")


class StaleVersionError(DomainError):
    """Somebody changed the row since it was read."""

    code = "version_conflict"
    status = 412
    message = gettext_noop(
        "This was changed by somebody else meanwhile. Load it again and repeat your change."
    )


class NoWorkspaceError(DomainError):
    """The signed-in user belongs to no workspace."""

    code = "no_workspace"
    status = 403
    message = gettext_noop("You don't belong to a workspace yet. Ask an admin of your team to add you.")
