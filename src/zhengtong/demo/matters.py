"""Matters of the joint case and their materials (事项与材料): what applicants bring and what sharing has replaced."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from zhengtong.catalog import queries as entries
from zhengtong.catalog import services as catalog
from zhengtong.catalog.rules import DocumentDirection
from zhengtong.demo.catalogue import CATALOGUED, Resource
from zhengtong.demo.city import Table, load
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import services as people

KIND = "行政许可"


def register(organizations: Mapping[str, UUID], resources: Mapping[str, Resource]) -> int:
    """Register every matter with its results and materials; return how many materials."""
    clock, known = FixedClock.on(CATALOGUED), entries.matters_by_code()
    added = 0
    for row in load("matters")["matter"]:
        matter = known[row["matter"]] if "matter" in row else _new(row, organizations, clock)
        for name in row["results"]:
            catalog.add_document(
                matter=matter, direction=DocumentDirection.RESULT, name=name, actor=SYSTEM, clock=clock
            )
        for name, official, given_by, cut_on in row["materials"]:
            document = catalog.add_document(
                matter=matter, direction=DocumentDirection.MATERIAL, name=name, official=official, actor=SYSTEM,
                clock=clock,
            )  # fmt: skip
            added += 1
            if given_by:
                catalog.share_document(document=document, entry=resources[given_by].entry, actor=SYSTEM, clock=clock)
            if cut_on:
                day = FixedClock.on(date.fromisoformat(cut_on))
                catalog.cut_document(document=document, actor=SYSTEM, clock=day)
    return added


def _new(row: Table, organizations: Mapping[str, UUID], clock: FixedClock) -> UUID:
    name, basis = row["duty"]
    organization = organizations[row["organization"]]
    duty = people.add_duty(
        organization=organization, code=row["code"], name=name, legal_basis=basis, actor=SYSTEM, clock=clock
    )  # fmt: skip
    return catalog.add_matter(
        duty=duty, code=f"{row['code']}-1", name=row["name"], kind=KIND, actor=SYSTEM, clock=clock
    )  # fmt: skip
