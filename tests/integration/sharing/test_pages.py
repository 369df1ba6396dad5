"""The pages of sharing, as people use them: without scripts, in both languages, each for those it concerns."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_forms import HOUSES, people_form
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as party_services
from zhengtong.parties.rules import Role
from zhengtong.sharing import services
from zhengtong.sharing.rules import Ground, ItemAnswer, Outcome, ReplyForm

pytestmark = pytest.mark.django_db
SignIn = Callable[[Actor], Client]


@pytest.fixture
def today(settings: Settings) -> FixedClock:
    """The center's clock: 28 August 2026, moved by the tests."""
    clock = FixedClock.on(date(2026, 8, 28))
    settings.ZHENGTONG_CLOCK = clock
    return clock


@pytest.fixture
def sign_in(hall: Hall, today: FixedClock) -> SignIn:
    def signed(actor: Actor) -> Client:
        assert actor.officer
        assert actor.organization
        account = party_services.open_account(
            login=f"u-{actor.officer}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=today
        )
        seat = parties.seats(organization=actor.organization, officer=actor.officer, on=today.today())[0]
        client = Client()
        client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
        return client

    return signed


def _typed(hall: Hall, **changes: object) -> dict[str, object]:
    return {
        "entry": str(hall.entries["R03"]),
        "rows": "2",
        "items": list(HOUSES),
        "modes": ["query"],
        "legal_basis": "食品经营许可和备案管理办法",
        "scenario": "受理时核验经营场所",
        "scope": "汀兰区",
        "purpose": "经营场所核验",
        "period_from": "2026-09-01",
        "period_until": "2027-08-31",
        "use0-organization": str(hall.organs["tl-market"]),
        "use0-system": "tl-market-food",
        "use0-purpose": "",
        "use0-matters": "TL-SP-2026-####",
        "use1-organization": "",
        "do": "send",
        **changes,
    }


def _answered() -> dict[str, object]:
    told: dict[str, object] = {"calls_per_day": 200, "rows_per_day": 200, "subjects_per_day": 200, "max_rows": 5}
    for n, code in enumerate(HOUSES):
        told[f"outcome{n}"] = "refuse" if code in {"mortgaged", "seized"} else "grant"
        if told[f"outcome{n}"] == "refuse":
            told |= {f"ground{n}": "necessity", f"reason{n}": "办理该事项不需要此项"}
    told |= {"mask5": "name", "lookup": ["unit_no"], "rows_note": "只限汀兰区"}
    return told | {"row_item0": "located", "row_op0": "starts_with", "row_values0": "望澜市汀兰区"}


def _last(address: str) -> UUID:
    return UUID(address.rstrip("/").rsplit("/", 1)[-1])


def test_from_the_form_to_the_grant_by_pages_alone(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    officer, head = sign_in(hall.officer("tl-market")), sign_in(hall.head("tl-market"))
    land, land_head = sign_in(hall.officer("wl-land")), sign_in(hall.head("wl-land"))
    form = officer.get("/sharing/new", {"entry": str(hall.entries["R03"])})
    assert form.status_code == 200
    assert "不动产单元号" in form.content.decode()
    made = officer.post("/sharing/new", _typed(hall))
    assert made.status_code == 302
    page = made.headers["Location"]
    request = _last(page)
    assert land.get(page).status_code == 404  # not received yet
    assert "同意提出申请" in head.get("/sharing/inbox").content.decode()
    assert head.post(f"{page}/act/approve").status_code == 302
    inbox = land.get("/sharing/inbox").content.decode()
    assert "拟写答复" in inbox
    assert "2026年9月11日" in inbox
    assert "第二十一条" in inbox
    assert land.get(f"{page}/reply").status_code == 200
    sent = land.post(f"{page}/reply", _answered())
    assert sent.status_code == 302, sent.content.decode()
    assert land_head.get(f"{page}/sign").status_code == 200
    assert land_head.post(f"{page}/sign").status_code == 302
    shown = officer.get(page).content.decode()
    assert "部分同意" in shown
    assert "0001-1" in shown
    assert officer.get(f"{page}/decision").headers["Content-Type"] == "application/json"
    listed = officer.get("/sharing/grants").content.decode()
    grant = listed.split("/sharing/grants/")[1].split('"')[0]
    scope = officer.get(f"/sharing/grants/{grant}").content.decode()
    assert "姓名：留姓" in scope
    assert "只限汀兰区" in scope
    assert "望澜市汀兰区" not in scope
    assert "望澜市汀兰区" in land.get(f"/sharing/grants/{grant}").content.decode()
    assert land.post(f"/sharing/grants/{grant}/act/deliver").status_code == 302
    suspended = {"breach": "U2", "reason": "用于短信推广"}
    assert officer.get(f"/sharing/grants/{grant}/act/suspend").status_code == 404
    assert land_head.post(f"/sharing/grants/{grant}/act/suspend", suspended).status_code == 302
    assert "已暂停" in officer.get(f"/sharing/grants/{grant}").content.decode()
    assert request


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(hall: Hall, sign_in: SignIn) -> None:
    officer = sign_in(hall.officer("tl-market"))
    bare = _typed(hall, scope="", period_until="", do="check")
    page = officer.post("/sharing/new", bare).content.decode()
    assert "没有写明使用范围" in page
    assert "没有写明使用时限" in page
    assert "食品经营许可和备案管理办法" in page
    fragment = officer.post("/sharing/check", bare).content.decode()
    assert "没有写明使用范围" in fragment
    assert "<html" not in fragment
    more = officer.post("/sharing/new", _typed(hall, do="more")).content.decode()
    assert "use2-system" in more
    assert "use3-system" not in more


def test_a_withheld_entry_has_no_form(hall: Hall, sign_in: SignIn) -> None:
    answer = sign_in(hall.officer("tl-market")).get("/sharing/new", {"entry": str(hall.entries["R16"])})
    assert answer.status_code == 422
    assert "统计法" in answer.content.decode()


def test_a_reply_without_a_reason_comes_back_with_the_remedy(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    officer, head, land = (
        sign_in(a) for a in (hall.officer("tl-market"), hall.head("tl-market"), hall.officer("wl-land"))
    )
    page = officer.post("/sharing/new", _typed(hall)).headers["Location"]
    head.post(f"{page}/act/approve")
    answer = land.post(f"{page}/reply", _answered() | {"reason7": ""})
    assert answer.status_code == 422
    assert "须说明理由" in answer.content.decode()
    assert "条例第二十一条" in answer.content.decode()


def test_strangers_and_visitors_get_nothing(hall: Hall, sign_in: SignIn) -> None:
    page = sign_in(hall.officer("tl-market")).post("/sharing/new", _typed(hall)).headers["Location"]
    stranger = sign_in(hall.officer("wl-police"))
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}/act/approve").status_code == 404
    assert Client().get(page).status_code == 302
    assert sign_in(hall.holder("tl-tax", Role.ENGINEER)).get("/sharing/").status_code == 200


@pytest.mark.parametrize("path", ["/sharing/", "/sharing/inbox", "/sharing/grants"])
def test_pages_speak_english_too(hall: Hall, sign_in: SignIn, path: str) -> None:
    client = sign_in(hall.officer("wl-land"))
    client.cookies["django_language"] = "en"
    assert '<html lang="en"' in client.get(path).content.decode()


def test_supplement_and_extension_pages_act_once(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    officer, head = sign_in(hall.officer("tl-market")), sign_in(hall.head("tl-market"))
    land, leader = sign_in(hall.officer("wl-land")), sign_in(hall.holder("wl-data", Role.AUTHORITY_LEADER))
    page = officer.post("/sharing/new", _typed(hall, scope="")).headers["Location"]
    head.post(f"{page}/act/approve")
    half = land.post(f"{page}/supplement", {"missing": ["period"]})
    assert half.status_code == 422
    assert "使用范围" in half.content.decode()
    assert land.post(f"{page}/supplement", {"missing": ["scope"], "note": "请补"}).status_code == 302
    assert "一次性告知" in officer.get(f"{page}/supplement/answer").content.decode()
    assert officer.post(f"{page}/supplement/answer", _typed(hall)).status_code == 302
    assert land.get(f"{page}/supplement").status_code == 404
    assert land.post(f"{page}/extension", {"days": 5, "reason": "纸质档案核对"}).status_code == 302
    assert "同意延长" in leader.get(page).content.decode()
    assert leader.post(f"{page}/act/agree_extension").status_code == 302
    assert "已延长" in officer.get(page).content.decode()


def test_the_extension_of_a_one_day_reply_is_allowed_and_flagged(
    hall: Hall, today: FixedClock, sign_in: SignIn
) -> None:
    """Article 21 leaves open whether its extension covers the one working day: whoever asks is told so."""
    flag = "条例没有写明一个工作日的答复能否延长"
    form = people_form(entry=hall.entries["R01"], beneficiaries=form_for(hall).beneficiaries)
    made = services.draft_request(form=form, actor=hall.officer("tl-market"), clock=today)
    services.submit_to_own_head(request=made, actor=hall.officer("tl-market"), clock=today)
    services.approve_own(request=made, actor=hall.head("tl-market"), clock=today)
    police = sign_in(hall.officer("wl-police"))
    assert flag in police.get(f"/sharing/requests/{made}/extension").content.decode()
    answered = police.post(f"/sharing/requests/{made}/extension", {"days": 10, "reason": "涉及人员众多"})
    assert answered.status_code == 302
    other = received(hall, today)
    assert flag not in sign_in(hall.officer("wl-land")).get(f"/sharing/requests/{other}/extension").content.decode()


def test_a_correction_from_the_grant_to_the_answer_by_pages_alone(
    hall: Hall, today: FixedClock, sign_in: SignIn
) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=FixedClock.on(date(2026, 9, 16)))
    today.move(timedelta(days=21))  # 18 September
    consumer, provider = sign_in(hall.officer("tl-market")), sign_in(hall.officer("wl-land"))
    assert f"/sharing/corrections/new?grant={grant}" in consumer.get(f"/sharing/grants/{grant}").content.decode()
    typed = {"item": "usage", "record_key": "GB00017F00010001", "value_seen": "住宅", "evidence": "证书记载为商业服务"}
    sent = consumer.post(f"/sharing/corrections/new?grant={grant}", typed)
    assert sent.status_code == 302
    page = provider.get(sent["Location"]).content.decode()
    assert "2026年10月9日" in page
    assert "住宅" not in page
    assert "住宅" in provider.post(f"{sent['Location']}/value").content.decode()
    empty = provider.post(f"{sent['Location']}/answer", {"outcome": "corrected", "cause": ""})
    assert empty.status_code == 422
    answer = {"outcome": "corrected", "cause": "迁移时代码翻译错误", "others_found": "37"}
    provider.post(f"{sent['Location']}/answer", answer)
    assert "迁移时代码翻译错误" in consumer.get(sent["Location"]).content.decode()
    assert "已更正" in consumer.get("/sharing/corrections").content.decode()
    assert sign_in(hall.officer("wl-tax")).get(sent["Location"]).status_code == 404


def test_a_demand_is_raised_and_coordinated_by_pages_alone(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    officer = sign_in(hall.officer("tl-urban"))
    typed = {
        "what": "燃气用户信息",
        "items": "用户名称\n用气地址",
        "matter": "消防安全检查",
        "legal_basis": "消防法 第十五条",
    }
    assert officer.post("/sharing/demands/new", typed).status_code == 422
    sent = officer.post("/sharing/demands/new", {**typed, "holder_name": "城市燃气公用企业"})
    assert sent.status_code == 302
    authority = sign_in(hall.holder("wl-data", Role.AUTHORITY_REVIEWER))
    authority.post(f"{sent['Location']}/act/coordinate", {"note": "已函商燃气企业"})
    assert "协调中" in officer.get("/sharing/demands").content.decode()
    assert "已函商燃气企业" in officer.get(sent["Location"]).content.decode()


def test_a_refusal_is_contested_on_its_page_and_mediated_on_the_next(
    hall: Hall, today: FixedClock, sign_in: SignIn
) -> None:
    asked = received(hall, today)
    answers = tuple(
        ItemAnswer(code, Outcome.REFUSE, ground=Ground.OTHER, reason="系统升级") for code in HOUSES
    )  # fmt: skip
    services.prepare_reply(request=asked, reply=ReplyForm(answers), actor=hall.officer("wl-land"), clock=today)
    services.sign_reply(request=asked, actor=hall.head("wl-land"), clock=today)
    consumer, reviewer = sign_in(hall.officer("tl-market")), sign_in(hall.holder("wl-data", Role.AUTHORITY_REVIEWER))
    address = f"/sharing/disputes/new/request/{asked}"
    assert address in consumer.get(f"/sharing/requests/{asked}").content.decode()
    assert consumer.post(address, {"claim": ""}).status_code == 422
    made = consumer.post(address, {"claim": "“系统升级”不是不同意共享的依据"})
    assert made.status_code == 302
    page = made["Location"]
    for client, verb, text in (
        (consumer, "fail", "对方坚持待系统升级"),
        (reviewer, "take_up", ""),
        (reviewer, "settle", "以文件方式提供"),
    ):
        step = {"text": text, "provides": "on", "do_by": "2026-09-17"}
        assert client.post(f"{page}/act/{verb}", step).status_code == 302, verb
    shown = consumer.get(page).content.decode()
    for words in ("达成一致，待执行", "双方共同的上级主管部门", "2026年9月17日", "重新提交原申请", "第二十八条"):
        assert words in shown
    assert consumer.post(f"{page}/again").status_code == 302
    assert reviewer.post(f"{page}/again").status_code in (302, 404)
    assert ".2" in consumer.get("/sharing/").content.decode()
    assert "争议" in consumer.get("/sharing/disputes?state=settled").content.decode()
    consumer.cookies["django_language"] = "en"
    assert "Agreed, to be carried out" in consumer.get(page).content.decode()
