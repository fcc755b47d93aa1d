"""A thousand open browsers of one workspace: the same questions as for two hundred."""

from typing import Any

from tests.load import sockets
from tests.load.houses import House

SOCKETS = 1_000


def measure(house: House) -> dict[str, Any]:
    """Told a second apart, so that what is measured is one word to all, not a heap of them."""
    return sockets.measure_many(house, SOCKETS, apart=1.0)


table = sockets.table
