"""A grant has one byte form, hides its row filter from the consumer, and cannot contradict itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.city import LAND, MARKET, City, land_grant, seed
from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.bundles import open_bundle
from zhengtong.wire.casenumber import fits
from zhengtong.wire.grant import (
    FieldType,
    Grant,
    GrantField,
    Mode,
    Use,
    check_grant,
    grant_digest,
    grant_payload,
    parse_grant,
    with_filter,
)
from zhengtong.wire.masks import Mask
from zhengtong.wire.rowfilter import And, Compare, Filter, Op


def test_the_signed_form_reads_back_without_the_private_part() -> None:
    grant = land_grant()
    assert parse_grant(grant_payload(grant)) == replace(grant, row_filter=None, filter_salt="")


def test_the_consumer_gets_words_and_a_digest_not_the_filter() -> None:
    grant = land_grant()
    assert grant.filter_description == "坐落开头为“汀兰区”，且不满足（房屋用途为空）"
    assert b'"op"' not in grant_payload(grant)
    assert grant.filter_salt.encode() not in grant_payload(grant)


def test_each_side_opens_its_own_view_of_the_same_grant() -> None:
    city = City()
    keys = {city.online.key_id: city.online.public}
    (provider,), (consumer,) = (
        open_bundle(city.bundle_document(node), keys=keys, node=node)[1] for node in (LAND, MARKET)
    )
    assert provider.row_filter == land_grant().row_filter
    assert consumer.row_filter is None
    assert grant_digest(provider) == grant_digest(consumer)


@pytest.mark.fault(
    "wire.grant_filter_differs", what="a row filter exchanged in the bundle", unchanged="no grant taken in"
)
def test_another_filter_than_the_signed_one_is_refused() -> None:
    city = City()
    wider = with_filter(land_grant(), Compare(Op.PREFIX, "坐落", ""), salt=seed("salt")[:16])
    swapped = replace(land_grant(), row_filter=wider.row_filter)
    document = city.bundle_document(LAND, swapped)
    with pytest.raises(RuleBroken) as refused:
        open_bundle(document, keys={city.online.key_id: city.online.public}, node=LAND)
    assert refused.value.key == "wire.grant_filter_differs"


def test_a_filter_of_the_greatest_depth_fits_into_a_bundle() -> None:
    city = City()
    deep: Filter = Compare(Op.EQ, "坐落", "x")
    for _ in range(7):
        deep = And((deep,))
    grant = with_filter(land_grant(), deep, salt=seed("salt")[:16])
    keys = {city.online.key_id: city.online.public}
    assert open_bundle(city.bundle_document(LAND, grant), keys=keys, node=LAND)[1] == (grant,)


def test_a_filter_that_is_missing_at_the_provider_is_refused() -> None:
    city = City()
    document = city.bundle_document(LAND, replace(land_grant(), row_filter=None))
    with pytest.raises(RuleBroken) as refused:
        open_bundle(document, keys={city.online.key_id: city.online.public}, node=LAND)
    assert refused.value.key == "wire.grant_filter_missing"


TEXT = FieldType.STRING


@pytest.mark.parametrize(
    "changes",
    [
        {"modes": frozenset[Mode]()},
        {"uses": ()},
        {"fields": (), "verify_fields": (), "lookup": ()},
        {"fields": (GrantField("坐落", TEXT), GrantField("坐落", TEXT))},
        {"lookup": ()},
        {"lookup": ("抵押状态",)},
        {"verify_fields": ()},
        {"verify_fields": (GrantField("坐落", TEXT, mask=Mask.ADDRESS),)},
        {"fields": (GrantField("坐落", FieldType.DATE, mask=Mask.NAME),)},
        {"fields": (GrantField("坐落", FieldType.DECIMAL),)},
        {"valid_until": land_grant().valid_from},
        {"provider": "tl-market"},
        {"legal_basis": ""},
        {"decision_digest": ""},
        {"uses": (Use("s", "p", ("**",)),)},
    ],
)
def test_a_grant_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_grant(land_grant(**changes))
    assert refused.value.key == "wire.grant_invalid"


def test_a_grant_with_an_unknown_field_or_mode_is_refused() -> None:
    value = canonical.parse_object(grant_payload(land_grant()), max_bytes=100_000)
    for changed in ({**value, "extra": 1}, {**value, "modes": ["stream"]}, {**value, "modes": ["verify", "query"]}):
        with pytest.raises(RuleBroken):
            parse_grant(canonical.encode(changed))


def test_every_change_changes_the_digest() -> None:
    grant = land_grant()
    others: list[Grant] = [
        land_grant(valid_until=grant.valid_until + timedelta(milliseconds=1)),
        land_grant(fields=grant.fields[:-1]),
        land_grant(filter_digest=grant.decision_digest),
    ]
    assert len({grant_digest(g) for g in (grant, *others)}) == 4


@pytest.mark.parametrize(
    ("case_ref", "pattern", "expected"),
    [
        ("TL-SP-2026-0042", "TL-SP-2026-####", True),
        ("TL-SP-2026-004", "TL-SP-2026-####", False),
        ("TL-SP-2026-0042X", "TL-SP-2026-####", False),
        ("TL-SP-2026-٠٠٤٢", "TL-SP-2026-####", False),
        ("A1", "??", True),
        ("TL-any-thing-1", "TL-*", True),
        ("TL-" + "9" * 41, "TL-*", False),
        ("a.c", "abc", False),
        ("x" * 500, "*", False),
    ],
)
def test_case_numbers_fit_patterns_exactly(case_ref: str, pattern: str, expected: bool) -> None:
    assert fits(case_ref, pattern) is expected
