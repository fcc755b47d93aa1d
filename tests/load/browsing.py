"""A rep's browser without the drawing: one open connection, whole pages, how long each took."""

import http.client
import time

from tests.load.houses import House, sign_in


class Reader:
    """Reads pages of one server; `session` is the cookie of who is signed in, empty for nobody."""

    def __init__(self, port: int, session: str = "") -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": f"sessionid={session}"} if session else {}
        self.seconds = 0.0  # of the last page

    def read(self, path: str) -> str:
        """The text of a page; anything but 200 is an error."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.seconds = time.perf_counter() - began
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return text.decode()


def rep(house: House) -> Reader:
    """The demo's rep at the product."""
    return Reader(house.port, sign_in(house))
