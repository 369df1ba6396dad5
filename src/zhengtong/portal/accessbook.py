"""The access table in the reader's language (权限表页面)."""

from dataclasses import dataclass

from zhengtong.kernel.messages import Lang
from zhengtong.parties.rules import Role, role_label
from zhengtong.portal.access import LIFECYCLES, WHOSE_LABELS, Doing, Looking, Whose, doing, looking

_MORE: dict[str, tuple[str, str]] = {
    "system": ("系统按期", "the clock"),
    "supersede": ("发布新版时替代", "replace by the new"),
}


@dataclass(frozen=True, slots=True)
class WhoLine:
    """Which of the things, and the roles that may look at those."""

    whose: str
    roles: str


@dataclass(frozen=True, slots=True)
class LookingLine:
    """One kind of thing (查看)."""

    thing: str
    parties: str
    lines: tuple[WhoLine, ...]


@dataclass(frozen=True, slots=True)
class DoingLine:
    """One verb on one kind of thing (办理)."""

    thing: str
    verb: str
    roles: str
    cites: str


def looking_lines(lang: Lang) -> tuple[LookingLine, ...]:
    """Who may look at what."""
    return tuple(_looking(one, lang) for one in looking())


def doing_lines(lang: Lang) -> tuple[DoingLine, ...]:
    """Who may do what."""
    return tuple(dict.fromkeys(_doing(one, lang) for one in doing()))


def _looking(one: Looking, lang: Lang) -> LookingLine:
    lines = list[WhoLine]()
    for whose in Whose:
        roles = [role_label(role, lang) for role in Role if whose in one.cells.get(role, ())]
        if roles:
            everybody = len(roles) == len(Role)
            said = ("所有岗位角色", "every role")[lang == "en"] if everybody else _joined(roles, lang)
            lines.append(WhoLine(WHOSE_LABELS[whose][lang == "en"], said))
    thing, parties = (one.en, one.parties_en) if lang == "en" else (one.zh, one.parties_zh)
    return LookingLine(thing, parties, tuple(lines))


def _doing(one: Doing, lang: Lang) -> DoingLine:
    (cycle,) = [cycle for cycle in LIFECYCLES if cycle.name == one.thing]
    words = {code: pair[lang == "en"] for code, pair in {**_MORE, **cycle.words}.items()}
    roles = _joined([words.get(role, role_label(role, lang)) for role in sorted(one.roles)], lang)
    return DoingLine(words.get(one.thing, one.thing), words.get(one.verb, one.verb), roles, one.cites)


def _joined(words: list[str], lang: Lang) -> str:
    return (", " if lang == "en" else "、").join(words)
