"""Sending by Meta's Cloud API, and what its errors mean."""

from typing import Any

import httpx

from conversations.channels.port import Accepted, Account, ChannelError, ErrorKind, Outgoing

# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes: what each family asks of the sender
AUTH = {0, 3, 10, 190, 131005, 368, 130497, 131031, 131042, 131044, 131045, *range(200, 300)}
TRANSIENT = {1, 2, 131000, 131016, 131057, 133004}
THROTTLED = {4, 80007, 130429, 131048, 131056}

_client: httpx.Client | None = None


def client() -> httpx.Client:
    """One client a process: connections are kept open; redirects are never followed."""
    global _client  # noqa: PLW0603  a process-wide pool
    if _client is None:
        _client = httpx.Client(follow_redirects=False, headers={"User-Agent": "chat-crm"})
    return _client


def send(account: Account, message: Outgoing) -> Accepted:
    """POST /{phone number id}/messages; raises ChannelError."""
    token = account.settings.get("access_token", "")
    url = f"{account.base_url}/{account.settings.get('phone_number_id', '')}/messages"
    try:
        answer = client().post(
            url,
            json=body_of(message),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=account.timeout,
        )
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ChannelError("transient", "no_connection", f"WhatsApp can't be reached: {error}") from error
    except httpx.HTTPError as error:
        raise ChannelError(
            "unknown", "no_answer", f"No answer from WhatsApp: {type(error).__name__}"
        ) from error
    return _accepted(answer)


def body_of(message: Outgoing) -> dict[str, Any]:
    """The message as Meta wants it: `to` in E.164 with a plus, or `recipient` for a user without a number."""
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": message.opaque,
    }
    if message.to.kind == "bsuid":
        body["recipient"] = message.to.value
    else:
        body["to"] = "+" + message.to.value.lstrip("+")
    if message.reply_to:
        body["context"] = {"message_id": message.reply_to}
    return body | _content(message)


def _content(message: Outgoing) -> dict[str, Any]:
    if message.template is None:
        return {"type": "text", "text": {"body": message.text, "preview_url": False}}
    parameters = [{"type": "text", "text": text} for text in message.template.parameters]
    template: dict[str, Any] = {
        "name": message.template.name,
        "language": {"code": message.template.language},
    }
    if parameters:
        template["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": template}


def _accepted(answer: httpx.Response) -> Accepted:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.is_success:
        try:
            return Accepted(str(document["messages"][0]["id"]))
        except (KeyError, IndexError, TypeError) as error:
            raise ChannelError("unknown", "odd_answer", "WhatsApp's answer names no message.") from error
    raise _refusal(answer, document)


def _refusal(answer: httpx.Response, document: Any) -> ChannelError:
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        kinds: dict[int, ErrorKind] = {401: "auth", 403: "auth", 429: "throttled"}
        return ChannelError(
            kinds.get(answer.status_code, "unknown" if answer.status_code >= 500 else "permanent"),
            f"http_{answer.status_code}",
            f"WhatsApp answered {answer.status_code}.",
            retry_after=_after(answer),
        )
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    code = int(error["code"])
    return ChannelError(
        kind_of(code, answer.status_code),
        str(code),
        str(details or error.get("message") or ""),
        retry_after=_after(answer),
    )


def kind_of(code: int, status: int = 400) -> ErrorKind:
    """What an error code asks of the sender; a code not listed here goes by the HTTP status."""
    if code in AUTH:
        return "auth"
    if code in TRANSIENT:
        return "transient"
    if code in THROTTLED or status == 429:
        return "throttled"
    return "transient" if status >= 500 else "permanent"


def _after(answer: httpx.Response) -> float | None:
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() else None
