"""The phone page: three personas side by side, typed by hand, replies live. Loopback only, no token."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.bodies import json_object
from simulator.personas import Persona, all_personas, as_dict
from simulator.refusals import BadRequestError
from simulator.thread import thread
from simulator.world import World

PAGES = Path(__file__).parent / "pages"
FILES = {"phone.css": "text/css", "phone.js": "text/javascript", "phone.svg": "image/svg+xml"}
SOURCES = ("script", "style", "img", "media", "connect")
POLICY = "default-src 'none'; " + "; ".join(f"{name}-src 'self'" for name in SOURCES)
HEARTBEAT = 10.0  # seconds; shows a gone page, and lets the typing dots end
SAYABLE = {"text", "type", "id", "title", "reply_to", "emoji", "message_id"}
Work = Callable[[World, Persona, dict[str, Any]], None]


async def page(request: Request) -> Response:
    """The page; the same file for all phones and for one (`/phone/budi`)."""
    persona = request.path_params.get("persona")
    if persona is not None and persona not in all_personas():
        return Response("There is no such phone.", 404)
    headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
    return FileResponse(PAGES / "phone.html", media_type="text/html", headers=headers)


async def asset(request: Request) -> Response:
    """Style, script and icon of the page."""
    name = request.path_params["name"]
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(PAGES / name, media_type=FILES[name], headers={"cache-control": "no-cache"})


async def phones(request: Request) -> Response:
    """All phones with their threads."""
    world: World = request.app.state.world
    return JSONResponse({"phones": [_phone(world, persona) for persona in all_personas().values()]})


async def one_thread(request: Request) -> Response:
    """One phone with its thread."""
    world: World = request.app.state.world
    persona = all_personas().get(request.path_params["persona"])
    return JSONResponse(_phone(world, persona)) if persona else Response(status_code=404)


async def media(request: Request) -> Response:
    """The bytes of a picture or voice note in a thread."""
    world: World = request.app.state.world
    row = world.store.row("SELECT * FROM media WHERE id = ?", (request.path_params["media_id"],))
    if row is None:
        return Response(status_code=404)
    kind = (
        row["mime_type"]
        if row["mime_type"].startswith(("image/", "audio/", "video/"))
        else "application/octet-stream"
    )
    headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
    return Response(row["content"], media_type=kind, headers=headers)


async def events(request: Request) -> Response:
    """Server-sent events: the id of each phone whose thread changed."""
    world: World = request.app.state.world
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_stream(world), media_type="text/event-stream", headers=headers)


async def _stream(world: World) -> AsyncIterator[str]:
    with world.hub.listening() as queue:
        yield "retry: 1000\nevent: ready\ndata: {}\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    person = await queue.get()
            except TimeoutError:
                yield "event: heartbeat\ndata: {}\n\n"
                continue
            if person is None:
                return
            for persona in all_personas().values():
                if world.personas.person(persona).key == person:
                    yield f"event: changed\ndata: {json.dumps({'phone': persona.id})}\n\n"


def _say(world: World, persona: Persona, given: dict[str, Any]) -> None:
    """The persona writes, taps or reacts."""
    if unknown := set(given) - SAYABLE:
        raise BadRequestError(f"unknown: {', '.join(sorted(unknown))}")
    if given.get("type", "text") == "text" and not 1 <= len(str(given.get("text", "")).strip()) <= 4096:
        raise BadRequestError("write 1 to 4096 characters")
    person = world.personas.person(persona)
    world.inbound.say(world.numbers.chosen(None), {"from": person.wa_id, "name": person.name, **given})


def _start_over(world: World, persona: Persona, given: dict[str, Any]) -> None:
    """The persona becomes a new person with the next number."""
    world.hub.changed(world.personas.start_over(persona).key)


def _phone(world: World, persona: Persona) -> dict[str, Any]:
    person = world.personas.person(persona)
    talk = thread(world, world.numbers.chosen(None), person)
    said = {bubble["text"] for bubble in talk["bubbles"] if bubble["direction"] == "in"}
    suggestions = [line for line in persona.lines if line not in said]
    number = {"number": world.personas.shown_number(persona), "wa_id": person.wa_id}
    business = world.numbers.chosen(None).verified_name
    return as_dict(persona) | number | talk | {"business_name": business, "suggestions": suggestions[:3]}


def acting(path: str, work: Work) -> Route:
    """A POST of the page for one phone; JSON only, so that no foreign page can send it with a form."""

    async def endpoint(request: Request) -> Response:
        world: World = request.app.state.world
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return JSONResponse({"error": "JSON only"}, 415)
        try:
            persona = world.personas.chosen(request.path_params["persona"])
            work(world, persona, await json_object(request))
        except BadRequestError as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        await world.store.committed()
        return JSONResponse(_phone(world, persona))

    return Route(path, endpoint, methods=["POST"])


ROUTES = [
    Route("/", page),
    Route("/phone/phones", phones),
    Route("/phone/events", events),
    Route("/phone/pages/{name}", asset),
    Route("/phone/media/{media_id}", media),
    Route("/phone/{persona}", page),
    Route("/phone/{persona}/thread", one_thread),
    acting("/phone/{persona}/say", _say),
    acting("/phone/{persona}/start-over", _start_over),
]
