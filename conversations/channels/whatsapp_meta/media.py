"""Fetching customers' files: by id for a fresh address, then the bytes with the same token, which goes nowhere else."""

import base64
import binascii
from typing import Any, BinaryIO

from conversations.channels.port import Account, ChannelError, FetchedFile
from conversations.channels.whatsapp_meta.errors import in_words, kind_of
from crm.core.outgoing import calls

MEDIA_HOST = "https://lookaside.fbsbx.com"  # where the Graph API's media addresses lead
SECONDS = 45.0  # for a large file; within a worker's time limit
# Meta turns away programs that give no name a browser would give.
AGENT = "Mozilla/5.0 (compatible; chat-crm)"
GONE = {100, 33, 131052}  # no such object, or it may not be fetched any more


def fetch(account: Account, provider_id: str, into: BinaryIO, most: int) -> FetchedFile:
    """The whole file, or a ChannelError; what was written by then is worth nothing."""
    if not provider_id.isdecimal():
        raise ChannelError("permanent", "media_id", "WhatsApp named no file.")
    try:
        described = _described(account, provider_id)
        size = _download(account, str(described.get("url") or ""), into, most)
    except calls.NotSentError as error:
        raise ChannelError("transient", error.code, "WhatsApp can't be reached.") from error
    except calls.NoAnswerError as error:
        if error.code == "too_large":
            raise ChannelError("permanent", "too_large", f"The file is larger than {most} bytes.") from error
        raise ChannelError("transient", error.code, "WhatsApp stopped in the middle.") from error
    return FetchedFile(
        size, as_hex(str(described.get("sha256") or "")), str(described.get("mime_type") or "")[:120]
    )


def _described(account: Account, provider_id: str) -> dict[str, Any]:
    """What the Graph API says about the file; its address lives five minutes."""
    answer = calls.ask(
        "GET",
        f"{account.base_url}/{provider_id}?phone_number_id={account.settings.get('phone_number_id', '')}",
        through=calls.shared_client(account.base_url),
        headers=_headers(account),
        seconds=account.timeout,
    )
    if not answer.is_success:
        raise _refusal(answer)
    try:
        document = answer.json()
    except ValueError as error:
        raise ChannelError("transient", "odd_answer", "WhatsApp's answer can't be read.") from error
    if not isinstance(document, dict):
        raise ChannelError("transient", "odd_answer", "WhatsApp's answer is no object.")
    return document


def _refusal(answer: calls.Answer) -> ChannelError:
    """Gone for good, to be mended by an admin, or for another time."""
    try:
        error = answer.json()["error"]
        code, text = int(error["code"]), str(error.get("message") or "")
    except (ValueError, KeyError, TypeError):
        return ChannelError("transient", f"http_{answer.status_code}", "WhatsApp doesn't give the file now.")
    if code in GONE:
        return ChannelError("permanent", "gone", "WhatsApp no longer offers this file.")
    kind = kind_of(code, answer.status_code)
    return ChannelError("transient" if kind == "unknown" else kind, str(code), in_words(code, text))


def _download(account: Account, url: str, into: BinaryIO, most: int) -> int:
    """How many bytes came. The address is the provider's word: the token goes only where we know it belongs."""
    if not calls.same_origin(url, [account.base_url, MEDIA_HOST]):
        raise ChannelError("permanent", "strange_address", "WhatsApp named an address that is not its own.")
    client = calls.shared_client(account.base_url, most=most)
    size = 0
    with calls.streamed(url, through=client, headers=_headers(account), seconds=SECONDS) as answer:
        if answer.status_code != 200:
            raise ChannelError(
                "transient", f"http_{answer.status_code}", "WhatsApp doesn't give the file now."
            )
        for part in answer.iter_bytes():
            size += into.write(part)
    return size


def _headers(account: Account) -> dict[str, str]:
    token = account.settings.get("access_token", "")
    return {"User-Agent": AGENT} | ({"Authorization": f"Bearer {token}"} if token else {})


def as_hex(digest: str) -> str:
    """A SHA-256 as lower-case hex, given so or as base64; "" for anything else."""
    try:
        raw = bytes.fromhex(digest) if len(digest) == 64 else base64.b64decode(digest, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return raw.hex() if len(raw) == 32 else ""
