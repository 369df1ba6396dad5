"""The provider's side of a service call (提供方): admit, read, shape, record, answer.

receive → admit (replay, grant, ceiling, decide; INTENT durable) → read → shape and check
        → OUTCOME durable → answer leaves
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.node import accounts, refusals
from zhengtong.node.admission import Admitted, admit
from zhengtong.node.answering import refuse
from zhengtong.node.bounds import ANSWER_ROWS, PLANS_KEPT
from zhengtong.node.compiled import Plan, compile_plan
from zhengtong.node.core import Core
from zhengtong.node.entries import close_with
from zhengtong.node.incoming import Call, Incoming, Received, Reply, Turned
from zhengtong.node.journal_thread import Step
from zhengtong.node.refusals import Refusal, Refuse
from zhengtong.node.shapes import item_names, named_values
from zhengtong.node.shaping import Flaw, ShapedRows, cell_value, shape_rows
from zhengtong.wire.canonical import Json
from zhengtong.wire.decision import Ask, VerifyAnswer
from zhengtong.wire.envelope import Kind
from zhengtong.wire.grant import GrantField, Mode
from zhengtong.wire.records import OutcomeKind, Record

_KINDS = frozenset({Kind.QUERY, Kind.VERIFY})


@dataclass(frozen=True, slots=True)
class ServiceAsk:
    """What a call asks for, read strictly."""

    ask: Ask
    lookup: Mapping[str, str]
    claims: Mapping[str, str]


class Provider:
    """Answers peers' verify and query calls."""

    def __init__(self, core: Core, incoming: Incoming) -> None:
        self._core = core
        self._incoming = incoming
        self._plans: dict[object, Plan] = {}

    async def service(self, call: Call) -> Reply:
        """One call, answered or refused; either way recorded before the reply leaves."""
        try:
            received = await self._incoming.receive(call, kinds=_KINDS)
            try:
                asked = read_ask(received)
                admitted = await self._core.journal.do(lambda step: self._admit(step, received, asked))
            except PlatformError as error:
                return await self._incoming.turn(received, error)
        except Turned as turned:
            return turned.reply
        return await self._answer(received, asked, admitted)

    def _admit(self, step: Step, received: Received, asked: ServiceAsk) -> Admitted:
        self._incoming.keep_head(step, received)
        return admit(self._core, step, received, asked.ask, subject=subject_of(asked.lookup))

    async def _answer(self, received: Received, asked: ServiceAsk, admitted: Admitted) -> Reply:
        if admitted.refusal is not None:
            return await self._refuse(received, admitted, admitted.refusal)
        try:
            content, rows = await self._read(asked, admitted)
        except Refuse as stop:
            return await self._refuse(received, admitted, stop.refusal)
        except PlatformError as error:
            return await self._refuse(
                received, admitted, refusals.of_error(error, at="provider"), failed=error.retryable
            )
        signed = self._incoming.sign(received, Kind.ANSWER, {**content, "record": admitted.index}, rows=rows)
        record = close_with(admitted.intent, signed, at=self._core.now(), outcome=OutcomeKind.ANSWERED, rows=rows)
        try:
            await self._core.journal.do(lambda step: self._settle(step, admitted, record, rows))
        except Refuse as stop:  # others used up the day's rows while this one was read
            return await self._refuse(received, admitted, stop.refusal)
        self._core.counts["answered"] += 1
        return signed.reply

    def _settle(self, step: Step, admitted: Admitted, record: Record, rows: int) -> None:
        day = legal_day(record.at)
        limit = admitted.grant.limits.rows_per_day if admitted.grant else None
        if limit is not None and accounts.usage(step.db, record.grant or "", day).rows + rows > limit:
            raise Refuse(
                Refusal(key="wire.refused_rows_day", facts={"number": admitted.number, "limit": limit}, at="provider")
            )
        accounts.close_intent(step, record, request_digest=admitted.intent.envelope_digest)

    async def _refuse(self, received: Received, admitted: Admitted, refusal: Refusal, *, failed: bool = False) -> Reply:
        return await refuse(self._core, self._incoming, received, admitted, refusal, failed=failed)

    async def _read(self, asked: ServiceAsk, admitted: Admitted) -> tuple[dict[str, Json], int]:
        """The content of an answer and how many rows it holds."""
        grant, binding = admitted.grant, admitted.binding
        assert grant is not None  # admitted without refusal
        assert binding is not None
        source = self._core.source(binding.url)
        rows_max = min(admitted.rows_max if admitted.rows_max is not None else ANSWER_ROWS, ANSWER_ROWS)
        statement = self._plan(asked, admitted).statement(asked.lookup)
        rows = await self._core.reading.read(lambda: source.rows(statement.sql, statement.values, limit=rows_max + 1))
        if asked.ask.mode is Mode.VERIFY:
            return {"result": compare(rows, admitted.fields, asked.claims).value}, 0
        if len(rows) > rows_max:
            raise Refuse(
                Refusal(key="wire.refused_rows", facts={"number": grant.number, "limit": rows_max}, at="provider")
            )
        key = self._core.pseudonym_key(grant.id)
        shaped = shape_rows(rows, admitted.fields, pseudonym_key=key)
        return answer_content(admitted.fields, shaped), len(shaped.rows)

    def _plan(self, asked: ServiceAsk, admitted: Admitted) -> Plan:
        """The compiled statement of a grant, compiled once for each shape of call."""
        grant, binding = admitted.grant, admitted.binding
        assert grant is not None
        assert binding is not None
        names = tuple(field.name for field in admitted.fields)
        shape = (
            admitted.digest,
            names,
            frozenset(asked.lookup),
            binding.url,
            binding.table,
            tuple(binding.columns.items()),
        )
        if shape not in self._plans:
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            most = ANSWER_ROWS if grant.limits.max_rows is None else min(grant.limits.max_rows, ANSWER_ROWS)
            source = self._core.source(binding.url)
            self._plans[shape] = compile_plan(
                binding.reading(source.dialect), fields=admitted.fields, lookup=asked.lookup,
                row_filter=grant.row_filter, rows_max=most + 1,
            )  # fmt: skip
        return self._plans[shape]


def read_ask(received: Received) -> ServiceAsk:
    """The ask in a call's content.  Raises RuleBroken for a content of another form."""
    e, content = received.envelope, received.content
    lookup = named_values(content, "lookup")
    mode = Mode.VERIFY if e.kind is Kind.VERIFY else Mode.QUERY
    claims = named_values(content, "claims") if mode is Mode.VERIFY else {}
    fields = tuple(claims) if mode is Mode.VERIFY else item_names(content, "items")
    if e.grant is None or e.grant_digest is None or not e.system or not e.purpose:
        raise RuleBroken("node.ask_incomplete")
    ask = Ask(
        mode=mode, consumer=e.sender, system=e.system, purpose=e.purpose, case_ref=e.case_ref,
        fields=fields, lookup=frozenset(lookup),
    )  # fmt: skip
    return ServiceAsk(ask, lookup, claims)


def subject_of(lookup: Mapping[str, str]) -> str:
    """Whom a call is about, as text for the subject digest: the lookup keys and values in order."""
    return "\n".join(f"{name}={value}" for name, value in sorted(lookup.items()))


def compare(rows: Sequence[Sequence[object]], fields: Sequence[GrantField], claims: Mapping[str, str]) -> VerifyAnswer:
    """Whether one of the rows found has every claimed value."""
    if not rows:
        return VerifyAnswer.NO_RECORD
    for row in rows:
        if all(_same(field, cell, claims[field.name]) for field, cell in zip(fields, row, strict=True)):
            return VerifyAnswer.YES
    return VerifyAnswer.NO


def answer_content(fields: Sequence[GrantField], shaped: ShapedRows) -> dict[str, Json]:
    """Rows as a service body carries them: names once, then the values row by row."""
    return {
        "fields": [field.name for field in fields],
        "rows": [list(row) for row in shaped.rows],
        "flaws": [[number, name] for number, name in shaped.flaws],
    }


def _same(field: GrantField, cell: object, claim: str) -> bool:
    if cell is None:
        return False
    try:
        return cell_value(field, str(cell).strip()) == cell_value(field, claim.strip())
    except Flaw:
        return str(cell).strip() == claim.strip()
