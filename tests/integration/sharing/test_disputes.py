"""A dispute from negotiation to execution, who mediates it, and what nobody may do (条例 第二十八条)."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from tests.support.sharing_forms import house_reply, refuse_item
from tests.support.sharing_hall import CITY, Hall
from tests.support.sharing_story import received
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.cli import app
from zhengtong.sharing.models import Dispute
from zhengtong.sharing.rules import DisputeKind, DisputeState, Ground, ReplyForm, RequestState

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
CLAIM = "以“系统升级”为由不同意，没有依据"
MAYOR = Actor(UUID(int=77), "市领导", UUID(int=78), frozenset({str(Role.GOVERNMENT_LEADER)}), CITY)


@pytest.fixture
def refused(hall: Hall, on: On) -> UUID:
    """区市监局's request for R03, refused for a reason that is none in law."""
    made = received(hall, on(8, 31))
    answers = tuple(
        refuse_item(answer.item, "系统升级", Ground.OTHER) for answer in house_reply().answers
    )  # fmt: skip
    services.prepare_reply(request=made, reply=ReplyForm(answers), actor=hall.officer("wl-land"), clock=on(9, 2))
    services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(9, 3))
    return made


def _opened(hall: Hall, on: On, about: UUID, **changes: object) -> UUID:
    said = {
        "kind": DisputeKind.REQUEST,
        "claim": CLAIM,
        "actor": hall.officer("tl-market"),
        "clock": on(9, 4),
        **changes,
    }
    return services.open_dispute(about=about, **said)


def _move(dispute: UUID, verb: str, actor: Actor, clock: FixedClock, **more: object) -> DisputeState:
    text = "" if verb == "take_up" else "经过记录在案"
    return services.move_dispute(dispute=dispute, verb=verb, text=text, actor=actor, clock=clock, **more)


def _mediating(hall: Hall, on: On, about: UUID) -> UUID:
    dispute = _opened(hall, on, about)
    _move(dispute, "fail", hall.officer("tl-market"), on(9, 8))
    _move(dispute, "take_up", hall.holder("wl-data", Role.AUTHORITY_REVIEWER), on(9, 10))
    return dispute


def test_what_is_agreed_is_asked_anew_and_given(hall: Hall, on: On, refused: UUID) -> None:
    dispute, reviewer = _mediating(hall, on, refused), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    page = queries.dispute(actor=reviewer, id=dispute, on=date(2026, 9, 10))
    assert (page.line.mediator.code, page.line.same_level, page.line.due_on) == ("wl-data", False, date(2026, 10, 12))
    _move(dispute, "settle", reviewer, on(9, 14), provides=True, do_by=date(2026, 9, 17))
    again = services.ask_again(dispute=dispute, actor=hall.officer("tl-market"), clock=on(9, 14))
    seen = queries.request(actor=hall.officer("wl-land"), id=again, on=date(2026, 9, 14))
    old = queries.request(actor=hall.officer("wl-land"), id=refused, on=date(2026, 9, 14))
    assert (seen.line.number, seen.line.state) == (f"{old.line.number}.2", RequestState.RECEIVED)
    assert seen.form == old.form
    assert old.line.state is RequestState.REFUSED  # what was decided stays decided
    services.prepare_reply(request=again, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(9, 15))
    (grant,) = services.sign_reply(request=again, actor=hall.head("wl-land"), clock=on(9, 16)).grants
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=on(9, 17))
    assert _move(dispute, "execute", hall.officer("tl-market"), on(9, 17)) is DisputeState.EXECUTED
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]
    with pytest.raises(WrongState, match="nothing_to_ask_again"):
        services.ask_again(dispute=dispute, actor=hall.officer("tl-market"), clock=on(9, 18))


def test_the_approver_of_the_first_request_still_may_not_answer_the_second(hall: Hall, on: On, refused: UUID) -> None:
    dispute = _mediating(hall, on, refused)
    _move(dispute, "settle", hall.holder("wl-data", Role.AUTHORITY_REVIEWER), on(9, 14), provides=True)
    again = services.ask_again(dispute=dispute, actor=hall.officer("tl-market"), clock=on(9, 14))
    approver = hall.head("tl-market")
    lent = Actor(approver.officer, approver.name, hall.organs["wl-land"], hall.officer("wl-land").roles, CITY)
    with pytest.raises(RuleBroken, match="same_person"):
        services.prepare_reply(request=again, reply=house_reply(), actor=lent, clock=on(9, 15))


def test_without_agreement_the_government_of_the_authority_decides(hall: Hall, on: On, refused: UUID) -> None:
    dispute = _mediating(hall, on, refused)
    with pytest.raises(NotAllowed):
        _move(dispute, "refer", hall.holder("wl-data", Role.AUTHORITY_REVIEWER), on(9, 21))
    _move(dispute, "refer", hall.holder("wl-data", Role.AUTHORITY_LEADER), on(9, 21))
    elsewhere = Actor(MAYOR.officer, "", MAYOR.organization, MAYOR.roles, "980100")
    with pytest.raises(NotFound):
        _move(dispute, "rule", elsewhere, on(9, 22))
    (card,) = [c for c in queries.inbox(actor=MAYOR, on=date(2026, 9, 22)) if c.kind == "dispute"]
    assert card.verb == "rule"
    with pytest.raises(NotFound):
        _move(dispute, "rule", hall.holder("wl-data", Role.AUTHORITY_LEADER), on(9, 22))


@pytest.mark.fault(
    "sharing.nothing_contested", what="还没有答复，也没有逾期，就提出争议", unchanged="没有争议，申请照常办理"
)
def test_an_answer_that_is_not_late_yet_is_awaited(hall: Hall, on: On) -> None:
    asked = received(hall, on(8, 31))
    with pytest.raises(WrongState, match="nothing_contested"):
        _opened(hall, on, asked)
    assert _opened(hall, on, asked, clock=on(9, 15))  # due on 14 September


def test_only_the_two_departments_may_contest_and_only_once_at_a_time(hall: Hall, on: On, refused: UUID) -> None:
    with pytest.raises(NotFound):
        _opened(hall, on, refused, actor=hall.officer("wl-tax"))
    with pytest.raises(NotAllowed):
        _opened(hall, on, refused, actor=hall.holder("tl-market", Role.ENGINEER))
    with pytest.raises(RuleBroken, match="needs_claim"):
        _opened(hall, on, refused, claim="不")
    first = _opened(hall, on, refused)
    with pytest.raises(RuleBroken, match="open_already"):
        _opened(hall, on, refused, actor=hall.officer("wl-land"))
    _move(first, "withdraw", hall.officer("tl-market"), on(9, 5))
    assert _opened(hall, on, refused)


def test_strangers_see_nothing_and_the_provider_cannot_move_what_it_did_not_raise(
    hall: Hall, on: On, refused: UUID
) -> None:
    dispute = _opened(hall, on, refused)
    with pytest.raises(NotFound):
        queries.dispute(actor=hall.officer("wl-tax"), id=dispute, on=date(2026, 9, 5))
    assert queries.disputes(actor=hall.officer("wl-tax"), on=date(2026, 9, 5)).rows == ()
    assert queries.dispute(actor=hall.officer("wl-land"), id=dispute, on=date(2026, 9, 5)).verbs == ()
    for verb in ("withdraw", "fail", "settle"):
        with pytest.raises(NotFound):
            _move(dispute, verb, hall.officer("wl-land"), on(9, 8))


def test_a_mediation_that_takes_too_long_is_a_fact_for_supervision(hall: Hall, on: On, refused: UUID) -> None:
    _mediating(hall, on, refused)
    assert queries.uncoordinated(on=date(2026, 10, 12)) == ()
    (late,) = queries.uncoordinated(on=date(2026, 10, 13))
    assert (late.late, late.mediator.code) == (True, "wl-data")


def test_the_store_holds_one_open_dispute_about_a_thing(hall: Hall, on: On, refused: UUID) -> None:
    row = Dispute.objects.get(pk=_opened(hall, on, refused))
    row.pk, row.number = UUID(int=9), "Z99"
    with transaction.atomic(), pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_the_command_lists_them(hall: Hall, on: On, refused: UUID) -> None:
    _opened(hall, on, refused)
    line = json.loads(CliRunner().invoke(app, ["disputes", "--state", "open", "--json"]).output)
    assert (line["number"], line["state"], line["kind"]) == ("Z01", "negotiating", "request")
    assert "协商中" in CliRunner().invoke(app, ["disputes"]).output
    assert CliRunner().invoke(app, ["disputes", "--state", "nothing"]).exit_code == 2
