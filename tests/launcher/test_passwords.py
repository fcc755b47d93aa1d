"""Secrets are made once."""

import stat
from concurrent.futures import ThreadPoolExecutor

from config.launcher.passwords import kept_secret


def test_a_secret_is_long_private_and_stays(tmp_path):
    file = tmp_path / "secret-key"

    first = kept_secret(file)

    assert len(first) >= 50
    assert kept_secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_two_houses_have_two_secrets(tmp_path):
    assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "two")


def test_many_who_ask_at_once_get_the_same(tmp_path):
    with ThreadPoolExecutor(8) as crowd:
        found = set(crowd.map(kept_secret, [tmp_path / "secret-key"] * 50))

    assert found == {(tmp_path / "secret-key").read_text()}
