"""What is watched in the story (校核、需求、督查): correction C01, demand D1, the finding on request 0007.

The only module of the demo that calls these services.
"""

import sqlite3
from contextlib import closing

from zhengtong.demo import quirks
from zhengtong.demo.city import seat
from zhengtong.demo.population import STORY_BUILDING
from zhengtong.demo.story import Story
from zhengtong.demo.tables import LAND_DB
from zhengtong.kernel.clock import Clock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import CorrectionOutcome
from zhengtong.supervision import queries as watching
from zhengtong.supervision import services as supervision

SEEN_AND_PAPER = """SELECT BDCDYH, FWDJ.FWYT, p.FWYT FROM FWDJ JOIN ZZDJB p USING (BDCDYH)
 WHERE ZL LIKE ? || '%' ORDER BY FWDJ.rowid LIMIT 1"""


def c01_filed(story: Story, clock: Clock) -> None:
    """区市监局 sees 住宅 in R03 where the paper title says 商业服务, and asks for a correction."""
    with closing(sqlite3.connect(story.departments / LAND_DB)) as db:
        number, seen, paper = db.execute(SEEN_AND_PAPER, (STORY_BUILDING,)).fetchone()
    officer, _ = story.pair("tl-market", clock)
    story.requests["C01"] = sharing.file_correction(
        entry=story.resources["R03"].entry,
        item="use",
        grant=story.grants["0002-1"],
        record_key=number,
        value_seen=seen,
        value_claimed=paper,
        evidence="申请人出示的纸质不动产权证书记载的用途与登记信息不一致",
        number="C01",
        actor=officer,
        clock=clock,
    )


def c01_answered(story: Story, clock: Clock) -> None:
    """市自然资源和规划局 corrects its register from the paper; how many others were wrong is what it changed."""
    changed = quirks.correct_homes(story.departments / LAND_DB)
    officer, _ = story.pair("wl-land", clock)
    story.told = sharing.answer_correction(
        correction=story.requests["C01"],
        outcome=CorrectionOutcome.CORRECTED,
        cause="2019年数据迁移时用途代码转换错误",
        others_found=changed - 1,
        actor=officer,
        clock=clock,
    )
    story.corrected = changed


def d1_raised(story: Story, clock: Clock) -> None:
    """消防大队 needs data that no department has listed: a utility holds them."""
    officer, _ = story.pair("tl-fire", clock)
    story.requests["D1"] = sharing.raise_demand(
        what="燃气用户信息",
        items=("用户名称", "用气地址", "用气性质"),
        matter="公众聚集场所营业前消防安全检查",
        legal_basis="消防监督检查职责（本地权责清单）",
        holder_name="燃气公用企业",
        number="D1",
        actor=officer,
        clock=clock,
    )


def d1_coordinated(story: Story, clock: Clock) -> None:
    """市政数局 takes the demand up; nobody has met it since."""
    reviewer = seat("wl-data", Role.AUTHORITY_REVIEWER, on=clock.today())
    note = "已请燃气主管部门研究由公用企业提供的方式，尚无部门编制目录"
    sharing.coordinate_demand(demand=story.requests["D1"], note=note, actor=reviewer, clock=clock)


def found_late(_story: Story, clock: Clock) -> None:
    """The day after 0007 was due, what is late is found by rule."""
    supervision.detect(clock=clock)


def asked_to_explain(story: Story, clock: Clock) -> None:
    """督查室 asks 市自然资源和规划局 to explain why 0007 has no answer."""
    supervisor = seat("wl-inspectorate", Role.SUPERVISOR, on=clock.today())
    for found in watching.findings_about(actor=supervisor, about=story.requests["0007"], on=clock.today()):
        note = "请说明逾期未答复、也未报请延长的原因"
        supervision.ask_explanation(finding=found.id, note=note, actor=supervisor, clock=clock)
        story.findings["0007"] = found.id
