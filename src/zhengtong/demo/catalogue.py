"""The catalogue of the demo city (目录): R01–R17, where each comes from, and two drafts that the rules hold back.

Everything goes through the services that the pages use; nothing is written past a rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from zhengtong.catalog import services as catalog
from zhengtong.catalog.rules import DocumentDirection, EntryDraft, ItemDraft, ShareMode, ShareType, UpdateCycle
from zhengtong.demo.city import Table, load, seat
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import Clock, FixedClock
from zhengtong.kernel.errors import PlatformError
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role

CATALOGUED = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Resource:
    """What the demo needs to know of an entry beyond the catalogue: where its node finds it."""

    entry: UUID
    guide_code: str
    short_code: str
    provider: str
    table: str
    columns: Mapping[str, str]  # item code → column of the source
    lookup: tuple[str, ...]
    titles: Mapping[str, str]  # item code → 信息项名称
    origin: UUID  # the document it comes from


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A draft that the rules did not let through (不能提交的草稿), and which rule said so."""

    name: str
    key: str
    why: str


def catalogue(ids: Mapping[str, UUID]) -> dict[str, Resource]:
    """Draft, sign, review and publish every entry; return them by short code."""
    return {resource.short_code or resource.guide_code: resource for resource in _publish_all(ids)}


def drafts(ids: Mapping[str, UUID], *, clock: Clock) -> tuple[HeldBack, ...]:
    """Draft the entries that cannot be submitted, try to submit each, and keep the rule that held it back."""
    return tuple(_held_back(row, ids, clock) for row in load("resources")["draft"])


def change(resource: Resource, *, abstract: str, reason: str, happened_on: date, clock: Clock) -> None:
    """Put a changed entry before the authority (目录更新): its officer revises, its head signs; the review is due."""
    (row,) = (row for row in load("resources")["entry"] if row.get("short_code") == resource.short_code)
    officer = seat(resource.provider, Role.DATA_OFFICER, on=clock.today())
    head = seat(resource.provider, Role.DEPARTMENT_HEAD, on=clock.today())
    catalog.report_change(
        entry=resource.entry, reason=reason, happened_on=happened_on, actor=officer, clock=clock
    )  # fmt: skip
    catalog.revise(entry=resource.entry, actor=officer, clock=clock)
    content = replace(_draft(row, resource.origin), abstract=abstract)
    catalog.edit(entry=resource.entry, content=content, actor=officer, clock=clock)
    catalog.submit(entry=resource.entry, actor=officer, clock=clock)
    catalog.sign(entry=resource.entry, actor=head, clock=clock)


def _held_back(row: Table, ids: Mapping[str, UUID], clock: Clock) -> HeldBack:
    provider = row["provider"]
    officer = seat(provider, Role.DATA_OFFICER, on=clock.today())
    entry = catalog.draft(content=_draft(row, _origin(row, ids[provider], clock)), actor=officer, clock=clock)
    try:
        catalog.submit(entry=entry, actor=officer, clock=clock)
    except PlatformError as refused:
        return HeldBack(row["name"], refused.key, refused.message())
    return HeldBack(row["name"], "", "")


def _publish_all(ids: Mapping[str, UUID]) -> Iterator[Resource]:
    clock = FixedClock.on(CATALOGUED)
    for row in load("resources")["entry"]:
        provider = row["provider"]
        officer = seat(provider, Role.DATA_OFFICER, on=CATALOGUED)
        head = seat(provider, Role.DEPARTMENT_HEAD, on=CATALOGUED)
        reviewer = seat("wl-data", Role.AUTHORITY_REVIEWER, on=CATALOGUED)
        origin = _origin(row, ids[provider], clock)
        entry = catalog.draft(content=_draft(row, origin), actor=officer, clock=clock)
        catalog.submit(entry=entry, actor=officer, clock=clock)
        catalog.sign(entry=entry, actor=head, clock=clock)
        catalog.start_review(entry=entry, actor=reviewer, clock=clock)
        catalog.publish(entry=entry, actor=reviewer, clock=clock)
        if "source_of" in row:
            reason = "涉及多个部门收集，明确牵头收集的部门"
            catalog.name_source(entry=entry, item_name=row["source_of"], reason=reason, actor=reviewer, clock=clock)
        yield Resource(
            entry=entry,
            guide_code=row["guide_code"],
            short_code=row.get("short_code", ""),
            provider=provider,
            table=row["table"],
            columns={item[0]: item[5] for item in row["items"]},
            lookup=tuple(row["lookup"]),
            titles={item[0]: item[1] for item in row["items"]},
            origin=origin,
        )


def _origin(row: Table, organization: UUID, clock: Clock) -> UUID:
    name, basis = row["duty"]
    code = _code(row)
    duty = people.add_duty(
        organization=organization, code=code, name=name, legal_basis=basis, actor=SYSTEM, clock=clock
    )  # fmt: skip
    matter = catalog.add_matter(
        duty=duty, code=f"{code}-1", name=row["matter"], kind="", actor=SYSTEM, clock=clock
    )  # fmt: skip
    direction = DocumentDirection(row.get("direction", DocumentDirection.RESULT))
    return catalog.add_document(matter=matter, direction=direction, name=row["document"], actor=SYSTEM, clock=clock)


def _code(row: Table) -> str:
    """What the duty and the matter behind an entry are listed under."""
    return str(row.get("short_code") or row["guide_code"].partition("/")[2])


def _draft(row: Table, origin: UUID) -> EntryDraft:
    return EntryDraft(
        name=row["name"],
        abstract=row["abstract"],
        provider_office=row["office"],
        guide_code=row["guide_code"],
        short_code=row.get("short_code", ""),
        theme=row["theme"],
        update_cycle=UpdateCycle(row["update_cycle"]),
        share_modes=tuple(ShareMode(mode) for mode in row["share_modes"]),
        range=row.get("range", ""),
        purpose=row.get("purpose", ""),
        legal_basis=row.get("legal_basis", ""),
        basis_kind=row.get("basis_kind", ""),
        reason=row.get("reason", ""),
        review_on=row.get("review_on"),
        data_class=row["data_class"],
        data_grade=row["data_grade"],
        secrecy_review=row.get("secrecy_review", f"密审〔2026〕{_code(row)[-2:]}号：不涉密"),
        pi_assessment=row.get("pi_assessment", "已完成个人信息保护影响评估" if row["personal"] else "不含个人信息"),
        format=row.get("format", "database"),
        open_flag=row.get("open", False),
        open_conditions=row.get("open_conditions", ""),
        contains_personal=bool(row["personal"]),
        items=tuple(_item(row, item) for item in row["items"]),
        origins=(origin,),
        source_system=row["table"],
    )


def _item(row: Table, item: list[str]) -> ItemDraft:
    code, name, data_type, length, terms, _ = item
    shared = ShareType(terms)
    conditional, withheld = shared is ShareType.CONDITIONAL, shared is ShareType.WITHHELD
    return ItemDraft(
        code=code,
        name=name,
        data_type=data_type,
        length=length,
        share_type=shared,
        condition="按需提供，须写明使用用途" if conditional else "",
        range=row.get("range", "") if conditional else "",
        purpose=row.get("purpose", "") if conditional else "",
        legal_basis=row.get("legal_basis", "") if withheld else "",
        basis_kind=row.get("basis_kind", "") if withheld else "",
        reason=row.get("reason", "") if withheld else "",
        is_personal=code in row["personal"],
        is_lookup=code in row["lookup"],
        code_list=row.get("lists", {}).get(code, ""),
    )
