"""A PostgreSQL of one test that is killed with SIGKILL and started again on the same folder, durable as ours."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.support.postgres import POLL_S, START_WAIT_S, SUPERUSER, UNPRIVILEGED, NoPostgres, binaries
from zhengtong.node.serving import free_port


class Killable:
    """One cluster: `start`, `kill`, `terminate_backends`."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home, self._folder, self._cluster = home, folder, home / "cluster"
        self._as = ["runuser", "-u", UNPRIVILEGED, "--"] if os.getuid() == 0 else []
        self._port = free_port("127.0.0.1")
        if self._as:
            shutil.chown(home, UNPRIVILEGED)
        made = ["-D", str(self._cluster), "-U", SUPERUSER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        command = [*self._as, str(folder / "initdb"), *made]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, timeout=60)

    @property
    def url(self) -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        options = ["listen_addresses=127.0.0.1", f"port={self._port}", f"unix_socket_directories={self._home}"]
        flags = [part for option in (*options, "shared_buffers=16MB") for part in ("-c", option)]
        until = time.monotonic() + START_WAIT_S
        with (self._home / "log").open("ab") as log:
            command = [*self._as, str(self._folder / "postgres"), "-D", str(self._cluster), *flags]
            child = subprocess.Popen(command, cwd=self._home, stdout=log, stderr=log)
            while time.monotonic() < until:
                if child.poll() is not None:  # children of the one that was killed still hold its memory
                    time.sleep(POLL_S)
                    child = subprocess.Popen(command, cwd=self._home, stdout=log, stderr=log)
                with contextlib.suppress(psycopg.OperationalError):
                    psycopg.connect(self.url, connect_timeout=2).close()
                    self._child = child
                    return
                time.sleep(POLL_S)
        raise NoPostgres("the cluster did not start again")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the postmaster; its backends end with it."""
        pid = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, how)
        self._child.wait(START_WAIT_S)

    def terminate_backends(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )


@contextlib.contextmanager
def killable() -> Iterator[Killable]:
    folder = binaries()
    if folder is None:
        raise NoPostgres("no binaries")
    with tempfile.TemporaryDirectory(prefix="zhengtong-pg-", ignore_cleanup_errors=True) as made:
        cluster = Killable(Path(made), folder)
        cluster.start()
        try:
            yield cluster
        finally:
            with contextlib.suppress(OSError, ValueError, IndexError):
                cluster.kill(signal.SIGINT)
