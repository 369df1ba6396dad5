"""The story of the demo city (演示故事): who asks, who answers, and what everybody does the same way.

The acts are in `summer` (before the first day of the story, each standing still at its own day),
`autumn` (day by day under the story clock, which center and nodes read too) and `watched`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from zhengtong.demo.catalogue import HeldBack, Resource
from zhengtong.demo.city import load, seat
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import (
    Beneficiary,
    Mode,
    ReplyForm,
    RequestForm,
    UseTerm,
)

FOOD_SYSTEM, SIGN_SYSTEM, FIRE_SYSTEM = "tl-market-food", "tl-urban-service", "tl-fire-inspection"
INSURANCE_SYSTEM, LABOUR_SYSTEM, TAX_SYSTEM = "wl-insurance-core", "wl-labour-core", "tl-tax-service"
PREMISES_CHECK, FOOD_LICENCE, SITE_CHECK = "经营场所核验", "食品经营许可", "现场核查"
FIRE_CHECK, REAL_NAME = "消防安全检查", "登记实名核验"
INSURED_UPDATE, BENEFIT_CHECK, CONTACT = "参保人员信息更新", "待遇资格核实", "监管文书送达"
FOOD_CASE = "汀兰食〔2026〕0017号"  # 拾味小馆
EMPLOYER_UPDATE = "用工单位信息更新"
CALLS_A_DAY = 200
BATCH_ROWS_A_DAY = 10_000_000


@dataclass(slots=True)
class Story:
    """The board as the story writes it: requests and grants by their number."""

    organizations: Mapping[str, UUID]
    resources: Mapping[str, Resource]
    departments: Path  # where their databases are
    requests: dict[str, UUID] = field(default_factory=dict[str, UUID])
    grants: dict[str, UUID] = field(default_factory=dict[str, UUID])
    findings: dict[str, UUID] = field(default_factory=dict[str, UUID])  # by the number of the request
    held_back: tuple[HeldBack, ...] = ()  # drafts that the rules did not let through
    told: tuple[UUID, ...] = ()  # organizations that were told of correction C01
    corrected: int = 0  # records that correction C01 put right

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
