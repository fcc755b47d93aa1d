"""The loopback world as a real process, and a tiny product that receives its webhooks on a real socket."""

import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "test-only-token"
SECRET = "demo-app-secret"
NUMBER = "100000000000001"
BUDI = "+628110000101"
BUDI_ID = "628110000101"
PATIENCE = 8.0


class Product:
    """Receives webhooks and remembers them; `answers` are the codes of the next ones, then 200."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.port = 0
        self.forget()
        self.open()

    def forget(self) -> None:
        with self.changed:
            self.received: list[dict[str, Any]] = []
            self.answers: list[int] = []

    def open(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, delivery: dict[str, Any]) -> int:
        with self.changed:
            delivery["code"] = self.answers.pop(0) if self.answers else 200
            self.received.append(delivery)
            self.changed.notify_all()
            return int(delivery["code"])

    def wait(self, count: int, code: int | None = None) -> list[dict[str, Any]]:
        """The deliveries (answered with `code`) once there are `count` of them."""

        def found() -> list[dict[str, Any]]:
            return [each for each in self.received if code is None or each["code"] == code]

        with self.changed:
            came = self.changed.wait_for(lambda: len(found()) >= count, PATIENCE)
            assert came, f"expected {count} deliveries, got {len(found())}"
            return found()

    def items(self, kind: str) -> list[dict[str, Any]]:
        """The `messages` or `statuses` of everything taken with 200, in order."""
        with self.changed:
            return [
                item
                for each in self.received
                if each["code"] == 200 and each["body"]
                for entry in json.loads(each["body"])["entry"]
                for change in entry["changes"]
                for item in change["value"].get(kind, [])
            ]


def _handler(product: Product) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(product.take({"path": self.path, "body": body, "headers": headers}), b"")

        def do_GET(self) -> None:
            query = dict(httpx.QueryParams(self.path.partition("?")[2]))
            right = query.get("hub.verify_token") == "demo-verify-token"
            self._answer(200 if right else 403, query.get("hub.challenge", "").encode())

        def _answer(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Stays quiet."""

    return Handler


class Sim:
    """A running world and a client for it."""

    def __init__(self, data: Path, product: Product) -> None:
        self.data = data
        self.product = product
        self.start()

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "simulator",
            "--port",
            "0",
            "--data",
            str(self.data),
            "--token",
            TOKEN,
        ]
        command += ["--product-url", f"http://127.0.0.1:{self.product.port}"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line.startswith("simulator ready http://127.0.0.1:"):
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            pytest.fail(f"the simulator did not start: {line}")
        self.url = line.split()[2]
        self.client = httpx.Client(
            base_url=self.url, headers={"X-Sim-Token": TOKEN}, trust_env=False, timeout=10
        )

    def stop(self, sign: int = signal.SIGTERM) -> int:
        self.client.close()
        self.process.send_signal(sign)
        code = self.process.wait(5)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def control(self, verb: str, /, **words: Any) -> Any:
        answer = self.client.post(f"_sim/{verb}", json=words)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, name: str) -> Any:
        answer = self.client.get(f"_sim/{name}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(
        self, token: str | None = "demo-access-token", number: str = NUMBER, **body: Any
    ) -> httpx.Response:
        """A send of the product; keys given as None are left out."""
        whole = {"messaging_product": "whatsapp", "to": BUDI, "type": "text", "text": {"body": "Halo"}} | body
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        words = {name: value for name, value in whole.items() if value is not None}
        return self.client.post(f"meta/v26.0/{number}/messages", json=words, headers=headers)

    def open_window(self, phone: str = BUDI) -> str:
        """The person writes and the product takes it."""
        wamid = self.control("inbound", **{"from": phone, "name": "Budi Santoso", "text": "Halo"})["wamid"]
        self.control("settle")
        return str(wamid)
