"""An event loop for whoever has none: it stays, and with it the connections that were opened in it."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any


class OwnLoop(threading.local):
    """Of one thread of one process: a forked process and another thread get their own."""

    def __init__(self) -> None:
        """Opened when it is needed."""
        self._runner: asyncio.Runner | None = None
        self._pid = 0

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it and wait for it. What broke may have left something behind: the next one gets a new loop."""
        if self._runner is None or self._pid != os.getpid():  # a loop of the parent's is not ours to close
            self._runner, self._pid = asyncio.Runner(), os.getpid()
        try:
            self._runner.run(work)
        except BaseException:
            runner, self._runner = self._runner, None
            runner.close()
            raise
