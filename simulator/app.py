"""The application: all routes, and the guard that keeps foreign pages and hosts out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulator import control, meta, phone
from simulator.severing import App, Severable
from simulator.world import World

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class OnlyLoopback:
    """Refuses requests that name another host or come from a page of another site (DNS rebinding, forms)."""

    def __init__(self, app: App) -> None:
        """Wraps an application."""
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Looks at Host and Origin, then goes on."""
        if scope["type"] == "http" and not _local(dict(scope["headers"])):
            refusal = JSONResponse({"error": "loopback only"}, 403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _local(headers: dict[bytes, bytes]) -> bool:
    host = urlsplit("//" + headers.get(b"host", b"").decode("latin-1")).hostname
    origin = headers.get(b"origin", b"").decode("latin-1")
    return host in LOOPBACK and (not origin or urlsplit(origin).hostname in LOOPBACK)


def make_app(make_world: Callable[[], World], ready: Callable[[World], None] = lambda world: None) -> App:
    """The application around what `make_world` makes in the loop; `ready` is told when it lives."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        world = app.state.world = make_world()
        await world.start()
        ready(world)
        yield
        await world.stop()

    routes: list[Route] = [*control.ROUTES, *meta.ROUTES, *phone.ROUTES]
    app = Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(OnlyLoopback)])
    return Severable(_Quiet(app))


class _Quiet:
    """A stop may cancel slow requests; that is no error worth a stack trace."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            if transport := scope.get("simulator.transport"):
                transport.abort()
