"""Emergency stops: who may order one, what it covers, who lifts it, and what is published meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.support.sharing_hall import CITY, DISTRICT, Hall
from tests.support.sharing_story import granted
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import EmergencyStop
from zhengtong.sharing.rules import GrantState, StopScope, StopState
from zhengtong.wire.grant import GrantStatus

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
WHY = "发现批量异常查询，先停用再查明"
DONE = "查明为测试脚本误配，已停用该脚本"


@pytest.fixture
def grant(hall: Hall, on: On) -> UUID:
    made = granted(hall)
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=on(9, 16))
    return made


@pytest.fixture
def guard(hall: Hall) -> Actor:
    """The city's security administrator."""
    return Actor(UUID(int=501), "安全管理员", hall.organs["wl-data"], frozenset({str(Role.SECURITY_ADMIN)}), CITY)


def _published(grant: UUID) -> GrantStatus:
    held = queries.grants_for_publication(at=datetime(2026, 9, 17, tzinfo=UTC))
    return next(one.grant.status for one in held if one.grant.id == str(grant))


def _stop(scope: StopScope, target: UUID, actor: Actor, clock: FixedClock, reason: str = WHY) -> UUID:
    return services.order_stop(scope=scope, target=target, reason=reason, actor=actor, clock=clock)


@pytest.mark.parametrize(
    ("scope", "whose"),
    [
        (StopScope.RESOURCE, "R03"),
        (StopScope.NODE, "wl-land"),
        (StopScope.NODE, "tl-market"),
        (StopScope.CONSUMER, "tl-market"),
    ],
)
def test_what_is_halted_goes_out_as_suspended_until_another_lifts_it(
    hall: Hall, on: On, grant: UUID, guard: Actor, scope: StopScope, whose: str
) -> None:
    assert _published(grant) is GrantStatus.ACTIVE
    stop = _stop(scope, hall.entries.get(whose) or hall.organs[whose], guard, on(9, 17))
    assert _published(grant) is GrantStatus.SUSPENDED
    page = queries.grant(actor=hall.officer("tl-market"), id=grant, on=on(9, 17).today())
    assert page.line.state is GrantState.ACTIVE  # nobody found misuse: the grant itself is as it was
    seen = queries.stop_over(grant=grant)
    assert seen is not None
    assert (seen.id, seen.grants) == (stop, 1)
    with pytest.raises(RuleBroken, match="lifted_by_another"):
        services.lift_stop(stop=stop, report=DONE, actor=guard, clock=on(9, 18))
    services.lift_stop(stop=stop, report=DONE, actor=hall.holder("wl-data", Role.AUTHORITY_LEADER), clock=on(9, 18))
    assert _published(grant) is GrantStatus.ACTIVE
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_another_consumer_of_the_same_provider_goes_on(hall: Hall, on: On, grant: UUID, guard: Actor) -> None:
    _stop(StopScope.CONSUMER, hall.organs["tl-tax"], guard, on(9, 17))
    assert _published(grant) is GrantStatus.ACTIVE


def test_a_department_halts_its_own_and_no_other(hall: Hall, on: On, grant: UUID) -> None:
    assert _stop(StopScope.RESOURCE, hall.entries["R03"], hall.head("wl-land"), on(9, 17))
    assert _stop(StopScope.NODE, hall.organs["wl-police"], hall.holder("wl-police", Role.ENGINEER), on(9, 17))
    for actor in (hall.head("wl-police"), hall.officer("wl-land"), hall.holder("wl-land", Role.ENGINEER)):
        with pytest.raises((NotAllowed, WrongState)) as refused:
            _stop(StopScope.RESOURCE, hall.entries["R03"], actor, on(9, 17))
        assert isinstance(refused.value, NotAllowed)


def test_the_security_administrator_of_a_district_halts_nothing_of_the_city(hall: Hall, on: On) -> None:
    roles = frozenset({str(Role.SECURITY_ADMIN)})
    elsewhere = Actor(UUID(int=502), "区安全管理员", hall.organs["tl-urban"], roles, DISTRICT)
    with pytest.raises(NotFound):
        _stop(StopScope.NODE, hall.organs["wl-land"], elsewhere, on(9, 17))
    assert _stop(StopScope.NODE, hall.organs["tl-market"], elsewhere, on(9, 17))


@pytest.mark.fault("sharing.stopped_already", what="同一个结点被停用第二次", unchanged="第一次停用照旧有效")
def test_a_stop_says_what_happened_and_stands_once(hall: Hall, on: On, grant: UUID, guard: Actor) -> None:
    with pytest.raises(RuleBroken, match="stop_needs_reason"):
        _stop(StopScope.NODE, hall.organs["wl-land"], guard, on(9, 17), reason=" ")
    first = _stop(StopScope.NODE, hall.organs["wl-land"], guard, on(9, 17))
    with pytest.raises(WrongState, match="stopped_already"):
        _stop(StopScope.NODE, hall.organs["wl-land"], guard, on(9, 17))
    page = queries.stop(actor=hall.officer("tl-market"), id=first)  # it was told
    assert page.line.number == "停2026-001"
    assert {organ.code for organ in page.told} == {"wl-land", "tl-market"}
    with pytest.raises(NotFound):
        queries.stop(actor=hall.officer("wl-tax"), id=first)


def test_a_substitute_does_not_lift_what_was_ordered_for_the_same_person(
    hall: Hall, on: On, grant: UUID, guard: Actor
) -> None:
    stop = _stop(StopScope.NODE, hall.organs["wl-land"], guard, on(9, 17))
    stand_in = Actor(UUID(int=503), "代", guard.organization, guard.roles, CITY, acting_for=guard.officer)
    with pytest.raises(RuleBroken, match="lifted_by_another"):
        services.lift_stop(stop=stop, report=DONE, actor=stand_in, clock=on(9, 18))


def test_the_store_keeps_the_two_persons_apart(hall: Hall, on: On, grant: UUID, guard: Actor) -> None:
    row = EmergencyStop.objects.get(pk=_stop(StopScope.NODE, hall.organs["wl-land"], guard, on(9, 17)))
    row.state, row.report, row.lifted_by, row.lifted_at = StopState.LIFTED, DONE, row.ordered_by, on(9, 18).now()
    with transaction.atomic(), pytest.raises(IntegrityError):
        row.save()
