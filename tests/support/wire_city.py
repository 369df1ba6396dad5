"""A city of signed documents without a center: real roots, members and grants, real nodes on real ports.

`City` holds the offline and online keys and publishes what a center would; `Running` serves a node
in a thread of its own.  Nothing here stands in for our code: the nodes cannot tell the difference.
"""

import asyncio
import contextlib
import json
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import uvicorn

from zhengtong.kernel.clock import Clock, FixedClock
from zhengtong.node import store
from zhengtong.node.bindings import SourceBinding, TargetBinding, bind_source, bind_target, ceiling_of
from zhengtong.node.home import NodeHome, Settings
from zhengtong.node.service import Node
from zhengtong.node.serving import free_port, listen, serve
from zhengtong.node.systems import register
from zhengtong.wire.bundles import Bundle, bundle_payload
from zhengtong.wire.delta import make_delta
from zhengtong.wire.directory import (
    BundleDigest,
    KeyUse,
    MemberKey,
    MemberNode,
    MemberOrganization,
    Members,
    OnlineKey,
    Roots,
    members_payload,
    root_fingerprint,
    roots_payload,
)
from zhengtong.wire.documents import SignedDocument, sign_document
from zhengtong.wire.grant import (
    FieldType,
    Grant,
    GrantEntry,
    GrantField,
    GrantStatus,
    Limits,
    Mode,
    Use,
    grant_payload,
    with_filter,
)
from zhengtong.wire.masks import Mask
from zhengtong.wire.rowfilter import Filter
from zhengtong.wire.suites import SigningKey, digest_text

T = TypeVar("T")
MORNING = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)  # 09:00 in Beijing
STAY_S = 30.0
SALT = bytes(16)
DECISION = digest_text(b"decision record")
CONTRACT = digest_text(b"contract")


@dataclass(repr=False)
class City:
    """Keys and published documents of one city."""

    clock: Clock = field(default_factory=lambda: FixedClock(MORNING))
    root: SigningKey = field(default_factory=SigningKey.generate)
    online: SigningKey = field(default_factory=SigningKey.generate)
    epoch: int = 1
    version: int = 1
    pinned: str = ""
    chain: dict[int, SignedDocument] = field(default_factory=dict)
    serial: int = 0
    nodes: dict[str, MemberNode] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of organizations, for pages
    grants: dict[str, Grant] = field(default_factory=dict)
    served: dict[tuple[str, str], SignedDocument] = field(default_factory=dict)
    last: SignedDocument | None = None
    members_of: dict[str, SignedDocument] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        return self.pinned or root_fingerprint(self.roots())

    def rotate(self, *, by: SigningKey | None = None) -> None:
        """New root keys, signed by the old and the new; the fingerprint first pinned stays the pinned one."""
        old = by or self.root
        self.pinned = self.fingerprint if not by else self.pinned
        self.chain[self.version] = self.chain.get(self.version) or self._signed_roots([old])
        self.root, self.version = SigningKey.generate(), self.version + 1
        self.chain[self.version] = self._signed_roots([old, self.root])

    def _signed_roots(self, keys: list[SigningKey]) -> SignedDocument:
        return sign_document("roots", roots_payload(self.roots()), keys=keys)

    def roots(self) -> Roots:
        born = datetime(2026, 1, 1, tzinfo=UTC)
        online = OnlineKey(
            self.online.public, frozenset({"members", "grants", "heads"}), born, born + timedelta(days=900)
        )
        return Roots(
            version=self.version, epoch=self.epoch, root_keys=(self.root.public,), threshold=1, online_keys=(online,),
            issued_at=born, valid_until=born + timedelta(days=900),
        )  # fmt: skip

    def admit(self, home: NodeHome) -> None:
        """Make a node a member, as its center would after the administrator's word."""
        born = datetime(2026, 1, 1, tzinfo=UTC)
        keys = (
            MemberKey(home.sign_key().public, KeyUse.SIGN, born),
            MemberKey(home.seal_key().public, KeyUse.SEAL, born),
        )
        self.nodes[home.code] = MemberNode(home.code, home.code, (home.settings.address,), (), keys)

    def grant(self, grant: Grant, *, row_filter: Filter | None = None) -> Grant:
        """Issue or replace a grant; it counts from the next `publish`."""
        issued = with_filter(grant, row_filter, salt=SALT) if row_filter is not None else grant
        self.grants[grant.id] = issued
        return issued

    def publish(self, *, valid_for: timedelta = timedelta(hours=24)) -> Members:
        """Sign a new serial of everything."""
        now, self.serial = self.clock.now(), self.serial + 1
        bundles: list[BundleDigest] = []
        for code in self.nodes:
            document = self._bundle(code, now)
            self.served[code, "grants"] = document
            bundles.append(BundleDigest(code, self.serial, document.digest))
        members = Members(
            epoch=self.epoch, serial=self.serial, previous=self.last.digest if self.last else "", issued_at=now,
            valid_until=now + valid_for,
            organizations=tuple(MemberOrganization(code, self.names.get(code, code)) for code in self.nodes),
            nodes=tuple(self.nodes.values()), bundles=tuple(bundles),
        )  # fmt: skip
        self.last = sign_document("members", members_payload(members), keys=[self.online])
        self.members_of[members.known_as] = self.last
        roots = self.chain.get(self.version) or self._signed_roots([self.root])
        for code in self.nodes:
            self.served[code, "members"], self.served[code, "roots"] = self.last, roots
        return members

    def _bundle(self, code: str, now: datetime) -> SignedDocument:
        entries = tuple(
            GrantEntry(
                sign_document("grant", grant_payload(grant), keys=[self.online]),
                grant.row_filter if grant.provider == code else None,
                grant.filter_salt if grant.provider == code else "",
            )
            for grant in self.grants.values()
            if code in {grant.provider, grant.consumer}
        )
        bundle = Bundle(node=code, serial=self.serial, issued_at=now, entries=entries)
        return sign_document("grants", bundle_payload(bundle), keys=[self.online])

    def center(self, code: str) -> "Desk":
        return Desk(self, code)


@dataclass
class Desk:
    """What a node asks for documents; `down` makes it unreachable."""

    city: City
    code: str
    down: bool = False
    deltas: int = 0

    async def document(self, kind: str, *, etag: str) -> bytes | None:
        if self.down:
            from zhengtong.kernel.errors import Unreachable

            raise Unreachable("node.center_unreachable", reason="down")
        name, _, since = kind.partition("?since=")
        if since:
            return self._since(since, etag=etag)
        name, _, version = kind.partition("?version=")
        document = self.city.chain[int(version)] if version else self.city.served[self.code, name]
        return None if document.digest == etag else document.to_bytes()

    def _since(self, since: str, *, etag: str) -> bytes | None:
        """What changed in members since a serial, as the center tells it; the whole where it has forgotten."""
        newest, held = self.city.served[self.code, "members"], self.city.members_of.get(since)
        if newest.digest == etag:
            return None
        self.deltas += held is not None
        return newest.to_bytes() if held is None else make_delta(held, newest)


class Running:
    """A node being served in a thread; `call` runs a coroutine on its loop."""

    def __init__(self, home: NodeHome, city: City, *, every_s: float = 3600.0) -> None:
        self.home = home
        self.desk = city.center(home.code)
        self.node = Node.open(home, clock=city.clock, every_s=every_s, center=self.desk)
        self._listener = listen(home)
        self._up = threading.Event()
        self._server: uvicorn.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"node {home.code}", daemon=True)
        self._thread.start()
        self._up.wait(STAY_S)
        if self._failure is not None:
            raise self._failure
        self.url = home.settings.address

    def _run(self) -> None:
        def ready(server: uvicorn.Server) -> None:
            self._server = server
            self._up.set()

        try:
            self._loop.run_until_complete(serve(self.node, self._listener, ready=ready))
        except BaseException as failure:
            self._failure = failure
            self._up.set()
        finally:
            self._loop.close()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STAY_S)

    def refresh(self) -> bool:
        return self.call(self.node.refresh())

    def stop(self) -> None:
        if self._server is not None and self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(STAY_S)
        self._listener.close()

    def get(self, path: str, *, token: str) -> dict[str, Any]:
        """What this node tells one of its systems."""
        request = urllib.request.Request(self.url + path, headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=STAY_S) as answer:
            return json.loads(answer.read())

    def post(self, path: str, body: Mapping[str, Any], *, token: str) -> tuple[int, dict[str, Any]]:
        """A system's call to this node."""
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(),
            {"content-type": "application/json", "authorization": f"Bearer {token}"}, method="POST",
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=STAY_S) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read() or b"{}")


@dataclass(repr=False)
class Place:
    """Two departments, a person table at the police, a target at the market office; both nodes running."""

    folder: Path
    city: City
    provider: NodeHome
    consumer: NodeHome
    token: str
    running: dict[str, Running] = field(default_factory=dict)

    def start(self, *codes: str) -> None:
        homes = (self.provider, self.consumer)
        wanted = [h for h in homes if (not codes or h.code in codes) and h.code not in self.running]
        with ThreadPoolExecutor() as at_once:
            begun = list(at_once.map(lambda home: Running(home, self.city), wanted))
        self.running |= {one.home.code: one for one in begun}

    def stop(self, *codes: str) -> None:
        ended = [self.running.pop(code) for code in codes or tuple(self.running)]
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(Running.stop, ended))

    def publish(self) -> None:
        self.city.publish()
        for node in self.running.values():
            node.refresh()

    @property
    def p(self) -> Running:
        return self.running[self.provider.code]

    @property
    def c(self) -> Running:
        return self.running[self.consumer.code]

    def query(self, grant: str, **more: Any) -> tuple[int, dict[str, Any]]:
        body = {
            "grant": grant,
            "purpose": "food-licence",
            "case_ref": "TLCY20260017",
            "lookup": {"GMSFHM": person(1)[0]},
        }
        return self.c.post("/local/v1/query", {**body, **more}, token=self.token)

    def verify(self, grant: str, **more: Any) -> tuple[int, dict[str, Any]]:
        body = {
            "grant": grant, "purpose": "food-licence", "case_ref": "TLCY20260017",
            "lookup": {"GMSFHM": person(1)[0]}, "claims": {"XM": person(1)[1]},
        }  # fmt: skip
        return self.c.post("/local/v1/verify", {**body, **more}, token=self.token)


def person(number: int) -> tuple[str, str, str, str, str]:
    """One invented row: citizen number, name, birth, region, height in centimetres."""
    return (
        f"9901021980{number:08d}",
        f"程{'一二三四五六七八九十'[number % 10]}",
        "19800101",
        "990102",
        f"{150 + number % 50}.5",
    )


PERSON_COLUMNS = {"GMSFHM": "GMSFHM", "XM": "XM", "CSRQ": "CSRQ", "QH": "QH", "SG": "SG"}
PERSON_FIELDS = (
    GrantField("GMSFHM", FieldType.STRING, "公民身份号码"),
    GrantField("XM", FieldType.STRING, "姓名"),
    GrantField("CSRQ", FieldType.DATE, "出生日期"),
    GrantField("QH", FieldType.STRING, "户籍地区划"),
    GrantField("SG", FieldType.DECIMAL, "身高", precision=6, scale=2),
)


def person_grant(**changes: Any) -> Grant:
    """A grant from the police to the market office on the person table, all modes."""
    grant = Grant(
        id=str(uuid4()), number="0001-1", provider="wl-police", consumer="tl-market", resource="306001002/000123",
        resource_title="常住人口基础信息", contract_digest=CONTRACT,
        fields=PERSON_FIELDS, verify_fields=PERSON_FIELDS[:2],
        lookup=("GMSFHM",), modes=frozenset({Mode.VERIFY, Mode.QUERY, Mode.BATCH}),
        uses=(Use("licensing", "food-licence", ("TLCY########",)),), legal_basis="食品安全法 35",
        limits=Limits(max_rows=None, rows_per_day=None, subjects_per_day=None, calls_per_day=None),
        valid_from=datetime(2026, 8, 24, tzinfo=UTC), valid_until=datetime(2027, 8, 24, tzinfo=UTC), max_stale_s=86400,
        status=GrantStatus.ACTIVE, decision_digest=DECISION, issued_at=datetime(2026, 8, 24, tzinfo=UTC),
    )  # fmt: skip
    return replace(grant, **changes)


def masked(fields: tuple[GrantField, ...], **masks: Mask) -> tuple[GrantField, ...]:
    """The fields with masks on some."""
    return tuple(replace(f, mask=masks.get(f.name)) for f in fields)


def make_people(path: Path, rows: int) -> None:
    """A department's table in SQLite."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE RK (GMSFHM TEXT PRIMARY KEY, XM TEXT, CSRQ TEXT, QH TEXT, SG TEXT, SECRET TEXT)")
        db.executemany("INSERT INTO RK VALUES (?,?,?,?,?,'x')", (person(n) for n in range(rows)))
        db.commit()


def make_home(folder: Path, city: City, code: str) -> NodeHome:
    """A node's home that has joined the city."""
    port = free_port("127.0.0.1")
    home = NodeHome.create(folder, Settings(code=code, port=port, address=f"http://127.0.0.1:{port}"))
    home.joined(center="", root=city.fingerprint, organization=code)
    city.admit(home)
    return home


def bind_people(
    home: NodeHome, url: str, *, resource: str = "306001002/000123", table: str = "RK", **ceiling: Any
) -> None:
    """Bind the person table with a ceiling that lets it out."""
    columns = ceiling.get("columns", PERSON_COLUMNS)
    held = ceiling_of(
        resource, columns, masks=ceiling.get("masks", {}), purposes=ceiling.get("purposes", ()),
        rows_a_day=ceiling.get("rows_a_day"), accept=ceiling.get("accept", "auto"),
    )  # fmt: skip
    with contextlib.closing(store.connect(home.database)) as db:
        bind_source(db, SourceBinding(resource=resource, url=url, table=table, columns=columns, ceiling=held))


def bind_people_target(home: NodeHome, url: str, *, resource: str = "306001002/000123", table: str = "people") -> None:
    with contextlib.closing(store.connect(home.database)) as db:
        bind_target(db, TargetBinding(resource=resource, url=url, table=table, columns={}))


@contextlib.contextmanager
def two_departments(folder: Path, *, rows: int = 20, start: bool = True, clock: Clock | None = None) -> Iterator[Place]:
    """The usual place: 市公安局 gives, 区市监局 gets."""
    city = City(clock=clock or FixedClock(MORNING))
    make_people(folder / "wl-police.db", rows)
    provider, consumer = make_home(folder, city, "wl-police"), make_home(folder, city, "tl-market")
    bind_people(provider, f"sqlite://{folder}/wl-police.db")
    bind_people_target(consumer, f"sqlite://{folder}/tl-market.db")
    with contextlib.closing(store.connect(consumer.database)) as db:
        token = register(db, "licensing")
    city.publish()
    place = Place(folder, city, provider, consumer, token)
    try:
        if start:
            place.start()
        yield place
    finally:
        place.stop()
