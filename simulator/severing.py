"""Cutting a connection in the middle of a request, which an honest web framework does not offer."""

import socket
import struct
from asyncio import Transport, sleep
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

SEVERED = 499
App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Severable:
    """ASGI wrapper, outermost: remembers the transport, and answers nothing on a connection that was cut."""

    def __init__(self, app: App) -> None:
        """Wraps an application."""
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Runs the application with the connection's transport in the scope."""
        if scope["type"] == "http":
            # uvicorn hands `send` as a method of the object that owns the transport; no other way leads to it
            scope["simulator.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


async def sever(request: Request, *, reset: bool) -> Response:
    """Cuts the connection, with RST when `reset`; the response it returns goes nowhere."""
    transport: Transport | None = request.scope.get("simulator.transport")
    if transport is None:
        raise RuntimeError("connections can only be cut when uvicorn serves them")
    if reset:
        linger = struct.pack("ii", 1, 0)  # on, 0 s: close sends RST instead of FIN
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
    await sleep(0)  # lets the server notice, so that it does not try to answer
    return Response(status_code=SEVERED)
