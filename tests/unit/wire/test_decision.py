"""A node answers only what the grant says, and names the rule when it does not."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.city import NOW, land_grant
from zhengtong.wire.decision import Allowed, Ask, Refused, Usage, decide, family
from zhengtong.wire.grant import Grant, GrantStatus, Limits, Mode, Use

ASK = Ask(
    mode=Mode.QUERY,
    consumer="tl-market",
    system="tl-market-licensing",
    purpose="经营场所核验",
    case_ref="TL-SP-2026-0042",
    fields=("坐落", "建筑面积"),
    lookup=frozenset({"坐落"}),
)


def judge(
    ask: Ask = ASK,
    *,
    grant: Grant | None = None,
    usage: Usage | None = None,
    now: datetime = NOW,
    directory_issued_at: datetime | None = None,
) -> Allowed | Refused:
    return decide(
        grant or land_grant(), ask, usage=usage or Usage(), now=now, directory_issued_at=directory_issued_at or now
    )


def test_what_is_granted_is_allowed_in_the_order_asked() -> None:
    allowed = judge()
    assert isinstance(allowed, Allowed)
    assert [f.name for f in allowed.fields] == ["坐落", "建筑面积"]
    assert allowed.rows_max == 20


def test_rows_left_today_bound_the_answer() -> None:
    allowed = judge(usage=Usage(rows=990))
    assert isinstance(allowed, Allowed)
    assert allowed.rows_max == 10


def test_no_stated_limit_means_no_limit() -> None:
    allowed = judge(grant=land_grant(limits=Limits()), usage=Usage(calls=10**9, rows=10**9, subjects=10**9))
    assert isinstance(allowed, Allowed)
    assert allowed.rows_max is None


def test_verify_compares_only_what_may_be_compared() -> None:
    ask = replace(ASK, mode=Mode.VERIFY, fields=("不动产单元号",))
    assert isinstance(judge(ask), Allowed)
    refused = judge(replace(ask, fields=("房屋用途",)))
    assert isinstance(refused, Refused)
    assert refused.key == "wire.refused_field"


CASES: list[tuple[str, dict[str, object], Grant | None, Usage | None]] = [
    ("wire.refused_field", {"fields": ("抵押状态",)}, None, None),
    ("wire.refused_field", {"fields": ()}, None, None),
    ("wire.refused_field", {"fields": ("不动产单元号",)}, None, None),
    ("wire.refused_purpose", {"purpose": "日常检查"}, None, None),
    ("wire.refused_system", {"system": "tl-market-sms"}, None, None),
    ("wire.refused_consumer", {"consumer": "tl-cityadmin"}, None, None),
    ("wire.refused_case", {"case_ref": None}, None, None),
    ("wire.refused_case", {"case_ref": "TL-SP-2026-42"}, None, None),
    ("wire.refused_case", {"case_ref": "TL-SP-2026-0042 "}, None, None),
    ("wire.refused_lookup", {"lookup": frozenset()}, None, None),
    ("wire.refused_lookup", {"lookup": frozenset({"坐落", "房屋用途"})}, None, None),
    ("wire.refused_mode_not_built", {"mode": Mode.FILE}, None, None),
    ("wire.refused_mode", {}, land_grant(modes=frozenset({Mode.BATCH})), None),
    ("wire.refused_revoked", {}, land_grant(status=GrantStatus.REVOKED), None),
    ("wire.refused_suspended", {}, land_grant(status=GrantStatus.SUSPENDED), None),
    ("wire.refused_expired", {}, land_grant(valid_until=NOW), None),
    ("wire.refused_not_yet", {}, land_grant(valid_from=NOW + timedelta(seconds=1)), None),
    ("wire.refused_calls", {}, None, Usage(calls=200)),
    ("wire.refused_rows_day", {}, None, Usage(rows=1000)),
    ("wire.refused_subjects", {}, None, Usage(subjects=100)),
]


@pytest.mark.fault("wire.refused_field", what="an item that the grant does not include", unchanged="no row is read")
@pytest.mark.fault("wire.refused_purpose", what="a purpose that the grant does not name", unchanged="no row is read")
@pytest.mark.fault("wire.refused_calls", what="one call more than the day's limit", unchanged="no row is read")
@pytest.mark.fault("wire.refused_expired", what="a grant whose time is over", unchanged="no row is read")
@pytest.mark.fault("wire.refused_revoked", what="a grant that was revoked", unchanged="no row is read")
@pytest.mark.parametrize(("key", "changes", "grant", "usage"), CASES)
def test_a_refusal_names_its_rule_in_both_languages(
    key: str, changes: dict[str, object], grant: Grant | None, usage: Usage | None
) -> None:
    refused = judge(replace(ASK, **changes), grant=grant, usage=usage)  # pyright: ignore[reportArgumentType]
    assert isinstance(refused, Refused)
    assert refused.key == key
    for lang in ("zh", "en"):
        assert "{" not in refused.message(lang) + refused.remedy(lang)


def test_a_stale_directory_is_refused_by_the_grants_own_measure() -> None:
    grant = land_grant(max_stale_s=3600)
    assert isinstance(judge(grant=grant, directory_issued_at=NOW - timedelta(seconds=3600)), Allowed)
    refused = judge(grant=grant, directory_issued_at=NOW - timedelta(seconds=3601))
    assert isinstance(refused, Refused)
    assert refused.key == "wire.refused_stale"


def test_a_subject_asked_for_before_today_counts_once() -> None:
    full = Usage(subjects=100)
    assert isinstance(judge(replace(ASK, subject_is_new=False), usage=full), Allowed)


def test_a_use_without_matters_asks_for_no_case_number() -> None:
    grant = land_grant(uses=(Use("tl-market-licensing", "经营场所核验"),))
    assert isinstance(judge(replace(ASK, case_ref=None), grant=grant), Allowed)


def test_refusals_are_counted_by_kind() -> None:
    assert [
        family(f"wire.refused_{name}") for name in ("field", "purpose", "calls", "subjects", "expired", "revoked")
    ] == [
        "field",
        "purpose",
        "quota",
        "quota",
        "expired",
        "revoked",
    ]
    assert family("wire.refused_case") == "other"


def test_the_last_day_is_told_as_a_beijing_day() -> None:
    refused = judge(grant=land_grant(valid_until=NOW - timedelta(days=15, hours=9)))
    assert isinstance(refused, Refused)
    assert "2026年9月30日" in refused.message()
