"""The control API `/_sim/...`: loopback and token only. Tests and demos turn the world with it."""

import asyncio
import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.bodies import json_object
from simulator.clock import iso, seconds_of
from simulator.faults import WebhookFaults
from simulator.meta import CONFIDENCE
from simulator.people import digits
from simulator.refusals import BadRequestError
from simulator.scenarios import run_scenario
from simulator.signing import corrupted, meta_signature
from simulator.world import World

Work = Callable[[World, Request, dict[str, Any]], Awaitable[Any]]


async def inbound(world: World, request: Request, given: dict[str, Any]) -> Any:
    """A person writes: `{number?, from, name?, type?, text, ...}` -> `{wamid, wamids, person}`."""
    number = world.numbers.chosen(given.get("number"))
    wamids = world.inbound.say(number, given)
    return {"wamid": wamids[0], "wamids": wamids}


async def deliver_raw(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Posts exactly this body once: `{body | body_base64, number?, signature?}`.

    Without `signature` it is right, `"wrong"` makes it wrong, null leaves it out, else it is taken as is.
    """
    number = world.numbers.chosen(given.get("number"))
    body = _raw_body(given)
    right = meta_signature(body, number.app_secret)
    chosen = {"right": right, "wrong": corrupted(right), None: None}
    signature = given.get("signature", "right")
    return await world.door.post(number, body, chosen.get(signature, signature))


async def faults(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Adds a fault of the Graph; `{clear: true, seed?}` takes all away."""
    if given.pop("clear", False):
        world.faults.clear(int(given.pop("seed", 1)))
    if given:
        world.faults.add(given)
    return {"faults": [asdict(fault) for fault in world.faults.waiting], "seed": world.faults.seed}


async def webhook_faults(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Replaces the webhook faults; `{}` takes them away."""
    world.delivery.faults = WebhookFaults.of(given)
    world.delivery.wake()
    return asdict(world.delivery.faults)


async def shut(world: World, request: Request, given: dict[str, Any]) -> Any:
    """`{number?, from}`: the window of this person is closed until they write again (131047)."""
    number = world.numbers.chosen(given.get("number"))
    person = world.people.meet(digits(given.get("from", "")))
    world.sending.limits.shut_window(number.phone_number_id, person.key)
    return {"person": person.key}


async def replay(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Every update that was taken comes once more, as after an accident at the provider's."""
    return {"updates": world.delivery.replay_all()}


async def clock(world: World, request: Request, given: dict[str, Any]) -> Any:
    """`{advance: "25h"}` pushes the clock; webhooks that wait become due."""
    if "advance" in given:
        world.clock.advance(seconds_of(given["advance"]))
        world.delivery.wake()
    return {"now": iso(world.clock.now()), "offset": world.clock.offset}


async def settings(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Turns the dials given; answers all of them."""
    return asdict(world.dials.turn(given))


async def numbers(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Adds a business number; answers all, with their (made-up) secrets."""
    if given:
        world.numbers.put(given)
    return {"numbers": [asdict(number) for number in world.numbers.all()]}


async def people(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Makes a person known: `{wa_id | user_id, name?, username?, receipts?, on_whatsapp?}`."""
    allowed = {"wa_id", "user_id", "name", "username", "receipts", "on_whatsapp"}
    if unknown := set(given) - allowed:
        raise BadRequestError(f"unknown in a person: {', '.join(sorted(unknown))}")
    wa_id = given.pop("wa_id", "")
    return asdict(world.people.meet(digits(wa_id) if wa_id else "", **given))


async def templates(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Makes a template known: `{number?, name, language, body, status?, buttons?}`."""
    number = world.numbers.chosen(given.pop("number", None))
    return world.sending.templates.put(number.phone_number_id, given)


async def handshake(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Plays Meta's GET handshake: `{number?, verify_token?, challenge?}`."""
    number = world.numbers.chosen(given.get("number"))
    challenge = str(given.get("challenge", secrets.randbelow(10**9)))
    return await world.door.handshake(number, str(given.get("verify_token", number.verify_token)), challenge)


async def log(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Requests and deliveries after `?since=`."""
    return {"lines": world.recorder.since(_since(request))}


async def books(world: World, request: Request, given: dict[str, Any]) -> Any:
    """The provider's account: messages accepted, inbound said, webhooks taken with 2xx; `?since=` by row."""
    since = _since(request)
    return {
        "counts": world.counts(),
        "messages": world.books.messages(since=since),
        "inbound": world.books.said_all(since),
        "webhooks": world.books.webhooks("delivered", since),
        "bodies": world.books.bodies(since),
        "pending": world.books.webhooks("pending", since),
        "lost": world.books.webhooks("lost", since),
        "given_up": world.books.webhooks("given_up", since),
    }


async def books_messages(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Accepted messages, `?to=` one person (phone or user id), `?since=`."""
    to = request.query_params.get("to")
    key = to if to is None or "." in to else digits(to)
    return {"messages": world.books.messages(key, _since(request))}


async def state(world: World, request: Request, given: dict[str, Any]) -> Any:
    """The world at a glance: counts, settings, faults, violations of the contract."""
    return {
        "counts": world.counts(),
        "clock": iso(world.clock.now()),
        "settings": asdict(world.dials.now),
        "faults": [asdict(fault) for fault in world.faults.waiting],
        "webhook_faults": asdict(world.delivery.faults),
        "violations": world.books.violations(),
        "product_url": world.door.base_url,
    }


async def settle(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Waits until no webhook is left to deliver, `{timeout?: "10s"}` at most; answers the counts."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds_of(given.get("timeout", 10))):
            await world.delivery.settle()
    return world.counts()


async def reset(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Empties everything but the numbers."""
    await world.reset()
    return world.counts()


async def confidence(world: World, request: Request, given: dict[str, Any]) -> Any:
    """How each shape is known: doc, source of a client library, or memory."""
    return CONFIDENCE


async def scenario(world: World, request: Request, given: dict[str, Any]) -> Any:
    """Plays a scenario of `simulator/scenarios/` and answers its transcript."""
    return await run_scenario(world, request.path_params["name"])


def _raw_body(given: dict[str, Any]) -> bytes:
    """The bytes to post: base64, text as it is, or JSON as Meta writes it."""
    if "body_base64" in given:
        try:
            return base64.b64decode(given["body_base64"], validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise BadRequestError("body_base64 is not base64") from wrong
    body = given.get("body")
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, separators=(",", ":")).encode("ascii")


def _since(request: Request) -> int:
    text = request.query_params.get("since", "0")
    if not text.isdigit():
        raise BadRequestError("since is a row's number")
    return int(text)


def route(path: str, work: Work, *methods: str) -> Route:
    """A control route: token, JSON in, JSON out, sentences for refusals; answered once it is in the file."""

    async def endpoint(request: Request) -> Response:
        world: World = request.app.state.world
        if not _may(world, request):
            return JSONResponse({"error": "the control API needs X-Sim-Token or ?token="}, 403)
        try:
            answer = await work(world, request, await json_object(request))
        except (BadRequestError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        await world.store.committed()
        return JSONResponse(answer)

    return Route("/_sim" + path, endpoint, methods=list(methods))


def _may(world: World, request: Request) -> bool:
    token = request.headers.get("x-sim-token") or request.query_params.get("token", "")
    return hmac.compare_digest(token.encode(), world.token.encode())


ROUTES = [
    route("/inbound", inbound, "POST"),
    route("/deliver_raw", deliver_raw, "POST"),
    route("/faults", faults, "POST", "GET"),
    route("/webhook-faults", webhook_faults, "POST"),
    route("/shut", shut, "POST"),
    route("/replay", replay, "POST"),
    route("/clock", clock, "POST", "GET"),
    route("/settings", settings, "POST", "GET"),
    route("/numbers", numbers, "POST", "GET"),
    route("/people", people, "POST"),
    route("/templates", templates, "POST"),
    route("/handshake", handshake, "POST"),
    route("/log", log, "GET"),
    route("/books", books, "GET"),
    route("/books/messages", books_messages, "GET"),
    route("/state/meta", state, "GET"),
    route("/settle", settle, "POST"),
    route("/reset", reset, "POST"),
    route("/confidence", confidence, "GET"),
    route("/scenario/{name}", scenario, "POST"),
]
