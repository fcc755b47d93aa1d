"""The product over ASGI, as its server calls it: pages with everything, deliveries by the shorter way."""

import threading

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.db import connections

from config.asgi import application
from config.handlers import HookHandler, PageHandler
from conversations.api import intake
from conversations.models import InboundDelivery
from conversations.services import keeping
from tests.conversations.hooks import sign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_kept_connections(monkeypatch):
    """The thread of a request is gone after it, and its connection with it."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


@pytest.fixture(autouse=True)
def _a_busy_machine_may_take_its_time(monkeypatch):
    """Whoever tries the patience itself sets its own."""
    monkeypatch.setattr(intake, "PATIENCE", 30.0)
    monkeypatch.setattr(keeping, "PATIENCE", 30.0)


def ask(path, method="GET", body=b"", app=application, **headers):
    """Status and headers of the answer."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }

    async def once():
        talk = ApplicationCommunicator(app, scope)
        await talk.send_input({"type": "http.request", "body": body, "more_body": False})
        start = await talk.receive_output(10)
        await talk.receive_output(10)
        await talk.wait(10)
        await intake.close()
        return start["status"], {name.decode().lower(): value.decode() for name, value in start["headers"]}

    return async_to_sync(once)()


def test_a_signed_delivery_is_kept(channel, nudges):
    body = b'{"object": "whatsapp_business_account", "entry": []}'
    headers = {
        "host": "127.0.0.1:8000",
        "content_length": str(len(body)),
        "x_hub_signature_256": sign(body),
    }

    status, said = ask(f"/hooks/whatsapp_meta/{channel.key}/", "POST", body, **headers)

    # Then it is one row, its worker is asked, and the answer names its length
    [kept] = InboundDelivery.objects.all()
    assert (status, bytes(kept.body), said["content-length"]) == (200, body, "4")
    assert nudges == [("conversations.read_deliveries", {})]
    assert said["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in said


def test_an_unsigned_delivery_is_refused(channel, nudges):
    status, _ = ask(f"/hooks/whatsapp_meta/{channel.key}/", "POST", b"{}", host="127.0.0.1:8000")

    assert status == 401
    assert InboundDelivery.objects.count() == 0
    assert nudges == []


def test_a_hook_nobody_knows_is_not_there(workspace):
    assert ask("/hooks/a/b/c/", host="127.0.0.1:8000")[0] == 404
    assert ask("/hooks/whatsapp_meta/nobody/", host="127.0.0.1:8000")[0] == 404


def test_a_delivery_to_another_host_is_refused(channel):
    assert ask(f"/hooks/whatsapp_meta/{channel.key}/", host="evil.example")[0] == 400


def test_a_page_still_passes_every_middleware(workspace):
    status, said = ask("/leads/", host="127.0.0.1:8000")

    # Then a stranger is sent to the sign-in, by LoginRequiredMiddleware, in a page others may not frame
    assert (status, said["location"]) == (302, "/accounts/login/?next=/leads/")
    assert said["x-frame-options"] == "DENY"


@pytest.mark.parametrize("handler", [PageHandler, HookHandler])
def test_a_request_is_answered_in_one_thread(handler, monkeypatch, channel):
    threads = set()
    seen = PageHandler.get_response

    def note(self, request):
        threads.add(threading.get_ident())
        answer = seen(self, request)
        threads.add(threading.get_ident())
        return answer

    monkeypatch.setattr(PageHandler, "get_response", note)
    monkeypatch.setattr("conversations.selectors.find_channel", lambda *_: threads.add(threading.get_ident()))

    assert ask("/hooks/whatsapp_meta/any/", app=handler(), host="127.0.0.1:8000")[0] == 404
    assert len(threads) == 1
    assert threads != {threading.get_ident()}
