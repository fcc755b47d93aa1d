"""Which tests share a worker (`-n 2 --dist loadgroup`): a house is started once, not once a worker.

By folder, because the group marks of xdist 3.8 need an attribute that pytest 9.2 no longer has: they group nothing.
"""

import pytest
from xdist.scheduler.loadgroup import LoadGroupScheduling  # type: ignore[import-untyped]

IN_THE_HOUSE_OF_THE_RUN = (
    "tests/browser/",
    "tests/launcher/test_browser.py",
    "tests/journeys/test_three_at_once.py",
    "tests/journeys/test_hooks.py",
    "tests/walls/test_fuzz.py",
)
IN_A_HOUSE_OF_THEIR_OWN = (
    "tests/faults/",
    "tests/storm/",
    "tests/journeys/test_kills.py",
    "tests/journeys/test_behind_a_pooler.py",
)


# They ask every address what it answers to, once a worker.
AT_THE_SAME_WALLS = ("tests/walls/test_matrix.py", "tests/walls/test_hostile_bodies.py")


class ByHouse(LoadGroupScheduling):
    """Any test to any worker, but those of one house to one."""

    def _split_scope(self, nodeid: str) -> str:
        """The name of what must stay together."""
        if nodeid.startswith(IN_THE_HOUSE_OF_THE_RUN):
            return "house"
        if nodeid.startswith(AT_THE_SAME_WALLS):
            return "walls"
        if nodeid.startswith(IN_A_HOUSE_OF_THEIR_OWN):
            return nodeid.partition("::")[0]
        return nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Ours for `--dist loadgroup`, else what was asked for."""
    return ByHouse(config, log) if config.getoption("dist") == "loadgroup" else None
