"""A loopback model that speaks OpenAI's protocol and takes one to eight seconds to think, as real ones do."""

import contextlib
import json
import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SHORTEST, LONGEST = 1.0, 8.0  # seconds
REPORT = {"language": "id", "intent": "ask_price", "asks_question": True, "sentiment": 0.0, "slots": []}


class SlowModel(ThreadingHTTPServer):
    """Counts how many calls it had at a time. The waits come from a seed, one after another."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, seed: int) -> None:
        """On a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.random, self.lock = random.Random(seed), threading.Lock()
        self.calls = self.in_flight = self.most_in_flight = 0
        self.waited = 0.0

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL should be."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def think(self) -> None:
        """Take the time that is next."""
        with self.lock:
            seconds = self.random.uniform(SHORTEST, LONGEST)
            self.calls, self.waited = self.calls + 1, self.waited + seconds
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        time.sleep(seconds)
        with self.lock:
            self.in_flight -= 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlowModel

    def do_POST(self) -> None:
        """A chat completion: a report when tools are offered, else the draft as it is."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.think()
        body = json.dumps(_completion(asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def _completion(asked: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if tools := asked.get("tools"):
        call = {"name": tools[0]["function"]["name"], "arguments": json.dumps(REPORT)}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
    else:
        message["content"] = "\n\n".join(json.loads(asked["messages"][-1]["content"])["draft"])
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if tools else "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked["model"],
            "choices": [choice], "usage": usage}  # fmt: skip


@contextlib.contextmanager
def running_model(seed: int) -> Iterator[SlowModel]:
    """Listening, until the end of the block."""
    server = SlowModel(seed)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
