"""Whether limits may stand as they are written (期限检查).  Pure.

A limit needs an article or a mark; a place's own value may only add to what holds above it; who may extend must be
somebody; an id stands once a place and day.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from zhengtong.kernel import messages
from zhengtong.kernel.deadlines import TimeLimit
from zhengtong.kernel.messages import Lang
from zhengtong.regulations.limits import StatedLimit, places_above, read

MARKS = frozenset({"V", "S", "M", "m?", "C", "D"})
EXTENDERS: dict[str, tuple[str, str]] = {  # who may agree to more time: roles of the program, and heads outside it
    "authority_leader": ("主管部门分管负责人", "the leader of the data authority"),
    "government_leader": ("政府分管负责人", "the leader of the government"),
    "head_of_organ": ("本机关负责人", "the head of the organ"),
}
STOPS: dict[str, tuple[str, str]] = {  # 行政许可法 第四十五条
    "hearing": ("听证", "hearing"),
    "tender": ("招标", "tender"),
    "auction": ("拍卖", "auction"),
    "testing": ("检验", "testing"),
    "inspection": ("检测", "inspection"),
    "quarantine": ("检疫", "quarantine"),
    "appraisal": ("鉴定", "appraisal"),
    "expert_review": ("专家评审", "expert review"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a limit (期限问题)."""

    limit: str
    jurisdiction: str
    key: str
    facts: dict[str, str | int]

    def message(self, lang: Lang = "zh") -> str:
        """What is wrong."""
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: Lang = "zh") -> str:
        """What to do about it."""
        return messages.remedy(self.key, lang=lang, facts=self.facts)


def check_text(text: str, *, place: str, shipped: Sequence[StatedLimit]) -> tuple[Fault, ...]:
    """The faults of a file with a place's own limits, laid over those that come with the platform."""
    try:
        own = [stated.limit for stated in read(text, place=place)]
    except (KeyError, TypeError, ValueError, AssertionError, tomllib.TOMLDecodeError) as broken:
        facts: dict[str, str | int] = {"why": f"{type(broken).__name__}: {broken}"[:200]}
        return (Fault("", place, "regulations.unreadable", facts),)
    general = [stated.limit for stated in shipped]
    return check(own, above=general) if own else (Fault("", place, "regulations.no_limits", {}),)


def check(limits: Iterable[TimeLimit], *, above: Sequence[TimeLimit]) -> tuple[Fault, ...]:
    """The faults of some limits; `above` are those they may stand under."""
    faults, given = list[Fault](), tuple(limits)
    times = Counter((one.id, one.jurisdiction, one.in_force_from) for one in given)
    for one in given:
        faults += _alone(one)
        if times[one.id, one.jurisdiction, one.in_force_from] > 1:
            faults.append(_fault(one, "twice", on=one.in_force_from.isoformat()))
        faults += _under(one, (*above, *given))
    return tuple(faults)


def _alone(one: TimeLimit) -> list[Fault]:
    found: list[Fault] = []
    if not one.cites.strip() and not one.mark:
        found.append(_fault(one, "neither_article_nor_mark"))
    if one.mark and one.mark not in MARKS:
        found.append(_fault(one, "unknown_mark", mark=one.mark, known=_named(MARKS)))
    if one.mark == "V" and "第" not in one.cites:
        found.append(_fault(one, "verified_without_article"))
    if one.days < 0 or one.extension_days < 0:
        found.append(_fault(one, "negative"))
    if one.extension_days and one.extended_by not in EXTENDERS:
        found.append(_fault(one, "unknown_extender", who=one.extended_by or "—", known=_named(EXTENDERS)))
    if unknown := one.clock_stops_for - STOPS.keys():
        found.append(_fault(one, "unknown_stop", what=_named(unknown), known=_named(STOPS)))
    return found


def _under(one: TimeLimit, known: Sequence[TimeLimit]) -> list[Fault]:
    """Whether a place's own value favours the applicant against what holds above on its first day."""
    if not one.jurisdiction:
        return []
    general = None
    for place in places_above(one.jurisdiction):
        held = [x for x in known if x.id == one.id and x.jurisdiction == place and x.in_force_from <= one.in_force_from]
        general = max(held, key=lambda x: x.in_force_from, default=None)
        if general is not None:
            break
    if general is None:
        return [_fault(one, "no_such_limit_above", on=one.in_force_from.isoformat())]
    if one.favours_applicant(general):
        return []
    facts = {"days": one.days, "extension": one.extension_days, "above": general.days}
    return [_fault(one, "worse_than_above", **facts, above_extension=general.extension_days)]


def _fault(one: TimeLimit, kind: str, **facts: str | int) -> Fault:
    place = one.jurisdiction or "—"
    return Fault(one.id, one.jurisdiction, f"regulations.{kind}", {"id": one.id, "place": place, **facts})


def _named(names: Collection[str]) -> str:
    return "、".join(sorted(names))
