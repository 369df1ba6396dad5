"""Numbers of corrections, demands, persons' requests and others (编号): B01, C01 …; the register is the lock."""

from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.models import Correction, Demand, Dispute, PersonRequest, Register, ServiceChange, Takeover

DIGITS = {"B": 2, "C": 2, "D": 1, "G": 2, "J": 2, "Z": 2}
DIGITS_MAX = 8
_REGISTERS = {"B": "change", "C": "correction", "D": "demand", "G": "person", "J": "takeover", "Z": "dispute"}


def next_number(*, prefix: str, given: str = "") -> str:
    """The number of a new thing: the one given on paper, else the next.  Raises RuleBroken."""
    name = _REGISTERS[prefix]
    Register.objects.get_or_create(name=name)
    register = Register.objects.select_for_update().get(name=name)
    digits = given.removeprefix(prefix)
    if given and not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX):
        raise RuleBroken("sharing.number_invalid", number=given[:DIGITS_MAX])
    number = int(digits) if given else register.last + 1
    shown = f"{prefix}{str(number).zfill(DIGITS[prefix])}"
    if _taken(prefix, shown):
        raise RuleBroken("sharing.number_taken", number=shown)
    register.last = max(register.last, number)
    register.save()
    return shown


def _taken(prefix: str, number: str) -> bool:
    rows: dict[str, type[Correction | Demand | Dispute | PersonRequest | ServiceChange | Takeover]] = {
        "B": ServiceChange, "C": Correction, "D": Demand, "G": PersonRequest, "J": Takeover,
        "Z": Dispute,
    }  # fmt: skip
    return rows[prefix].objects.filter(number=number).exists()
