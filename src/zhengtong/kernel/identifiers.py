"""Numbers of persons and bodies, and their check digits (标识校验): the same for center, node and tests."""

from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I O S V Z
CITIZEN_CHECKS = "10X98765432"  # GB 11643-1999, by sum mod 11
_USCC_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
_CITIZEN_WEIGHTS = tuple(pow(2, 17 - n, 11) for n in range(17))


def uscc_with_check(first17: str) -> str:
    """Complete a unified social credit code (统一社会信用代码) with its check character.

    Raises:
        ValueError: not 17 characters of the code's alphabet.
    """
    if len(first17) != 17 or any(c not in USCC_ALPHABET for c in first17):
        raise ValueError("17 characters of the USCC alphabet are needed")
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first17, _USCC_WEIGHTS, strict=True))
    return first17 + USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_is_valid(text: str) -> bool:
    """Whether a text is a well-formed unified social credit code with the right check character."""
    if len(text) != 18 or any(c not in USCC_ALPHABET for c in text):
        return False
    return uscc_with_check(text[:17]) == text


def citizen_id_with_check(first17: str) -> str:
    """Complete a citizen number (公民身份号码) with its check character.

    Raises:
        ValueError: not 17 digits.
    """
    if len(first17) != 17 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("17 digits are needed")
    total = sum(int(c) * w for c, w in zip(first17, _CITIZEN_WEIGHTS, strict=True))
    return first17 + CITIZEN_CHECKS[total % 11]


def citizen_id_is_valid(text: str) -> bool:
    """Whether a text is a citizen number: 18 characters, a real birth date, the right check character.

    An unknown region is no fault: abolished counties live on in numbers issued before.
    """
    if len(text) != 18 or not (text[:17].isascii() and text[:17].isdigit()) or text[0] == "0":
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return citizen_id_with_check(text[:17]) == text
