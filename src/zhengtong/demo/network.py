"""The exchange network of the demo (交换网络): center and nodes, joined as an engineer would join them."""

import asyncio
import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from zhengtong.demo.city import Resource, seat
from zhengtong.demo.population import INSURANCE_DB, LAND_DB, MARKET_DB, POLICE_DB
from zhengtong.demo.processes import LOOPBACK, Processes, free_port
from zhengtong.demo.story import BATCH_ROWS_A_DAY, FOOD_SYSTEM, INSURANCE_SYSTEM, SIGN_SYSTEM
from zhengtong.exchange import queries as exchange_queries
from zhengtong.exchange import services as exchange
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import Unreachable
from zhengtong.kernel.ids import new_id
from zhengtong.node import bindings, joining, store, systems
from zhengtong.node.home import NodeHome, Settings
from zhengtong.parties.rules import Role
from zhengtong.wire.http_signature import sign_local
from zhengtong.wire.suites import SigningKey

CALL_S_MAX = 180
SOURCES = {"R01": POLICE_DB, "R03": LAND_DB, "R04": MARKET_DB}
SYSTEMS = {
    "tl-market": (FOOD_SYSTEM, "食品经营许可系统"),
    "tl-urban": (SIGN_SYSTEM, "城市管理服务系统"),
    "wl-insurance": (INSURANCE_SYSTEM, "医疗保障核心系统"),
}
NODES = ("wl-police", "wl-land", "wl-market", "tl-market", "tl-urban", "wl-insurance")
TARGET_TABLE = "CBRYXX"
TARGET_COLUMNS = {"citizen_id": "GMSFHM", "name": "XM", "sex": "XB", "ethnicity": "MZ", "birth_date": "CSRQ"}

Answer = dict[str, Any]  # a JSON answer of a node


@dataclass(slots=True)
class Node:
    """One node of the demo, and the key of the department's system behind it."""

    home: NodeHome
    clock: Clock
    system: SigningKey | None = None
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.home.settings.port}"

    def call(self, path: str, body: Answer) -> tuple[int, Answer]:
        """The department's system calls its own node, signing with its registered key."""
        if self.system is None:
            raise Unreachable("demo.unexpected", expected=path, got=f"{self.home.code} has no system")
        now, raw = self.clock.now(), json.dumps(body).encode()
        headers = sign_local(
            method="POST", path=path, content_type="application/json", body=raw, nonce=str(new_id(now)),
            key=self.system, created=now,
        )  # fmt: skip
        return self._post(path, raw, headers)

    def manage(self, path: str) -> Answer:
        """The node's own engineer asks it to do something now."""
        headers = {"authorization": f"Bearer {self.home.secret('admin.token')}", "content-type": "application/json"}
        status, answer = self._post(path, b"{}", headers)
        if status >= 400:
            raise Unreachable("demo.unexpected", expected=path, got=json.dumps(answer, ensure_ascii=False))
        return answer

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Answer]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(LOOPBACK, self.home.settings.port, timeout=CALL_S_MAX)
        self._connection.request("POST", path, body, dict(headers))
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
        """Invite, join, compare fingerprints, approve: the acts of an administrator, an engineer and a guardian."""
        today = clock.today()
        administrator = seat("wl-data", Role.SYSTEM_ADMIN, on=today)
        guardian = seat("wl-data", Role.SECURITY_ADMIN, on=today)
        invitation = exchange.invite(organization=organizations[code], node_code=code, actor=administrator, clock=clock)
        node = self._make(code, clock)
        shown = self._ask_to_join(node, one_time_code=invitation.code)
        exchange.approve_node(node=invitation.node, fingerprint=shown, actor=guardian, clock=clock)
        self.nodes[code] = node

    def _make(self, code: str, clock: Clock) -> Node:
        port = free_port()
        settings = Settings(
            code=code, organization=code, host=LOOPBACK, port=port, address=f"http://{LOOPBACK}:{port}",
            clock=str(self.clock_file),
        )  # fmt: skip
        return Node(NodeHome.create(self.home, settings), clock)

    def _ask_to_join(self, node: Node, *, one_time_code: str = "") -> str:
        found = asyncio.run(
            joining.join(
                node.home, center=self.center_url, one_time_code=one_time_code,
                root=exchange_queries.root_fingerprint(), wait_s=0.0, clock=node.clock,
            )
        )  # fmt: skip
        return found.fingerprint

    def bind(self, resources: Mapping[str, Resource]) -> None:
        """Each provider binds its table, the insurance its target, each consumer registers its system's key."""
        departments = self.home / "departments"
        for short_code, database in SOURCES.items():
            self._bind_source(resources[short_code], f"sqlite://{departments / database}")
        target = bindings.TargetBinding(
            resource=resources["R01"].guide_code,
            url=f"sqlite://{departments / INSURANCE_DB}",
            table=TARGET_TABLE,
            columns=TARGET_COLUMNS,
        )
        with closing(store.connect(self.nodes["wl-insurance"].home.database)) as db:
            bindings.bind_target(db, target)
        for code, (system, title) in SYSTEMS.items():
            self._register(self.nodes[code], system, title)

    def _bind_source(self, resource: Resource, url: str) -> None:
        ceiling = bindings.ceiling_of(
            resource.guide_code, resource.columns, masks={}, purposes=(), rows_a_day=BATCH_ROWS_A_DAY, accept="auto"
        )
        binding = bindings.SourceBinding(
            resource=resource.guide_code, url=url, table=resource.table, columns=resource.columns, ceiling=ceiling
        )
        with closing(store.connect(self.nodes[resource.provider].home.database)) as db:
            bindings.bind_source(db, binding)

    def _register(self, node: Node, system: str, title: str) -> None:
        node.system = SigningKey.generate()
        with closing(store.connect(node.home.database)) as db:
            systems.register(db, system, public=node.system.public)
        announced = joining.announce(node.home, code=system, name=title, public=node.system.public, clock=node.clock)
        asyncio.run(announced)

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
