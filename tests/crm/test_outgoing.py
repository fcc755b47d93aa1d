"""The one way out: nothing inside the house is called, nothing is waited for or read without end."""

import socket
import threading

import httpx
import pytest

from crm.core.outgoing import addresses, calls
from crm.core.outgoing.wires import resolve

# Names that only a stranger's DNS knows, and what it answers.
NAMES = {
    "loopback.evil.example": ["127.0.0.1"],
    "private.evil.example": ["10.1.2.3"],
    "metadata.evil.example": ["169.254.169.254"],
    "mixed.evil.example": ["93.184.216.34", "127.0.0.1"],
    "mixed6.evil.example": ["2606:2800:220:1::1", "::1"],
    "mapped.evil.example": ["::ffff:127.0.0.1"],
    "zone.evil.example": ["fe80::1%lo"],
    "nothing.evil.example": [],
}
REFUSED = [
    # loopback, by every name of it
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.0.0.2:{port}/", "http://127.255.255.254:{port}/",
    "http://[::1]:{port}/", "http://0.0.0.0:{port}/", "http://[::]:{port}/", "http://0.1.2.3:{port}/",
    "https://127.0.0.1:{port}/", "HTTP://LOCALHOST:{port}/",
    # written so that only some readers see it
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0x7f.1:{port}/", "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/", "http://127.1:{port}/", "http://127.0.1:{port}/", "http://127.0.0.1.:{port}/",
    "http://localhost.:{port}/", "http://127.0.0.01:{port}/", "http://0x7f.0x0.0x0.0x1:{port}/", "http://0:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/", "http://ⓛocalhost:{port}/", "http://%31%32%37.0.0.1:{port}/",
    # carried in another address
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/", "http://[64:ff9b::7f00:1]:{port}/", "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/", "http://[fe80::1%25lo]:{port}/",
    # networks of the house
    "http://10.0.0.1:{port}/", "http://172.16.0.1:{port}/", "http://172.31.255.255:{port}/", "http://192.168.1.1:{port}/",
    "http://100.64.0.1:{port}/", "http://169.254.169.254:{port}/latest/meta-data/", "http://[fd00:ec2::254]:{port}/",
    "http://[fe80::1]:{port}/", "http://[fec0::1]:{port}/", "http://198.18.0.1:{port}/", "http://192.0.2.1:{port}/",
    "http://224.0.0.1:{port}/", "http://[ff02::1]:{port}/", "http://255.255.255.255:{port}/", "http://240.0.0.1:{port}/",
    # names that lead there
    *(f"http://{name}:{{port}}/" for name in NAMES),
    # other ways to speak, and what hides in an address
    "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "ftp://127.0.0.1:{port}/",
    "unix:///run/x.sock", "//127.0.0.1:{port}/",
    "http://user:secret@127.0.0.1:{port}/", "http://example.com@127.0.0.1:{port}/", "http://127.0.0.1\\@example.com:{port}/",
    "http:///nohost", "javascript:alert(1)", "", "http://exa mple.com/",
]  # fmt: skip


class Canary:
    """Listens on loopback, IPv4 and IPv6, and counts who knocks."""

    def __init__(self):
        self.knocks = 0
        self.sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self.sockets[0].getsockname()[1]
        self.sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for one in self.sockets:
            threading.Thread(target=self._listen, args=(one,), daemon=True).start()

    def _listen(self, listening):
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            self.knocks += 1
            caller.close()

    def close(self):
        for one in self.sockets:
            one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def canary(monkeypatch):
    """Its port counts as one of the web's, so that nothing but the address keeps anybody out."""
    found = Canary()
    monkeypatch.setitem(addresses.PORTS, "canary", found.port)
    yield found
    found.close()


def strangers_dns(host, port):
    """What names lead to; literals and localhost as the system says."""
    return NAMES[host] if host in NAMES else resolve(host, port)


def test_no_address_inside_is_ever_called(canary):
    assert len(REFUSED) >= 60
    with calls.client(resolver=strangers_dns) as client:
        for url in REFUSED:
            with pytest.raises(calls.NotSentError) as caught:
                calls.ask("GET", url.format(port=canary.port), through=client, seconds=2)

            assert caught.value.code == "refused_address", url
            assert not caught.value.was_sent

    assert canary.knocks == 0


def test_the_canary_sees_who_knocks(canary):
    """The count above would be 0 with a deaf canary too."""
    with calls.client(f"http://127.0.0.1:{canary.port}") as client, pytest.raises(calls.NoAnswerError):
        calls.ask("GET", f"http://127.0.0.1:{canary.port}/", through=client)

    assert canary.knocks == 1


def test_a_name_that_changes_its_mind_is_asked_once(canary, monkeypatch):
    """What was judged is what is called: a second question could be answered otherwise."""
    asked, called = [], []

    def flipping(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(self, address, port, *_):
        called.append((address, port))
        raise httpx.ConnectError("not really")

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    with calls.client(resolver=flipping) as client, pytest.raises(calls.NotSentError) as caught:
        calls.ask("GET", f"http://flip.evil.example:{canary.port}/", through=client)

    assert caught.value.code == "no_connection"
    assert (asked, called) == (["flip.evil.example"], [("93.184.216.34", canary.port)])
    assert canary.knocks == 0


def test_other_ports_than_the_webs_are_not_called():
    with calls.client(resolver=lambda *_: ["93.184.216.34"]) as client:
        for port in (22, 25, 6379, 5432, 8080):
            with pytest.raises(calls.NotSentError) as caught:
                calls.ask("GET", f"http://example.com:{port}/", through=client)

            assert caught.value.code == "refused_address"


@pytest.mark.parametrize("scheme", ["ftp", "gopher", "file", "ws"])
def test_other_schemes_than_the_webs_name_nobody(scheme):
    """Wherever they lead: an open host and a port of the web make them no better."""
    with pytest.raises(
        addresses.RefusedAddressError, match=f"Only http and https are called, not '{scheme}'"
    ):
        addresses.origin_of(f"{scheme}://example.com:443/")


class Wire:
    """Answers each connection with `said`, `pause` seconds between two parts, and keeps what it was asked."""

    def __init__(self, *said, pause=0.0):
        self.said, self.pause, self.asked, self.told = said, pause, [], 0
        self.done = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.done.is_set():
            try:
                caller, _ = self.listening.accept()
            except OSError:
                return
            with caller:
                self.asked.append(caller.recv(65536))
                self._answer(caller)

    def _answer(self, caller):
        try:
            for part in self.said:
                caller.sendall(part)
                self.told += 1
                if self.done.wait(self.pause):
                    return
        except OSError:
            return  # the caller had enough

    def close(self):
        self.done.set()
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(5)


@pytest.fixture
def wire():
    """Makes servers, and ends them."""
    made = []

    def make(*said, pause=0.0):
        made.append(Wire(*said, pause=pause))
        return made[-1]

    yield make
    for one in made:
        one.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"


def ask(server, **more):
    """Call a server an operator has configured."""
    with calls.client(server.url, most=more.pop("most", calls.MEGABYTE)) as client:
        return calls.ask("GET", server.url + "/x", through=client, **more)


def test_a_configured_server_may_stand_inside(wire):
    server = wire(OK + b'Content-Length: 8\r\n\r\n{"a": 1}')

    answer = ask(server)

    assert (answer.status_code, answer.json()) == (200, {"a": 1})
    assert b"host: 127.0.0.1" in server.asked[0].lower()
    assert b"accept-encoding: identity" in server.asked[0].lower()


def test_only_that_server_may(wire, canary):
    with calls.client(wire().url) as client, pytest.raises(calls.NotSentError) as caught:
        calls.ask("GET", f"http://127.0.0.1:{canary.port}/", through=client)

    assert (caught.value.code, canary.knocks) == ("refused_address", 0)


def test_a_redirect_is_an_answer_and_is_not_followed(wire, canary):
    server = wire(
        f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{canary.port}/\r\nContent-Length: 0\r\n\r\n".encode()
    )

    assert ask(server).status_code == 302
    assert canary.knocks == 0


def test_proxies_of_the_environment_are_unknown(wire, canary, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    server = wire(OK + b"Content-Length: 2\r\n\r\n{}")

    assert ask(server).status_code == 200
    assert canary.knocks == 0


@pytest.mark.parametrize(
    "said",
    [
        [OK + b"Content-Length: 2000\r\n\r\n"],  # nothing of it is waited for
        [OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"3e8\r\n" + b"x" * 1000 + b"\r\n"] * 2],
        [OK + b"\r\n", b"x" * 2000],
    ],
    ids=["announced", "in chunks", "without end"],
)
def test_an_answer_that_is_too_large_is_not_read(wire, said):
    with pytest.raises(calls.NoAnswerError) as caught:
        ask(wire(*said), most=1500)

    assert (caught.value.code, caught.value.was_sent) == ("too_large", True)


def test_a_packed_answer_is_not_unpacked(wire):
    server = wire(OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")

    with pytest.raises(calls.NoAnswerError) as caught:
        ask(server)

    assert caught.value.code == "odd_answer"


def test_a_drip_of_bytes_does_not_prolong_the_call(wire):
    """Each byte comes well before any time limit of a single read."""
    server = wire(OK + b"Content-Length: 400\r\n\r\n", *[b"x"] * 400, pause=0.02)

    with pytest.raises(calls.NoAnswerError) as caught:
        ask(server, seconds=0.3)

    # Then it ended while the server was still talking
    assert caught.value.code == "timeout_after_send"
    assert server.told < 400


def test_a_silent_server_and_a_closed_door_are_told_apart(wire):
    silent = wire(b"", pause=60)
    with pytest.raises(calls.NoAnswerError) as caught:
        ask(silent, seconds=0.2)
    assert (caught.value.code, caught.value.was_sent) == ("timeout_after_send", True)

    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with calls.client(url) as client, pytest.raises(calls.NotSentError) as refused:
        calls.ask("GET", url, through=client)
    assert (refused.value.code, refused.value.was_sent) == ("no_connection", False)


def test_a_resolver_that_hangs_costs_the_time_limit(monkeypatch):
    release = threading.Event()

    def hang(*_, **__):
        release.wait(20)
        raise OSError("too late")

    monkeypatch.setattr("socket.getaddrinfo", hang)

    with calls.client() as client, pytest.raises(calls.NotSentError) as caught:
        calls.ask("GET", "http://slow.example/", through=client, seconds=0.2)
    release.set()

    assert caught.value.code == "timeout_before_send"


def test_a_secret_goes_only_to_its_own_origin():
    bases = ["https://graph.facebook.com/v26.0", "https://lookaside.fbsbx.com"]

    assert calls.same_origin("https://lookaside.fbsbx.com/whatsapp?mid=1", bases)
    for other in (
        "http://lookaside.fbsbx.com/", "https://lookaside.fbsbx.com:444/", "https://lookaside.fbsbx.com.evil.example/",
        "https://evil.example/lookaside.fbsbx.com", "https://lookaside.fbsbx.com@evil.example/", "nonsense",
    ):  # fmt: skip
        assert not calls.same_origin(other, bases), other
