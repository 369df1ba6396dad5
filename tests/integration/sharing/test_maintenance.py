"""Planned maintenance: announced ahead, seen by those who hold grants, cancelled by the provider."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from tests.support.signing import client_of
from zhengtong.journal import rebuild
from zhengtong.kernel.clock import BEIJING, FixedClock
from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.sharing import queries, services

pytestmark = pytest.mark.django_db
OCT16 = FixedClock.on(date(2026, 10, 16))


@pytest.fixture
def grant(hall: Hall) -> UUID:
    made = granted(hall)
    delivered = FixedClock.on(date(2026, 9, 16))
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=delivered)
    return made


def test_maintenance_is_announced_ahead_seen_by_holders_and_cancelled(
    hall: Hall, grant: UUID, settings: Settings
) -> None:
    settings.ZHENGTONG_CLOCK = OCT16
    entry, land = hall.entries["R03"], hall.officer("wl-land")
    begins = datetime(2026, 10, 18, 22, tzinfo=BEIJING)
    given = {"entry": entry, "begins_at": begins, "ends_at": begins + timedelta(hours=4), "reason": "数据库升级"}
    with pytest.raises(NotFound):
        services.announce_maintenance(**given, actor=hall.officer("tl-market"), clock=OCT16)
    with pytest.raises(RuleBroken, match="maintenance_too_long"):
        services.announce_maintenance(**{**given, "ends_at": begins + timedelta(days=15)}, actor=land, clock=OCT16)
    with pytest.raises(RuleBroken, match="maintenance_times"):
        services.announce_maintenance(**{**given, "begins_at": OCT16.now()}, actor=land, clock=OCT16)
    same_day = datetime(2026, 10, 16, 22, tzinfo=BEIJING)
    late = {**given, "begins_at": same_day, "ends_at": same_day + timedelta(hours=1)}
    with pytest.raises(RuleBroken, match="maintenance_too_soon"):  # the authority's lead time is a day
        services.announce_maintenance(**late, actor=land, clock=OCT16)
    window = services.announce_maintenance(**given, actor=land, clock=OCT16)
    consumer = client_of(hall.officer("tl-market"), clock=OCT16)
    assert "计划维护，届时服务不应答" in consumer.get(f"/sharing/grants/{grant}").content.decode()
    assert "数据库升级" in consumer.get("/sharing/maintenance").content.decode()
    stranger = client_of(hall.officer("wl-tax"), clock=OCT16)
    assert "数据库升级" not in stranger.get("/sharing/maintenance").content.decode()
    assert consumer.post(f"/sharing/maintenance/{window}/cancel").status_code == 404
    provider = client_of(land, clock=OCT16)
    typed = {"begins_at": "2026-10-19T22:00", "ends_at": "2026-10-19T23:00", "reason": "更换证书"}
    assert (
        provider.post(f"/sharing/maintenance/new/{entry}", {**typed, "ends_at": "2026-10-19T21:00"}).status_code == 422
    )
    assert provider.post(f"/sharing/maintenance/new/{entry}", typed).status_code == 302
    assert provider.post(f"/sharing/maintenance/{window}/cancel").status_code == 302
    shown = queries.maintenance(actor=land, now=OCT16.now(), entry=entry)
    assert [one.reason for one in shown] == ["更换证书"]
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]
