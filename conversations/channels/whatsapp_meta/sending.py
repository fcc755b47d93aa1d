"""Sending by Meta's Cloud API, and what its errors mean."""

from typing import Any

from conversations.channels.port import Accepted, Account, ChannelError, ErrorKind, Outgoing
from conversations.channels.whatsapp_meta.errors import in_words, kind_of, scope_of
from crm.core.outgoing import calls


def send(account: Account, message: Outgoing) -> Accepted:
    """POST /{phone number id}/messages; raises ChannelError."""
    token = account.settings.get("access_token", "")
    url = f"{account.base_url}/{account.settings.get('phone_number_id', '')}/messages"
    try:
        answer = calls.ask(
            "POST",
            url,
            through=calls.shared_client(account.base_url),
            json=body_of(message),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            seconds=account.timeout,
        )
    except calls.NotSentError as error:
        raise ChannelError("transient", "no_connection", f"WhatsApp can't be reached: {error}") from error
    except calls.NoAnswerError as error:
        raise ChannelError("unknown", "no_answer", f"No answer from WhatsApp: {error.code}") from error
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
    if message.reply_to and message.reaction is None:
        body["context"] = {"message_id": message.reply_to}
    return body | _content(message)


def _content(message: Outgoing) -> dict[str, Any]:
    if message.reaction is not None:
        return {"type": "reaction", "reaction": {"message_id": message.reply_to, "emoji": message.reaction}}
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


def _accepted(answer: calls.Answer) -> Accepted:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.is_success:
        try:
            return Accepted(str(document["messages"][0]["id"]))
        except (KeyError, IndexError, TypeError) as error:
            raise ChannelError("unknown", "odd_answer", "WhatsApp's answer names no message.") from error
    raise refusal(answer, document)


def refusal(answer: calls.Answer, document: Any) -> ChannelError:
    """What Meta said instead, as an error that tells what it asks of us."""
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        return _without_a_code(answer)
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    code = int(error["code"])
    return ChannelError(
        kind_of(code, answer.status_code),
        str(code),
        in_words(code, str(details or error.get("message") or "")),
        retry_after=_after(answer),
        scope=scope_of(code, answer.status_code),
    )


def _without_a_code(answer: calls.Answer) -> ChannelError:
    """Something between Meta and us has answered, or Meta in a hurry: the HTTP status has to do."""
    status = answer.status_code
    kinds: dict[int, ErrorKind] = {401: "auth", 403: "auth", 429: "throttled"}
    return ChannelError(
        kinds.get(status, "unknown" if status >= 500 else "permanent"),
        f"http_{status}",
        f"WhatsApp answered {status}.",
        retry_after=_after(answer),
        scope=scope_of(0, status),
    )


def _after(answer: calls.Answer) -> float | None:
    """Retry-After in seconds, an hour at most; Meta gives no dates there."""
    given = answer.headers.get("Retry-After", "")
    return min(3600.0, float(given)) if given.isdecimal() else None
