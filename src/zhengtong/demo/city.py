"""The institutions of the demo city (机构、人员、目录): who is there, and what they hold.

Everything goes through the services that the pages use; nothing is written past a rule.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from random import Random
from typing import Any
from uuid import UUID

from zhengtong.catalog import services as catalog
from zhengtong.catalog.rules import DocumentDirection, EntryDraft, ItemDraft, ShareMode, ShareType, UpdateCycle
from zhengtong.demo.names import Namer
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock, FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Level, OrgKind, Role, uscc_with_check
from zhengtong.standards import services as standards

FOUNDED = date(2025, 8, 1)
CATALOGUED = date(2026, 6, 1)
REGION_SOURCE = "演示"

Table = dict[str, Any]  # a TOML table; the loader below checks what it uses


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


def load(name: str) -> Table:
    """One of the demo's own tables."""
    return tomllib.loads(files("zhengtong.demo").joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def seat(organization: str, role: Role, *, on: date) -> Actor:
    """The officer of an organization who holds a role on a day."""
    return parties.seat_holder(organization_code=organization, role=role, on=on)


def found(*, seed: int) -> dict[str, UUID]:
    """Register regions, organizations, officers, seats and sign-in cards; return organizations by code."""
    clock = FixedClock.on(FOUNDED)
    tables = load("organizations")
    for region in tables["region"]:
        standards.add_region(**region, source=REGION_SOURCE, actor=SYSTEM, clock=clock)
    ids: dict[str, UUID] = {}
    for serial, row in enumerate(tables["organization"], start=1):
        ids[row["code"]] = _register(row, ids, serial, clock)
    _seat_everybody(ids, seed, clock)
    return ids


def _register(row: Table, ids: Mapping[str, UUID], serial: int, clock: Clock) -> UUID:
    return people.register_organization(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"],
        level=Level(row["level"]),
        kind=OrgKind(row["kind"]),
        jurisdiction=row["jurisdiction"],
        uscc=uscc_with_check(f"11{row['jurisdiction']}{_organ_body(serial)}"),
        parent=ids.get(row.get("parent", "")),
        guidance_by=ids.get(row.get("guidance", "")),
        vertical_under=ids.get(row.get("vertical", "")),
        is_authority=row.get("is_authority", False),
        sharing_office=row.get("sharing_office", ""),
        actor=SYSTEM,
        clock=clock,
    )


def _organ_body(serial: int) -> str:
    """A nine-character organization code (GB 11714) with its check character."""
    body = f"{serial:08d}"
    left = 11 - sum(int(d) * w for d, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(left, str(left))


def _seat_everybody(ids: Mapping[str, UUID], seed: int, clock: Clock) -> None:
    namer = Namer(Random(f"officers {seed}"))
    rows = load("people")["seat"]
    taken = {row["name"] for row in rows if "name" in row}
    officers: dict[str, UUID] = {}
    for number, row in enumerate(rows, start=1):
        name = row.get("name") or _fresh(namer, taken)
        officers[name] = people.add_officer(name=name, actor=SYSTEM, clock=clock)
        people.give_seat(
            officer=officers[name],
            organization=ids[row["organization"]],
            roles=[Role(role) for role in row["roles"]],
            title=row["title"],
            from_on=FOUNDED,
            actor=SYSTEM,
            clock=clock,
        )
        people.open_account(login=f"demo{number:02d}", officer=officers[name], is_demo=True, actor=SYSTEM, clock=clock)
    for row in rows:
        if "substitute" in row:
            people.appoint_substitute(
                absent=officers[row["name"]],
                substitute=officers[row["substitute"]],
                from_on=row["absent_from"],
                until_on=row["absent_until"],
                reason=row["absent_reason"],
                actor=SYSTEM,
                clock=clock,
            )


def _fresh(namer: Namer, taken: set[str]) -> str:
    while (name := namer.person()) in taken:
        pass
    taken.add(name)
    return name


def catalogue(ids: Mapping[str, UUID]) -> dict[str, Resource]:
    """Draft, sign, review and publish every entry; return them by short code."""
    return {resource.short_code: resource for resource in _publish_all(ids)}


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
            short_code=row["short_code"],
            provider=provider,
            table=row["table"],
            columns={item[0]: item[5] for item in row["items"]},
            lookup=tuple(row["lookup"]),
            titles={item[0]: item[1] for item in row["items"]},
        )


def _origin(row: Table, organization: UUID, clock: Clock) -> UUID:
    name, basis = row["duty"]
    duty = people.add_duty(
        organization=organization, code=row["short_code"], name=name, legal_basis=basis, actor=SYSTEM, clock=clock
    )
    matter = catalog.add_matter(
        duty=duty, code=f"{row['short_code']}-1", name=row["matter"], kind="", actor=SYSTEM, clock=clock
    )
    return catalog.add_document(
        matter=matter, direction=DocumentDirection.RESULT, name=row["document"], actor=SYSTEM, clock=clock
    )


def _draft(row: Table, origin: UUID) -> EntryDraft:
    return EntryDraft(
        name=row["name"],
        abstract=row["abstract"],
        provider_office=row["office"],
        guide_code=row["guide_code"],
        short_code=row["short_code"],
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
        secrecy_review=f"密审〔2026〕{row['short_code'][1:]}号：不涉密",
        pi_assessment="已完成个人信息保护影响评估" if row["personal"] else "不含个人信息",
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
