"""What the benchmarks of the center write and ask in its database; called through `benchmarks.center.call`."""

import dataclasses
import random
import time
from collections.abc import Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import open_catalogue
from tests.support.open_catalogue import Listed

if TYPE_CHECKING:
    from uuid import UUID

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "catalogues" / "cn_open_data"
SEED = 20260302
ORGANS = ("公安局", "自然资源和规划局", "市场监督管理局", "税务局", "教育局", "民政局", "医疗保障局", "交通运输局")
THINGS = (
    "不动产登记",
    "常住人口",
    "行政许可",
    "行政处罚",
    "公积金贷款",
    "企业年报",
    "学校名录",
    "食品经营许可",
)
KINDS = ("信息", "基本信息", "统计表", "名录", "办理结果", "变更记录")


def lines(entries: int) -> list[Listed]:
    """So many lines: the real listings, repeated with a mark; made-up ones where they are not beside the checkout."""
    real = list(open_catalogue.listed(DATA)) if DATA.exists() else _made_up()
    found = list[Listed]()
    for turn in count():
        for line in real:
            if len(found) == entries:
                return found
            found.append(line if turn == 0 else dataclasses.replace(line, title=f"{line.title}（第{turn}期）"))
    raise AssertionError  # count() has no end


def fill(entries: int) -> dict[str, float]:
    """Write entries in force, then index them; how long the index took, segmentation included."""
    from django.db import connection, transaction

    from zhengtong.catalog import services

    with transaction.atomic():
        open_catalogue.load(lines(entries), index=False)
    began, cpu = time.perf_counter(), time.process_time()
    written = services.reindex()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"entries_per_s": written / took, "entries_per_cpu_s": written / cpu}


def reader() -> dict[str, str]:
    """Somebody who may read the catalogue: account and seat of a sign-in card."""
    from zhengtong.kernel.actors import SYSTEM
    from zhengtong.kernel.clock import SystemClock
    from zhengtong.parties import services as parties
    from zhengtong.parties.rules import Level, OrgKind

    organ = parties.register_organization(
        code="bench-reader", name="测试局", short_name="测试局", level=Level.CITY, kind=OrgKind.DEPARTMENT,
        jurisdiction="990100", is_authority=False, actor=SYSTEM, clock=SystemClock(),
    )  # fmt: skip
    return _card(organ, ["data_officer"])


def ask(questions: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Ask each question and its facets in this process: seconds, and at which rank the title meant is found."""
    from zhengtong.catalog import queries
    from zhengtong.catalog.queries import EntryFilters
    from zhengtong.kernel.actors import SYSTEM

    queries.facets(actor=SYSTEM, filters=EntryFilters(text="信息"))  # the dictionary is read once a process
    began, cpu, ranks = time.perf_counter(), time.process_time(), list[float]()
    for text, meant in questions:
        asked = EntryFilters(text=text)
        names = [row.name for row in queries.entries(actor=SYSTEM, filters=asked).rows]
        queries.facets(actor=SYSTEM, filters=asked)
        ranks.append(rank(names, meant))
    spent = {"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    return {**spent, "mrr": sum(ranks) / len(ranks)}


def rank(names: Sequence[str], meant: str) -> float:
    """One over the place of the title meant; 0 where it is not among them."""
    return 1 / (names.index(meant) + 1) if meant in names else 0.0


def questions(titles: Sequence[str], *, number: int) -> list[tuple[str, str]]:
    """What people type, with the title each has in mind: names, two words, parts of names, pinyin, one common word."""
    import rjieba
    from pypinyin import Style, lazy_pinyin

    chance, found = random.Random(SEED), list[tuple[str, str]]()
    while len(found) < number:
        title = chance.choice(titles)
        words = [word for word in rjieba.cut(title, False) if len(word) > 1 and word.isalpha()]
        han = "".join(one for one in title if "\u4e00" <= one <= "\u9fff")
        if len(words) < 2 or len(han) < 6:
            continue
        start = chance.randrange(len(title) - 4)
        sounds = "".join(lazy_pinyin(title[:6], style=Style.FIRST_LETTER))
        text = chance.choices(
            (title, " ".join(chance.sample(words, 2)), title[start : start + 4], sounds, chance.choice(words)),
            weights=(20, 30, 30, 10, 10),
        )[0]
        found.append((text, title))
    return found


def _made_up() -> list[Listed]:
    chance = random.Random(SEED)
    found = list[Listed]()
    for n in range(30_000):
        title = f"{chance.choice(THINGS)}{chance.choice(KINDS)}{n % 997}"
        organ = f"{n % 90}号{chance.choice(ORGANS)}"
        found.append(Listed(f"city{n % 16:02d}", title, organ, title, "monthly", n % 2 == 0))
    return found


def city(*, entries: int, requests: int, organs: int) -> list[dict[str, str]]:
    """Entries, organizations, requests in all states, grants and exchanges; sign-in cards of three readers."""
    from django.db import connection, transaction

    from tests.support import many_rows
    from zhengtong.kernel.actors import SYSTEM
    from zhengtong.kernel.clock import SystemClock
    from zhengtong.parties import services as parties
    from zhengtong.parties.rules import Level, OrgKind

    clock = SystemClock()
    with transaction.atomic():
        fill(entries)
        places = [("990100" if n % 4 == 0 else f"9901{n % 12 + 1:02d}") for n in range(organs)]
        made = [
            parties.register_organization(
                code=f"bench-{n:03d}", name=f"测试{n}局", short_name=f"测试{n}局", kind=OrgKind.DEPARTMENT,
                level=Level.CITY if place == "990100" else Level.COUNTY, jurisdiction=place, is_authority=n == 0,
                actor=SYSTEM, clock=clock,
            )
            for n, place in enumerate(places)
        ]  # fmt: skip
        many_rows.requests(requests, entries=_entry_ids(200), organs=list(zip(made, places, strict=True)))
        many_rows.grants(requests // 4)
        many_rows.exchanges(requests)
        cards = [_card(made[organ], roles) for organ, roles in _READERS]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cards


_READERS = ((1, ("data_officer", "sharing_office_head")), (4, ("data_officer",)), (0, ("authority_leader", "auditor")))


def _entry_ids(number: int) -> "list[UUID]":
    from zhengtong.catalog.models import Entry

    return list(Entry.objects.order_by("guide_code").values_list("id", flat=True)[:number])


def _card(organ: "UUID", roles: Sequence[str]) -> dict[str, str]:
    from zhengtong.kernel.actors import SYSTEM
    from zhengtong.kernel.clock import SystemClock
    from zhengtong.parties import services as parties
    from zhengtong.parties.rules import Role

    clock = SystemClock()
    officer = parties.add_officer(name=f"测试员{organ.hex[-4:]}", actor=SYSTEM, clock=clock)
    seat = parties.give_seat(
        officer=officer, organization=organ, roles=[Role(role) for role in roles], title="测试", actor=SYSTEM,
        from_on=date(2020, 1, 1), clock=clock,
    )  # fmt: skip
    login = f"bench-{officer.hex[-12:]}"
    account = parties.open_account(login=login, officer=officer, is_demo=True, actor=SYSTEM, clock=clock)
    return {"account": str(account), "seat": str(seat)}
