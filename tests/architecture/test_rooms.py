"""What a room may hold: names, imports, empty packages, ports with a local adapter."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import FLOORS, ROOT, Source, imported, parsed, sources

RE_EXPORTING = {"models", "services", "selectors"}
NAMELESS = {"utils", "helpers", "common", "util", "helper", "misc"}


def init_faults(source: Source) -> list[str]:
    """Why an `__init__.py` is not as it should be."""
    if source.rooms[-1] != "__init__" or not source.tree.body:
        return []
    if source.rooms[-2] not in RE_EXPORTING:
        return [f"{source.path}: must be empty - move the code into a module with a name"]
    return [
        f"{source.path}:{node.lineno} must only re-export - move the code into a module with a name"
        for node in source.tree.body
        if not isinstance(node, ast.ImportFrom) and not _is_all(node)
    ]


def _is_all(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["__all__"]


def test_packages_are_empty_or_re_export():
    """Importing a package runs nothing that its name doesn't say."""
    assert [fault for source in sources() for fault in init_faults(source)] == []


def test_a_full_package_is_caught():
    """Also one that hides behind re-exports."""
    assert init_faults(parsed("X = 1", "leads/views/__init__.py"))
    assert init_faults(parsed("from .leads import Lead\nX = 1", "leads/models/__init__.py"))
    assert (
        init_faults(parsed("from .leads import Lead\n__all__ = ['Lead']", "leads/models/__init__.py")) == []
    )


def name_faults(source: Source) -> list[str]:
    """Files and folders whose name says nothing."""
    return [
        f"{source.path}: '{n}' says nothing - name it after what is in it"
        for n in source.rooms
        if n in NAMELESS
    ]


def test_every_room_has_a_name():
    """No utils, helpers, common."""
    assert [fault for source in sources() for fault in name_faults(source)] == []
    assert name_faults(parsed("", "leads/utils.py"))
    assert name_faults(parsed("", "leads/helpers/dates.py"))


ENTRANCES = {
    "config/env.py",
    "config/asgi.py",
    "config/celery.py",
}  # the latter two say which settings to read


def environment_faults(source: Source) -> list[str]:
    """Lines that read the environment."""
    if source.path == "config/env.py" or source.rooms[:2] == ("config", "launcher"):
        return []
    return [
        f"{source.path}:{getattr(node, 'lineno', 0)} reads the environment - name the variable in config/env.py"
        " and read it from django.conf.settings"
        for node in ast.walk(source.tree)
        if _reads_environment(node) and not (source.path in ENTRANCES and _names_settings(source, node))
    ]


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in {"environ", "environb", "getenv"}
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
        return bool(names & {"environ", "getenv", "dotenv", "decouple"})
    return False


def _names_settings(source: Source, node: ast.AST) -> bool:
    """`os.environ.setdefault("DJANGO_SETTINGS_MODULE", ...)` and nothing else."""
    calls = [c for c in ast.walk(source.tree) if isinstance(c, ast.Call) and _is_setdefault_on(c, node)]
    return any(
        isinstance(c.args[0], ast.Constant) and c.args[0].value == "DJANGO_SETTINGS_MODULE" for c in calls
    )


def _is_setdefault_on(call: ast.Call, node: ast.AST) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and call.func.value is node


def test_one_reader_of_the_environment():
    """config/env.py; the launcher writes what it reads."""
    assert [fault for source in sources() for fault in environment_faults(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['KEY']",
        "import os\nos.getenv('KEY')",
        "from os import environ",
        "import environ",
    ],
)
def test_a_second_reader_is_caught(text):
    """Each way of reading it."""
    assert environment_faults(parsed(text))
    assert environment_faults(parsed(text, "config/asgi.py"))


def celery_faults(source: Source) -> list[str]:
    """Imports of Celery outside its one room."""
    if source.rooms[0] == "config" or source.rooms[1] == "tasks":
        return []
    return [
        f"{source.path}:{line} imports Celery - put the task into {source.rooms[0]}/tasks.py and nudge it"
        for line, name in imported(source.tree)
        if name == "celery" or name.startswith("celery.")
    ]


def test_celery_stays_in_tasks():
    """Everything else says nudge(task, ...)."""
    assert sorted({fault for source in sources() for fault in celery_faults(source)}) == []
    assert celery_faults(parsed("from celery import shared_task", "leads/reactions.py"))
    assert celery_faults(parsed("import celery.app", "leads/services/x.py"))
    assert celery_faults(parsed("from celery import shared_task", "leads/tasks.py")) == []


def test_no_langchain_at_start():
    """A web process that never asks a model doesn't pay for one."""
    words = (
        "import sys, django; django.setup(); import config.urls;"
        "print([m for m in sys.modules if m.split('.')[0] in {'langchain', 'langchain_core', 'openai'}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


PORTS = {  # port -> (its protocol, its local adapter)
    "conversations/channels/port.py": ("ChannelAdapter", "conversations.channels.simulator.SimulatorChannel"),
    "agents/llm/port.py": ("AgentModel", "agents.llm.offline.model.OfflineModel"),
}


def adapter_faults(protocol: type, adapter: type) -> list[str]:
    """What of a port an adapter lacks, or takes under other names."""
    wanted = {n: m for n, m in vars(protocol).items() if callable(m) and not n.startswith("_")}
    lacking = [n for n in wanted if not callable(getattr(adapter, n, None))]
    return lacking + [
        n
        for n, method in wanted.items()
        if n not in lacking and _names_of(method) != _names_of(getattr(adapter, n))
    ]


def _names_of(method: Any) -> list[str]:
    return [n.lstrip("_") for n in inspect.signature(method).parameters]


def test_every_port_has_a_local_adapter():
    """The whole product runs on a laptop without a key."""
    assert {s.path for s in sources() if s.rooms[-1] == "port"} == PORTS.keys()
    for path, (name, adapter) in PORTS.items():
        port = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        module, _, kind = adapter.rpartition(".")
        local = getattr(importlib.import_module(module), kind)

        assert adapter_faults(getattr(port, name), local) == [], f"{adapter} does not do what {path} asks"


def test_a_lacking_adapter_is_caught():
    """By a missing method, and by one that takes something else."""

    class Port:
        def send(self, *, text: str) -> None: ...

    class Silent:
        pass

    class Different:
        def send(self, *, body: str) -> None: ...

    assert adapter_faults(Port, Silent) == ["send"]
    assert adapter_faults(Port, Different) == ["send"]


def test_floors_are_there():
    """The scans would pass on an empty house."""
    assert {s.rooms[0] for s in sources()} == {*FLOORS, "config"}
    assert len(sources()) > 100
    assert Path(ROOT / "manage.py").exists()
