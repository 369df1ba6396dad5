"""Center and nodes as processes of their own (进程): started, waited for, stopped by id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from zhengtong.kernel.errors import Unreachable

START_S_MAX = 60.0
STOP_S_MAX = 15.0
POLL_S = 0.05
LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_refused(port: int) -> bool:
    """Whether a connection to a port of loopback is refused."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((LOOPBACK, port)) != 0


def answers(url: str) -> bool:
    """Whether an HTTP server answers below 500."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - loopback http only
            return int(response.status) < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


@dataclass(slots=True)
class Running:
    """One process of the demo, with its own log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End it by its own id: gently, then for good."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_S_MAX)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_S_MAX)

    def tail(self) -> str:
        """The last lines it wrote."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])


@dataclass(slots=True)
class Processes:
    """All processes of one demo; ends them all when the block is left."""

    home: Path
    environment: Mapping[str, str]
    running: dict[str, Running] = field(default_factory=dict[str, Running])

    def __enter__(self) -> Self:
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for name in reversed(list(self.running)):
            self.stop(name)

    def start(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Running:
        """Start `zhengtong ARGUMENTS` and keep its output in logs/NAME.log."""
        log = self.home / "logs" / f"{name}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "zhengtong.cli.main", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, **(environment or {})},
            )
        self.running[name] = Running(name, process, log)
        return self.running[name]

    def stop(self, name: str) -> None:
        """Stop one process."""
        self.running.pop(name).stop()

    def wait_until_killed(self, name: str, *, seconds: float) -> bool:
        """Wait until a process was ended by SIGKILL.  Returns whether it was, within the time."""
        process = self.running[name].process
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        return process.returncode == -signal.SIGKILL

    def wait_until_up(self, name: str, url: str) -> None:
        """Wait until a started process answers.

        Raises:
            Unreachable: it ended or did not answer in time; names its log.
        """
        process, until = self.running[name], time.monotonic() + START_S_MAX
        while time.monotonic() < until:
            if process.process.poll() is not None:
                break
            if answers(url):
                return
            time.sleep(POLL_S)
        raise Unreachable("demo.not_started", name=name, log=str(process.log), tail=process.tail())
