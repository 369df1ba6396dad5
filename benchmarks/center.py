"""A center as a process of its own, on this machine's loopback, and people who use it over HTTP.

Data is written and the store is asked by short-lived processes (`python -m benchmarks.center MODULE:FUNCTION`), so
that one run may measure centers on several databases.
"""

import contextlib
import http.client
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from zhengtong.node.serving import free_port

RUN = "import sys; from zhengtong.cli.main import run; sys.exit(run())"
READY_S, STOP_S, ANSWER_S = 60.0, 15.0, 60.0
Environment = dict[str, str]


def environment(home: Path, *, database: str = "") -> Environment:
    """The environment of a center with its home folder and, if it is not SQLite, its database."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTONG_")}
    named = {"ZHENGTONG_DATABASE": database} if database else {}
    return {**given, "ZHENGTONG_HOME": str(home), "ZHENGTONG_DEMO": "1", **named}


def install(env: Environment) -> None:
    """Create keys and tables."""
    _run([sys.executable, "-c", RUN, "center", "init"], env, "")


def call(env: Environment, function: str, given: Mapping[str, object] | None = None) -> Any:  # Any: what it answers
    """What a function ("module:name") answers in a process that has this center's database open."""
    return json.loads(_run([sys.executable, "-m", "benchmarks.center", function], env, json.dumps(given or {})))


@contextlib.contextmanager
def serving(env: Environment) -> Iterator[tuple[str, int, int]]:
    """The center behind its gate: host, port and the process's id."""
    port = free_port("127.0.0.1")
    words = [sys.executable, "-c", RUN, "center", "serve", "--port", str(port)]
    log = Path(env["ZHENGTONG_HOME"]) / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, env=env)
    try:
        _wait(process, port, log)
        yield "127.0.0.1", port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser window: one connection, cookies, no scripts."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _line: http.client.HTTPConnection | None = None

    def get(self, path: str) -> tuple[bytes, float]:
        """A page and the seconds until its last byte.  Raises RuntimeError for anything but 200."""
        began = time.perf_counter()
        status, body = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        return body, time.perf_counter() - began

    def sign_in(self, account: str, seat: str) -> None:
        """Take the card of somebody."""
        self.get("/signin")
        token = self.cookies["csrftoken"]
        form = urlencode({"account": account, "seat": seat, "csrfmiddlewaretoken": token})
        status, body = self._ask("POST", "/signin/card", form)
        if status != 302:
            raise RuntimeError(f"not signed in: {status} {body[:300]!r}")

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        said = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            said["content-type"] = "application/x-www-form-urlencoded"
        address = quote(path, safe="/?&=%~:")
        try:
            answer = self._send(method, address, body, said)
        except (ConnectionError, http.client.HTTPException):  # kept open longer than the server waits for the next
            self.close()
            answer = self._send(method, address, body, said)
        for line in answer.headers.get_all("set-cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, answer.read()

    def close(self) -> None:
        """Hang up; the next question opens a new connection."""
        if self._line is not None:
            self._line.close()
        self._line = None

    def _send(self, method: str, address: str, body: str, said: dict[str, str]) -> http.client.HTTPResponse:
        self._line = self._line or http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_S)
        self._line.request(method, address, body or None, said)
        return self._line.getresponse()


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used so far, threads included."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


def _run(words: list[str], env: Environment, given: str) -> str:
    done = subprocess.run(words, env=env, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[-1]} failed: {done.stderr[-3000:]}")
    return done.stdout


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    give_up = time.monotonic() + READY_S
    while True:
        try:
            Visitor("127.0.0.1", port).get("/livez")
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"the center did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.config.settings")
    django.setup()
    module, _, name = sys.argv[1].partition(":")
    print(json.dumps(getattr(importlib.import_module(module), name)(**json.load(sys.stdin))))
