"""The webhook client reads every way in which a server may end its answer."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.posting import Client, NoAnswer

ANSWERS = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalo", 200, b"halo"),
    "chunks": (
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n2;x=1\r\nlo\r\n0\r\n\r\n",
        201,
        b"halo",
    ),
    "nothing": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "interim first": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        500,
        b"",
    ),
    "until the end": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalo", 200, b"halo"),
}
CLOSING = {"until the end"}


class Server:
    """Answers each request with the given bytes; counts connections and requests."""

    def __init__(self, answer, *, close):
        self.answer, self.close = answer, close
        self.connections = self.requests = 0

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
                self.requests += 1
                writer.write(self.answer)
                await writer.drain()
                if self.close:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


def ask_twice(server, within=2.0):
    async def run():
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            client = Client(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
            try:
                first = await client.ask("POST", "/x/", {"a": "b"}, b"body", within=within)
                await asyncio.sleep(0)
                return first, await client.ask("POST", "/x/", {}, b"", within=within)
            finally:
                client.close()

    with ThreadPoolExecutor(1) as own_thread:  # a browser test may have left a loop running in this one
        return own_thread.submit(lambda: asyncio.run(run())).result()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_to_its_end(name):
    answer, code, body = ANSWERS[name]
    server = Server(answer, close=name in CLOSING)

    for each in ask_twice(server):
        assert (each.code, each.body) == (code, body)

    assert server.requests == 2
    assert server.connections == (2 if name in CLOSING else 1)


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced():
    server = Server(ANSWERS["length"][0], close=True)

    answers = ask_twice(server)

    assert [each.code for each in answers] == [200, 200]
    assert (server.connections, server.requests) == (2, 2)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalo", b"SSH-2.0 hello\r\n\r\n"]
)
def test_half_an_answer_is_no_answer(answer):
    with pytest.raises(NoAnswer):
        ask_twice(Server(answer, close=True))


def test_silence_ends_after_the_given_time():
    with pytest.raises(NoAnswer, match=r"within 0\.1 s"):
        ask_twice(Server(b"", close=False), within=0.1)
