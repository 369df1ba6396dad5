"""The exchange network of the demo (交换网络): center and nodes, joined as an engineer would join them."""

import asyncio
import http.client
import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from zhengtong.demo.catalogue import Resource
from zhengtong.demo.city import seat
from zhengtong.demo.processes import LOOPBACK, Processes, free_port
from zhengtong.demo.story import (
    BATCH_ROWS_A_DAY,
    FIRE_SYSTEM,
    FOOD_SYSTEM,
    INSURANCE_SYSTEM,
    LABOUR_SYSTEM,
    SIGN_SYSTEM,
    TAX_SYSTEM,
)
from zhengtong.demo.tables import (
    EMPLOYERS_DB,
    HEALTH_DB,
    HOUSING_DB,
    INSURANCE_DB,
    LABOUR_DB,
    LAND_DB,
    MARKET_DB,
    POLICE_DB,
)
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
IDLE_S_MAX = 2.0
SOURCES = {
    "R01": POLICE_DB,
    "R02": POLICE_DB,
    "R03": LAND_DB,
    "R04": MARKET_DB,
    "R07": HOUSING_DB,
    "R09": HEALTH_DB,
    "R10": LABOUR_DB,
}
WATERMARKS = {"R04": "GXSJ"}  # the column that grows with every change
SYSTEMS = {
    "tl-market": (FOOD_SYSTEM, "食品经营许可系统"),
    "tl-urban": (SIGN_SYSTEM, "城市管理服务系统"),
    "tl-fire": (FIRE_SYSTEM, "消防监督检查系统"),
    "tl-tax": (TAX_SYSTEM, "办税服务系统"),
    "wl-insurance": (INSURANCE_SYSTEM, "医疗保障核心系统"),
    "wl-labour": (LABOUR_SYSTEM, "社会保险核心系统"),
}
INSURED, EMPLOYERS = "CBRYXX", "YGDW"
TARGETS = {  # resource → who keeps it, where, in which table and columns, and what names a row
    "R01": ("wl-insurance", INSURANCE_DB, INSURED, ("citizen_id",)),
    "R04": ("wl-labour", EMPLOYERS_DB, EMPLOYERS, ("credit_code",)),
}
KEPT = {
    "R01": ("citizen_id", "name", "sex", "ethnicity", "birth_date"),
    "R04": (
        "credit_code", "name", "kind", "address", "capital", "established_on", "term_until", "status", "registrar",
    ),
}  # fmt: skip
STOP_AT = "ZHENGTONG_NODE_STOP_AT"  # where a node of the demo dies by SIGKILL, see node.failpoints
DIES = {"wl-insurance": "consumer.after_serve:1"}  # once, when the first parcel of 0005 is staged

Answer = dict[str, Any]  # a JSON answer of a node


@dataclass(slots=True)
class Node:
    """One node of the demo, and the key of the department's system behind it."""

    home: NodeHome
    clock: Clock
    system: SigningKey | None = None
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)
    _used: float = field(default=0.0, repr=False)

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

    def forget_connection(self) -> None:
        """Connect anew at the next call."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Answer]:
        now = time.monotonic()
        if now - self._used > IDLE_S_MAX:  # the node may have closed it meanwhile
            self.forget_connection()
        self._used = now
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

    def join(self, code: str, *, hosted: bool, organizations: Mapping[str, UUID], clock: Clock) -> None:
        """Invite, join, compare fingerprints, approve: the acts of an administrator, an engineer and a guardian."""
        today = clock.today()
        administrator = seat("wl-data", Role.SYSTEM_ADMIN, on=today)
        guardian = seat("wl-data", Role.SECURITY_ADMIN, on=today)
        invitation = exchange.invite(
            organization=organizations[code], node_code=code, hosted=hosted, actor=administrator, clock=clock
        )
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
        for short_code, database in SOURCES.items():
            self._bind_source(resources[short_code], f"sqlite://{self.departments / database}")
        for short_code, (code, database, table, keys) in TARGETS.items():
            columns = {item: resources[short_code].columns[item] for item in KEPT[short_code]}
            target = bindings.TargetBinding(
                resource=resources[short_code].guide_code, url=f"sqlite://{self.departments / database}", table=table,
                columns=columns, keys=keys,
            )  # fmt: skip
            with closing(store.connect(self.nodes[code].home.database)) as db:
                bindings.bind_target(db, target)
        for code, (system, title) in SYSTEMS.items():
            self._register(self.nodes[code], system, title)

    @property
    def departments(self) -> Path:
        return self.home / "departments"

    def _bind_source(self, resource: Resource, url: str) -> None:
        ceiling = bindings.ceiling_of(
            resource.guide_code, resource.columns, masks={}, purposes=(), rows_a_day=BATCH_ROWS_A_DAY, accept="auto"
        )
        binding = bindings.SourceBinding(
            resource=resource.guide_code, url=url, table=resource.table, columns=resource.columns, ceiling=ceiling,
            watermark=WATERMARKS.get(resource.short_code, ""),
        )  # fmt: skip
        with closing(store.connect(self.nodes[resource.provider].home.database)) as db:
            bindings.bind_source(db, binding)

    def _register(self, node: Node, system: str, title: str) -> None:
        node.system = SigningKey.generate()
        with closing(store.connect(node.home.database)) as db:
            systems.register(db, system, public=node.system.public)
        announced = joining.announce(node.home, code=system, name=title, public=node.system.public, clock=node.clock)
        asyncio.run(announced)

    def serve(self) -> None:
        """Start every node; they come up while the story is told."""
        for code in self.nodes:
            self._serve(code, {STOP_AT: DIES[code]} if code in DIES else {})

    def wait(self) -> None:
        """Wait until each node is ready."""
        for code, node in self.nodes.items():
            self.processes.wait_until_up(code, f"{node.url}/healthz")

    def restart(self, code: str) -> None:
        """Start a node again after it died, or was to die."""
        self.nodes[code].forget_connection()
        self.processes.stop(code)
        self._serve(code, {})
        self.processes.wait_until_up(code, f"{self.nodes[code].url}/healthz")

    def _serve(self, code: str, environment: Mapping[str, str]) -> None:
        self.processes.start(code, "node", "serve", "--home", str(self.home), "--node", code, environment=environment)

    def refresh(self) -> None:
        """Every node pulls the directory now."""
        for node in self.nodes.values():
            node.manage("/admin/v1/refresh")

    def report(self) -> None:
        """Every node reports its receipts now."""
        for node in self.nodes.values():
            node.manage("/admin/v1/receipts")
