"""The audit of one ledger (账本核验): from its bytes and a pinned root to what is wrong with it.

root → members → the node's key → signed heads → tree → records → the evidence in each record.
Pure: `verifier` reads the files and hands the bytes in.  A ledger that somebody made for himself fails
at the first step, because its members were not signed by the pinned root's keys.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from zhengtong.kernel.errors import PlatformError
from zhengtong.wire.acceptance import roots_chain
from zhengtong.wire.cosigned import center_keys, lines_of
from zhengtong.wire.directory import (
    MEMBERS_BYTES_MAX,
    ROOTS_BYTES_MAX,
    KeyUse,
    MemberKey,
    Members,
    Roots,
    parse_members,
    parse_roots,
)
from zhengtong.wire.documents import SignedDocument, check_signatures, parse_document
from zhengtong.wire.envelope import Envelope, Kind, envelope_digest, parse_envelope
from zhengtong.wire.evidence import Evidence, envelope_of, holds
from zhengtong.wire.findings import Audited, Exchange, HeadClaim, LedgerBytes, Told
from zhengtong.wire.ledger import HASH_BYTES, Frontier, leaf_hash
from zhengtong.wire.records import (
    HEAD_BYTES_MAX,
    OutcomeKind,
    Record,
    RecordKind,
    Role,
    TreeHead,
    parse_head,
    parse_record,
    unframe,
)
from zhengtong.wire.suites import key_id

__all__ = ["audit"]


def audit(ledger: LedgerBytes, *, root_fingerprint: str, center: Mapping[str, TreeHead] | None = None) -> Audited:
    """Everything wrong with one ledger, judged from a pinned root (核验一本账).

    `center`: the highest co-signed head of each node as the center itself tells it (see `cosigned`).
    """
    found = Audited(name=ledger.name, octets=len(ledger.entries))
    chain = _directory(ledger, found, pinned=root_fingerprint)
    if chain is None:
        return found
    trusted = _trusted_members(ledger, chain, found)
    signers = _SignKeys(trusted.values())
    heads = _heads(ledger, found, signers)
    cosigned = _cosigned(ledger, found, signers, keys=center_keys(chain))
    cosigned += [head for node, head in (center or {}).items() if node == found.node]
    _one_pass(ledger, found, heads, _Cosigned(cosigned, found), trusted)
    found.problems.sort(key=lambda problem: (problem.index is None, problem.index or 0))
    return found


def _directory(ledger: LedgerBytes, found: Audited, *, pinned: str) -> tuple[Roots, ...] | None:
    """The roots from the pinned one on; None: no trust at all."""
    roots: list[SignedDocument] = []
    for name, raw in sorted(ledger.directory.items()):
        if not _is_roots(raw):
            continue
        try:
            document = parse_document(raw, kind="roots", max_bytes=2 * ROOTS_BYTES_MAX)
            parse_roots(document.payload_bytes)
            roots.append(document)
        except PlatformError as bad:
            found.add_error(bad, where=name)
    try:
        return roots_chain(sorted(roots, key=lambda d: parse_roots(d.payload_bytes).version), pinned=pinned)
    except PlatformError as bad:
        found.add_error(bad, where="directory")
        return None


def _is_roots(raw: bytes) -> bool:
    return b'{"kind":"roots"' in raw[:32]


def _trusted_members(ledger: LedgerBytes, chain: Sequence[Roots], found: Audited) -> dict[str, Members]:
    """The members documents signed under the roots of their epoch, by digest."""
    trusted: dict[str, Members] = {}
    by_serial: dict[str, str] = {}
    newest = (0, 0)
    for name, raw in sorted(ledger.directory.items()):
        if _is_roots(raw):
            continue
        try:
            document = parse_document(raw, kind="members", max_bytes=2 * MEMBERS_BYTES_MAX)
            members = parse_members(document.payload_bytes)
            of_epoch = [roots for roots in chain if roots.epoch == members.epoch]
            keys = {k: v for roots in of_epoch for k, v in roots.keys_for("members", at=members.issued_at).items()}
            check_signatures(document, keys=keys)
        except PlatformError as bad:
            found.add_error(bad, where=name)
            continue
        if by_serial.setdefault(members.known_as, document.digest) != document.digest:
            found.add("wire.directory_forked", where=name, thing="members", serial=members.serial)
        trusted[document.digest] = members
        if members.journal_head is not None and (members.epoch, members.serial) > newest:
            newest, found.journal_head = (members.epoch, members.serial), members.journal_head
    return trusted


def _heads(ledger: LedgerBytes, found: Audited, signers: "_SignKeys") -> list[TreeHead]:
    """The heads whose signature by the node's key holds, in order."""
    good: list[TreeHead] = []
    lines = ledger.heads.split(b"\n")
    if lines and lines[-1] == b"":
        lines.pop()
    for number, line in enumerate(lines):
        try:
            document = parse_document(line, kind="head", max_bytes=HEAD_BYTES_MAX)
            head = parse_head(document)
            check_signatures(document, keys=signers.of(head.node, at=head.at))
        except PlatformError as bad:
            found.add_error(bad, where=f"head {number}")
            continue
        if good and (head.node != good[-1].node or head.size < good[-1].size):
            found.add("wire.ledger_heads_disorder", where=f"head {number}", size=head.size, before=good[-1].size)
            continue
        good.append(head)
    found.heads = len(good)
    if good:
        found.head, found.node = good[-1], good[-1].node
    else:
        found.add("wire.ledger_without_head", where="heads.jsonl")
    return good


def _cosigned(ledger: LedgerBytes, found: Audited, signers: "_SignKeys", *, keys: Mapping[str, str]) -> list[TreeHead]:
    """The heads beside the ledger that the center signed too; one that the node did not sign is a problem besides."""
    good: list[TreeHead] = []
    for number, line in enumerate(lines_of(ledger.cosigned)):
        where = f"co-signed head {number}"
        try:
            document = parse_document(line, kind="head", max_bytes=HEAD_BYTES_MAX)
            head = parse_head(document)
            check_signatures(document, keys=keys)
            if head.node == found.node:
                good.append(head)
            check_signatures(document, keys=signers.of(head.node, at=head.at))
        except PlatformError as bad:
            found.add_error(bad, where=where)
    return good


class _SignKeys:
    """The keys with which nodes sign (签名公钥), from all members documents; of one key the newest word counts."""

    def __init__(self, trusted: Iterable[Members]) -> None:
        self._held: dict[str, dict[str, MemberKey]] = {}
        for members in sorted(trusted, key=lambda one: (one.epoch, one.serial)):
            for node in members.nodes:
                held = self._held.setdefault(node.id, {})
                held.update({key_id(key.public): key for key in node.keys if key.use is KeyUse.SIGN})

    def of(self, node: str, *, at: datetime) -> dict[str, str]:
        """Those (id → public) that count for a signature of an instant."""
        return {name: key.public for name, key in self._held.get(node, {}).items() if key.holds(at)}


def _one_pass(
    ledger: LedgerBytes,
    found: Audited,
    heads: Sequence[TreeHead],
    cosigned: "_Cosigned",
    trusted: Mapping[str, Members],
) -> None:
    """Every record once: against level files and heads, then for what it says."""
    frontier = Frontier()
    stored = _Levels(ledger.levels, found)
    reader = _Reader(found, trusted)
    last_good = _roots(found, heads, frontier, last_good=0)
    try:
        for index, raw in enumerate(unframe(ledger.entries)):
            leaf = leaf_hash(raw)
            found.leaves.append(leaf)
            for level, node in frontier.append(leaf):
                stored.compare(level, node, index=index)
            last_good = _roots(found, heads, frontier, last_good=last_good)
            cosigned.compare(frontier)
            reader.read(raw, index=index)
    except PlatformError as cut:
        found.add_error(cut, where=f"record {frontier.size}", index=frontier.size)
    stored.end()
    cosigned.end(frontier.size)
    records, signed = frontier.size, heads[-1].size if heads else 0
    if signed > records:
        found.add("wire.ledger_shorter", where=f"record {records}", index=records, records=records, signed=signed)
    elif signed < records:
        found.add("wire.ledger_unsigned_tail", where=f"record {signed}", index=signed, records=records, signed=signed)


def _roots(found: Audited, heads: Sequence[TreeHead], frontier: Frontier, *, last_good: int) -> int:
    """Compare the heads of the frontier's size; the size up to which all was well."""
    at = bisect_left(heads, frontier.size, key=lambda head: head.size)
    while at < len(heads) and heads[at].size == frontier.size:
        if heads[at].root != frontier.root().hex():
            span = f"records {last_good} to {frontier.size - 1}"
            found.add("wire.ledger_root_differs", where=span, index=last_good, size=frontier.size)
            return last_good
        last_good, at = frontier.size, at + 1
    return last_good


class _Cosigned:
    """The heads that the center signed too (会签): the ledger must reach and give each of them."""

    def __init__(self, heads: Sequence[TreeHead], found: Audited) -> None:
        self._heads, self._found, self._at = sorted(heads, key=lambda head: head.size), found, 0
        found.cosigned = self._heads[-1] if self._heads else None

    def compare(self, frontier: Frontier) -> None:
        while self._at < len(self._heads) and self._heads[self._at].size <= frontier.size:
            head = self._heads[self._at]
            self._at += 1
            if head.size == frontier.size and head.root != frontier.root().hex():
                where, node = f"record {head.size - 1}", head.node
                self._found.add(
                    "wire.ledger_differs_from_cosigned", where=where, index=head.size - 1, node=node, size=head.size
                )
                self._heads = self._heads[: self._at]  # what follows differs too

    def end(self, records: int) -> None:
        last = self._found.cosigned
        if last is not None and last.size > records:
            self._found.add(
                "wire.ledger_short_of_cosigned",
                where=f"record {records}",
                index=records,
                node=last.node,
                records=records,
                size=last.size,
                first=records,
                last=last.size - 1,
                missing=last.size - records,
            )


class _Levels:
    """The stored level files, compared node by node (散列文件)."""

    def __init__(self, levels: Mapping[int, bytes], found: Audited) -> None:
        self._levels, self._found = levels, found
        self._read: dict[int, int] = {}
        self._bad: set[int] = set()

    def compare(self, level: int, node: bytes, *, index: int) -> None:
        at = self._read.get(level, 0)
        self._read[level] = at + HASH_BYTES
        if self._levels.get(level, b"")[at : at + HASH_BYTES] != node and level not in self._bad:
            self._bad.add(level)
            name = f"L{level:02d}"
            self._found.add("wire.ledger_level_differs", where=f"record {index}", index=index, level=name)

    def end(self) -> None:
        for level, content in self._levels.items():
            if len(content) > self._read.get(level, 0):
                name = f"L{level:02d}"
                self._found.add("wire.ledger_level_longer", where=name, level=name)


class _Reader:
    """Reads records in order, under the directory that was accepted last (逐条查验)."""

    def __init__(self, found: Audited, trusted: Mapping[str, Members]) -> None:
        self._found, self._trusted = found, trusted
        self._members: Members | None = None

    def read(self, raw: bytes, *, index: int) -> None:
        found = self._found
        try:
            record = parse_record(raw)
            if record.kind is RecordKind.DIRECTORY:
                self._members = self._trusted.get(str(record.facts.get("members")))
                if self._members is None:
                    found.add("wire.ledger_directory_missing", where=f"record {index}", index=index)
            elif record.kind is RecordKind.ALARM:
                found.alarms += 1
                found.alarmed.add(record.exchange or "")
            else:
                _exchange_record(found, record, index, self._members)
        except PlatformError as bad:
            found.add_error(bad, where=f"record {index}", index=index)


def _exchange_record(found: Audited, record: Record, index: int, members: Members | None) -> None:
    where = f"record {index}"
    if record.exchange is None or record.role is None or record.peer is None:
        found.add("wire.ledger_record_incomplete", where=where, index=index)
        return
    held = found.exchanges.setdefault(record.exchange, Exchange(role=record.role, peer=record.peer))
    is_intent = record.kind is RecordKind.INTENT
    before = held.intent if is_intent else held.outcome
    if before is not None or held.role is not record.role or held.peer != record.peer:
        found.add("wire.ledger_exchange_twice", where=where, index=index, exchange=record.exchange)
        return
    if is_intent:
        held.intent = _told(record, index)
    else:
        held.outcome = _told(record, index)
    needs_evidence = is_intent or record.outcome is OutcomeKind.ANSWERED
    if (needs_evidence and not record.evidence) or (not is_intent and record.outcome is None):
        found.add("wire.ledger_record_incomplete", where=where, index=index)
    for evidence in record.evidence:
        _evidence(found, record, evidence, index, members, held)


def _told(record: Record, index: int) -> Told:
    return Told(
        index=index,
        at=record.at,
        envelope_digest=record.envelope_digest,
        outcome=record.outcome,
        refusal=record.refusal,
        rows=record.rows,
        body_digest=record.body_digest,
        signers=frozenset(evidence.party for evidence in record.evidence),
        answered_by=frozenset(evidence.party for evidence in record.evidence if evidence.form == "http"),
    )


def _evidence(
    found: Audited, record: Record, evidence: Evidence, index: int, members: Members | None, held: Exchange
) -> None:
    where = f"record {index}"
    if members is None:
        found.add("wire.ledger_directory_missing", where=where, index=index)
        return
    raw = envelope_of(evidence)
    envelope = parse_envelope(raw)
    public = members.evidence_key(evidence.party, key=evidence.key, at=envelope.created)
    if not holds(evidence, public=public) or envelope.key != evidence.key:
        found.add("wire.signature_wrong", where=where, index=index, key_id=evidence.key)
        return
    if envelope_digest(raw) == record.envelope_digest:
        for why in _mismatches(found, record, envelope, evidence, held):
            found.add("wire.ledger_record_differs", where=where, index=index, field=why)
    elif not any(envelope_digest(envelope_of(other)) == record.envelope_digest for other in record.evidence):
        found.add("wire.ledger_record_differs", where=where, index=index, field="envelope_digest")
    if evidence.party == record.peer:
        size, _, root = envelope.ledger_head.partition(":")
        found.claims.append(HeadClaim(peer=held.peer, size=int(size), root=root, index=index))


def _mismatches(
    found: Audited, record: Record, envelope: Envelope, evidence: Evidence, held: Exchange
) -> Iterator[str]:
    """Where a record says otherwise than the envelope that was signed."""
    is_intent = record.kind is RecordKind.INTENT
    from_peer = is_intent == (record.role is Role.PROVIDER)
    parties = (record.peer, found.node) if from_peer else (found.node, record.peer)
    if (envelope.sender, envelope.recipient) != parties or evidence.party != envelope.sender:
        yield "peer"
    if is_intent and envelope.id != record.exchange:
        yield "exchange"
    if record.grant != envelope.grant:
        yield "grant"
    if record.body_digest is not None and record.body_digest != envelope.body_digest:
        yield "body_digest"
    if not is_intent and record.rows is not None and envelope.rows is not None and record.rows != envelope.rows:
        yield "rows"
    refused = envelope.kind is Kind.REFUSAL
    if (
        not is_intent
        and record.outcome is not OutcomeKind.FAILED
        and refused != (record.outcome is OutcomeKind.REFUSED)
    ):
        yield "outcome"
    asked = held.intent.envelope_digest if held.intent else None
    if not is_intent and envelope.kind is not Kind.PARCEL and asked is not None and envelope.in_reply_to != asked:
        yield "in_reply_to"
