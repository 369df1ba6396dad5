"""The dispute of the story (争议, 条例 第二十八条): 0008 was refused for "系统升级", which no law knows.

Negotiated in vain, mediated by the city's data authority, which stands above the district bureau and the city bureau,
agreed, asked anew, delivered.
"""

from datetime import date

from zhengtong.demo.city import seat
from zhengtong.demo.story import Story
from zhengtong.kernel.clock import Clock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import DisputeKind, ItemAnswer, Mode, Outcome, Quota, ReplyForm

CONSUMER, PROVIDER, MEDIATOR = "tl-market", "wl-housing", "wl-data"
LAST_DAY = date(2026, 9, 17)


def raised(story: Story, clock: Clock) -> None:
    """区市监局 contests the refusal."""
    officer, _ = story.pair(CONSUMER, clock)
    story.requests["Z01"] = sharing.open_dispute(
        kind=DisputeKind.REQUEST,
        about=story.requests["0008"],
        claim="有条件共享的数据以“系统升级”为由不同意，没有法律、行政法规或者国务院决定的依据；请按目录列明的范围和用途提供",
        actor=officer,
        clock=clock,
    )


def negotiated_in_vain(story: Story, clock: Clock) -> None:
    """The two bureaus met and did not agree."""
    officer, _ = story.pair(CONSUMER, clock)
    text = "9月8日与市住房和城乡建设局协商：对方坚持待系统升级后再议，未说明期限，协商不成"
    sharing.move_dispute(dispute=story.requests["Z01"], verb="fail", text=text, actor=officer, clock=clock)


def taken_up(story: Story, clock: Clock) -> None:
    """市政数局 mediates."""
    reviewer = seat(MEDIATOR, Role.AUTHORITY_REVIEWER, on=clock.today())
    sharing.move_dispute(dispute=story.requests["Z01"], verb="take_up", text="", actor=reviewer, clock=clock)
    text = "约请双方到会：台账为每月汇总的表格，文件方式提供不依赖系统升级"
    sharing.move_dispute(dispute=story.requests["Z01"], verb="minute", text=text, actor=reviewer, clock=clock)


def agreed(story: Story, clock: Clock) -> None:
    """Both agree that the monthly workbook is given as a file; the request goes out anew."""
    reviewer = seat(MEDIATOR, Role.AUTHORITY_REVIEWER, on=clock.today())
    sharing.move_dispute(
        dispute=story.requests["Z01"],
        verb="settle",
        text="双方一致：市住房和城乡建设局按目录列明的范围，以文件方式提供房屋租赁登记备案信息；系统升级不影响提供",
        provides=True,
        do_by=LAST_DAY,
        actor=reviewer,
        clock=clock,
    )
    officer, _ = story.pair(CONSUMER, clock)
    story.requests["0008.2"] = sharing.ask_again(dispute=story.requests["Z01"], actor=officer, clock=clock)


def answered(story: Story, clock: Clock) -> None:
    """市住建局 consents to every item."""
    form = story.form("0008", "R06")
    reply = ReplyForm(
        answers=tuple(ItemAnswer(item=item, outcome=Outcome.GRANT) for item in form.items),
        modes=(Mode.FILE,),
        quota=Quota(),
        valid_from=form.period_from,
        valid_until=form.period_until,
        note="依市政务服务和数据管理局协调意见提供",
    )
    story.answer("0008.2", PROVIDER, reply, clock)


def carried_out(story: Story, clock: Clock) -> None:
    """Delivered on the day agreed; 区市监局 confirms."""
    story.deliver("0008.2", PROVIDER, clock)
    officer, _ = story.pair(CONSUMER, clock)
    text = "9月17日已收到九月台账，与协调意见一致"
    sharing.move_dispute(dispute=story.requests["Z01"], verb="execute", text=text, actor=officer, clock=clock)
