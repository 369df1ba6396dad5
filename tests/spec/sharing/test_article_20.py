"""条例 第二十条: what a request must say, and who must agree to it."""

import pytest

from tests.spec.sharing.case import Case, named
from tests.support.sharing_forms import (
    CONSUMER,
    HOUSES,
    PROVIDER,
    SURVEY,
    UUID,
    house_form,
    people_form,
)
from zhengtong.kernel.actors import Actor
from zhengtong.sharing.rules import REQUEST, RequestState, check_apart, check_can_be_sent, gaps

ARTICLE = "政务数据共享条例 第二十条"

_OFFICER, _HEAD = UUID(int=1), UUID(int=2)


def _missing(**changes: object) -> tuple[str, ...]:
    return tuple(gap.field for gap in gaps(house_form(**changes)))


def _actor(officer: UUID, acting_for: UUID | None = None) -> Actor:
    return Actor(officer, "", CONSUMER, frozenset({"sharing_office_head"}), "990102", acting_for)


def _send(**changes: object) -> object:
    return check_can_be_sent(house_form(**changes), offered={**HOUSES, **SURVEY}, provider=PROVIDER)


def _step(verb: str, state: RequestState, role: str) -> object:
    return REQUEST.step(verb, state=state, roles={role}).target


CASES = (
    Case("20-1", "五项内容写全", "没有缺项", _missing, ()),
    Case("20-2", "没有使用依据", "列为缺项", lambda: _missing(legal_basis=" "), ("legal_basis",)),
    Case("20-3", "没有使用场景", "列为缺项", lambda: _missing(scenario=""), ("scenario",)),
    Case(
        "20-4",
        "没有使用范围和使用时限（0002 初次提交）",
        "两项都列为缺项",
        lambda: _missing(scope="", period_until=None),
        ("scope", "period"),
    ),
    Case("20-5", "没有共享方式", "列为缺项", lambda: _missing(modes=()), ("modes",)),
    Case("20-6", "没有使用用途", "列为缺项", lambda: _missing(purpose=""), ("purpose",)),
    Case("20-7", "没有使用系统和事项", "列为缺项", lambda: _missing(beneficiaries=()), ("uses",)),
    Case(
        "20-8",
        "本部门共享工作机构负责人同意",
        "送达提供部门",
        lambda: _step("approve", RequestState.OWN_REVIEW, "sharing_office_head"),
        RequestState.RECEIVED,
    ),
    Case(
        "20-9",
        "数据专员自己送达",
        "不行：须经共享工作机构负责人同意",
        lambda: _step("approve", RequestState.OWN_REVIEW, "data_officer"),
        refused="kernel.role_missing",
    ),
    Case(
        "20-10",
        "填写申请的人就是负责人",
        "不行：同一人不得自己同意",
        lambda: check_apart("approve", actor=_actor(_OFFICER), done={"draft": [_OFFICER]}),
        refused="sharing.same_person",
    ),
    Case(
        "20-11",
        "填写申请的人代负责人同意（AB角）",
        "不行：代办也算本人",
        lambda: check_apart("approve", actor=_actor(_HEAD, _OFFICER), done={"draft": [_OFFICER]}),
        refused="sharing.same_person",
    ),
    Case(
        "20-12",
        "同意申请的人又签发对方答复",
        "不行",
        lambda: check_apart("sign", actor=_actor(_HEAD), done={"approve": [_HEAD]}),
        refused="sharing.same_person",
    ),
    Case(
        "20-13",
        "签发答复的人就是拟写答复的人",
        "不行",
        lambda: check_apart("sign", actor=_actor(_HEAD), done={"prepare_reply": [_HEAD]}),
        refused="sharing.same_person",
    ),
    Case(
        "20-14",
        "申请不予共享的信息项（统计法）",
        "不能提出，显示法律依据",
        lambda: _send(items=("unit_name",)),
        refused="sharing.item_withheld",
    ),
    Case("20-15", "目录中没有的信息项", "不能提出", lambda: _send(items=("NOPE",)), refused="sharing.item_unknown"),
    Case(
        "20-16",
        "同一项勾选两次",
        "不能提出",
        lambda: _send(items=("located", "located")),
        refused="sharing.items_out_of_bounds",
    ),
    Case("20-17", "九项有条件共享数据", "可以提出", _send, None),
    Case(
        "20-18",
        "批量交换不逐件使用，没有事项编号",
        "不算缺项",
        lambda: tuple(g.field for g in gaps(people_form())),
        (),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_20(case: Case) -> None:
    case.holds()
