"""A small city on the wire: fixed keys, roots, members, one grant, and a ledger writer for tests.

Everything comes from fixed seeds and instants, so that its bytes are the golden bytes.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zhengtong.wire.bundles import Bundle, bundle_payload
from zhengtong.wire.canonical import Json
from zhengtong.wire.directory import (
    BundleDigest,
    JournalHead,
    KeyUse,
    MemberKey,
    MemberNode,
    MemberOrganization,
    Members,
    MemberSystem,
    OnlineKey,
    Roots,
    members_payload,
    root_fingerprint,
    roots_payload,
)
from zhengtong.wire.documents import SignedDocument, cosign, sign_document
from zhengtong.wire.envelope import Envelope, Kind, envelope_digest, parse_envelope, service_body, to_bytes
from zhengtong.wire.grant import (
    FieldType,
    Grant,
    GrantEntry,
    GrantField,
    Limits,
    Mode,
    Use,
    grant_digest,
    grant_payload,
    with_filter,
)
from zhengtong.wire.http_signature import SignedMessage, sign_request, sign_response
from zhengtong.wire.ledger import Frontier, leaf_hash
from zhengtong.wire.masks import Mask
from zhengtong.wire.records import (
    OutcomeKind,
    Record,
    RecordKind,
    Role,
    TreeHead,
    directory_record,
    frame,
    head_document,
    record_to_bytes,
)
from zhengtong.wire.rowfilter import And, Compare, IsNull, Not, Op
from zhengtong.wire.suites import SealingKey, SigningKey, digest_text

NOW = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
LAND, MARKET = "wl-land", "tl-market"
PATH = "/wire/v1/service"
SERVICE_TYPE = "application/vnd.zhengtong.service"
EMPTY_DIGEST = digest_text(b"")


def seed(name: str) -> bytes:
    """32 fixed bytes for a name."""
    return hashlib.sha256(b"golden:" + name.encode()).digest()


def signing(name: str) -> SigningKey:
    """The fixed signing key of a name."""
    return SigningKey.from_seed(seed("sign:" + name))


def sealing(name: str) -> SealingKey:
    """The fixed sealing key of a name."""
    return SealingKey.from_seed(seed("seal:" + name))


def uuid(number: int) -> str:
    """A fixed UUID of version 7 form."""
    return f"01990000-0000-7000-8000-{number:012x}"


def land_grant(**changes: object) -> Grant:
    """Grant 0002-1 of the story: five items of real estate, rows of one district, two more only compared."""
    text = FieldType.STRING
    grant = Grant(
        id=uuid(1),
        number="0002-1",
        provider=LAND,
        consumer=MARKET,
        resource="306001002/000123",
        resource_title="不动产登记（房屋）信息",
        contract_digest=digest_text(b"contract"),
        fields=(
            GrantField("坐落", text, "坐落"),
            GrantField("房屋用途", text, "房屋用途"),
            GrantField("建筑面积", FieldType.DECIMAL, "建筑面积", precision=12, scale=2),
            GrantField("所在层", text, "所在层/总层数"),
            GrantField("权利人名称", text, "权利人名称", mask=Mask.NAME),
        ),
        verify_fields=(GrantField("不动产单元号", text, "不动产单元号"), GrantField("坐落", text, "坐落")),
        lookup=("坐落",),
        modes=frozenset({Mode.VERIFY, Mode.QUERY, Mode.BATCH}),
        uses=(Use("tl-market-licensing", "经营场所核验", ("TL-SP-2026-####",)),),
        legal_basis="不动产登记暂行条例 27",
        limits=Limits(max_rows=20, rows_per_day=1000, subjects_per_day=100, calls_per_day=200),
        valid_from=NOW - timedelta(days=30),
        valid_until=NOW + timedelta(days=300),
        max_stale_s=86_400,
        decision_digest=digest_text(b"decision"),
        issued_at=NOW - timedelta(days=30),
    )
    narrowed = with_filter(
        grant, And((Compare(Op.PREFIX, "坐落", "汀兰区"), Not(IsNull("房屋用途")))), salt=seed("salt")[:16]
    )
    return replace(narrowed, **changes)


@dataclass
class City:
    """Keys and documents of two nodes and a center."""

    root_keys: tuple[SigningKey, ...] = field(default_factory=lambda: (signing("root-1"), signing("root-2")))
    online: SigningKey = field(default_factory=lambda: signing("online"))
    nodes: tuple[str, ...] = (LAND, MARKET)
    now: datetime = NOW
    salt: str = ""  # another city: other keys under the same names

    def key(self, node: str) -> SigningKey:
        return signing(self.salt + node)

    def roots(self, **changes: object) -> Roots:
        online = OnlineKey(
            self.online.public,
            frozenset({"members", "grants", "heads"}),
            self.now - timedelta(days=60),
            self.now + timedelta(days=300),
        )
        roots = Roots(
            version=1,
            epoch=1,
            root_keys=tuple(key.public for key in self.root_keys),
            threshold=2,
            online_keys=(online,),
            issued_at=self.now - timedelta(days=60),
            valid_until=self.now + timedelta(days=700),
        )
        return replace(roots, **changes)

    def roots_document(self, **changes: object) -> SignedDocument:
        return sign_document("roots", roots_payload(self.roots(**changes)), keys=self.root_keys)

    @property
    def fingerprint(self) -> str:
        return root_fingerprint(self.roots())

    def members(self, **changes: object) -> Members:
        since = self.now - timedelta(days=40)
        bundles = tuple(BundleDigest(node, 1, self.bundle_document(node).digest) for node in self.nodes)
        members = Members(
            epoch=1,
            serial=7,
            previous=digest_text(b"serial 6"),
            issued_at=self.now - timedelta(minutes=5),
            valid_until=self.now - timedelta(minutes=5) + timedelta(days=1),
            organizations=tuple(
                MemberOrganization(node, name, jurisdiction="990100")
                for node, name in ((LAND, "市自然资源和规划局"), (MARKET, "区市场监督管理局"))
            ),
            nodes=tuple(
                MemberNode(
                    node,
                    node,
                    (f"https://{node}.example:8443",),
                    (),
                    (
                        MemberKey(self.key(node).public, KeyUse.SIGN, since),
                        MemberKey(sealing(self.salt + node).public, KeyUse.SEAL, since),
                    ),
                )
                for node in self.nodes
            ),
            systems=(MemberSystem("tl-market-licensing", MARKET, MARKET, "食品经营许可系统"),),
            bundles=bundles,
            journal_head=JournalHead(120, digest_text(b"event 120")),
        )
        return replace(members, **changes)

    def members_document(self, **changes: object) -> SignedDocument:
        return sign_document("members", members_payload(self.members(**changes)), keys=[self.online])

    def bundle_document(self, node: str, *grants: Grant) -> SignedDocument:
        entries: list[GrantEntry] = []
        for grant in grants or (land_grant(),):
            document = sign_document("grant", grant_payload(grant), keys=[self.online])
            mine = node == grant.provider
            entries.append(GrantEntry(document, grant.row_filter if mine else None, grant.filter_salt if mine else ""))
        bundle = Bundle(node=node, serial=1, issued_at=self.now - timedelta(minutes=5), entries=tuple(entries))
        return sign_document("grants", bundle_payload(bundle), keys=[self.online])

    def key_for(self, envelope: Envelope) -> str:
        """Looks a sender's key up in the members, as a node does."""
        return self.members().sign_key(envelope.sender, key=envelope.key, at=envelope.created)

    def ask(
        self, number: int = 2, *, at: datetime | None = None, head: str = "", **changes: object
    ) -> tuple[bytes, bytes]:
        """A query's envelope and body."""
        body = service_body(
            {"items": ["坐落", "房屋用途"], "lookup": [["坐落", "汀兰区示范路1号"]]}, salt=seed("b")[:16]
        )
        created = at or self.now
        envelope = Envelope(
            key=self.key(MARKET).key_id,
            id=uuid(number),
            kind=Kind.QUERY,
            sender=MARKET,
            recipient=LAND,
            system="tl-market-licensing",
            officer_ref="A17",
            case_ref="TL-SP-2026-0042",
            grant=uuid(1),
            grant_digest=grant_digest(land_grant()),
            purpose="经营场所核验",
            contract=digest_text(b"contract"),
            directory="1.7",
            body_digest=digest_text(body),
            ledger_head=head or f"0:{EMPTY_DIGEST.partition(':')[2]}",
            created=created,
            expires=created + timedelta(seconds=300),
        )
        return to_bytes(replace(envelope, **changes)), body

    def request(self, number: int = 2, **changes: Any) -> tuple[SignedMessage, bytes, bytes]:
        """A signed request with its envelope and body."""
        envelope, body = self.ask(number, **changes)
        message = sign_request(
            method="POST",
            path=PATH,
            content_type=SERVICE_TYPE,
            body=body,
            envelope=envelope,
            key=self.key(MARKET),
            created=self.now,
        )
        return message, envelope, body

    def response(self, asked: bytes, number: int = 3, *, head: str = "") -> tuple[SignedMessage, bytes, bytes]:
        """A signed answer to a request's envelope."""
        told = parse_envelope(asked)
        content: dict[str, Json] = {
            "fields": ["坐落", "房屋用途"], "rows": [["汀兰区示范路1号", "商业服务"]], "flaws": [], "record": 0,
        }  # fmt: skip
        body = service_body(content, salt=seed("c")[:16])
        envelope = to_bytes(
            Envelope(
                key=self.key(LAND).key_id,
                id=uuid(number),
                kind=Kind.ANSWER,
                sender=LAND,
                recipient=MARKET,
                system=told.system,
                officer_ref=told.officer_ref,
                case_ref=told.case_ref,
                grant=told.grant,
                grant_digest=told.grant_digest,
                purpose=told.purpose,
                contract=told.contract,
                directory="1.7",
                in_reply_to=envelope_digest(asked),
                rows=1,
                body_digest=digest_text(body),
                ledger_head=head or f"0:{EMPTY_DIGEST.partition(':')[2]}",
                created=self.now,
                expires=self.now + timedelta(seconds=300),
            )
        )
        message = sign_response(
            status=200,
            content_type=SERVICE_TYPE,
            body=body,
            envelope=envelope,
            request_path=PATH,
            request_envelope=asked,
            key=self.key(LAND),
            created=self.now,
        )
        return message, envelope, body


class LedgerFolder:
    """Writes a ledger as a node does, but all at once."""

    def __init__(self, folder: Path, city: City, node: str) -> None:
        self.folder, self.city, self.node = folder, city, node
        self.frontier, self.records = Frontier(), list[bytes]()
        (folder / "directory").mkdir(parents=True)
        (folder / "entries.log").touch()
        (folder / "heads.jsonl").touch()
        roots, members = city.roots_document(), city.members_document()
        (folder / "directory" / "roots-1.json").write_bytes(roots.to_bytes())
        (folder / "directory" / "members-1-7.json").write_bytes(members.to_bytes())
        self.write(directory_record(at=city.now, members=members, roots=roots, known_as="1.7"))

    def write(self, *records: Record) -> None:
        for record in records:
            raw = record_to_bytes(record)
            self.records.append(raw)
            with (self.folder / "entries.log").open("ab") as entries:
                entries.write(frame(raw))
            for level, node in self.frontier.append(leaf_hash(raw)):
                with (self.folder / f"L{level:02d}").open("ab") as nodes:
                    nodes.write(node)
        self.sign_head()

    def sign_head(self) -> None:
        head = TreeHead(self.node, self.frontier.size, self.frontier.root().hex(), self.city.now)
        with (self.folder / "heads.jsonl").open("ab") as heads:
            heads.write(head_document(head, key=self.city.key(self.node)).to_bytes() + b"\n")

    def cosign(self) -> SignedDocument:
        """The center signs the head too; the node keeps it beside its ledger."""
        head = TreeHead(self.node, self.frontier.size, self.frontier.root().hex(), self.city.now)
        document = cosign(head_document(head, key=self.city.key(self.node)), self.city.online)
        with (self.folder / "cosigned.jsonl").open("ab") as heads:
            heads.write(document.to_bytes() + b"\n")
        return document

    @property
    def head(self) -> str:
        return f"{self.frontier.size}:{self.frontier.root().hex()}"


def exchange(consumer: LedgerFolder, provider: LedgerFolder, number: int) -> None:
    """One answered query, recorded on both sides."""
    city = consumer.city
    asked, ask_envelope, ask_body = city.request(number, head=consumer.head)
    ask = Record(
        kind=RecordKind.INTENT,
        at=city.now,
        exchange=uuid(number),
        role=Role.CONSUMER,
        peer=provider.node,
        grant=uuid(1),
        envelope_digest=envelope_digest(ask_envelope),
        evidence=(asked.evidence,),
        body_digest=digest_text(ask_body),
    )
    consumer.write(ask)
    provider.write(replace(ask, role=Role.PROVIDER, peer=consumer.node))
    reply, reply_envelope, reply_body = city.response(ask_envelope, number + 10_000, head=provider.head)
    outcome = replace(
        ask,
        kind=RecordKind.OUTCOME,
        role=Role.PROVIDER,
        peer=consumer.node,
        envelope_digest=envelope_digest(reply_envelope),
        evidence=(reply.evidence,),
        outcome=OutcomeKind.ANSWERED,
        rows=1,
        body_digest=digest_text(reply_body),
    )
    provider.write(outcome)
    consumer.write(replace(outcome, role=Role.CONSUMER, peer=provider.node))


def two_ledgers(folder: Path, *, exchanges: int = 3, city: City | None = None) -> tuple[LedgerFolder, LedgerFolder]:
    """Consumer's and provider's ledgers after some exchanges."""
    place = city or City()
    consumer = LedgerFolder(folder / "market", place, MARKET)
    provider = LedgerFolder(folder / "land", place, LAND)
    for number in range(100, 100 + exchanges):
        exchange(consumer, provider, number)
    return consumer, provider


def load(path: Path) -> dict[str, object]:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
