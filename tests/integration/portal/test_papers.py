"""Codes on printed papers: genuine, changed, suspended, ended, forged; and nothing of the content."""

from datetime import date

import pytest
from django.test import Client

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from zhengtong.kernel.clock import FixedClock
from zhengtong.portal.papers import Verdict, check, paper_code
from zhengtong.sharing import services
from zhengtong.sharing.queries import PaperKind

pytestmark = pytest.mark.django_db

AUGUST, SEPTEMBER = FixedClock.on(date(2026, 8, 28)), FixedClock.on(date(2026, 9, 10))


@pytest.fixture
def hall(departments: Hall, db: None) -> Hall:
    return departments


def _request_code(number: str = "0001") -> str:
    return paper_code(kind=PaperKind.REQUEST, number=number)


def test_a_code_says_kind_number_organ_and_day_and_nothing_else(hall: Hall) -> None:
    received(hall, AUGUST)
    said = check(_request_code())
    assert said.verdict is Verdict.VALID
    assert (said.kind, said.number, said.organ, said.dated_on) == (
        PaperKind.REQUEST, "0001", "汀兰区市场监督管理局", date(2026, 8, 28),
    )  # fmt: skip


def test_small_letters_blanks_and_look_alike_characters_do_not_matter(hall: Hall) -> None:
    received(hall, AUGUST)
    code = _request_code()
    read_aloud = code[:5] + code[5:].replace("0", "O").replace("1", "l")
    assert check(f" {read_aloud.lower()} ").verdict is Verdict.VALID


def test_a_supplemented_request_is_told_as_changed(hall: Hall) -> None:
    request = received(hall, AUGUST, scope="")
    before = _request_code()
    services.ask_supplement(request=request, missing=("scope",), note="", actor=hall.officer("wl-land"), clock=AUGUST)
    services.answer_supplement(
        request=request, form=form_for(hall), note="", actor=hall.officer("tl-market"), clock=AUGUST
    )
    assert check(before).verdict is Verdict.CHANGED
    assert check(_request_code()).verdict is Verdict.VALID


def test_a_withdrawn_request_is_told_as_ended(hall: Hall) -> None:
    request = received(hall, AUGUST)
    services.withdraw(request=request, reason="不再需要", actor=hall.officer("tl-market"), clock=AUGUST)
    said = check(_request_code())
    assert (said.verdict, said.ended_on) == (Verdict.ENDED, date(2026, 8, 28))


def test_reply_and_grant_have_codes_of_their_own(hall: Hall) -> None:
    granted(hall)
    codes = {
        kind: paper_code(kind=kind, number="0001" if kind is not PaperKind.GRANT else "0001-1") for kind in PaperKind
    }
    assert len(set(codes.values())) == 3
    assert {check(code).verdict for code in codes.values()} == {Verdict.VALID}
    assert check(codes[PaperKind.REPLY]).organ == "市自然资源和规划局"


def test_a_suspended_grant_is_told_as_suspended(hall: Hall) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=SEPTEMBER)
    services.suspend_grant(
        grant=grant, reason="超出使用用途", breach="U2", rectify_by=None, actor=hall.head("wl-land"), clock=SEPTEMBER
    )
    assert check(paper_code(kind=PaperKind.GRANT, number="0001-1")).verdict is Verdict.SUSPENDED


@pytest.mark.parametrize(
    "typed", ["", "X", "D0001", "D0001-0000-0000-0000-0000", "G0001-1-AAAA-BBBB-CCCC-DDDD", "-" * 300, "Ｄ０００１"]
)
def test_what_was_never_printed_is_unknown(hall: Hall, typed: str) -> None:
    granted(hall)
    assert check(typed).verdict is Verdict.UNKNOWN


def test_the_tags_of_one_paper_do_not_fit_another(hall: Hall) -> None:
    received(hall, AUGUST)
    code = _request_code()
    assert check(code.replace("S0001", "S0002")).verdict is Verdict.UNKNOWN
    assert check(code.replace("S0001", "D0001")).verdict is Verdict.UNKNOWN


def test_there_is_no_code_for_what_does_not_exist(hall: Hall) -> None:
    received(hall, AUGUST)
    assert paper_code(kind=PaperKind.REPLY, number="0001") == ""
    assert paper_code(kind=PaperKind.GRANT, number="0001-1") == ""


def test_anybody_may_check_a_code_and_sees_no_content(hall: Hall) -> None:
    granted(hall)
    code = paper_code(kind=PaperKind.REPLY, number="0001")
    shown = Client(headers={"accept-language": "zh-CN"}).get("/verify", {"code": code})
    text = shown.content.decode()
    assert "文书真实" in text
    assert "2026年9月9日" in text
    assert not any(words in text for words in ("坐落", "抵押状态", "经营场所核验"))
