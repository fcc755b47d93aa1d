"""How requests reach Django: each in one thread from its first to its last middleware, deliveries by a shorter way.

Django's own ASGI handler runs every middleware that can be asynchronous on the loop and everything else in threads:
with ours, which are of both kinds, one request changed threads seven times and more.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

from conversations.api import intake

HOOKS = "/hooks/"
# A delivery has no session, no person, no language, no form and no page.
HOOK_MIDDLEWARE = (
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.headers.HeadersMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
)


class PageHandler(ASGIHandler):
    """Middleware and view are synchronous, and run in one go in the request's own thread."""

    def load_middleware(self, is_async: bool = False) -> None:
        """The chain of the settings, in its synchronous form whatever the server is."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The whole way in and out again, in one thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


class HookHandler(PageHandler):
    """The same with HOOK_MIDDLEWARE instead of the settings' chain."""

    def load_middleware(self, is_async: bool = False) -> None:
        """As Django does it, for middleware without template responses."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        handler: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for path in reversed(HOOK_MIDDLEWARE):
            middleware = import_string(path)(handler)
            if hasattr(middleware, "process_view"):
                self._view_middleware.insert(0, middleware.process_view)
            if hasattr(middleware, "process_exception"):
                self._exception_middleware.append(middleware.process_exception)
            handler = convert_exception_to_response(middleware)
        self._middleware_chain = handler


class Entrance:
    """Deliveries of providers by the short way, their handshakes by a shorter one, everything else by Django's."""

    def __init__(self) -> None:
        self.pages, self.hooks = PageHandler(), HookHandler()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request."""
        handler: Any = self.pages
        if scope["path"].startswith(HOOKS):
            handler = self.hooks if scope["method"] == "GET" else intake.intake
        await handler(scope, receive, send)


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The server begins and ends: what the short way has opened is closed."""
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await intake.close()
    await send({"type": "lifespan.shutdown.complete"})
