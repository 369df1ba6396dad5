"""What a grant does not allow is refused by the provider, and both ledgers say so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import PERSON_FIELDS, Place, bind_people, person, person_grant, two_departments
from tests.support.wire_ledgers import outcomes, records
from zhengtong.wire.grant import GrantStatus, Limits
from zhengtong.wire.masks import Mask
from zhengtong.wire.records import OutcomeKind
from zhengtong.wire.rowfilter import Compare, Op
from zhengtong.wire.verifier import verify

OTHER = {"lookup": {"GMSFHM": person(2)[0]}}
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("wire.refused_field", {}, {"items": ["XM", "SECRET"]}),
    ("wire.refused_purpose", {}, {"purpose": "daily-inspection"}),
    ("wire.refused_lookup", {}, {"lookup": {"XM": "程二"}}),
    ("wire.refused_calls", {"limits": Limits(calls_per_day=0)}, {}),
    ("wire.refused_subjects", {"limits": Limits(subjects_per_day=0)}, {}),
    ("wire.refused_rows_day", {"limits": Limits(rows_per_day=0)}, {}),
    ("wire.refused_rows", {"limits": Limits(max_rows=0)}, {}),
    ("wire.refused_expired", {"valid_until": datetime(2026, 9, 30, 16, tzinfo=UTC)}, {}),
    ("wire.refused_not_yet", {"valid_from": datetime(2026, 12, 1, tzinfo=UTC)}, {}),
    ("wire.refused_revoked", {"status": GrantStatus.REVOKED}, {}),
    ("wire.refused_suspended", {"status": GrantStatus.SUSPENDED}, {}),
    ("node.not_bound", {"resource": "306001002/000999"}, {}),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with two_departments(tmp_path_factory.mktemp("city")) as made:
        yield made


@pytest.mark.parametrize(("key", "grant", "ask"), CASES, ids=[c[0] for c in CASES])
def test_what_is_not_granted_is_refused_with_a_record_on_both_sides(
    place: Place, key: str, grant: dict[str, Any], ask: dict[str, Any]
) -> None:
    place.city.grants.clear()
    place.city.grant(person_grant(number="0002-1", **grant))
    place.publish()
    status, told = place.query("0002-1", **ask)
    assert (status >= 400, told["key"], told["at"]) == (True, key, "provider"), told
    assert told["detail"]
    assert told["remedy"]
    assert told["record"]["here"]["node"] == "tl-market"
    assert told["record"]["there"]["node"] == "wl-police"
    for home in (place.provider, place.consumer):
        last = outcomes(home.folder)[-1]
        assert (last.exchange, last.refusal, last.outcome) == (told["id"], key, OutcomeKind.REFUSED), home.code


def test_the_201st_call_is_refused_and_a_restart_does_not_forget(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant(limits=Limits(calls_per_day=3)))
        place.publish()
        assert [place.query("0001-1")[0] for _ in range(3)] == [200] * 3
        assert place.query("0001-1")[1]["key"] == "wire.refused_calls"
        place.stop("wl-police")
        place.start("wl-police")
        assert place.query("0001-1")[1]["key"] == "wire.refused_calls"


def test_distinct_subjects_are_counted_not_repeated_ones(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant(limits=Limits(subjects_per_day=1)))
        place.publish()
        assert place.query("0001-1")[0] == place.query("0001-1")[0] == 200
        assert place.query("0001-1", **OTHER)[1]["key"] == "wire.refused_subjects"


def test_a_grant_of_another_consumer_is_unknown_here(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant(consumer="cl-market"))
        place.publish()
        status, told = place.query("0001-1")
        assert (status, told["key"], told["at"]) == (403, "wire.refused_no_grant", "consumer")
        assert told["record"]["there"] is None


@pytest.mark.fault(
    "wire.refused_case",
    what="办件号一栏填了别的内容（如身份证号）",
    unchanged="本结点拒绝，没有签名、没有发出、账本没有记录",
)
@pytest.mark.parametrize("case_ref", ["XX-1", "990102198000000001 程二", ""])
def test_a_case_number_of_no_granted_form_never_leaves_the_house(tmp_path: Path, case_ref: str) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        before = [len(records(home.folder)) for home in (place.provider, place.consumer)]
        told = place.query("0001-1", case_ref=case_ref)[1]
        assert (told["key"], told["at"], told["record"]["there"]) == ("wire.refused_case", "consumer", None)
        assert [len(records(home.folder)) for home in (place.provider, place.consumer)] == before
        # A purpose that was not granted is still the provider's to refuse, whatever the case number.
        both = place.query("0001-1", case_ref=case_ref, purpose="daily-inspection")[1]
        assert (both["key"], both["at"]) == ("wire.refused_purpose", "provider")


def test_a_row_outside_the_filter_is_no_record(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant(), row_filter=Compare(Op.EQ, "XM", "程三"))
        place.publish()
        assert place.query("0001-1")[1]["rows"] == []
        assert place.query("0001-1", **OTHER)[1]["count"] == 1
        assert place.verify("0001-1")[1]["result"] == "no_record"
        assert place.verify("0001-1", **OTHER, claims={"XM": "程四"})[1]["result"] == "no"


@pytest.mark.parametrize(
    ("key", "ceiling"),
    [
        ("wire.ceiling_mask", {"masks": {"XM": "name"}}),
        ("wire.ceiling_purpose", {"purposes": ("tax",)}),
        ("wire.ceiling_rows", {"rows_a_day": 10}),
    ],
)
def test_the_departments_own_ceiling_stands_above_a_signed_grant(
    tmp_path: Path, key: str, ceiling: dict[str, Any]
) -> None:
    with two_departments(tmp_path) as place:
        bind_people(place.provider, f"sqlite://{tmp_path}/wl-police.db", **ceiling)
        place.city.grant(person_grant())
        place.publish()
        assert place.query("0001-1")[1]["key"] == key


def test_a_grant_waits_for_confirmation_and_asks_again_when_it_changes(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        bind_people(place.provider, f"sqlite://{tmp_path}/wl-police.db", accept="confirm")
        grant = place.city.grant(person_grant())
        place.publish()
        admin = place.provider.secret("admin.token")
        assert place.query("0001-1")[1]["key"] == "node.grant_unconfirmed"
        assert place.p.post("/admin/v1/confirmations/0001-1", {}, token=admin)[0] == 200
        assert place.query("0001-1")[0] == 200
        masks = {"XM": Mask.NAME}
        place.city.grant(replace(grant, fields=tuple(replace(f, mask=masks.get(f.name)) for f in PERSON_FIELDS)))
        place.publish()
        assert place.query("0001-1")[1]["key"] == "node.grant_unconfirmed"


def test_all_refusals_leave_two_ledgers_that_verify_together(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        for number, (_, grant, _) in enumerate(CASES):
            place.city.grant(person_grant(number=f"{number:04}-1", **grant))
        place.publish()
        for number, (key, _, ask) in enumerate(CASES):
            assert place.query(f"{number:04}-1", **ask)[1]["key"] == key
    report = verify(
        [tmp_path / "nodes/wl-police", tmp_path / "nodes/tl-market"], root_fingerprint=place.city.fingerprint
    )
    assert report.ok, report.problems
    assert report.pairs[0].both == len(CASES)
    assert Callable
