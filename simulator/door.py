"""The product's door, as Meta stands before it: signed posts and the handshake, each once and written down."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from simulator.numbers import BusinessNumber
from simulator.posting import Client, NoAnswer
from simulator.recorder import Recorder
from simulator.settings import Dials

Headers = Mapping[str, str]
NONE: Headers = MappingProxyType({})


class Door:
    """Asks the product; `on_taken` is told the bytes and the number of each post it took."""

    def __init__(self, client: Client, dials: Dials, recorder: Recorder) -> None:
        """`client` knows the product's address, `dials` how long it is waited for."""
        self._client, self._dials, self._recorder = client, dials, recorder
        self.on_taken: Callable[[bytes, str], None] = lambda body, number: None

    @property
    def base_url(self) -> str:
        """Where the product is."""
        return self._client.base_url

    def close(self) -> None:
        """Hangs up."""
        self._client.close()

    async def post(self, number: BusinessNumber, body: bytes, signature: str | None) -> dict[str, Any]:
        """Posts these bytes once and logs it; answers `{code, body, ms}`, or `{code: None, error, ms}`."""
        headers = {"content-type": "application/json", "user-agent": "facebookexternalua"}
        if signature is not None:
            headers["x-hub-signature-256"] = signature
        began = time.perf_counter()
        result = await self._asked("POST", number, headers=headers, body=body)
        if is_taken(result["code"]):
            self.on_taken(body, number.phone_number_id)
        result["ms"] = round((time.perf_counter() - began) * 1000, 1)
        shown = {name: value for name, value in result.items() if name != "body"}
        url = self._client.base_url + _address(number)
        self._recorder.note("delivery", url=url, bytes=len(body), **shown)
        return result

    async def handshake(self, number: BusinessNumber, verify_token: str, challenge: str) -> dict[str, Any]:
        """Plays Meta's GET handshake; `ok` when the challenge came back with 200."""
        words = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        result = await self._asked("GET", number, query="?" + urlencode(words))
        return {"ok": result["code"] == 200 and result["body"] == challenge, **result}

    async def _asked(
        self,
        method: str,
        number: BusinessNumber,
        *,
        query: str = "",
        body: bytes = b"",
        headers: Headers = NONE,
    ) -> dict[str, Any]:
        try:
            answer = await self._client.ask(
                method, _address(number) + query, headers, body, within=self._dials.now.webhook_timeout
            )
        except NoAnswer as why:
            return {"code": None, "error": str(why)}
        return {"code": answer.code, "body": answer.body.decode("utf-8", "replace")}


def is_taken(code: int | None) -> bool:
    """The product said that it has it."""
    return code is not None and 200 <= code < 300


def _address(number: BusinessNumber) -> str:
    """Where the product takes webhooks of this number."""
    return f"/hooks/whatsapp_meta/{number.channel_key}/"
