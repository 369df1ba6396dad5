"""A directory that is too old, rolled back, forked or from another root is not believed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.wire_city import MORNING, City, Place, person_grant, two_departments
from tests.support.wire_ledgers import alarms, records
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.wire.records import RecordKind
from zhengtong.wire.suites import SigningKey
from zhengtong.wire.verifier import verify


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with two_departments(tmp_path, clock=FixedClock(MORNING)) as made:
        made.city.grant(person_grant())
        made.publish()
        assert made.query("0001-1")[0] == 200
        yield made


def move(place: Place, by: timedelta) -> None:
    clock = place.city.clock
    assert isinstance(clock, FixedClock)
    clock.move(by)


def refuses_the_new_directory(place: Place, key: str) -> None:
    """The provider keeps what it held, says so in its ledger, and goes on answering."""
    with pytest.raises(NotAllowed) as refused:
        place.p.refresh()
    assert refused.value.key == key
    assert alarms(place.provider.folder)[-1] == key
    assert place.query("0001-1")[0] == 200


@pytest.mark.fault(
    key="wire.directory_rolled_back", what="名录被换回旧的一版", unchanged="仍用已有名录，照常答复，登记告警"
)
def test_a_rolled_back_directory_is_refused(place: Place) -> None:
    old = dict(place.city.served)
    place.publish()
    place.city.served.update(old)
    refuses_the_new_directory(place, "wire.directory_rolled_back")


@pytest.mark.fault(
    key="wire.directory_forked", what="同一编号出现两份不同名录", unchanged="仍用已有名录，照常答复，登记告警"
)
def test_a_forked_directory_is_refused(place: Place) -> None:
    place.city.serial -= 1
    place.city.publish()
    refuses_the_new_directory(place, "wire.directory_forked")


@pytest.mark.fault(
    key="wire.directory_forked", what="新名录没有接在已有名录之后", unchanged="仍用已有名录，照常答复，登记告警"
)
def test_a_directory_that_does_not_follow_is_refused(place: Place) -> None:
    place.city.last = None
    place.city.publish()
    refuses_the_new_directory(place, "wire.directory_forked")


@pytest.mark.fault(
    key="wire.signature_missing", what="名录由别人的密钥签发", unchanged="仍用已有名录，照常答复，登记告警"
)
def test_a_directory_signed_by_somebody_else_is_refused(place: Place) -> None:
    forger = City(clock=place.city.clock, nodes=place.city.nodes, grants=place.city.grants, serial=place.city.serial)
    forger.publish()
    place.city.served["wl-police", "members"] = forger.served["wl-police", "members"]
    refuses_the_new_directory(place, "wire.signature_missing")


@pytest.mark.fault(
    key="wire.directory_bundle_differs", what="旧的许可包配新的名录", unchanged="仍用已有名录和许可，登记告警"
)
def test_an_old_bundle_under_a_new_directory_is_refused(place: Place) -> None:
    old = place.city.served["wl-police", "grants"]
    place.city.grants.clear()
    place.city.publish()
    place.city.served["wl-police", "grants"] = old
    refuses_the_new_directory(place, "wire.directory_bundle_differs")


@pytest.mark.fault(
    key="wire.clock_gone_back", what="本机时钟倒退", unchanged="不发出、不答复任何请求，登记告警；时钟恢复后照常"
)
def test_a_clock_gone_back_stops_the_node(place: Place) -> None:
    move(place, timedelta(hours=-1))
    status, told = place.query("0001-1")
    assert (status, told["key"], told["at"]) == (403, "wire.clock_gone_back", "consumer")
    with pytest.raises(NotAllowed):
        place.p.refresh()
    assert alarms(place.provider.folder)[-1] == "wire.clock_gone_back"
    move(place, timedelta(hours=1))
    assert place.query("0001-1")[0] == 200


@pytest.mark.fault("wire.clock_gone_back", what="结点重启后时钟早于上次所见", unchanged="不答复任何请求")
def test_a_restart_does_not_forget_the_latest_time(place: Place) -> None:
    place.stop("tl-market")
    move(place, timedelta(hours=-1))
    place.start("tl-market")
    assert place.query("0001-1")[1]["key"] == "wire.clock_gone_back"


@pytest.mark.fault(
    key="wire.directory_expired", what="超过二十四小时没有新名录", unchanged="拒绝一切交换；取得新名录后照常"
)
def test_an_expired_directory_refuses_everything_until_a_new_one_comes(place: Place) -> None:
    place.c.desk.down = place.p.desk.down = True
    move(place, timedelta(hours=23))
    assert place.query("0001-1")[0] == 200
    move(place, timedelta(hours=2))
    assert place.query("0001-1")[1]["key"] == "wire.directory_expired"
    place.c.desk.down = place.p.desk.down = False
    place.publish()
    assert place.query("0001-1")[0] == 200


@pytest.mark.fault("wire.refused_stale", what="名录旧于该资源允许的时限", unchanged="双方各有一条拒绝记录")
def test_a_sensitive_resource_needs_a_fresher_directory(place: Place) -> None:
    place.city.grants.clear()
    place.city.grant(person_grant(max_stale_s=3600))
    place.publish()
    assert place.query("0001-1")[0] == 200
    move(place, timedelta(hours=2))
    assert place.query("0001-1")[1]["key"] == "wire.refused_stale"


def test_a_revocation_counts_from_the_next_refresh(place: Place) -> None:
    place.city.grants.clear()
    place.publish()
    assert place.query("0001-1")[1]["key"] == "wire.refused_no_grant"


def test_a_node_whose_center_is_away_starts_from_what_it_held(place: Place) -> None:
    place.stop()
    place.start()
    place.c.desk.down = place.p.desk.down = True
    assert place.query("0001-1")[0] == 200


def test_rotations_a_node_slept_through_are_followed_one_by_one(place: Place) -> None:
    place.stop("tl-market")
    for _ in range(3):
        place.city.rotate()
    place.city.publish()
    place.start("tl-market")
    place.p.refresh()
    assert place.query("0001-1")[0] == 200
    place.stop()
    report = verify([place.provider.folder, place.consumer.folder], root_fingerprint=place.city.fingerprint)
    assert report.ok, report.problems


@pytest.mark.fault("wire.signature_missing", what="信任根由别人轮换", unchanged="仍用已有名录，照常答复，登记告警")
def test_a_rotation_by_somebody_else_is_refused(place: Place) -> None:
    honest = place.city.root
    place.city.root = SigningKey.generate()
    place.city.rotate(by=place.city.root)
    place.city.publish()
    place.city.root = honest
    with pytest.raises(NotAllowed) as refused:
        place.p.refresh()
    assert refused.value.key == "wire.signature_missing"
    assert place.query("0001-1")[0] == 200


@pytest.mark.fault("-", what="结点在存下名录之后、记账之前被杀", unchanged="重启时补记名录，账本可核验")
def test_a_directory_taken_but_not_recorded_is_recorded_at_the_next_start(place: Place) -> None:
    before = place.provider.folder / "directory"
    place.city.publish()
    for kind in ("members", "grants"):  # the documents reached the disk, the record did not
        (before / f"{kind}.json").write_bytes(place.city.served["wl-police", kind].to_bytes())
    archived = f"members-{place.city.epoch}-{place.city.serial}.json"
    raw = place.city.served["wl-police", "members"].to_bytes()
    (place.provider.folder / "ledger" / "directory" / archived).write_bytes(raw)
    place.stop("wl-police")
    place.start("wl-police")
    place.c.refresh()
    assert place.query("0001-1")[0] == 200
    place.stop()
    report = verify([place.provider.folder], root_fingerprint=place.city.fingerprint)
    assert report.ok, report.problems
    kinds = [record.kind for record in records(place.provider.folder)]
    assert kinds.count(RecordKind.DIRECTORY) == place.city.serial


def test_members_come_as_what_changed_and_whole_where_that_does_not_fit(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        assert place.p.desk.deltas == 1
        assert place.query("0001-1")[0] == 200
        held = place.p.node.core.directory.last_view()
        assert held is not None
        place.city.members_of[held.members.known_as] = place.city.members_of[
            "1.1"
        ]  # a center that mixed up its serials
        place.publish()
        assert place.p.desk.deltas == 2
        newest = place.p.node.core.directory.last_view()
        assert newest is not None
        assert newest.members.serial == held.members.serial + 1
        assert place.query("0001-1")[0] == 200
