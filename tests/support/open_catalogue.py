"""The real listings of open-data portals as entries in force, written in bulk (needs Django; data beside the checkout).

Rows are written as the services would leave them, without their events: for search and lists, not for the law.
"""

import gzip
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhengtong.catalog.models import Entry, Revision
    from zhengtong.parties.models import Organization

BATCH = 1_000
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CYCLES = {
    "日": "daily",
    "天": "daily",
    "周": "weekly",
    "半年": "half_yearly",
    "月": "monthly",
    "季": "quarterly",
    "年": "yearly",
}
THEMES = ("ZA", "ZB", "ZC", "ZD")
COUNTY = "区县旗"
FIELDS = ("名称", "代码", "日期", "地址", "类型", "编号", "单位", "数量")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a portal's listing."""

    city: str
    title: str
    department: str
    abstract: str
    cycle: str
    is_open: bool


def listed(folder: Path) -> Iterator[Listed]:
    """All lines of all portals, read with the mapping that lies beside them."""
    for file in sorted(folder.glob("*.json.gz")):
        city = file.name.removesuffix(".json.gz")
        mapping = json.loads((folder / "mapping" / f"{city}.json").read_text(encoding="utf-8"))
        for row in json.loads(gzip.decompress(file.read_bytes())):
            said = {mapping[column]: str(value or "") for column, value in row.items() if column in mapping}
            if title := said.get("title", "").strip():
                yield _line(city, title, said)


def _line(city: str, title: str, said: dict[str, str]) -> Listed:
    often = said.get("update_frequency", "")
    cycle = next((code for sign, code in CYCLES.items() if sign in often), "on_change")
    department = said.get("department", "").strip()[:60] or "未注明"
    return Listed(
        city, title[:200], department, said.get("description", "")[:2000], cycle, "无条件" in said.get("is_open", "")
    )


def load(lines: Sequence[Listed], *, index: bool = True, first: int = 1, with_items: bool = True) -> int:
    """Write the lines as entries in force, an organization for each department; how many."""
    from zhengtong.catalog.models import Entry, Item, Revision
    from zhengtong.catalog.services import indexing

    organs = _organs(lines)
    numbered = iter(enumerate(lines, start=first))
    while batch := list(islice(numbered, BATCH)):
        entries, revisions, items = list[Entry](), list[Revision](), list[Item]()
        for number, line in batch:
            provider = organs[line.city, line.department]
            entry = Entry(id=uuid.uuid4(), guide_code=f"307{number:06d}/{number:06d}", provider=provider, created_at=AT)
            theme = THEMES[number % len(THEMES)]
            revision = _revision(entry, line, share="U" if line.is_open else "K", theme=theme)
            names = FIELDS[number % 4 : number % 4 + 5] if with_items else ()
            items += [
                Item(
                    id=uuid.uuid4(), revision=revision, position=at, code=f"field_{at}", name=name, data_type="C",
                    share_type=revision.share_type,
                )
                for at, name in enumerate(names, start=1)
            ]  # fmt: skip
            entries.append(entry)
            revisions.append(revision)
        Entry.objects.bulk_create(entries)
        Revision.objects.bulk_create(revisions)
        Item.objects.bulk_create(items)
        if index:
            indexing.keep_all([revision.id for revision in revisions])
    _told_the_planner()
    return len(lines)


def _told_the_planner() -> None:
    """What PostgreSQL's own housekeeping does within a minute, which it cannot in a test's open transaction."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE catalog_searchtext")


def _revision(entry: "Entry", line: Listed, *, share: str, theme: str) -> "Revision":
    from zhengtong.catalog.models import Revision

    return Revision(
        id=uuid.uuid4(), entry=entry, number=1, state="published", name=line.title, abstract=line.abstract,
        theme=theme, update_cycle=line.cycle, share_type=share, range="各部门", purpose="依法履职",
        open_flag=line.is_open, drafted_by=uuid.UUID(int=1), signed_by=uuid.UUID(int=2), published_by=uuid.UUID(int=3),
        submitted_on=date(2026, 2, 27), decided_on=date(2026, 3, 2), published_on=date(2026, 3, 2), updated_at=AT,
    )  # fmt: skip


def _organs(lines: Sequence[Listed]) -> "dict[tuple[str, str], Organization]":
    from zhengtong.parties.models import Organization

    cities = sorted({line.city for line in lines})
    found: dict[tuple[str, str], Organization] = {}
    for city, name in sorted({(line.city, line.department) for line in lines}):
        at = len(found) + 1
        county = any(sign in name[:4] for sign in COUNTY)
        found[city, name] = Organization(
            id=uuid.uuid4(), code=f"od-{city}-{at:05d}"[:40], name=name, short_name=name, kind="department",
            level="county" if county else "city", registered_at=AT,
            jurisdiction=f"99{cities.index(city) + 2:02d}{'02' if county else '00'}",
        )  # fmt: skip
    Organization.objects.bulk_create(found.values(), batch_size=BATCH)
    return found
