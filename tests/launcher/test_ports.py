"""Ports stay the same from start to start, unless somebody took them."""

import socket

from config.launcher import ports


def test_a_service_keeps_its_port(tmp_path):
    file = tmp_path / "ports.json"

    first = ports.kept_port(file, "postgres")

    assert ports.kept_port(file, "postgres") == first
    assert ports.kept_port(file, "valkey") != first
    assert 20_000 <= first <= 32_000


def test_a_taken_port_is_given_up(tmp_path):
    file = tmp_path / "ports.json"
    first = ports.kept_port(file, "postgres")

    with socket.create_server(("127.0.0.1", first)):
        second = ports.kept_port(file, "postgres")

    assert second != first
    assert ports.kept_port(file, "postgres") == second
