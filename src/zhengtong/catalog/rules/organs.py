"""Which organization a listing's department is (部门归一): by name, short name, or both without their region.

Listings write 市工信局 for 望澜市工业和信息化局 and 【某市】 before a name.  A name that fits two
organizations fits none, and neither does one that names another region: nobody is guessed, and none is made up.
"""

import re
from dataclasses import dataclass, field

from zhengtong.catalog.rules.mapping.values import organ_name

_REGION = re.compile(r"^(.{2,8}?(省|自治区|自治州|地区|盟))?(.{2,6}?市(?![场政容民]))?(.{1,6}?(区|县|旗))?")
_LEVEL = re.compile(r"^[省市区县州](?=.{2,})")
CORE_CHARACTERS_MIN = 2


@dataclass(frozen=True, slots=True)
class Organ:
    """An organization as far as its names go (机构名称)."""

    key: str
    name: str
    short_name: str = ""


@dataclass(slots=True)
class OrganNames:
    """Finds organizations by what people call them; the same text is looked for once."""

    organs: tuple[Organ, ...]
    _exact: dict[str, str | None] = field(default_factory=dict)
    _cores: dict[str, str | None] = field(default_factory=dict)
    _asked: dict[str, str | None] = field(default_factory=dict)
    _regions: dict[str, str] = field(default_factory=dict)  # key → the region in the full name

    def __post_init__(self) -> None:
        for organ in self.organs:
            self._regions[organ.key] = _region_of(organ.name)
            for name in {organ.name, organ.short_name} - {""}:
                _note(self._exact, name, organ.key)
                for core in _cores_of(name):
                    _note(self._cores, core, organ.key)

    def find(self, text: str) -> str | None:
        """The key of the one organization that a text names; None where none or several fit."""
        name = organ_name(text)
        if name not in self._asked:
            self._asked[name] = self._found(name) if name else None
        return self._asked[name]

    def _found(self, name: str) -> str | None:
        if name in self._exact:
            return self._exact[name]
        for core in _cores_of(name):
            if (found := self._cores.get(core)) and self._is_there(found, name):
                return found
        short = _levelled(name)
        fits = {organ.key for organ in self.organs if _abbreviates(short, organ.name)}
        fits = {key for key in fits if self._is_there(key, name)}
        return fits.pop() if len(fits) == 1 else None

    def _is_there(self, key: str, name: str) -> bool:
        """Whether the region a name speaks of, if any, is the organization's: 苏州市公安局 is not 望澜市公安局."""
        said, own = _region_of(name), self._regions[key]
        return not said or not own or own.endswith(said) or said.endswith(own)


def _note(held: dict[str, str | None], name: str, key: str) -> None:
    """Remember who has a name; two with the same name are none."""
    held[name] = key if held.get(name, key) == key else None


def _cores_of(name: str) -> list[str]:
    """A name without its region, and with the sign of its level before it: 望澜市民政局 → 市民政局."""
    core = _levelled(name)
    return [core] if len(core) > CORE_CHARACTERS_MIN else []


def _region_of(name: str) -> str:
    found = None if _LEVEL.match(name) else _REGION.match(name)
    return found[0] if found else ""


def _levelled(name: str) -> str:
    region = _region_of(name)
    rest = name[len(region) :]
    if not region or len(rest) < CORE_CHARACTERS_MIN:
        return name
    return region[-1] + rest


def _abbreviates(short: str, name: str) -> bool:
    """Whether one name is the other with signs left out: same level, same first and last sign of the core."""
    full = _levelled(name)
    if not _LEVEL.match(short) or short[0] != full[0] or len(short) < 4 or len(short) >= len(full):
        return False
    inner, outer = short[1:], full[1:]
    if inner[0] != outer[0] or inner[-1] != outer[-1]:
        return False
    rest = iter(outer)
    return all(sign in rest for sign in inner)
