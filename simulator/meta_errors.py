"""Meta's error words: the synchronous error body, and the troubles told by a failed status."""

import secrets
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trouble:
    """A code of Meta with its title and details."""

    code: int
    title: str
    details: str
    http_status: int = 400


WINDOW_CLOSED = Trouble(
    131047,
    "Re-engagement message",
    "Message failed to send because more than 24 hours have passed since the customer last replied"
    " to this number.",
)
UNDELIVERABLE = Trouble(131026, "Message undeliverable", "Message Undeliverable.")
PAIR_RATE = Trouble(
    131056,
    "(Business Account, Consumer Account) pair rate limit hit",
    "Message failed to send because there were too many messages sent from this phone number"
    " to the same phone number in a short period of time.",
)
THROUGHPUT = Trouble(
    130429,
    "Rate limit hit",
    "Message failed to send because there were too many messages sent from this phone number"
    " in a short period of time",
)
UNKNOWN_TEMPLATE = Trouble(
    132001,
    "Template name does not exist in the translation",
    "template name does not exist in this language",
    404,
)
TEMPLATE_COUNT = Trouble(132000, "Number of parameters does not match the expected number of params", "")
TEMPLATE_PAUSED = Trouble(132015, "Template is paused", "The template is paused due to low quality.")
TEMPLATE_DISABLED = Trouble(132016, "Template is disabled", "The template was disabled due to low quality.")


class GraphError(Exception):
    """A refusal of the Graph: HTTP status and error body. `violation` marks a request no client may send."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 400,
        details: str | None = None,
        subcode: int | None = None,
        kind: str = "OAuthException",
        violation: bool = False,
    ) -> None:
        """Keeps the parts; `message` is given without its `(#code)` head."""
        super().__init__(message)
        self.code, self.message, self.status, self.details = code, message, status, details
        self.subcode, self.kind, self.violation = subcode, kind, violation

    @classmethod
    def of(cls, trouble: Trouble, details: str = "") -> "GraphError":
        """The synchronous form of a trouble."""
        return cls(
            trouble.code, trouble.title, status=trouble.http_status, details=details or trouble.details
        )

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        error: dict[str, Any] = {"message": self._headed(), "type": self.kind, "code": self.code}
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error | {"fbtrace_id": "A" + secrets.token_urlsafe(16)}}

    def _headed(self) -> str:
        """Token and object errors speak without the `(#code)` head."""
        return self.message if self.code == 190 or self.subcode == 33 else f"(#{self.code}) {self.message}"


def wrong(details: str) -> GraphError:
    """Code 100: the request's shape is wrong (unknown key, missing or impossible parameter)."""
    return GraphError(100, "Invalid parameter", details=details, violation=True)


def bad_value(details: str) -> GraphError:
    """Code 131009: a value is out of its limits."""
    return GraphError(131009, "Parameter value is not valid", details=details, violation=True)


def missing(details: str) -> GraphError:
    """Code 131008: something the type needs is not there."""
    return GraphError(131008, "Required parameter is missing", details=details, violation=True)


def no_such_object(object_id: str) -> GraphError:
    """Code 100, subcode 33: no object of that id."""
    return GraphError(
        100,
        f"Unsupported post request. Object with ID '{object_id}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation.",
        subcode=33,
        kind="GraphMethodException",
    )


def bad_token(message: str = "Invalid OAuth access token - Cannot parse access token") -> GraphError:
    """Code 190 with 401: missing, wrong or expired token."""
    return GraphError(190, message, status=401)
