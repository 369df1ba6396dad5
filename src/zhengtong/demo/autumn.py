"""The story day by day (秋天): from 24 August to 16 October, each act at its own moment of the story clock."""

from collections.abc import Callable
from datetime import date, datetime

from zhengtong.demo import catalogue, contested, watched
from zhengtong.demo.city import seat
from zhengtong.demo.story import CALLS_A_DAY, Story
from zhengtong.kernel.clock import BEIJING, Clock, StoryClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import (
    Ground,
    ItemAnswer,
    Mode,
    Outcome,
    Quota,
    ReplyForm,
    RequestForm,
    RowCondition,
)

Act = tuple[datetime, Callable[[Story, Clock], None]]


def acts() -> tuple[Act, ...]:
    """Every act of the story with its moment, in order."""
    return (
        (_at(8, 24, 9, 30), _0001_asked),
        (_at(8, 24, 16, 0), _0001_answered),
        (_at(8, 25, 10, 0), _0002_asked),
        (_at(8, 26, 9, 0), lambda story, clock: story.deliver("0001", "wl-police", clock)),
        (_at(8, 27, 11, 0), _0002_told_once),
        (_at(8, 28, 9, 0), _0002_supplemented),
        (_at(8, 31, 10, 0), _0009_asked),
        (_at(8, 31, 10, 30), _0008_asked),
        (_at(9, 2, 9, 0), _0003_asked),
        (_at(9, 3, 15, 0), _0008_refused),
        (_at(9, 4, 10, 0), contested.raised),
        (_at(9, 7, 9, 0), _0004_asked),
        (_at(9, 8, 16, 0), contested.negotiated_in_vain),
        (_at(9, 9, 15, 0), _0002_answered),
        (_at(9, 10, 9, 30), contested.taken_up),
        (_at(9, 10, 15, 0), _0009_answered),
        (_at(9, 14, 9, 0), lambda story, clock: story.deliver("0009", "wl-health", clock)),
        (_at(9, 14, 15, 0), contested.agreed),
        (_at(9, 15, 10, 0), _0003_more_time_asked),
        (_at(9, 15, 16, 0), _0003_more_time_agreed),
        (_at(9, 16, 9, 0), lambda story, clock: story.deliver("0002", "wl-land", clock)),
        (_at(9, 16, 10, 0), _0004_refused),
        (_at(9, 16, 14, 0), contested.answered),
        (_at(9, 17, 10, 0), contested.carried_out),
        (_at(9, 18, 11, 30), watched.c01_filed),
        (_at(9, 21, 9, 0), _0007_asked),
        (_at(9, 21, 15, 0), _0003_answered),
        (_at(9, 22, 10, 0), lambda story, clock: story.deliver("0003", "wl-housing", clock)),
        (_at(9, 23, 10, 0), watched.d1_raised),
        (_at(9, 24, 15, 0), watched.c01_answered),
        (_at(9, 28, 10, 0), watched.d1_coordinated),
        (_at(10, 1, 0, 5), lambda _, clock: _0010_ended(clock)),
        (_at(10, 9, 16, 0), _drafts_held_back),
        (_at(10, 9, 17, 0), _0013_and_0014_on_the_desk),
        (_at(10, 12, 9, 30), _0011_suspended),
        (_at(10, 13, 9, 0), watched.found_late),
        (_at(10, 14, 9, 0), watched.asked_to_explain),
        (_at(10, 15, 10, 0), _r12_changed),
        (_at(10, 15, 16, 40), _0012_asked),
    )


def _at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BEIJING)


def tell(story: Story, clock: StoryClock, *, after_each: Callable[[], None]) -> None:
    """Walk the story; `after_each` lets nodes follow the clock."""
    for moment, act in acts():
        clock.jump(moment)
        act(story, clock)
        after_each()


def _0001_asked(story: Story, clock: Clock) -> None:
    story.ask("0001", "tl-market", story.form("0001", "R01"), clock)


def _0001_answered(story: Story, clock: Clock) -> None:
    form = story.form("0001", "R01")
    reply = ReplyForm(
        answers=tuple(ItemAnswer(item=item, outcome=Outcome.GRANT) for item in form.items),
        lookup=("citizen_id",),
        modes=(Mode.VERIFY, Mode.QUERY),
        quota=Quota(calls_per_day=CALLS_A_DAY, max_rows=1),
        valid_from=date(2026, 8, 24),
        valid_until=date(2027, 8, 23),
    )
    story.answer("0001", "wl-police", reply, clock)


def _0002_asked(story: Story, clock: Clock) -> None:
    whole = story.form("0002", "R03")
    incomplete = RequestForm(
        entry=whole.entry,
        legal_basis=whole.legal_basis,
        scenario=whole.scenario,
        scope="",
        items=whole.items,
        modes=whole.modes,
        period_from=None,
        period_until=None,
        purpose=whole.purpose,
        beneficiaries=whole.beneficiaries,
    )
    story.ask("0002", "tl-market", incomplete, clock)


def _0002_told_once(story: Story, clock: Clock) -> None:
    officer, _ = story.pair("wl-land", clock)
    sharing.ask_supplement(
        request=story.requests["0002"],
        missing=("scope", "period"),
        note="请补充使用范围和使用时限",
        actor=officer,
        clock=clock,
    )


def _0002_supplemented(story: Story, clock: Clock) -> None:
    officer, _ = story.pair("tl-market", clock)
    sharing.answer_supplement(
        request=story.requests["0002"],
        form=story.form("0002", "R03"),
        note="已补充使用范围和使用时限",
        actor=officer,
        clock=clock,
    )


def _0002_answered(story: Story, clock: Clock) -> None:
    granted = [ItemAnswer(item=item, outcome=Outcome.GRANT) for item in ("location", "use", "floor_area", "floors")]
    masked = ItemAnswer(item="holder_name", outcome=Outcome.GRANT, mask="name")
    verified = [
        ItemAnswer(
            item=item,
            outcome=Outcome.VERIFY,
            ground=Ground.NECESSITY,
            reason="答复是否一致即可满足核验需要",
            article="政务数据共享条例 第二十条",
        )
        for item in ("unit_number", "holder_id")
    ]
    refused = [
        ItemAnswer(
            item=item,
            outcome=Outcome.REFUSE,
            ground=Ground.NECESSITY,
            reason="核验经营场所的权属和用途不需要该信息项",
            article="政务数据共享条例 第二十条",
        )
        for item in ("mortgaged", "sealed")
    ]
    reply = ReplyForm(
        answers=(*granted, masked, *verified, *refused),
        rows=(RowCondition(item="location", op="starts_with", values=("望澜市汀兰区",)),),
        rows_note="只含坐落在汀兰区的房屋",
        lookup=("location",),
        modes=(Mode.VERIFY, Mode.QUERY),
        quota=Quota(calls_per_day=CALLS_A_DAY, max_rows=20),
        valid_from=date(2026, 9, 9),
        valid_until=date(2027, 9, 8),
    )
    story.answer("0002", "wl-land", reply, clock)


def _0003_asked(story: Story, clock: Clock) -> None:
    story.ask("0003", "tl-fire", story.form("0003", "R05"), clock)


def _0003_more_time_asked(story: Story, clock: Clock) -> None:
    officer, _ = story.pair("wl-housing", clock)
    sharing.ask_extension(
        request=story.requests["0003"], days=5, reason="需要与纸质档案核对", actor=officer, clock=clock
    )


def _0003_more_time_agreed(story: Story, clock: Clock) -> None:
    leader = seat("wl-data", Role.AUTHORITY_LEADER, on=clock.today())
    sharing.agree_extension(request=story.requests["0003"], actor=leader, clock=clock)


def _0003_answered(story: Story, clock: Clock) -> None:
    form = story.form("0003", "R05")
    reply = ReplyForm(
        answers=tuple(ItemAnswer(item=item, outcome=Outcome.GRANT) for item in form.items),
        lookup=("address",),
        modes=(Mode.QUERY,),
        quota=Quota(calls_per_day=CALLS_A_DAY, max_rows=20),
        valid_from=date(2026, 9, 21),
        valid_until=date(2027, 9, 20),
    )
    story.answer("0003", "wl-housing", reply, clock)


def _0007_asked(story: Story, clock: Clock) -> None:
    story.ask("0007", "tl-housing", story.form("0007", "R11"), clock)


def _0009_asked(story: Story, clock: Clock) -> None:
    story.ask("0009", "tl-market", story.form("0009", "R09"), clock)


def _0009_answered(story: Story, clock: Clock) -> None:
    verified = [
        ItemAnswer(
            item=item,
            outcome=Outcome.VERIFY,
            ground=Ground.NECESSITY,
            reason="现场核查只需知道是否一致",
            article="政务数据共享条例 第二十条",
        )
        for item in ("name", "citizen_id", "conclusion")
    ]
    reply = ReplyForm(
        answers=(*verified, ItemAnswer(item="valid_until", outcome=Outcome.GRANT)),
        lookup=("citizen_id",),
        modes=(Mode.VERIFY, Mode.QUERY),
        quota=Quota(calls_per_day=CALLS_A_DAY, max_rows=1),
        valid_from=date(2026, 9, 14),
        valid_until=date(2027, 9, 13),
    )
    story.answer("0009", "wl-health", reply, clock)


def _0004_asked(story: Story, clock: Clock) -> None:
    story.ask("0004", "tl-urban", story.form("0004", "R08"), clock)


def _0004_refused(story: Story, clock: Clock) -> None:
    answer = ItemAnswer(
        item="taxable_sales",
        outcome=Outcome.REFUSE,
        ground=Ground.STATUTE,
        reason="户外招牌管理不需要销售额；税务机关对纳税人的情况依法保密",
        article="税收征收管理法 第八条；政务数据共享条例 第二十条",
        alternative="登记状态属于无条件共享，可以直接申请",
    )
    reply = ReplyForm(answers=(answer,), quota=Quota(), valid_from=clock.today(), valid_until=clock.today())
    story.answer("0004", "wl-tax", reply, clock)


def _0008_asked(story: Story, clock: Clock) -> None:
    story.ask("0008", "tl-market", story.form("0008", "R06"), clock)


def _0008_refused(story: Story, clock: Clock) -> None:
    """A reason that is none in law: the form takes it, the other side may dispute it (条例 第二十八条)."""
    refused = tuple(
        ItemAnswer(item=item, outcome=Outcome.REFUSE, ground=Ground.OTHER, reason="系统升级")
        for item in story.form("0008", "R06").items
    )
    reply = ReplyForm(answers=refused, quota=Quota(), valid_from=clock.today(), valid_until=clock.today())
    story.answer("0008", "wl-housing", reply, clock)


def _0010_ended(clock: Clock) -> None:
    """0010 ends with its last day; the worker would find it too, but not before the story's next day."""
    sharing.expire_grants(clock=clock)


def _0011_suspended(story: Story, clock: Clock) -> None:
    _, head = story.pair("wl-market", clock)
    sharing.suspend_grant(
        grant=story.grants["0011-1"],
        reason="将联络员电话用于短信推广，超出使用用途",
        breach="U2",
        rectify_by=date(2026, 10, 26),
        actor=head,
        clock=clock,
    )


def _0012_asked(story: Story, clock: Clock) -> None:
    story.ask("0012", "wl-insurance", story.form("0012", "R10"), clock)


def _drafts_held_back(story: Story, clock: Clock) -> None:
    """Two departments draft entries that lack what the law wants; the rules do not let them through."""
    story.held_back = catalogue.drafts(story.organizations, clock=clock)


def _r12_changed(story: Story, clock: Clock) -> None:
    """市发改委 brings its entry up to date; the authority's review of it is due within two working days."""
    catalogue.change(
        story.resources["R12"],
        abstract="依法列入的严重失信主体的类型、认定机关和列入、移出日期；移出满一年的不再提供。",
        reason="失信主体移出后的提供期限调整",
        happened_on=date(2026, 10, 12),
        clock=clock,
    )


def _0013_and_0014_on_the_desk(story: Story, clock: Clock) -> None:
    """What waits at the end: the renewal of 0010 as a draft, and a request for its own head to agree to."""
    officer, _ = story.pair("wl-insurance", clock)
    sharing.draft_request(form=story.form("0013", "R01"), number="0013", actor=officer, clock=clock)
    officer, _ = story.pair("tl-market", clock)
    asked = sharing.draft_request(form=story.form("0014", "R02"), number="0014", actor=officer, clock=clock)
    sharing.submit_to_own_head(request=asked, actor=officer, clock=clock)
    sharing.draft_request(form=story.form("0015", "R08"), number="0015", actor=officer, clock=clock)
