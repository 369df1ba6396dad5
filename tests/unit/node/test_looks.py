"""What values look like: shapes without values, kinds by their values, terms by their names."""

import pytest

from zhengtong.kernel.identifiers import citizen_id_with_check, uscc_with_check
from zhengtong.node.profiling.looks import SEEN_MIN, look, shape_of, term_of

CITIZENS = [citizen_id_with_check(f"9901021980{1 + n % 9:02d}1{n % 10}{n:03d}") for n in range(30)]
BODIES = [uscc_with_check(f"91990102MA{n:07d}") for n in range(30)]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("990102198001010011", "9{18}"),
        ("91990102MA0000001X", "9{8}A{2}9{7}A"),
        ("汀兰食〔2026〕0017号", "汉{3}〔9{4}〕9{4}号"),
        ("2026-10-16", "9{4}-9{2}-9{2}"),
        ("𠮷", "汉"),
        ("é", "·"),
        ("", ""),
    ],
)
def test_a_shape_tells_kinds_of_characters_and_nothing_else(value: str, shape: str) -> None:
    assert shape_of(value) == shape


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (CITIZENS, "citizen_id"),
        (BODIES, "uscc"),
        ([f"2026{1 + n % 9:02d}1{n % 10}" for n in range(30)], "date"),
        ([f"2026-01-02 03:04:{n:02d}" for n in range(30)], "timestamp"),
        ([f"100{n:08d}" for n in range(30)], "phone"),
        ([str(n) for n in range(30)], "integer"),
        ([f"{n}.50" for n in range(30)], "decimal"),
        (["0", "1"] * 15, "logical"),
        ([f"望澜市汀兰区听潮街{n}号" for n in range(30)], "address"),
        ([f"第{n}条说明" for n in range(30)], "text"),
        (["王" + "安宁平和康乐"[n % 6] + "一二三四五"[n % 5] for n in range(30)], "person_name"),
    ],
)
def test_a_column_is_judged_by_its_values(values: list[str], kind: str) -> None:
    assert look(values, name="F1", distinct=len(set(values))).kind == kind


def test_a_few_slips_do_not_hide_an_identifier_and_are_counted() -> None:
    looks = look([*CITIZENS[:27], "990102800101001", "123", "99010219800101001"], name="F1", distinct=30)
    assert (looks.kind, looks.is_personal, looks.invalid_share) == ("citizen_id", True, pytest.approx(0.1))


def test_a_code_list_needs_values_and_a_name_that_agree() -> None:
    values = ["1", "2"] * 10
    assert look(values, name="XB", distinct=2).code_list == "sex"
    assert look(values, name="LX", distinct=2).code_list == ""
    assert look(["甲", "乙"] * 10, name="XB", distinct=2).code_list == ""


@pytest.mark.parametrize("seen", [1, SEEN_MIN - 1])
def test_a_value_few_rows_have_is_not_told(seen: int) -> None:
    looks = look(["01"] * 50 + ["02"] * seen, name="LX", distinct=2)
    assert looks.common == (("01", 50),)


def test_a_name_the_values_speak_against_is_no_term() -> None:
    numbers = look([str(n) for n in range(30)], name="XM", distinct=30)
    assert term_of("XM", "", numbers) is None
    assert term_of("XM", "", look([], name="XM", distinct=0)) is not None
    assert (found := term_of("F7", "出生日期", numbers)) is not None
    assert found.name == "出生日期"


def test_a_column_without_values_is_nothing_in_particular() -> None:
    looks = look([], name="BZ", distinct=0)
    assert (looks.kind, looks.pattern, looks.common, looks.length) == ("", "", (), 0)
