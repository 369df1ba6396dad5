"""The mechanism by clicks (机制的浏览器检验): what the law says must happen is seen to happen on the pages.

A draft that the rules hold back; one supplement and no second; a partial consent whose refusal becomes a dispute; a
correction that tells whoever reads the value.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support import browser as look

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
Seat = tuple[str, str]
As = Callable[[Seat], Page]

ASKER: Seat = ("汀兰区市场监督管理局", "B角")
ASKER_HEAD: Seat = ("汀兰区市场监督管理局", "工作机构负责人")
GIVER: Seat = ("望澜市自然资源和规划局", "数据专员")
GIVER_HEAD: Seat = ("望澜市自然资源和规划局", "工作机构负责人")
RESOURCE = "地下排水管线信息"
ITEMS = ("管段编号", "管径", "雨污性质")


@pytest.fixture
def seated(browser: Browser, city: str) -> Iterator[As]:
    """A fresh browser that has signed in by the card of a seat; nothing on its pages may go wrong."""
    visits = list[look.Visitor]()

    def enter(seat: Seat) -> Page:
        visit = look.visitor(browser, city)
        visits.append(visit)
        visit.open("/signin")
        card = visit.page.locator("button.zt-person")
        for words in seat:
            card = card.filter(has_text=words)
        card.first.click()
        visit.page.wait_for_load_state()
        return visit.page

    yield enter
    errors = [error for visit in visits for error in visit.errors]
    for visit in visits:
        visit.close()
    assert not errors


def _from_inbox(page: Page, number: str) -> None:
    page.get_by_role("link", name="今天轮到我").first.click()
    page.locator(".zt-inbox > li").filter(has_text=number).get_by_role("link").first.click()
    page.wait_for_load_state()


def _ask(page: Page) -> str:
    """Ask for three items of a conditional resource; returns the number of the request."""
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + f"/catalog/?text={RESOURCE}")
    page.get_by_role("link", name=RESOURCE).first.click()
    page.get_by_role("link", name="申请共享").click()
    for label in (*ITEMS, "服务接口（查询）"):
        page.get_by_label(label, exact=False).first.check()
    for name, text in (
        ("legal_basis", "城镇排水与污水处理条例 第二十一条"),
        ("scenario", "受理食品经营许可时核对排水去向"),
        ("scope", "区市监局登记窗口"),
        ("purpose", "食品经营许可排水核对"),
        ("period_from", "2026-10-16"),
        ("period_until", "2027-10-15"),
        ("use0-system", "tl-market-food"),
        ("use0-purpose", "食品经营许可排水核对"),
        ("use0-matters", "汀兰食〔20##〕####号"),
    ):
        page.locator(f"[name='{name}']").fill(text)
    page.get_by_role("button", name="保存并报负责人").click()
    page.wait_for_url(re.compile("/sharing/requests/[0-9a-f-]+$"))
    found = re.search(r"共享申请 (\d+)", page.locator("h1").inner_text())
    assert found
    return found[1]


def test_a_draft_that_lacks_an_assessment_is_held_back_and_says_why(seated: As) -> None:
    page = seated(("望澜市医疗保障局", "数据专员"))
    page.get_by_role("link", name="目录", exact=True).first.click()
    page.get_by_role("link", name="本部门目录").click()
    page.get_by_role("link", name="参保人", exact=False).first.click()
    assert "须改正" in page.locator("main").inner_text()
    page.get_by_role("button", name="提交部门负责人审核").click()
    page.wait_for_load_state()
    said = page.locator("main").inner_text()
    assert "不符合要求" in said
    assert "草稿" in page.locator(".zt-standing").inner_text()  # nothing moved


def test_one_supplement_a_partial_consent_and_a_dispute_over_the_rest(seated: As) -> None:
    asker = seated(ASKER)
    number = _ask(asker)
    head = seated(ASKER_HEAD)
    _from_inbox(head, number)
    head.get_by_role("button", name="同意", exact=False).first.click()

    giver = seated(GIVER)
    _from_inbox(giver, number)
    giver.get_by_role("link", name=number).first.click()
    giver.get_by_role("link", name="一次性告知", exact=False).first.click()
    giver.locator("[name='missing']").first.check()
    giver.locator("[name='note']").fill("请补充核对哪一类场所")
    giver.get_by_role("button", name="发出告知").click()
    giver.wait_for_load_state()
    assert "待补充材料" in giver.locator(".zt-standing").inner_text()

    _from_inbox(asker, number)
    asker.locator("[name='scope']").fill("区市监局登记窗口，仅限正在办理的餐饮经营场所")
    asker.locator("main form button.btn-primary").first.click()
    asker.wait_for_load_state()

    _from_inbox(giver, number)
    outcomes = giver.locator("fieldset.zt-card").filter(has=giver.locator("[name^='outcome']"))
    assert outcomes.count() == len(ITEMS)
    refused = outcomes.filter(has_text="管段编号").first
    refused.locator("[name^='outcome'][value='refuse']").check()
    refused.locator("details").first.evaluate("box => { box.open = true }")
    refused.locator("[name^='ground']").select_option("necessity")
    refused.locator("[name^='reason']").fill("核对去向不需要管段编号")
    giver.locator("[name='lookup']").last.check()  # not by the item that is refused
    giver.get_by_role("button", name="报负责人签发").click()
    giver.wait_for_url(re.compile("/sharing/requests/[0-9a-f-]+$"))
    assert giver.get_by_role("link", name="一次性告知").count() == 0  # once, never twice

    boss = seated(GIVER_HEAD)
    _from_inbox(boss, number)
    boss.get_by_role("button", name="签发").click()
    boss.wait_for_url(re.compile("/sharing/requests/[0-9a-f-]+$"))
    assert "部分同意" in boss.locator(".zt-standing").inner_text()

    asker.goto(boss.url)
    asker.get_by_role("link", name="提出争议").click()
    asker.locator("[name='claim']").fill("没有管段编号无法核对是哪一段，确属履职必要")
    asker.locator("main form button.btn-primary").click()
    asker.wait_for_url(re.compile("/sharing/disputes/[0-9a-f-]+$"))
    assert "协商中" in asker.locator(".zt-standing").inner_text()


def test_a_correction_tells_the_other_department_that_reads_the_value(seated: As) -> None:
    asker = seated(ASKER)
    asker.get_by_role("link", name="共享许可", exact=True).first.click()
    asker.get_by_role("link", name=re.compile(r"0002-1")).first.click()
    asker.get_by_role("link", name="提出校核").click()
    asker.locator("[name='item']").select_option(label="房屋用途")
    for name, text in (
        ("record_key", "990102001001GB00017F00010001"), ("value_seen", "住宅"), ("value_claimed", "商业服务"),
        ("evidence", "不动产权证书记载为商业服务"),
    ):  # fmt: skip
        asker.locator(f"[name='{name}']").fill(text)
    asker.locator("main form button.btn-primary").click()
    asker.wait_for_url(re.compile("/sharing/corrections/[0-9a-f-]+$"))
    address = asker.url

    giver = seated(GIVER)
    giver.goto(address)
    giver.locator("[name='outcome']").select_option("corrected")
    giver.locator("[name='cause']").fill("迁移时代码译错")
    giver.get_by_role("button", name="反馈并告知读过该项的部门").click()
    giver.wait_for_load_state()
    assert "已更正" in giver.locator(".zt-standing").inner_text()

    reader = seated(("汀兰区城市管理局", "数据专员"))
    reader.get_by_role("link", name="今天轮到我").first.click()
    told = reader.locator(".zt-inbox > li").filter(has_text="房屋用途").filter(has_text="查看更正")
    assert told.count() >= 1
