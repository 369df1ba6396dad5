"""Requests and replies of the demo city, as values: what tests of sharing ask and answer with."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from zhengtong.catalog.rules import ShareType
from zhengtong.sharing.rules import (
    AskedItem,
    Beneficiary,
    Ground,
    ItemAnswer,
    Mode,
    Outcome,
    Quota,
    ReplyForm,
    RequestForm,
    RowCondition,
    UseTerm,
)

ENTRY = UUID("0193b3e0-0000-7000-8000-00000000e003")
PROVIDER = UUID("0193b3e0-0000-7000-8000-00000000b001")
CONSUMER = UUID("0193b3e0-0000-7000-8000-00000000b002")
SECOND = UUID("0193b3e0-0000-7000-8000-00000000b003")

HOUSE_ITEMS = (
    ("unit_no", "不动产单元号"),
    ("located", "坐落"),
    ("usage", "房屋用途"),
    ("area", "建筑面积"),
    ("floor", "所在层/总层数"),
    ("owner", "权利人名称"),
    ("owner_id", "权利人证件号码"),
    ("mortgaged", "抵押状态"),
    ("seized", "查封状态"),
)
HOUSES = {code: AskedItem(code, name, ShareType.CONDITIONAL) for code, name in HOUSE_ITEMS}
PEOPLE = {
    code: AskedItem(code, name, ShareType.UNCONDITIONAL)
    for code, name in (
        ("citizen_id", "公民身份号码"),
        ("name", "姓名"),
        ("sex", "性别"),
        ("ethnic", "民族"),
        ("born_on", "出生日期"),
    )
}
SURVEY = {"unit_name": AskedItem("unit_name", "单位名称", ShareType.WITHHELD, law="统计法 第二十八条")}
USE = UseTerm("tl-market-food", "经营场所核验", ("TL-SP-2026-####",))


def house_form(**changes: object) -> RequestForm:
    """Request 0002, complete."""
    form = RequestForm(
        entry=ENTRY,
        items=tuple(HOUSES),
        legal_basis="食品经营许可和备案管理办法",
        scenario="受理食品经营许可时核验经营场所",
        scope="汀兰区内申请食品经营许可的经营场所",
        modes=(Mode.QUERY,),
        period_from=date(2026, 9, 1),
        period_until=date(2027, 8, 31),
        purpose="经营场所核验",
        beneficiaries=(Beneficiary(CONSUMER, (USE,)), Beneficiary(SECOND, (replace(USE, system="tl-urban-sign"),))),
    )
    return replace(form, **changes)


def people_form(**changes: object) -> RequestForm:
    """Request 0001: five unconditional items, verification only."""
    form = house_form(items=tuple(PEOPLE), modes=(Mode.VERIFY,), purpose="登记实名")
    return replace(form, **changes)


def grant_item(code: str, mask: str = "") -> ItemAnswer:
    return ItemAnswer(code, Outcome.GRANT, mask=mask)


def verify_item(code: str, reason: str = "核对是否一致即可满足需要") -> ItemAnswer:
    return ItemAnswer(code, Outcome.VERIFY, ground=Ground.NECESSITY, reason=reason)


def refuse_item(
    code: str, reason: str = "办理该事项不需要此项", ground: Ground | None = Ground.NECESSITY, article: str = ""
) -> ItemAnswer:
    return ItemAnswer(code, Outcome.REFUSE, ground=ground, reason=reason, article=article)


def house_reply(**changes: object) -> ReplyForm:
    """The answer to 0002: five granted, two as verification, two refused."""
    reply = ReplyForm(
        answers=(
            verify_item("unit_no"),
            grant_item("located"),
            grant_item("usage"),
            grant_item("area"),
            grant_item("floor"),
            grant_item("owner", mask="name"),
            verify_item("owner_id"),
            refuse_item("mortgaged"),
            refuse_item("seized"),
        ),
        rows=(RowCondition("located", "starts_with", ("望澜市汀兰区",)),),
        rows_note="只限坐落在汀兰区的房屋",
        lookup=("unit_no",),
        quota=Quota(calls_per_day=200, rows_per_day=200, subjects_per_day=200, max_rows=5),
    )
    return replace(reply, **changes)
