"""Meta's Graph under `/meta/v{N}.0/...`: send, read marks, media, the health of a number."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.faults import Fault
from simulator.media import LONGEST
from simulator.meta_contract import check_message
from simulator.meta_errors import GraphError, bad_token, bad_value, no_such_object, wrong
from simulator.numbers import BusinessNumber
from simulator.severing import sever
from simulator.world import World

OLDEST_VERSION = 17
NUMBER_FIELDS = {
    "id", "display_phone_number", "verified_name", "quality_rating", "name_status", "throughput",
    "code_verification_status", "platform_type", "status", "account_mode",
}  # fmt: skip
Work = Callable[[World, Request, bytes], Awaitable[Response]]


async def post_message(world: World, request: Request, raw: bytes) -> Response:
    """`POST /{PHONE_ID}/messages`: accept, or mark as read."""
    number = caller(world, request)
    body = parsed(raw)
    kind = check_message(body)
    answer = world.sending.mark_read(number, body) if kind == "read" else world.sending.accept(number, body)
    await world.store.committed()
    return JSONResponse(answer)


async def post_media(world: World, request: Request, raw: bytes) -> Response:
    """`POST /{PHONE_ID}/media`: multipart with messaging_product, type, file."""
    number = caller(world, request)
    fields, filename, content = form_of(request.headers.get("content-type", ""), raw)
    if fields.get("messaging_product") != "whatsapp" or content is None:
        raise wrong("messaging_product=whatsapp and a file are required")
    mime_type = fields.get("type") or "application/octet-stream"
    if len(content) > LONGEST.get(mime_type.split("/", maxsplit=1)[0], LONGEST["document"]) * 2**20:
        raise bad_value("The file is too big for its type")
    media_id = world.media.keep(number.phone_number_id, content, mime_type, filename)
    await world.store.committed()
    return JSONResponse({"id": media_id})


async def get_object(world: World, request: Request, raw: bytes) -> Response:
    """`GET /{ID}`: a business number (with `fields`), or a media file's address."""
    object_id = request.path_params["object_id"]
    if world.numbers.get(object_id):
        return JSONResponse(number_fields(caller(world, request), request.query_params.get("fields", "")))
    check_media_caller(world, request, object_id)
    return JSONResponse(world.media.described(object_id))


async def delete_object(world: World, request: Request, raw: bytes) -> Response:
    """`DELETE /{MEDIA_ID}`."""
    check_media_caller(world, request, request.path_params["object_id"])
    return JSONResponse(world.media.delete(request.path_params["object_id"]))


async def get_attachment(world: World, request: Request, raw: bytes) -> Response:
    """The bytes behind a media address: the same bearer, five minutes, then 404."""
    media_id = request.path_params["object_id"]
    check_media_caller(world, request, media_id)
    row = world.media.download(media_id, request.query_params.get("hash", ""))
    if row is None:
        return Response(status_code=404)
    return Response(row["content"], media_type=row["mime_type"])


async def unknown_path(world: World, request: Request, raw: bytes) -> Response:
    """A path of the Graph that this world does not play."""
    raise GraphError(2500, f"Unknown path components: {request.url.path}", violation=True)


def caller(world: World, request: Request) -> BusinessNumber:
    """The number of the path, if the bearer may act for it; token first, as at Meta."""
    token = bearer(request)
    number = world.numbers.get(request.path_params["object_id"])
    if number is None:
        raise no_such_object(request.path_params["object_id"])
    if number.access_token not in {"", token}:
        raise bad_token("Error validating access token: The session is invalid.")
    return number


def check_media_caller(world: World, request: Request, media_id: str) -> None:
    """The bearer must belong to the number the file belongs to."""
    token = bearer(request)
    number = world.numbers.get(world.media.found(media_id)["number"])
    if number is None or number.access_token not in {"", token}:
        raise bad_token("Error validating access token: The session is invalid.")


def bearer(request: Request) -> str:
    """The token of the Authorization header; raises code 190 when there is none."""
    found = re.fullmatch(r"Bearer (\S+)", request.headers.get("authorization", ""))
    if not found:
        raise bad_token()
    return found[1]


def number_fields(number: BusinessNumber, wanted: str) -> dict[str, Any]:
    """The asked fields of a number; an unknown field is refused."""
    names = [name.strip() for name in wanted.split(",") if name.strip()] or [
        "verified_name", "display_phone_number", "quality_rating",
    ]  # fmt: skip
    if unknown := [name for name in names if name not in NUMBER_FIELDS]:
        raise wrong(f"Tried accessing nonexisting field ({unknown[0]})")
    known = {
        "display_phone_number": f"+{number.display_phone_number}",
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "name_status": "APPROVED",
        "throughput": {"level": "STANDARD"},
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "account_mode": "SANDBOX",
    }
    return {name: known[name] for name in names if name in known} | {"id": number.phone_number_id}


def parsed(raw: bytes) -> Any:
    """The JSON of a body; raises code 100 when it is none."""
    try:
        return json.loads(raw)
    except ValueError as failure:
        raise wrong(f"The body is not JSON: {failure}") from failure


def form_of(content_type: str, raw: bytes) -> tuple[dict[str, str], str, bytes | None]:
    """A multipart body as its plain fields, the file's name and the file's bytes (None without a file)."""
    document = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw
    )
    fields: dict[str, str] = {}
    filename, content = "", None
    for each in document.iter_parts() if document.is_multipart() else ():
        payload = each.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        name = str(each.get_param("name", header="content-disposition"))
        if name == "file":
            filename, content = each.get_filename() or "", data
        else:
            fields[name] = data.decode("utf-8", "replace")
    return fields, filename, content


def described(request: Request, raw: bytes) -> dict[str, str]:
    """The parts of a request by which faults match: path, to, text, number."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    to = str(body.get("to") or body.get("recipient") or "").lstrip("+")
    number = str(request.path_params.get("object_id", ""))
    text = json.dumps(body, ensure_ascii=False)
    return {"path": request.url.path, "to": to, "text": text, "number": number}


def route(path: str, work: Work, methods: list[str]) -> Route:
    """A Graph route: version check, faults, error bodies, log."""

    async def endpoint(request: Request) -> Response:
        world: World = request.app.state.world
        raw = await request.body()
        fault = world.faults.take(described(request, raw))
        answer = await _with_fault(world, request, raw, work, fault)
        _record(world, request, raw, answer, fault)
        return answer

    return Route(path, endpoint, methods=methods)


async def _with_fault(
    world: World, request: Request, raw: bytes, work: Work, fault: Fault | None
) -> Response:
    """Does the work, or what the fault wants instead of it, before it, or after it."""
    if fault is None:
        return await _answered(world, request, raw, work)
    if fault.drop:
        return await sever(request, reset=False)
    if fault.status is not None:
        await asyncio.sleep(fault.delay)
        return JSONResponse(fault.json if fault.json is not None else {}, fault.status, fault.headers)
    answer = await _answered(world, request, raw, work)
    await asyncio.sleep(fault.delay)
    return await sever(request, reset=True) if fault.reset_after_accept else answer


async def _answered(world: World, request: Request, raw: bytes, work: Work) -> Response:
    """Does the work and says refusals in Meta's words; refusals no client should cause are booked."""
    try:
        check_version(request)
        return await work(world, request, raw)
    except GraphError as refusal:
        if refusal.violation:
            details = refusal.details or refusal.message
            world.books.violation(request.url.path, details, world.clock.now())
            world.recorder.note("violation", path=request.url.path, details=details)
        return JSONResponse(refusal.body(), refusal.status)


def check_version(request: Request) -> None:
    """Versions before 17 are gone; attachments have none."""
    version = request.path_params.get("version")
    if version is None:
        return
    found = re.fullmatch(r"v(\d+)\.0", version)
    if not found:
        raise GraphError(2500, f"Unknown path components: /{version}", violation=True)
    if int(found[1]) < OLDEST_VERSION:
        raise GraphError(2635, "You are calling a deprecated version of the API.", violation=True)


def _record(world: World, request: Request, raw: bytes, answer: Response, fault: Fault | None) -> None:
    severed = answer.status_code == 499
    world.note_request(
        request, raw, None if severed else answer.status_code, bytes(answer.body), fault=fault is not None
    )


ROUTES = [
    route("/meta/attachments/{object_id}", get_attachment, ["GET"]),
    route("/meta/{version}/{object_id}/messages", post_message, ["POST"]),
    route("/meta/{version}/{object_id}/media", post_media, ["POST"]),
    route("/meta/{version}/{object_id}", get_object, ["GET"]),
    route("/meta/{version}/{object_id}", delete_object, ["DELETE"]),
    route("/meta/{rest:path}", unknown_path, ["GET", "POST", "PUT", "PATCH", "DELETE"]),
]
CONFIDENCE = {
    "POST /meta/v{N}.0/{PHONE_ID}/messages": "doc",
    "POST /meta/v{N}.0/{PHONE_ID}/messages (recipient, read, typing_indicator)": "source",
    "POST /meta/v{N}.0/{PHONE_ID}/media": "doc",
    "GET /meta/v{N}.0/{MEDIA_ID}": "doc",
    "GET /meta/v{N}.0/{MEDIA_ID} (sha256 as hex)": "memory",
    "GET /meta/attachments/{MEDIA_ID}": "memory",
    "DELETE /meta/v{N}.0/{MEDIA_ID}": "doc",
    "GET /meta/v{N}.0/{PHONE_ID}": "doc",
    "error bodies and codes": "doc",
    "error code chosen for each wrong parameter": "memory",
    "webhook messages": "doc",
    "webhook messages: user ids": "source",
    "webhook statuses": "doc",
    "webhook retries: 0.5, 1, 2, 5, 10, 20, 30 s ... for 7 days": "memory",
}
