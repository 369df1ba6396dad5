"""条例 第二十一条: how long a reply may take, the one notice, the extension, the reasons."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from tests.support.sharing_forms import (
    HOUSES,
    PEOPLE,
    grant_item,
    house_form,
    house_reply,
    people_form,
    refuse_item,
)
from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.deadlines import ClockView
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import (
    Ground,
    ItemAnswer,
    Mode,
    Outcome,
    ReplyFacts,
    RequestState,
    check_extension,
    check_reply,
    check_supplement,
    check_supplemented,
    check_told_first,
    outcome_of,
    reply_clock,
    reply_limit_id,
)

ARTICLE = "政务数据共享条例 第二十一条"
SHORT, LONG = "REPLY_UNCONDITIONAL", "REPLY_CONDITIONAL"


def _view(facts: ReplyFacts, which: str, on: date) -> ClockView:
    assert facts.received_on is not None
    return reply_clock(facts, limit(which, on=facts.received_on), national(), on=on)


def _due(which: str, received: date, **facts: object) -> date | None:
    held = ReplyFacts(received_on=received, **facts)  # pyright: ignore[reportArgumentType]  # test shorthand
    return _view(held, which, received).due_on


def _provisional(received: date) -> object:
    view = _view(ReplyFacts(received_on=received), LONG, date(2027, 3, 1))
    return view.due_on, view.provisional, view.late


def _day(month: int, day: int) -> date:
    return date(2026, month, day)


def _extend(days: int, reason: str = "纸质档案核对", *, late: bool = False, asked: bool = False) -> object:
    on = _day(9, 17) if late else _day(9, 15)
    held = limit(LONG, on=_day(9, 2))
    return check_extension(days=days, reason=reason, limit=held, due_on=_day(9, 16), on=on, asked_before=asked)


def _answer_people(last: ItemAnswer) -> object:
    answers = (*(grant_item(code) for code in tuple(PEOPLE)[:-1]), last)
    form = people_form(modes=(Mode.QUERY,))
    return check_reply(house_reply(answers=answers, rows=(), lookup=("citizen_id",)), form=form, offered=PEOPLE)


def _answer_houses(**changes: object) -> object:
    return check_reply(house_reply(**changes), form=house_form(), offered=HOUSES)


CASES = (
    Case("21-1", "0001：8月24日收到，全部无条件", "8月25日前答复", lambda: _due(SHORT, _day(8, 24)), _day(8, 25)),
    Case("21-2", "0002：补充材料8月28日收到，有条件", "9月11日前答复", lambda: _due(LONG, _day(8, 28)), _day(9, 11)),
    Case(
        "21-3",
        "0004：9月7日收到；9月20日（星期日）调休上班",
        "9月20日前答复",
        lambda: _due(LONG, _day(9, 7)),
        _day(9, 20),
    ),
    Case(
        "21-4", "0007：9月21日收到，中间隔中秋、国庆", "10月12日前答复", lambda: _due(LONG, _day(9, 21)), _day(10, 12)
    ),
    Case("21-5", "0012：10月15日 16:40 收到，无条件", "次日", lambda: _due(SHORT, _day(10, 15)), _day(10, 16)),
    Case(
        "21-6",
        "一项有条件，其余无条件",
        "按有条件的期限",
        lambda: reply_limit_id([ShareType.UNCONDITIONAL, ShareType.CONDITIONAL]),
        LONG,
    ),
    Case("21-7", "全部无条件", "按无条件的期限", lambda: reply_limit_id([ShareType.UNCONDITIONAL]), SHORT),
    Case(
        "21-8",
        "0003：9月2日收到，9月15日同意延长5个工作日",
        "9月22日前答复",
        lambda: _due(LONG, _day(9, 2), extended_on=_day(9, 15), extension_days=5),
        _day(9, 22),
    ),
    Case("21-9", "延长10个工作日", "可以", lambda: _extend(10), None),
    Case("21-10", "延长11个工作日", "不行：最长10个", lambda: _extend(11), refused="sharing.extension_too_long"),
    Case("21-11", "没有理由", "不行", lambda: _extend(5, " "), refused="sharing.extension_needs_reason"),
    Case("21-12", "第二次报请", "不行", lambda: _extend(5, asked=True), refused="sharing.extension_only_once"),
    Case("21-13", "逾期后才报请", "不行", lambda: _extend(5, late=True), refused="sharing.extension_too_late"),
    Case(
        "21-14",
        "0002 缺使用范围、使用时限，一次告知两项",
        "可以",
        lambda: check_supplement(
            already_asked=False, missing=("scope", "period"), note="", form=house_form(scope="", period_until=None)
        ),
        None,
    ),
    Case(
        "21-15",
        "只告知一项，漏了另一项",
        "不行：须一次告知全部",
        lambda: check_supplement(
            already_asked=False, missing=("scope",), note="", form=house_form(scope="", period_until=None)
        ),
        refused="sharing.supplement_not_for_everything",
    ),
    Case(
        "21-16",
        "补充之后再次要求补充",
        "不行：只能一次",
        lambda: check_supplement(already_asked=True, missing=("scenario",), note="", form=house_form()),
        refused="sharing.supplement_only_once",
    ),
    Case(
        "21-17",
        "补充后仍缺使用时限",
        "不能提交",
        lambda: check_supplemented(house_form(period_until=None), missing=("scope", "period")),
        refused="sharing.supplement_still_missing",
    ),
    Case(
        "21-18",
        "材料不全，未告知就拒绝",
        "不行：不得直接拒绝",
        lambda: check_told_first(house_form(scope=""), told=False),
        refused="sharing.never_refused_outright",
    ),
    Case(
        "21-19",
        "告知后等待补充",
        "期限不计，没有到期日",
        lambda: _due(LONG, _day(8, 25), supplement_asked_on=_day(8, 27)),
        None,
    ),
    Case(
        "21-20",
        "补充材料8月28日收到",
        "期限自补充之日重新计算",
        lambda: _due(LONG, _day(8, 25), supplement_asked_on=_day(8, 27), supplemented_on=_day(8, 28)),
        _day(9, 11),
    ),
    Case("21-21", "0002 逐项答复：五项同意、两项核验、两项不同意", "可以", _answer_houses, None),
    Case(
        "21-22",
        "同上",
        "部分同意",
        lambda: outcome_of(house_reply().answers, modes=(Mode.QUERY,)),
        RequestState.PARTLY_CONSENTED,
    ),
    Case(
        "21-23",
        "漏答一项",
        "不行：须逐项答复",
        lambda: _answer_houses(answers=house_reply().answers[:-1]),
        refused="sharing.reply_not_item_by_item",
    ),
    Case(
        "21-24",
        "不同意，没有理由",
        "不行：应当说明理由",
        lambda: _answer_houses(answers=(*house_reply().answers[:-1], refuse_item("seized", ""))),
        refused="sharing.refusal_needs_reason",
    ),
    Case(
        "21-25",
        "不同意，有理由，没有类别",
        "不行",
        lambda: _answer_houses(answers=(*house_reply().answers[:-1], refuse_item("seized", ground=None))),
        refused="sharing.refusal_needs_ground",
    ),
    Case(
        "21-26",
        "无条件共享的数据以“系统升级”为由不同意",
        "不行：没有法定理由",
        lambda: _answer_people(refuse_item("born_on", "系统升级", Ground.OTHER)),
        refused="sharing.unconditional_needs_law",
    ),
    Case(
        "21-27",
        "无条件共享的数据，法律限制，但没写法条",
        "不行",
        lambda: _answer_people(refuse_item("born_on", "法律有限制", Ground.STATUTE)),
        refused="sharing.unconditional_needs_law",
    ),
    Case(
        "21-28",
        "无条件共享的数据，法律限制，写明法条",
        "可以",
        lambda: _answer_people(refuse_item("born_on", "法律有限制", Ground.STATUTE, "某法 第一条")),
        None,
    ),
    Case(
        "21-29",
        "申请核验，答复核验",
        "同意（没有缩小）",
        lambda: outcome_of([ItemAnswer(code, Outcome.VERIFY) for code in PEOPLE], modes=(Mode.VERIFY,)),
        RequestState.CONSENTED,
    ),
    Case(
        "21-30",
        "全部不同意",
        "不同意共享",
        lambda: outcome_of([refuse_item("seized")], modes=(Mode.QUERY,)),
        RequestState.REFUSED,
    ),
    Case(
        "21-31",
        "答复的期限比申请的长",
        "不行：答复不得扩大",
        lambda: _answer_houses(valid_until=date(2030, 1, 1)),
        refused="sharing.reply_widens",
    ),
    Case(
        "21-32",
        "材料齐全，只写“补充使用场景”，不说缺什么",
        "不行：告知须写明缺什么",
        lambda: check_supplement(already_asked=False, missing=("scenario",), note="", form=house_form()),
        refused="sharing.supplement_says_what",
    ),
    Case(
        "21-33",
        "9月2日收到，9月16日到期；9月17日（已逾期）才告知补充，9月18日补齐",
        "仍是9月16日到期：逾期不因告知而消除",
        lambda: _due(LONG, _day(9, 2), supplement_asked_on=_day(9, 17), supplemented_on=_day(9, 18)),
        _day(9, 16),
    ),
    Case(
        "21-34",
        "到期当日（9月16日）告知补充，9月18日补齐",
        "自9月18日重新计算，10月9日前答复",
        lambda: _due(LONG, _day(9, 2), supplement_asked_on=_day(9, 16), supplemented_on=_day(9, 18)),
        _day(10, 9),
    ),
    Case(
        "21-35",
        "无条件共享的信息项同意但脱敏，没有理由",
        "不行：脱敏也是增设条件（第十五条）",
        lambda: _answer_people(grant_item("born_on", mask="name")),
        refused="sharing.refusal_needs_reason",
    ),
    Case(
        "21-36",
        "无条件共享的信息项同意但脱敏，以“系统升级”为由",
        "不行：没有法定理由",
        lambda: _answer_people(
            ItemAnswer("born_on", Outcome.GRANT, mask="name", ground=Ground.OTHER, reason="系统升级，暂不提供")
        ),
        refused="sharing.unconditional_needs_law",
    ),
    Case(
        "21-37",
        "2026年12月24日收到，2027年放假安排尚未公布",
        "2027年1月7日，暂定",
        lambda: _provisional(date(2026, 12, 24)),
        (date(2027, 1, 7), True, False),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_21(case: Case) -> None:
    case.holds()
