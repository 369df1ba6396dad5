"""The exchange network of the demo (交换网络): center and nodes, joined as an engineer would join them."""

import http.client
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from zhengtong.demo.city import Resource, seat
from zhengtong.demo.population import INSURANCE_DB, LAND_DB, MARKET_DB, POLICE_DB
from zhengtong.demo.processes import LOOPBACK, Processes, free_port
from zhengtong.demo.story import BATCH_ROWS_A_DAY, FOOD_SYSTEM, INSURANCE_SYSTEM, SIGN_SYSTEM
from zhengtong.exchange import queries as exchange_queries
from zhengtong.exchange import services as exchange
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import Unreachable
from zhengtong.parties.rules import Role

COMMAND_S_MAX = 60
CALL_S_MAX = 120
SOURCES = {"R01": POLICE_DB, "R03": LAND_DB, "R04": MARKET_DB}
SYSTEMS = {"tl-market": FOOD_SYSTEM, "tl-urban": SIGN_SYSTEM, "wl-insurance": INSURANCE_SYSTEM}
NODES = ("wl-police", "wl-land", "wl-market", "tl-market", "tl-urban", "wl-insurance")
TARGET_TABLE = "CBRYXX"
TARGET_COLUMNS = {"citizen_id": "GMSFHM", "name": "XM", "sex": "XB", "ethnicity": "MZ", "birth_date": "CSRQ"}

Answer = dict[str, Any]  # a JSON answer of a node


@dataclass(slots=True)
class Node:
    """One node of the demo: where it listens and the secrets its own people hold."""

    code: str
    port: int
    folder: Path
    token: str = ""
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def call(self, path: str, body: Answer) -> tuple[int, Answer]:
        """A department's system calls its own node."""
        return self._post(path, body, self.token)

    def manage(self, path: str) -> Answer:
        """The node's own engineer asks it to do something now."""
        status, answer = self._post(path, {}, (self.folder / "keys/admin.token").read_text(encoding="ascii").strip())
        if status >= 400:
            raise Unreachable("demo.unexpected", expected=path, got=json.dumps(answer, ensure_ascii=False))
        return answer

    def _post(self, path: str, body: Answer, token: str) -> tuple[int, Answer]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=CALL_S_MAX)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection.request("POST", path, json.dumps(body), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read() or b"{}")


@dataclass(slots=True)
class Network:
    """Center and nodes of one home."""

    home: Path
    processes: Processes
    clock_file: Path
    center_port: int = field(default_factory=free_port)
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])

    @property
    def center_url(self) -> str:
        return f"http://{LOOPBACK}:{self.center_port}"

    def start_center(self) -> None:
        """Start the web process and the worker, and wait until pages are served."""
        self.processes.start("center", "center", "serve", "--host", LOOPBACK, "--port", str(self.center_port))
        self.processes.start("worker", "center", "worker")
        self.processes.wait_until_up("center", f"{self.center_url}/signin")

    def stop_center(self) -> None:
        """Stop both; the port is refused from then on."""
        self.processes.stop("worker")
        self.processes.stop("center")

    def join(self, code: str, *, organizations: Mapping[str, UUID], clock: Clock) -> None:
        """Invite, join, compare fingerprints, approve: four hands of three people."""
        today = clock.today()
        administrator = seat("wl-data", Role.SYSTEM_ADMIN, on=today)
        guardian = seat("wl-data", Role.SECURITY_ADMIN, on=today)
        invitation = exchange.invite(organization=organizations[code], node_code=code, actor=administrator, clock=clock)
        node = Node(code, free_port(), self.home / "nodes" / code)
        self.command(
            "init", code, "--listen", f"{LOOPBACK}:{node.port}", "--address", node.url, "--clock", str(self.clock_file)
        )
        root = exchange_queries.root_fingerprint()
        arguments = ("--center", self.center_url, "--code", invitation.code, "--root", root)
        shown = self.command("join", code, *arguments, node_option="--node", may_wait=True)
        exchange.approve_node(node=invitation.node, fingerprint=shown["fingerprint"], actor=guardian, clock=clock)
        self.nodes[code] = node

    def finish_join(self, code: str) -> None:
        """The node learns that it was approved and keeps the pinned directory."""
        self.command("join", code, node_option="--node")

    def bind(self, resources: Mapping[str, Resource]) -> None:
        """Each provider binds its table, each consumer its system, the insurance its target."""
        departments = self.home / "departments"
        for short_code, database in SOURCES.items():
            resource = resources[short_code]
            maps = [f"--map={item}={column}" for item, column in resource.columns.items()]
            self.command(
                "bind", resource.provider, resource.guide_code, "--source", f"sqlite://{departments / database}",
                "--table", resource.table, *maps, "--max-rows-day", str(BATCH_ROWS_A_DAY), "--accept", "auto",
                node_option="--node",
            )  # fmt: skip
        target = f"sqlite://{departments / INSURANCE_DB}"
        maps = [f"--map={item}={column}" for item, column in TARGET_COLUMNS.items()]
        self.command(
            "bind", "wl-insurance", resources["R01"].guide_code, "--target", target, "--table", TARGET_TABLE, *maps,
            node_option="--node",
        )  # fmt: skip
        for code, system in SYSTEMS.items():
            self.nodes[code].token = self.command("system", code, system, node_option="--node")["token"]

    def serve(self) -> None:
        """Start every node and wait until each one is ready."""
        for code in self.nodes:
            self.processes.start(code, "node", "serve", "--home", str(self.home), "--node", code)
        for code, node in self.nodes.items():
            self.processes.wait_until_up(code, f"{node.url}/healthz")

    def refresh(self) -> None:
        """Every node pulls the directory now."""
        for node in self.nodes.values():
            node.manage("/admin/v1/refresh")

    def report(self) -> None:
        """Every node reports its receipts now."""
        for node in self.nodes.values():
            node.manage("/admin/v1/receipts")

    def command(
        self, verb: str, code: str, *arguments: str, node_option: str = "--code", may_wait: bool = False
    ) -> Answer:
        """Run `zhengtong node VERB` as an engineer would and return what it printed as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "zhengtong.cli.main", "node", verb, "--home", str(self.home), node_option, code,
             *arguments, "--json"],
            capture_output=True, text=True, timeout=COMMAND_S_MAX, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode not in ((0, 4) if may_wait else (0,)):
            raise Unreachable(
                "demo.unexpected", expected=f"node {verb} {code}", got=(done.stdout + done.stderr)[-2000:]
            )
        return json.loads(done.stdout)


def port_of(url: str) -> int:
    """The port an address names."""
    return urlsplit(url).port or 80
