"""Rows stay with their area: doors, templates and other areas get frozen records."""

import tomllib

from tests.support.house import rows
from tests.support.house.tree import ROOT, SOURCE

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
CONTROL_PLANE = [
    "journal", "parties", "standards", "catalog", "sharing", "exchange", "registry", "approval", "healthcare",
    "supervision", "performance",
]  # fmt: skip


def test_doors_never_import_rows() -> None:
    assert rows.doors_with_rows(SOURCE) == []


def test_queries_and_services_hand_out_records_not_rows() -> None:
    assert rows.rows_handed_out(SOURCE) == []


def test_templates_get_records_not_rows() -> None:
    assert rows.templates_with_rows(SOURCE) == []


def test_every_area_with_models_has_its_protection_contract() -> None:
    assert rows.areas_without_contract(SOURCE, CONTRACTS) == []


def test_no_contract_has_an_exception() -> None:
    assert [c["id"] for c in CONTRACTS if c.get("ignore_imports")] == []


def test_foreign_keys_point_downward_by_string() -> None:
    assert rows.upward_foreign_keys(SOURCE, CONTROL_PLANE) == []
