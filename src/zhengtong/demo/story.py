"""The story of the demo city (演示故事): requests 0001, 0002, 0004, 0005, 0010, 0011 and 0012, day by day.

Acts before the first day of the story stand still at their own day; from then on every act
reads the story clock, which center and nodes read too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from zhengtong.demo.city import Resource, load, seat
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import BEIJING, Clock, FixedClock, StoryClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import (
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

FOOD_SYSTEM, TAX_SYSTEM, SIGN_SYSTEM, INSURANCE_SYSTEM = (
    "tl-market-food",
    "tl-tax-service",
    "tl-urban-service",
    "wl-insurance-core",
)
FOOD_CASES, SIGN_CASES, TAX_CASES = "汀兰食〔20##〕####号", "汀兰招〔20##〕####号", "汀兰税〔20##〕####号"
PREMISES_CHECK, FOOD_LICENCE, REAL_NAME = "经营场所核验", "食品经营许可", "登记实名核验"
INSURED_UPDATE, BENEFIT_CHECK, CONTACT = "参保人员信息更新", "待遇资格核实", "监管文书送达"
CALLS_A_DAY = 200
BATCH_ROWS_A_DAY = 10_000_000


@dataclass(slots=True)
class Story:
    """The board as the story writes it: requests and grants by their number."""

    organizations: Mapping[str, UUID]
    resources: Mapping[str, Resource]
    requests: dict[str, UUID] = field(default_factory=dict[str, UUID])
    grants: dict[str, UUID] = field(default_factory=dict[str, UUID])

    # -- what everybody does the same way ------------------------------------------------------

    def ask(self, number: str, consumer: str, form: RequestForm, clock: Clock) -> UUID:
        """The consumer's officer drafts, its sharing-office head agrees, the provider receives."""
        officer, head = self.pair(consumer, clock)
        request = sharing.draft_request(form=form, number=number, actor=officer, clock=clock)
        sharing.submit_to_own_head(request=request, actor=officer, clock=clock)
        sharing.approve_own(request=request, actor=head, clock=clock)
        self.requests[number] = request
        return request

    def answer(self, number: str, provider: str, reply: ReplyForm, clock: Clock) -> None:
        """The provider's officer prepares the reply, its sharing-office head signs it."""
        officer, head = self.pair(provider, clock)
        sharing.prepare_reply(request=self.requests[number], reply=reply, actor=officer, clock=clock)
        signed = sharing.sign_reply(request=self.requests[number], actor=head, clock=clock)
        for organ, grant in enumerate(signed.grants, start=1):
            self.grants[f"{number}-{organ}"] = grant

    def deliver(self, number: str, provider: str, clock: Clock) -> None:
        """The provider's officer confirms that the data flow."""
        officer, _ = self.pair(provider, clock)
        for key, grant in self.grants.items():
            if key.startswith(number):
                sharing.confirm_delivered(grant=grant, actor=officer, clock=clock)

    def pair(self, organization: str, clock: Clock) -> tuple[Actor, Actor]:
        on = clock.today()
        return seat(organization, Role.DATA_OFFICER, on=on), seat(organization, Role.SHARING_OFFICE_HEAD, on=on)

    def form(self, number: str, resource: str) -> RequestForm:
        """The request form of a number, from the demo's own table."""
        row = load("requests")[number]
        entry = self.resources[resource].entry
        return RequestForm(
            entry=entry,
            legal_basis=row["legal_basis"],
            scenario=row["scenario"],
            scope=row["scope"],
            items=tuple(row["items"]),
            modes=tuple(Mode(mode) for mode in row["modes"]),
            period_from=row.get("period_from"),
            period_until=row.get("period_until"),
            purpose=row["purpose"],
            beneficiaries=tuple(
                Beneficiary(
                    organization=self.organizations[organ["organization"]],
                    uses=tuple(
                        UseTerm(use["system"], use["purpose"], tuple(use.get("matters", ()))) for use in organ["uses"]
                    ),
                )
                for organ in row["beneficiaries"]
            ),
        )


# -- before the story: what was already there (0005, 0010, 0011) -----------------------------------


def before(story: Story) -> None:
    """Three grants of the early summer: one that runs, one that will end, one that will be suspended."""
    _granted(story, "0010", "wl-insurance", "R01", received=date(2026, 6, 8), answered=date(2026, 6, 12),
             delivered=date(2026, 6, 18), modes=(Mode.QUERY,), lookup=("citizen_id",))  # fmt: skip
    _granted(story, "0011", "tl-urban", "R04", received=date(2026, 6, 15), answered=date(2026, 6, 24),
             delivered=date(2026, 7, 1), modes=(Mode.QUERY,), lookup=("credit_code",))  # fmt: skip
    _granted(story, "0005", "wl-insurance", "R01", received=date(2026, 7, 6), answered=date(2026, 7, 7),
             delivered=date(2026, 7, 10), modes=(Mode.BATCH,), lookup=())  # fmt: skip


def _granted(
    story: Story, number: str, consumer: str, resource: str, *,
    received: date, answered: date, delivered: date, modes: tuple[Mode, ...], lookup: tuple[str, ...],
) -> None:  # fmt: skip
    form, provider = story.form(number, resource), story.resources[resource].provider
    story.ask(number, consumer, form, FixedClock.on(received))
    reply = ReplyForm(
        answers=tuple(ItemAnswer(item=item, outcome=Outcome.GRANT) for item in form.items),
        lookup=lookup,
        modes=modes,
        quota=Quota(rows_per_day=BATCH_ROWS_A_DAY) if Mode.BATCH in modes else Quota(),
        valid_from=form.period_from or answered,
        valid_until=form.period_until or answered,
    )
    story.answer(number, provider, reply, FixedClock.on(answered))
    story.deliver(number, provider, FixedClock.on(delivered))


# -- the story itself ---------------------------------------------------------------------------------

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
        (_at(9, 7, 9, 0), _0004_asked),
        (_at(9, 9, 15, 0), _0002_answered),
        (_at(9, 16, 9, 0), lambda story, clock: story.deliver("0002", "wl-land", clock)),
        (_at(9, 16, 10, 0), _0004_refused),
        (_at(10, 9, 17, 0), _0013_to_0015_on_the_desk),
        (_at(10, 12, 9, 30), _0011_suspended),
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
    reply = ReplyForm(
        answers=(answer,), quota=Quota(), valid_from=clock.today(), valid_until=clock.today(),
        note="如有异议，可依照条例第二十八条协商",
    )  # fmt: skip
    story.answer("0004", "wl-tax", reply, clock)


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


def _0013_to_0015_on_the_desk(story: Story, clock: Clock) -> None:
    """What waits at the end: the renewal of 0010 and another draft, and a request for its own head to agree to."""
    officer, _ = story.pair("wl-insurance", clock)
    sharing.draft_request(form=story.form("0013", "R01"), number="0013", actor=officer, clock=clock)
    officer, _ = story.pair("tl-market", clock)
    asked = sharing.draft_request(form=story.form("0014", "R02"), number="0014", actor=officer, clock=clock)
    sharing.submit_to_own_head(request=asked, actor=officer, clock=clock)
    sharing.draft_request(form=story.form("0015", "R08"), number="0015", actor=officer, clock=clock)
