"""`zhengtong rules`: what it lists, explains and finds."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zhengtong.cli.regulations import app
from zhengtong.kernel.errors import NotFound

FIELDS = {
    "id", "act", "days", "unit", "bound", "extension_days", "extended_by", "clock_stops_for", "on_expiry", "cites",
    "in_force_from", "jurisdiction", "mark",
}  # fmt: skip
LIMIT = """[[limit]]
id = "REPLY_CONDITIONAL"
act = "答复有条件共享类申请"
act_en = "answer a request for conditional data"
days = {days}
unit = "working_day"
bound = "max"
extension_days = 0
extended_by = ""
clock_stops_for = []
on_expiry = "P4"
cites = "望澜市细则 第九条"
in_force_from = 2026-01-01
mark = "D"
"""


def _json(*words: str, status: int = 0) -> list[dict[str, object]]:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == status, done.output
    found: list[dict[str, object]] = json.loads(done.output)
    return found


def test_every_limit_is_listed_with_exactly_the_stated_fields() -> None:
    rows = _json("show", "--on", "2026-10-16")
    assert {frozenset(row) for row in rows} == {frozenset(FIELDS)}
    reply = next(row for row in rows if row["id"] == "REPLY_CONDITIONAL")
    assert (reply["days"], reply["extension_days"], reply["cites"]) == (10, 10, "政务数据共享条例 第二十一条")
    joint = next(row for row in rows if row["id"] == "JOINT_DECISION")
    assert "expert_review" in joint["clock_stops_for"]  # pyright: ignore[reportOperatorIssue] -- a list of words


def test_what_is_not_in_force_yet_is_not_listed() -> None:
    assert "REPLY_CONDITIONAL" not in {row["id"] for row in _json("show", "--on", "2025-07-31")}
    assert _json("show", "--kind", "breaches", "--on", "2025-07-31") == []


@pytest.mark.parametrize(("kind", "count"), [("types", 3), ("breaches", 19)])
def test_the_other_kinds_are_listed_too(kind: str, count: int) -> None:
    assert len(_json("show", "--kind", kind, "--on", "2026-10-16")) == count
    assert CliRunner().invoke(app, ["show", "--kind", kind]).exit_code == 0


def test_an_article_is_explained_in_words_and_as_data() -> None:
    (told,) = _json("explain", "第二十一条")
    assert told["article"]["number"] == 21  # pyright: ignore[reportIndexIssue, reportArgumentType, reportCallIssue]
    assert "REPLY_CONDITIONAL" in CliRunner().invoke(app, ["explain", "809:21"]).output
    with pytest.raises(NotFound):
        CliRunner().invoke(app, ["explain", "第一百条"], catch_exceptions=False)


def test_the_shipped_limits_pass_the_check() -> None:
    assert _json("check") == []


@pytest.mark.parametrize(("days", "status"), [(5, 0), (12, 1)])
def test_a_local_value_against_the_applicant_fails_the_check(tmp_path: Path, days: int, status: int) -> None:
    file = tmp_path / "990100.toml"
    file.write_text(LIMIT.format(days=days), encoding="utf-8")
    faults = _json("check", "--file", str(file), status=status)
    assert [fault["key"] for fault in faults] == ["regulations.worse_than_above"] * status


def test_a_file_needs_a_place() -> None:
    assert CliRunner().invoke(app, ["check", "--file", __file__]).exit_code == 2
