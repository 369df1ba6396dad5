"""A small city for tests of the exchange: organizations, people, grants as rows, and a node that signs like one."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from zhengtong.catalog.models import Entry
from zhengtong.exchange import services
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock, FixedClock
from zhengtong.kernel.ids import new_id
from zhengtong.parties import services as parties
from zhengtong.parties.queries import organization_by_code
from zhengtong.parties.rules import Level, OrgKind, Role
from zhengtong.sharing.models import Grant as GrantRow
from zhengtong.sharing.models import SharingRequest
from zhengtong.wire.documents import SignedDocument
from zhengtong.wire.grant import FieldType, Grant, GrantField, Limits, Mode, Use, grant_payload, with_filter
from zhengtong.wire.http_signature import sign_local
from zhengtong.wire.join import JoinRequest, join_document, join_fingerprint
from zhengtong.wire.ledger import Frontier, consistency_path, leaf_hash
from zhengtong.wire.records import (
    OutcomeKind,
    Receipt,
    ReceiptBatch,
    TreeHead,
    head_document,
    receipts_document,
)
from zhengtong.wire.records import (
    Role as Side,
)
from zhengtong.wire.rowfilter import Compare, Op, filter_to_json
from zhengtong.wire.suites import SealingKey, SigningKey, digest_text

POLICE, LAND, MARKET = "wl-police", "wl-land", "tl-market"
_NAMES = {POLICE: "望澜市公安局", LAND: "望澜市自然资源和规划局", MARKET: "汀兰区市场监督管理局"}


def found_city(clock: Clock) -> None:
    """Register three departments and the authority."""
    for code, name in _NAMES.items():
        _organization(code, name, clock=clock)
    _organization("wl-data", "望澜市政务服务和数据管理局", clock=clock, authority=True)


def _organization(code: str, name: str, *, clock: Clock, authority: bool = False) -> None:
    parties.register_organization(
        code=code,
        name=name,
        short_name=name[-6:],
        level=Level.CITY,
        kind=OrgKind.DEPARTMENT,
        jurisdiction="990100",
        actor=SYSTEM,
        clock=clock,
        is_authority=authority,
    )


def actor(role: Role, *, of: str = "wl-data", officer: UUID | None = None) -> Actor:
    """Somebody with a role in an organization."""
    return Actor(
        officer=officer or uuid.uuid4(),
        name=str(role),
        organization=organization_by_code(code=of).id,
        roles=frozenset({role}),
        jurisdiction="990100",
    )


def grant_row(*, provider: str, consumer: str, number: str, clock: Clock, filtered: bool = False) -> UUID:
    """An active grant as sharing stores it, with its request and entry."""
    at, id_ = clock.now(), new_id(clock.now())
    giver, taker = organization_by_code(code=provider), organization_by_code(code=consumer)
    entry = Entry.objects.create(id=new_id(at), guide_code=f"306001002/{number}", provider_id=giver.id, created_at=at)
    request = SharingRequest.objects.create(
        id=new_id(at),
        number=number.partition("-")[0],
        entry=entry,
        entry_version=1,
        entry_code=entry.guide_code,
        entry_name="不动产登记信息",
        consumer_id=taker.id,
        provider_id=giver.id,
        purpose=f"经营场所核验{number}",
        state="consented",
        drafted_at=at,
        drafted_by=uuid.uuid4(),
        decision="{}",
        decision_digest="sha-256:" + "0" * 64,
    )
    grant = wire_grant(id_, number=number, provider=provider, consumer=consumer, at=at, filtered=filtered)
    GrantRow.objects.create(
        id=id_,
        number=number,
        request=request,
        provider_id=giver.id,
        consumer_id=taker.id,
        terms=grant_payload(grant).decode(),
        terms_digest=digest_text(grant_payload(grant)),
        row_filter=filter_to_json(grant.row_filter) if grant.row_filter else None,
        filter_salt=grant.filter_salt,
        decision_digest=grant.decision_digest,
        state="active",
        changed_at=at,
        issued_at=at,
        consented_on=date(2026, 3, 2),
        valid_from=date(2026, 3, 2),
        valid_until=date(2027, 3, 1),
        deliver_due_on=date(2026, 3, 30),
    )
    return id_


def wire_grant(id_: UUID, *, number: str, provider: str, consumer: str, at: datetime, filtered: bool) -> Grant:
    """The grant in the form that nodes read."""
    grant = Grant(
        id=str(id_),
        number=number,
        provider=provider,
        consumer=consumer,
        resource="306001002/000123",
        resource_title="不动产登记信息",
        contract_digest=digest_text(b"contract"),
        fields=(GrantField("ZL", FieldType.STRING, "坐落"), GrantField("FWYT", FieldType.STRING, "房屋用途")),
        lookup=("ZL",),
        modes=frozenset({Mode.QUERY, Mode.BATCH}),
        uses=(Use("tl-market-food", "经营场所核验"),),
        legal_basis="食品经营许可和备案管理办法",
        limits=Limits(max_rows=10, calls_per_day=200),
        valid_from=at - timedelta(days=1),
        valid_until=at + timedelta(days=365),
        max_stale_s=86_400,
        decision_digest="sha-256:" + "0" * 64,
        issued_at=at,
    )
    if not filtered:
        return grant
    return with_filter(grant, Compare(Op.PREFIX, "ZL", "汀兰区"), salt=b"s" * 16)


@dataclass(slots=True)
class FakeNode:
    """The keys and the ledger of a node; it signs exactly as the protocol says."""

    code: str
    clock: FixedClock
    client: Client = field(default_factory=Client)
    sign: SigningKey = field(default_factory=SigningKey.generate)
    seal: SealingKey = field(default_factory=SealingKey.generate)
    leaves: list[bytes] = field(default_factory=list)
    batches: int = 0

    def join_request(self) -> JoinRequest:
        return JoinRequest(
            node=self.code,
            organization=self.code,
            addresses=(f"http://127.0.0.1:7001/{self.code}",),
            sign_key=self.sign.public,
            seal_key=self.seal.public,
            created=self.clock.now(),
        )

    @property
    def fingerprint(self) -> str:
        return join_fingerprint(self.join_request())

    def join(self, code: str) -> Any:
        document = join_document(self.join_request(), one_time_code=code, key=self.sign)
        return self.client.post("/api/exchange/join", data=document.to_bytes(), content_type="application/json")

    def call(
        self, method: str, path: str, body: bytes = b"", *, query: str = "", etag: str = "", nonce: str = ""
    ) -> Any:
        """A signed request to the center; the same nonce in the same moment is the same request again."""
        whole = f"/api/exchange/{path}"
        headers = sign_local(
            method=method,
            path=whole,
            content_type="application/json",
            body=body,
            nonce=nonce or str(uuid.uuid4()),
            key=self.sign,
            created=self.clock.now(),
        )
        if etag:
            headers["if-none-match"] = etag
        return self.client.generic(method, whole + query, data=body, content_type="application/json", headers=headers)

    def say(self, path: str, value: Any) -> Any:
        return self.call("POST", path, json.dumps(value).encode())

    # ── ledger ──

    def write(self, count: int = 1) -> int:
        """Append records; the index of the last."""
        for _ in range(count):
            self.leaves.append(leaf_hash(f"{self.code} {len(self.leaves)}".encode()))
        return len(self.leaves) - 1

    def frontier(self, size: int) -> Frontier:
        built = Frontier()
        for leaf in self.leaves[:size]:
            built.append(leaf)
        return built

    def head(self, size: int | None = None) -> SignedDocument:
        size = len(self.leaves) if size is None else size
        root = self.frontier(size).root().hex()
        return head_document(TreeHead(self.code, size, root, self.clock.now()), key=self.sign)

    def proof(self, old: int, new: int) -> list[str]:
        nodes: dict[tuple[int, int], bytes] = {}
        built = Frontier()
        counts: dict[int, int] = {}
        for leaf in self.leaves[:new]:
            for level, hash_ in built.append(leaf):
                nodes[(level, counts.get(level, 0))] = hash_
                counts[level] = counts.get(level, 0) + 1
        return [one.hex() for one in consistency_path(old, new, read=lambda level, index: nodes[(level, index)])]

    def receipt(self, exchange: str, *, side: str, peer: str, grant: UUID | str, **changes: Any) -> Receipt:
        facts: dict[str, Any] = {
            "exchange": exchange,
            "role": Side(side),
            "peer": peer,
            "grant": str(grant),
            "at": self.clock.now(),
            "outcome": OutcomeKind.ANSWERED,
            "rows": 1,
            "request_digest": digest_text(b"ask" + exchange.encode()),
            "reply_digest": digest_text(b"reply" + exchange.encode()),
        }
        facts["index"] = self.write()
        return Receipt(**(facts | changes))

    def batch(self, *receipts: Receipt) -> bytes:
        self.batches += 1
        value = ReceiptBatch(node=self.code, number=self.batches, head=self.head(), receipts=receipts)
        return receipts_document(value, key=self.sign).to_bytes()

    def report(self, *receipts: Receipt) -> Any:
        return self.call("POST", "receipts", self.batch(*receipts))


def joined(code: str, clock: FixedClock) -> FakeNode:
    """A node that went all the way: invited, joined, approved."""
    node = FakeNode(code, clock)
    invited = services.invite(
        organization=organization_by_code(code=code).id,
        node_code=code,
        actor=actor(Role.SYSTEM_ADMIN),
        clock=clock,
    )
    answer = node.join(invited.code)
    assert answer.status_code == 202, answer.content
    services.approve_node(
        node=invited.node, fingerprint=node.fingerprint, actor=actor(Role.SECURITY_ADMIN), clock=clock
    )
    return node


def visitor(role: Role, *, of: str = "wl-data", clock: Clock) -> Client:
    """A browser signed in as somebody new in a role of an organization."""
    officer = parties.add_officer(name=f"测试{role}", actor=SYSTEM, clock=clock)
    parties.give_seat(
        officer=officer,
        organization=organization_by_code(code=of).id,
        roles=[role],
        title=str(role),
        from_on=clock.today(),
        actor=SYSTEM,
        clock=clock,
    )
    login = f"{role}-{of}".replace("_", "-")
    account = parties.open_account(login=login, officer=officer, actor=SYSTEM, clock=clock, is_demo=True)
    client = Client()
    assert client.post("/signin/card", {"account": str(account)}).status_code == 302
    return client


__all__ = ["LAND", "MARKET", "POLICE", "FakeNode", "actor", "found_city", "grant_row", "joined", "visitor"]
