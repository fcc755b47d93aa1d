"""The same door over a real socket, served as the house serves it: bytes arrive as they were sent."""

import gzip
import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn

from config.asgi import application
from config.launcher.children import wait_until
from conversations.models import InboundDelivery, Message
from tests.conversations.hooks import body_of, sign, signature_of, text, webhook, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(channel, nudges):
    """The hook's address; the server is the one of `make up`, in a thread."""
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        assert wait_until(lambda: server.started, seconds=10)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hooks/whatsapp_meta/{channel.key}/"
        server.should_exit = True
        thread.join()


@pytest.fixture
def meta():
    """A client that keeps its connection."""
    with httpx.Client(trust_env=False) as client:
        yield client


def test_a_delivery_on_a_real_socket(door, meta):
    # when Meta delivers with and without the slash, then the bytes are what was signed
    name = "wa_text_emoji_zwj_rtl"
    headers = {"X-Hub-Signature-256": signature_of(name), "Content-Type": "application/json"}
    for url in (door, door.rstrip("/")):
        answer = meta.post(url, content=body_of(name), headers=headers)
        assert (answer.status_code, answer.text) == (200, "kept")
    work()
    assert {bytes(d.body) for d in InboundDelivery.objects.all()} == {body_of(name)}
    assert Message.objects.count() == 1


def test_refusals_on_a_real_socket_keep_the_connection_usable(door, meta):
    # when one altered, one unsigned, one compressed and one form delivery come on one connection
    body = body_of("wa_text_id_new_lead")
    signed = {"X-Hub-Signature-256": sign(body)}
    assert meta.post(door, content=body.replace(b"Halo", b"Hola"), headers=signed).status_code == 401
    assert meta.post(door, content=body).status_code == 401
    packed = {**signed, "Content-Encoding": "gzip"}
    assert meta.post(door, content=gzip.compress(body), headers=packed).status_code == 401
    assert meta.post(door, data={"a": "b"}, headers=signed).status_code == 401
    assert not InboundDelivery.objects.exists()

    # then the good one on the same connection is kept, as a form even, for the bytes are signed
    form = {**signed, "Content-Type": "multipart/form-data; boundary=x"}
    assert meta.post(door, content=body, headers=form).status_code == 200
    assert bytes(InboundDelivery.objects.get().body) == body


def test_three_megabytes_on_a_real_socket(door, meta):
    # given the largest body, and one that is too large
    body = webhook(*[text("x" * 4096, id=f"wamid.{n}", at=1_795_150_800) for n in range(720)])
    signed = {"X-Hub-Signature-256": sign(body), "Content-Type": "application/json"}
    assert meta.post(door, content=body, headers=signed).status_code == 200
    huge = b"x" * (4 * 1024 * 1024 + 1)
    assert meta.post(door, content=huge, headers={"X-Hub-Signature-256": sign(huge)}).status_code == 413
    assert InboundDelivery.objects.count() == 1


def test_twenty_copies_on_twenty_sockets_are_one(door):
    # when the same webhook comes twenty times in parallel
    body = webhook(text("Halo", id="wamid.1", at=1_795_150_800))
    headers = {"X-Hub-Signature-256": sign(body), "Content-Type": "application/json"}

    def knock(_: int) -> int:
        return httpx.post(door, content=body, headers=headers, trust_env=False, timeout=20).status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(knock, range(20))) == [200] * 20

    # then all are kept and there is one message
    work()
    assert InboundDelivery.objects.filter(state="done").count() == 20
    assert Message.objects.count() == 1


def test_who_hangs_up_in_the_middle_leaves_nothing(door):
    # given a sender that promises more than it sends, and hangs up
    body = body_of("wa_text_id_new_lead")
    connection = http.client.HTTPConnection(httpx.URL(door).netloc.decode(), timeout=5)
    connection.putrequest("POST", httpx.URL(door).path)
    connection.putheader("X-Hub-Signature-256", sign(body))
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[: len(body) // 2])
    connection.close()

    # then nothing is kept, and the door is open for the next
    headers = {"X-Hub-Signature-256": sign(body)}
    assert httpx.post(door, content=body, headers=headers, trust_env=False).status_code == 200
    assert InboundDelivery.objects.count() == 1
