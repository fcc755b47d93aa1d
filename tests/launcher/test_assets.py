"""Which Node builds the pages, and when."""

import stat

import pytest

from config.launcher import assets


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("v18.20.4", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
    ],
)
def test_only_a_new_enough_node_is_used(version, fits):
    assert assets.is_new_enough(version) is fits


def make_program(folder, name, says):
    file = folder / name
    file.write_text(f"#!/bin/sh\necho {says}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def test_the_systems_node_is_used_with_its_npm(tmp_path, monkeypatch):
    make_program(tmp_path, "node", "v24.1.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert assets.system_node() is None

    make_program(tmp_path, "npm", "11.0.0")

    assert assets.system_node() == tmp_path


def test_an_old_node_is_passed_over(tmp_path, monkeypatch):
    make_program(tmp_path, "node", "v18.20.4")
    make_program(tmp_path, "npm", "10.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert assets.system_node() is None


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    for name in ("assets/dist/.vite", "templates", "node_modules"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("package-lock.json", "vite.config.js", "assets/main.js", "templates/base.html"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "BUILT", tmp_path / "assets/dist/.vite/manifest.json")
    monkeypatch.setattr(assets, "PACKAGES_STAMP", tmp_path / "node_modules/.installed")
    monkeypatch.setattr(assets, "BUILD_STAMP", tmp_path / "assets/dist/.installed-from")
    monkeypatch.setattr(assets, "system_node", lambda: tmp_path)
    calls = []

    def run(command, env):
        calls.append(command[1])
        assets.BUILT.write_text("{}")

    monkeypatch.setattr(assets, "_run", run)
    return tmp_path, calls


def test_a_second_build_does_nothing(workshop):
    _, calls = workshop

    assets.build()
    assets.build()

    assert calls == ["ci", "node_modules/vite/bin/vite.js"]


@pytest.mark.parametrize("changed", ["assets/main.js", "templates/base.html", "vite.config.js"])
def test_a_changed_source_is_built_without_installing(workshop, changed):
    root, calls = workshop
    assets.build()
    calls.clear()

    (root / changed).write_text("changed")
    assets.build()

    assert calls == ["node_modules/vite/bin/vite.js"]


def test_a_changed_lock_installs_again(workshop):
    root, calls = workshop
    assets.build()
    calls.clear()

    (root / "package-lock.json").write_text("changed")
    assets.build()

    assert calls == ["ci", "node_modules/vite/bin/vite.js"]
