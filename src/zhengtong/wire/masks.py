"""Masks (脱敏): a closed set of ways to give part of a value, each with a check of what leaves.

The patterns are those of the internal and public profiles kept as [D] in the standards notes:
they are ours, no national pattern binds.  `mask` is pure; `mask_column` gives the same answers for
an Arrow column without a Python object per cell where the pattern allows it.
"""

import hmac
import re
from enum import StrEnum

from zhengtong.wire.arrow import Column, arrow, compute
from zhengtong.wire.text_columns import hmac_texts, rectangle, repeats, starred

PSEUDONYM_DIGITS = 32
COMPOUND_SURNAMES = (
    "欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "司徒",
    "夏侯", "东方", "独孤", "南宫", "西门", "端木", "百里", "呼延", "轩辕", "闻人", "申屠", "太史",
    "钟离", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "仲孙", "公羊", "拓跋", "赫连", "万俟",
    "鲜于", "闾丘", "司空", "亓官", "公良", "漆雕", "乐正", "宰父", "谷梁",
)  # fmt: skip

__all__ = ["COMPOUND_SURNAMES", "Mask", "is_masked", "mask", "mask_column", "unmasked_rows"]


class Mask(StrEnum):
    """How a field leaves (脱敏方式)."""

    CITIZEN_ID = "citizen_id"  # 公民身份号码：前6后4
    CITIZEN_ID_PUBLIC = "citizen_id_public"  # 公民身份号码（公开）：前1后1
    NAME = "name"  # 姓名：留姓（含复姓）
    NAME_PUBLIC = "name_public"  # 姓名（公开）：留首字
    PHONE = "phone"  # 手机：前3后4
    PHONE_PUBLIC = "phone_public"  # 手机（公开）：前3
    ADDRESS = "address"  # 地址：到乡镇、街道
    ADDRESS_COUNTY = "address_county"  # 地址（公开）：到县区
    BANK_ACCOUNT = "bank_account"  # 银行账号：后4
    EMAIL = "email"  # 邮箱：首字符和域名
    PLATE = "plate"  # 车牌：省市码和后2
    PSEUDONYM = "pseudonym"  # 假名：每个许可一把密钥
    NULL = "null"  # 不给值


_TOWN = re.compile(r"^.*?(?:街道|镇|乡)", re.DOTALL)
_COUNTY = re.compile(r"^.*?(?:自治县|县|区|旗|市辖区)", re.DOTALL)
_CITY = re.compile(r"^.*?市", re.DOTALL)
_STARS = "***"

_PATTERNS: dict[Mask, str] = {
    Mask.CITIZEN_ID: r".{6}\*{8}.{4}|\*{15,18}",
    Mask.CITIZEN_ID_PUBLIC: r".\*{16}.|\*{15,18}",
    Mask.NAME: r".{1,2}\*|\*",
    Mask.NAME_PUBLIC: r".\*|\*",
    Mask.PHONE: r".{3}\*{4}.{4}|\*{3}",
    Mask.PHONE_PUBLIC: r".{3}\*{8}|\*{3}",
    Mask.ADDRESS: r"(?:.*(?:街道|镇|乡|县|区|旗|市))?\*{3}",
    Mask.ADDRESS_COUNTY: r"(?:.*(?:县|区|旗|市))?\*{3}",
    Mask.BANK_ACCOUNT: r"\*{12}.{0,4}",
    Mask.EMAIL: r".?\*{3}@[^@]*|\*{3}",
    Mask.PLATE: r".{2}\*{3}.{2}|\*{3}",
    Mask.PSEUDONYM: r"[0-9a-f]{32}",
}
_MASKED = {name: re.compile(pattern, re.DOTALL) for name, pattern in _PATTERNS.items()}


def mask(name: Mask, value: str | None, *, key: bytes = b"") -> str | None:
    """The value as it may leave (脱敏后的值); null stays null.  `key` is the grant's, for pseudonyms only."""
    if value is None or name is Mask.NULL:
        return None
    return _MASKS[name](value, key)


def is_masked(name: Mask, value: str | None) -> bool:
    """Whether a value that is about to leave looks masked (输出校验): the barrier behind `mask`."""
    if value is None:
        return True
    return name is not Mask.NULL and _MASKED[name].fullmatch(value) is not None


def _citizen_id(value: str, _: bytes) -> str:
    return value[:6] + "*" * 8 + value[-4:] if len(value) == 18 else "*" * 18


def _citizen_id_public(value: str, _: bytes) -> str:
    return value[0] + "*" * 16 + value[-1] if len(value) == 18 else "*" * 18


def _name(value: str, _: bytes) -> str:
    if len(value) < 2:
        return "*"
    return value[:2] + "*" if len(value) > 2 and value[:2] in COMPOUND_SURNAMES else value[:1] + "*"


def _name_public(value: str, _: bytes) -> str:
    return value[:1] + "*" if len(value) > 1 else "*"


def _phone(value: str, _: bytes) -> str:
    return value[:3] + "****" + value[-4:] if len(value) == 11 else _STARS


def _phone_public(value: str, _: bytes) -> str:
    return value[:3] + "*" * 8 if len(value) == 11 else _STARS


def _address(value: str, key: bytes) -> str:
    found = _TOWN.match(value)
    return found.group() + _STARS if found else _address_county(value, key)


def _address_county(value: str, _: bytes) -> str:
    found = _COUNTY.match(value) or _CITY.match(value)
    return (found.group() if found else "") + _STARS


def _bank_account(value: str, _: bytes) -> str:
    return "*" * 12 + (value[-4:] if len(value) > 8 else "")


def _email(value: str, _: bytes) -> str:
    name, at, domain = value.rpartition("@")
    return name[:1] + _STARS + "@" + domain if at else _STARS


def _plate(value: str, _: bytes) -> str:
    return value[:2] + _STARS + value[-2:] if len(value) >= 7 else _STARS


def _pseudonym(value: str, key: bytes) -> str:
    _check_key(key)
    return hmac.digest(key, value.encode(), "sha256").hex()[:PSEUDONYM_DIGITS]


def _check_key(key: bytes) -> None:
    if len(key) < 16:
        raise ValueError("a pseudonym needs the grant's key of at least 16 bytes")


_MASKS = {
    Mask.CITIZEN_ID: _citizen_id,
    Mask.CITIZEN_ID_PUBLIC: _citizen_id_public,
    Mask.NAME: _name,
    Mask.NAME_PUBLIC: _name_public,
    Mask.PHONE: _phone,
    Mask.PHONE_PUBLIC: _phone_public,
    Mask.ADDRESS: _address,
    Mask.ADDRESS_COUNTY: _address_county,
    Mask.BANK_ACCOUNT: _bank_account,
    Mask.EMAIL: _email,
    Mask.PLATE: _plate,
    Mask.PSEUDONYM: _pseudonym,
}


def mask_column(name: Mask, column: Column, *, key: bytes = b"") -> Column:
    """`mask` for every cell of a text column (整列脱敏).

    Slices and patterns run in Arrow, cells of one length as bytes; an address is worked on once per distinct value,
    and so is a pseudonym of a column with repetitions.
    """
    pa, pc = arrow(), compute()
    if name is Mask.NULL:
        return pa.nulls(len(column), pa.string())
    text = column.cast(pa.string())
    if name is Mask.PSEUDONYM and not text.null_count and not repeats(text):
        _check_key(key)
        return hmac_texts(text, key=key, digits=PSEUDONYM_DIGITS)
    if name not in _SLICES:
        coded = text.dictionary_encode()
        masked = pa.array([mask(name, v, key=key) for v in coded.dictionary.to_pylist()], pa.string())
        return masked.take(coded.indices)
    length, head, stars, tail, otherwise = _SLICES[name]
    cells = rectangle(text, width=length) if length else None
    if cells is not None:
        return starred(cells, head=head, tail=tail)
    parts = [pc.utf8_slice_codeunits(text, 0, head), pa.scalar("*" * stars)]
    if tail:
        parts.append(pc.utf8_slice_codeunits(text, -tail, None))
    sliced = pc.binary_join_element_wise(*parts, pa.scalar(""))
    fits = pc.equal(pc.utf8_length(text), length) if length else pc.greater(pc.utf8_length(text), 1)
    plain = pc.if_else(fits, sliced, pa.scalar(otherwise))
    if name is Mask.NAME:
        surname = pc.utf8_slice_codeunits(text, 0, 2)
        compound = pc.and_(pc.is_in(surname, pa.array(COMPOUND_SURNAMES)), pc.greater(pc.utf8_length(text), 2))
        plain = pc.if_else(compound, pc.binary_join_element_wise(surname, pa.scalar("*"), pa.scalar("")), plain)
    return plain


_SLICES: dict[Mask, tuple[int, int, int, int, str]] = {  # length (0: any ≥ 2), head, stars, tail, otherwise
    Mask.CITIZEN_ID: (18, 6, 8, 4, "*" * 18),
    Mask.CITIZEN_ID_PUBLIC: (18, 1, 16, 1, "*" * 18),
    Mask.NAME: (0, 1, 1, 0, "*"),
    Mask.NAME_PUBLIC: (0, 1, 1, 0, "*"),
    Mask.PHONE: (11, 3, 4, 4, _STARS),
    Mask.PHONE_PUBLIC: (11, 3, 8, 0, _STARS),
}


def unmasked_rows(name: Mask, column: Column) -> int:
    """How many cells of a column about to leave do not look masked (输出校验); 0 is good."""
    pa, pc = arrow(), compute()
    if name is Mask.NULL:
        return len(column) - column.null_count
    if _plainly_masked(name, column):
        return 0
    good = pc.match_substring_regex(column.cast(pa.string()), rf"(?s)\A(?:{_PATTERNS[name]})\z")
    return int(pc.sum(pc.invert(good)).as_py() or 0)


def _plainly_masked(name: Mask, column: Column) -> bool:
    """Whether every cell is masked, seen fast; False says nothing yet."""
    if name is Mask.PSEUDONYM:
        cells = rectangle(column, width=PSEUDONYM_DIGITS)
        return cells is not None and bool((((cells - 48) < 10) | ((cells - 97) < 6)).all())  # bytes wrap below 0
    if name not in _SLICES or not _SLICES[name][0]:
        return False
    length, head, _, tail, _ = _SLICES[name]
    cells = rectangle(column, width=length)
    return cells is not None and bool((cells[:, head : length - tail] == ord("*")).all())
