"""Masks hide what they say, alone and in columns, and what leaves is checked again."""

import pytest

from zhengtong.wire.masks import Mask, is_masked, mask, mask_column, unmasked_rows

pa = pytest.importorskip("pyarrow")
KEY = bytes(range(32))

SHOWN = [
    (Mask.CITIZEN_ID, "990102199001011234", "990102********1234"),
    (Mask.CITIZEN_ID, "990102900101123", "*" * 18),
    (Mask.CITIZEN_ID_PUBLIC, "990102199001011234", "9****************4"),
    (Mask.NAME, "林芸帆", "林*"),
    (Mask.NAME, "欧阳芸帆", "欧阳*"),
    (Mask.NAME, "欧阳", "欧*"),
    (Mask.NAME, "林", "*"),
    (Mask.NAME_PUBLIC, "欧阳芸帆", "欧*"),
    (Mask.PHONE, "10012345678", "100****5678"),
    (Mask.PHONE, "12345", "***"),
    (Mask.PHONE_PUBLIC, "10012345678", "100********"),
    (Mask.ADDRESS, "汀兰区临江街道示范路1号", "汀兰区临江街道***"),
    (Mask.ADDRESS, "汀兰区示范路1号", "汀兰区***"),
    (Mask.ADDRESS, "示范路1号", "***"),
    (Mask.ADDRESS_COUNTY, "望澜市汀兰区临江街道示范路1号", "望澜市汀兰区***"),
    (Mask.BANK_ACCOUNT, "6200000000000001234", "************1234"),
    (Mask.BANK_ACCOUNT, "1234", "************"),
    (Mask.EMAIL, "name@example.invalid", "n***@example.invalid"),
    (Mask.PLATE, "东A12345", "东A***45"),
    (Mask.NULL, "anything", None),
]


@pytest.mark.parametrize(("name", "value", "expected"), SHOWN)
def test_a_mask_shows_only_its_part(name: Mask, value: str, expected: str | None) -> None:
    assert mask(name, value) == expected
    assert is_masked(name, expected)
    assert not is_masked(name, value)


@pytest.mark.parametrize("name", list(Mask))
def test_a_column_is_masked_like_its_cells(name: Mask) -> None:
    values = [value for _, value, _ in SHOWN] + [None, "", "𠮷野家", "a\nb"]
    column = mask_column(name, pa.array(values), key=KEY)
    assert column.to_pylist() == [mask(name, value, key=KEY) for value in values]
    assert unmasked_rows(name, column) == 0


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (Mask.CITIZEN_ID, ["990102199001011234", "99010219900101123X", "990102190001010001"]),
        (Mask.CITIZEN_ID_PUBLIC, ["990102199001011234", "990102190001010001"]),
        (Mask.PHONE, ["10012345678", "10087654321"]),
        (Mask.PHONE_PUBLIC, ["10012345678", "10087654321"]),
        (Mask.PSEUDONYM, [f"户{n}" for n in range(3000)]),
        (Mask.PSEUDONYM, ["户1", "户2"] * 1000),
    ],
)
def test_a_column_of_one_length_is_masked_like_its_cells(name: Mask, values: list[str]) -> None:
    column = mask_column(name, pa.array(["", *values, ""]).slice(1, len(values)), key=KEY)
    column.validate(full=True)
    assert column.to_pylist() == [mask(name, value, key=KEY) for value in values]
    assert unmasked_rows(name, column) == 0
    broken = [*column.to_pylist()[:-1], values[-1]]
    assert unmasked_rows(name, pa.array(broken)) == 1


def test_the_output_check_counts_what_was_not_masked() -> None:
    assert unmasked_rows(Mask.PHONE, pa.array(["100****5678", "10012345678", None])) == 1
    assert unmasked_rows(Mask.NULL, pa.array(["x", None])) == 1


def test_pseudonyms_join_within_a_grant_and_not_across() -> None:
    assert mask(Mask.PSEUDONYM, "x", key=KEY) == mask(Mask.PSEUDONYM, "x", key=KEY)
    assert mask(Mask.PSEUDONYM, "x", key=KEY) != mask(Mask.PSEUDONYM, "x", key=KEY[::-1])
    with pytest.raises(ValueError, match="16 bytes"):
        mask(Mask.PSEUDONYM, "x")
