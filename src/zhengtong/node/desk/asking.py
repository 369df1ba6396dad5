"""查询 at the desk: the officer chooses grant, purpose, case and items; the node asks exactly as for a system.

Items that are not granted may be asked for: the provider then refuses for real, and both ledgers
say so.  The record of the look is durable before a row is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from starlette.responses import Response

from zhengtong.kernel.errors import Fact, NotFound, PlatformError
from zhengtong.node import contracts, refusals
from zhengtong.node.bounds import TEXT_CHARS
from zhengtong.node.consumer import LocalAsk
from zhengtong.node.contracts import Contract
from zhengtong.node.desk import records
from zhengtong.node.desk.visits import Form, Visit
from zhengtong.node.refusals import Refusal, Refuse
from zhengtong.node.shapes import is_name
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.envelope import Kind
from zhengtong.wire.grant import Grant, GrantStatus, Mode
from zhengtong.wire.masks import Mask

_ITEMS_MAX = 100
_ASKABLE = frozenset({Mode.QUERY, Mode.VERIFY})
_DECREE = "政务数据共享条例"
# The article that the refused act would have run against, as the center's page names it.
ARTICLES: Mapping[str, str] = {
    **dict.fromkeys(
        ("field", "lookup", "rows", "rows_day", "calls", "subjects", "mode", "expired", "not_yet"), f"{_DECREE}第二十条"
    ),
    **dict.fromkeys(("purpose", "case", "system", "consumer"), f"{_DECREE}第二十五条"),
    **dict.fromkeys(("suspended", "revoked"), f"{_DECREE}第二十七条"),
}
MASK_TITLES: Mapping[Mask, str] = {
    Mask.CITIZEN_ID: "证件号码只留前六后四", Mask.CITIZEN_ID_PUBLIC: "证件号码只留首尾", Mask.NAME: "姓名只留姓",
    Mask.NAME_PUBLIC: "姓名只留首字", Mask.PHONE: "手机号码只留前三后四", Mask.PHONE_PUBLIC: "手机号码只留前三",
    Mask.ADDRESS: "地址到乡镇街道", Mask.ADDRESS_COUNTY: "地址到县区", Mask.BANK_ACCOUNT: "账号只留后四位",
    Mask.EMAIL: "邮箱只留首字符和域名", Mask.PLATE: "号牌遮盖中间", Mask.PSEUDONYM: "以假名代替", Mask.NULL: "不给值",
}  # fmt: skip
_OF_ITEMS = ("fields", "missing", "strange")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    """One grant this department may ask under."""

    number: str
    title: str
    provider: str
    until: datetime
    state: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One item that may be asked for, and what the grant says of it."""

    name: str
    title: str
    granted: bool
    comparable: bool
    mask: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A record in a ledger: whose, and which."""

    node: str
    index: int


@dataclass(frozen=True, slots=True)
class Ends:
    """Where both ledgers hold the exchange, and the center's page of it."""

    here: Place | None
    there: Place | None
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider gave, by the titles of items."""

    result: str
    titles: tuple[str, ...]
    rows: tuple[tuple[Json, ...], ...]
    masked: tuple[str, ...]
    has_flaws: bool
    ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal in words: rule, article, remedy."""

    said: str
    remedy: str
    article: str
    by_provider: bool
    at: str
    ends: Ends


async def ask_page(visit: Visit) -> Response:
    """The list of grants, or the form of one."""
    view = visit.node.core.directory.view(visit.node.core.now())
    number = visit.asked.text("grant")
    if not number:
        return visit.page("grants.html", grants=grant_lines(visit))
    grant = view.grant(number)
    if grant is None or grant.consumer != visit.node.core.code:
        raise NotFound("node.no_such_grant", grant=number[:TEXT_CHARS])
    return _form(visit, grant, visit.asked)


async def ask_now(visit: Visit) -> Response:
    """Ask, and show the answer or the refusal under the same form."""
    core, form = visit.node.core, visit.form
    grant = core.directory.view(core.now()).grant(form.text("grant"))
    if grant is None or grant.consumer != core.code:
        raise NotFound("node.no_such_grant", grant=form.text("grant")[:TEXT_CHARS])
    asked = _ask_of(visit, grant)
    names = [*asked.items, *(f"={name}" for name in asked.claims)]
    try:
        answer = await visit.node.consumer.ask(asked)
    except Refuse as stop:
        await _remember(visit, asked, names, outcome=stop.refusal.key, exchange=stop.refusal.exchange)
        if stop.refusal.here is None:
            await _keep(visit, stop.refusal)
        return _form(visit, grant, form, refusal=_refused(visit, grant, stop.refusal))
    except PlatformError as error:
        await _remember(visit, asked, names, outcome=error.key)
        refusal = refusals.of_error(error, at="consumer")
        await _keep(visit, refusal)
        return _form(visit, grant, form, refusal=_refused(visit, grant, refusal))
    await _remember(visit, asked, names, outcome="answered", exchange=str(answer["id"]))
    return _form(visit, grant, form, answer=_answered(visit, grant, answer))


def grant_lines(visit: Visit) -> list[GrantLine]:
    """Grants to this department that can be asked under, those in force first."""
    core = visit.node.core
    view, now = core.directory.last_view(), core.now()
    if view is None:
        return []
    names = {one.code: one.name for one in view.members.organizations}
    owners = {one.id: names.get(one.organization, one.organization) for one in view.members.nodes}
    mine = [g for g in view.grants.values() if g.consumer == core.code and g.modes & _ASKABLE]
    lines = [
        GrantLine(
            number=g.number, title=g.resource_title, provider=owners.get(g.provider, g.provider), until=g.valid_until,
            state=visit.say(_state(g, now)[0]), tone=_state(g, now)[1],
        )
        for g in mine
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.tone != "good", line.number))


def _state(grant: Grant, now: datetime) -> tuple[str, str]:
    if grant.status is GrantStatus.REVOKED:
        return "已撤销", "off"
    if grant.status is GrantStatus.SUSPENDED:
        return "已暂停", "wait"
    if now >= grant.valid_until:
        return "已到期", "off"
    return ("有效", "good") if now >= grant.valid_from else ("尚未生效", "wait")


def _ask_of(visit: Visit, grant: Grant) -> LocalAsk:
    form = visit.form
    verify = form.text("mode") == Mode.VERIFY.value
    lookup = form.group("lookup.")
    for name in (*lookup, *form.group("claim."), *form.texts("items")):
        if not is_name(name):
            raise NotFound("node.no_such_grant", grant=grant.number)
    return LocalAsk(
        kind=Kind.VERIFY if verify else Kind.QUERY, grant=grant.id, system=form.text("system")[:TEXT_CHARS],
        purpose=form.text("purpose")[:TEXT_CHARS], case_ref=form.text("case")[:TEXT_CHARS] or None,
        officer_ref=visit.me.person, lookup={name: value[:TEXT_CHARS] for name, value in lookup.items()},
        claims={n: v[:TEXT_CHARS] for n, v in form.group("claim.").items()} if verify else {},
        items=() if verify else tuple(dict.fromkeys(form.texts("items")))[:_ITEMS_MAX],
    )  # fmt: skip


def _form(
    visit: Visit, grant: Grant, said: Form, *, answer: Answer | None = None, refusal: Refused | None = None
) -> Response:  # fmt: skip
    core = visit.node.core
    contract = contracts.known(core.reader, grant.resource)
    state, tone = _state(grant, core.now())
    systems = [str(row["code"]) for row in core.reader.execute("SELECT code FROM system ORDER BY code")]
    granted_systems = [use.system for use in grant.uses]
    systems.sort(key=lambda code: code not in granted_systems)
    mode = said.text("mode") or (Mode.QUERY if Mode.QUERY in grant.modes else Mode.VERIFY).value
    return visit.page(
        "ask.html", status=200 if refusal is None else 422, grant=grant, state=visit.say(state), tone=tone,
        provider=_provider(visit, grant), purposes=_purposes(visit, grant, said.text("purpose")), systems=systems,
        cases=sorted({p for use in grant.uses for p in use.matters}), said=said, mode=mode,
        lookup=[(name, title_of(name, grant, contract)) for name in grant.lookup],
        claims=[(f.name, title_of(f.name, grant, contract)) for f in grant.verify_fields if f.name not in grant.lookup],
        choices=_choices(visit, grant, contract, said), answer=answer, refusal=refusal,
        can_query=Mode.QUERY in grant.modes, can_verify=Mode.VERIFY in grant.modes,
    )  # fmt: skip


def _choices(visit: Visit, grant: Grant, contract: Contract | None, said: Form) -> list[Choice]:
    """Every item this node knows of: granted ones, then those of the contract or the link that are not granted."""
    wanted = [name for text in said.texts("items") for name in text.split(",") if is_name(name)][:_ITEMS_MAX]
    granted = {f.name: f for f in grant.fields}
    compared = {f.name for f in grant.verify_fields}
    of_contract = [item.name for item in contract.items] if contract else []
    names = dict.fromkeys((*granted, *of_contract, *wanted))
    return [
        Choice(
            name=name, title=title_of(name, grant, contract), granted=name in granted, comparable=name in compared,
            mask=_mask(visit, granted[name].mask) if name in granted else "",
            chosen=name in wanted if wanted else name in granted,
        )
        for name in names
    ]  # fmt: skip


def title_of(name: str, grant: Grant, contract: Contract | None) -> str:
    """What people call an item."""
    item = contract.item(name) if contract else None
    field = grant.field(name)
    return (item.title if item else "") or (field.title if field else "") or name


def _mask(visit: Visit, mask: Mask | None) -> str:
    return visit.say(MASK_TITLES[mask]) if mask is not None else ""


def _purposes(visit: Visit, grant: Grant, wanted: str) -> list[tuple[str, bool]]:
    """Purposes of this grant, then those of the department's other grants (which this one does not allow)."""
    view = visit.node.core.directory.last_view()
    others = [g for g in view.grants.values() if g.consumer == visit.node.core.code] if view else []
    mine = dict.fromkeys(use.purpose for use in grant.uses)
    known: dict[str, None] = dict.fromkeys((*mine, *(use.purpose for g in others for use in g.uses)))
    if wanted:
        known[wanted[:TEXT_CHARS]] = None
    return [(purpose, purpose in mine) for purpose in known]


def _provider(visit: Visit, grant: Grant) -> str:
    return names_of(visit).get(grant.provider, grant.provider)


def names_of(visit: Visit) -> Mapping[str, str]:
    """Nodes by the names of their departments."""
    view = visit.node.core.directory.last_view()
    if view is None:
        return {}
    names = {one.code: one.name for one in view.members.organizations}
    return {one.id: names.get(one.organization, one.organization) for one in view.members.nodes}


def _answered(visit: Visit, grant: Grant, answer: Mapping[str, Json]) -> Answer:
    contract = contracts.known(visit.node.core.reader, grant.resource)
    held = answer.get("rows")
    rows = cast("list[dict[str, Json]]", held) if isinstance(held, list) else []
    items = list(rows[0]) if rows else []
    masked = answer.get("masked")
    return Answer(
        result=str(answer.get("result") or ""),
        titles=tuple(title_of(name, grant, contract) for name in items),
        rows=tuple(tuple(row[name] for name in items) for row in rows),
        masked=tuple(title_of(str(n), grant, contract) for n in masked) if isinstance(masked, list) else (),
        has_flaws=bool(answer.get("flaws")),
        ends=_ends(visit, answer["record"], exchange=answer["id"]),
    )


def _refused(visit: Visit, grant: Grant, refusal: Refusal) -> Refused:
    contract = contracts.known(visit.node.core.reader, grant.resource)
    facts: dict[str, Fact] = dict(refusal.facts)
    for part in _OF_ITEMS:
        if isinstance(facts.get(part), str):
            facts[part] = "、".join(title_of(name, grant, contract) for name in str(facts[part]).split("、"))
    told = replace(refusal, facts=facts)
    kind = refusal.key.rpartition(".")[2].removeprefix("refused_")
    return Refused(
        said=told.message(visit.lang),
        remedy=told.remedy(visit.lang),
        article=ARTICLES.get(kind, ""),
        by_provider=refusal.at == "provider" and refusal.there is not None,
        at=instant(visit.node.core.now()),
        ends=_ends(visit, told.problem()["record"], exchange=refusal.exchange),
    )


def _ends(visit: Visit, record: Json, *, exchange: object) -> Ends:
    held = record if isinstance(record, dict) else {}
    names = names_of(visit)
    here, there = (_place(held.get(end), names) for end in ("here", "there"))
    return Ends(here, there, _at_center(visit, exchange))


def _place(told: Json, names: Mapping[str, str]) -> Place | None:
    if not isinstance(told, dict):
        return None
    node, index = str(told["node"]), told["index"]
    return Place(names.get(node, node), index if isinstance(index, int) else 0)


def _at_center(visit: Visit, exchange: object) -> str:
    center = visit.node.core.home.settings.center
    return f"{center}/exchange/records/{exchange}" if center and exchange else ""


async def _remember(
    visit: Visit, asked: LocalAsk, names: Sequence[str], *, outcome: str, exchange: str = ""
) -> None:  # fmt: skip
    """Write who looked for what, durable before the page is made; names of items, never a value."""
    core, at = visit.node.core, visit.node.core.now()
    act = records.Act.VERIFY if asked.kind is Kind.VERIFY else records.Act.QUERY
    facts: dict[str, Json] = {
        "items": list[Json](names), "case": asked.case_ref or "", "outcome": outcome, "exchange": exchange,
    }  # fmt: skip
    grant = core.directory.view(core.now()).grant(asked.grant)
    number = grant.number if grant else asked.grant
    person = visit.me.person
    await core.journal.do(
        lambda step: records.keep(
            step.db, at=at, person=person, act=act, subject=number, purpose=asked.purpose, facts=facts
        )
    )


async def _keep(visit: Visit, refusal: Refusal) -> None:
    """Remember a refusal that no peer was asked for, as `status` shows it."""
    at = instant(visit.node.core.now())
    await visit.node.core.journal.do(lambda step: refusals.keep(step.db, refusal, at=at))
