"""One module talks to other servers: crm/core/outgoing. PostgreSQL, Redis and mail are reached by their libraries."""

import pytest

from tests.architecture.sources import Source, imported, parsed, sources

WAYS_OUT = (
    "aiohttp", "asyncio.streams", "ftplib", "http.client", "httpcore", "httpx", "pycurl", "requests", "smtplib",
    "socket", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
)  # fmt: skip
INSTEAD = "call crm.core.outgoing.calls, which keeps addresses of the house from being called"
# file -> why it may
ALLOWED = {
    "agents/management/commands/ledger_check.py": "opens what an operator names on the command line",
    "crm/services/invitation_mails.py": "names what a mail server answers; Django sends the mail",
    "crm/views/sign_in.py": "names what a mail server answers; Django sends the mail",
    "config/launcher/ports.py": "finds free ports on this machine",
    "config/launcher/up.py": "opens the house's own door, and asks whether it answers",
    "config/launcher/valkey.py": "finds a free port on this machine",
}


def faults(source: Source) -> list[str]:
    """Imports of something that opens connections."""
    if source.path.startswith("crm/core/outgoing/") or source.path in ALLOWED:
        return []
    return sorted(
        {
            f"{source.path}:{line} imports {way} - {INSTEAD}"
            for line, name in imported(source.tree)
            for way in WAYS_OUT
            if name == way or name.startswith(way + ".")
        }
    )


def test_there_is_one_way_out():
    """Adapters too."""
    assert [fault for source in sources() for fault in faults(source)] == []


def test_allowances_are_used():
    """An allowance nobody needs any more is taken off the list."""
    paths = {source.path for source in sources()}
    assert set(ALLOWED) <= paths


@pytest.mark.parametrize(
    "text",
    [
        "import httpx",
        "import requests",
        "import socket",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import http.client",
        "from http import client",
        "def f():\n    import httpcore",
    ],
)
def test_a_second_way_out_is_caught(text):
    """Each way of importing it."""
    assert faults(parsed(text, "conversations/channels/x.py"))


def test_what_is_no_way_out_is_left_alone():
    """Parts of addresses, statuses, cookies."""
    assert faults(parsed("from urllib.parse import urlsplit\nfrom http import HTTPStatus")) == []
