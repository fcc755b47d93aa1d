"""A tiny Graph API on a real socket: takes messages, keeps them, answers as it is told."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Graph:
    """`answers` are used up first come, first served; then everything is accepted.

    An answer is `(status, document)`, "hang" (no answer for longer than our patience, but the message is accepted),
    "drop" (the connection is closed without an answer), or a function called before the message is accepted.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: list[Any] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        graph = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                graph.take(self)

            def do_GET(self) -> None:
                graph.take(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def texts(self) -> list[str]:
        """The words of every message that came, in order."""
        return [r["body"].get("text", {}).get("body", "") for r in self.requests]

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        length = int(handler.headers.get("Content-Length", 0))
        body = json.loads(handler.rfile.read(length)) if length else {}
        with self._lock:
            number = len(self.requests) + 1
            self.requests.append({"path": handler.path, "headers": dict(handler.headers), "body": body})
            answer = self.answers.pop(0) if self.answers else None
        if callable(answer):
            answer = answer()
        if answer in ("hang", "drop"):
            if answer == "hang":
                self.released.wait(5)
            handler.close_connection = True
            return
        status, document = answer or (200, {"messages": [{"id": f"wamid.out-{number}"}]})
        _answer(handler, status, document)

    def close(self) -> None:
        """Stop."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


def _answer(handler: BaseHTTPRequestHandler, status: int, document: Any) -> None:
    headers = document.get("headers", {}) if isinstance(document, dict) else {}
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)


def refusal(
    code: int, status: int = 400, details: str = "because", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Meta's way to say no."""
    error = {"message": f"(#{code})", "code": code, "error_data": {"details": details}}
    return status, {"error": error, "headers": headers}


def slowly(seconds: float) -> Callable[[], None]:
    """Accept after a while."""
    return lambda: time.sleep(seconds)
