"""A grant beyond the local ceiling is found out, item by item, whoever signed it."""

import pytest

from tests.support.city import land_grant
from zhengtong.wire.ceiling import Accept, Ceiling, ceiling_from_json, ceiling_to_json, exceeds
from zhengtong.wire.masks import Mask

CEILING = Ceiling(
    resource="306001002/000123",
    fields={"坐落": None, "房屋用途": None, "建筑面积": None, "所在层": None, "权利人名称": Mask.NAME},
    verify_fields=frozenset({"不动产单元号"}),
    max_rows_per_day=1000,
    purposes=frozenset({"经营场所核验"}),
    accept=Accept.AUTOMATIC,
)


def keys(**changes: object) -> list[str]:
    found = exceeds(land_grant(), Ceiling(**{**_attributes(), **changes}))  # pyright: ignore[reportArgumentType]
    for finding in found:
        assert "{" not in finding.message() + finding.remedy() + finding.message("en") + finding.remedy("en")
    return [finding.key for finding in found]


def _attributes() -> dict[str, object]:
    return {name: getattr(CEILING, name) for name in Ceiling.__dataclass_fields__}


def test_a_grant_within_the_ceiling_has_no_findings() -> None:
    assert keys() == []


@pytest.mark.fault(
    "wire.ceiling_field", what="a signed grant beyond the local ceiling", unchanged="the grant stays out of effect"
)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fields": {**CEILING.fields, "权利人名称": Mask.NULL}}, "wire.ceiling_mask"),
        ({"fields": {k: v for k, v in CEILING.fields.items() if k != "所在层"}}, "wire.ceiling_field"),
        ({"verify_fields": frozenset[str]()}, "wire.ceiling_verify_field"),
        ({"max_rows_per_day": 999}, "wire.ceiling_rows"),
        ({"purposes": frozenset({"统计"})}, "wire.ceiling_purpose"),
        ({"resource": "another"}, "wire.ceiling_resource"),
    ],
)
def test_what_goes_beyond_is_named(changes: dict[str, object], expected: str) -> None:
    assert keys(**changes) == [expected]


def test_a_stricter_mask_satisfies() -> None:
    fields = tuple(
        f if f.name != "权利人名称" else type(f)(f.name, f.type, f.title, Mask.NAME_PUBLIC) for f in land_grant().fields
    )
    assert exceeds(land_grant(fields=fields), CEILING) == []


def test_a_ceiling_survives_its_store() -> None:
    assert ceiling_from_json(ceiling_to_json(CEILING)) == CEILING
