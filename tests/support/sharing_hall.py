"""The departments of the demo city that requests 0001, 0002, 0004, 0010 and 0011 concern, in a database.

Nothing here imports Django at the top: the folder is also read by tests that run without it.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Level, OrgKind, Role

SINCE = date(2026, 1, 1)
CITY, DISTRICT = "990100", "990102"

ORGANS = (
    ("wl-data", "市政务服务和数据管理局", "市政数局", CITY),
    ("wl-police", "市公安局", "市公安局", CITY),
    ("wl-land", "市自然资源和规划局", "市自然资源和规划局", CITY),
    ("wl-tax", "国家税务总局望澜市税务局", "市税务局", CITY),
    ("wl-market", "市市场监督管理局", "市市监局", CITY),
    ("wl-medical", "市医疗保障局", "市医保局", CITY),
    ("tl-market", "汀兰区市场监督管理局", "区市监局", DISTRICT),
    ("tl-tax", "汀兰区税务局", "区税务局", DISTRICT),
    ("tl-urban", "汀兰区城市管理局", "区城管局", DISTRICT),
)
SEATS = (Role.DATA_OFFICER, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD, Role.ENGINEER)


@dataclass(slots=True)
class Hall:
    """Organizations by code, actors by organization and role, published entries by short code."""

    organs: dict[str, UUID] = field(default_factory=dict)
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)
    entries: dict[str, UUID] = field(default_factory=dict)

    def officer(self, code: str) -> Actor:
        return self.actors[code, str(Role.DATA_OFFICER)]

    def head(self, code: str) -> Actor:
        return self.actors[code, str(Role.SHARING_OFFICE_HEAD)]

    def holder(self, code: str, role: Role) -> Actor:
        return self.actors[code, str(role)]


def build(clock: FixedClock) -> Hall:
    """Organizations, one officer for each seat, and entries R01, R03, R04, R08 and R16, published."""
    hall = Hall()
    for code, name, short, place in ORGANS:
        _organ(hall, code, name, short, place, clock)
    for role in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER):
        _seat(hall, "wl-data", role, CITY, clock)
    _seat(hall, "wl-data", Role.AUDITOR, CITY, clock)
    _publish_entries(hall, clock)
    return hall


def _organ(hall: Hall, code: str, name: str, short: str, place: str, clock: FixedClock) -> None:
    from zhengtong.parties import services

    hall.organs[code] = services.register_organization(
        code=code,
        name=name,
        short_name=short,
        level=Level.CITY if place == CITY else Level.COUNTY,
        kind=OrgKind.DEPARTMENT,
        jurisdiction=place,
        is_authority=code == "wl-data",
        actor=SYSTEM,
        clock=clock,
    )
    for role in SEATS:
        _seat(hall, code, role, place, clock)


def _seat(hall: Hall, code: str, role: Role, place: str, clock: FixedClock) -> None:
    from zhengtong.parties import services

    name = f"{code} {role}"
    officer = services.add_officer(name=name, actor=SYSTEM, clock=clock)
    services.give_seat(
        officer=officer,
        organization=hall.organs[code],
        roles=[role],
        title=str(role),
        from_on=SINCE,
        actor=SYSTEM,
        clock=clock,
    )
    hall.actors[code, str(role)] = Actor(officer, name, hall.organs[code], frozenset({str(role)}), place)


def _publish_entries(hall: Hall, clock: FixedClock) -> None:
    from tests.support.sharing_forms import HOUSE_ITEMS
    from zhengtong.catalog.rules import ItemDraft, ShareType

    free, bound, shut = ShareType.UNCONDITIONAL, ShareType.CONDITIONAL, ShareType.WITHHELD
    people = (
        ItemDraft("citizen_id", "公民身份号码", "C", "18", free, is_personal=True, is_lookup=True),
        ItemDraft("name", "姓名", "C", "50", free, is_personal=True),
        ItemDraft("sex", "性别", "C", "1", free),
        ItemDraft("ethnic", "民族", "C", "2", free),
        ItemDraft("born_on", "出生日期", "D", "", free),
        ItemDraft("deceased", "死亡注销标识", "L", "", bound),
    )
    houses = tuple(
        ItemDraft(code, name, "N" if code == "area" else "C", "12,2" if code == "area" else "60", bound)
        for code, name in HOUSE_ITEMS
    )
    market = (
        ItemDraft("uscc", "统一社会信用代码", "C", "18", free, is_lookup=True),
        ItemDraft("contact_phone", "联络员电话", "C", "20", bound, is_personal=True),
    )
    tax = (
        ItemDraft("taxpayer_id", "纳税人识别号", "C", "18", free, is_lookup=True),
        ItemDraft("taxable_sales", "应税销售额", "N", "18,2", bound),
    )
    survey = (ItemDraft("unit_name", "单位名称", "C", "100", shut),)
    for code, short, name, items in (
        ("wl-police", "R01", "常住人口基础信息", people),
        ("wl-land", "R03", "不动产登记（房屋）信息", houses),
        ("wl-market", "R04", "经营主体登记基本信息", market),
        ("wl-tax", "R08", "纳税人登记与申报信息", tax),
        ("wl-land", "R16", "抽样调查单位资料", survey),
    ):
        hall.entries[short] = _publish(hall, code, short, name, items, clock)


def _publish(hall: Hall, code: str, short: str, name: str, items: tuple[object, ...], clock: FixedClock) -> UUID:
    from zhengtong.catalog import services
    from zhengtong.catalog.rules import EntryDraft

    withheld = short == "R16"
    unconditional = all(str(getattr(item, "share_type", "")) == "U" for item in items)
    draft = EntryDraft(
        name=name,
        abstract=name,
        provider_office="数据科",
        guide_prefix="306001002",
        short_code=short,
        theme="ZC",
        update_cycle="daily",
        share_modes=("service", "batch"),
        range="" if withheld or unconditional else "有相应事项的部门",
        purpose="" if withheld or unconditional else "办理相应事项",
        reason="统计调查单位资料不得对外提供" if withheld else "",
        legal_basis="统计法 第二十八条" if withheld else "",
        basis_kind="law" if withheld else "",
        review_on=date(2027, 1, 1) if withheld else None,
        data_class="space",
        data_grade="L3",
        secrecy_review="保审〔2026〕3号",
        pi_assessment="个评〔2026〕3号",
        items=items,  # pyright: ignore[reportArgumentType]  # ItemDraft, imported late
    )
    officer = hall.officer(code)
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    entry = services.draft(content=draft, actor=officer, clock=clock)
    services.submit(entry=entry, actor=officer, clock=clock)
    services.sign(entry=entry, actor=hall.holder(code, Role.DEPARTMENT_HEAD), clock=clock)
    services.start_review(entry=entry, actor=reviewer, clock=clock)
    services.publish(entry=entry, actor=reviewer, clock=clock)
    return entry
