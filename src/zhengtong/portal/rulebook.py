"""The limits in force, in words (期限与依据)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.deadlines import Bound, TimeLimit, Unit
from zhengtong.parties.rules import Role, role_label
from zhengtong.regulations import limits
from zhengtong.regulations.limits import StatedLimit
from zhengtong.standards import queries as standards
from zhengtong.ui.language import lang
from zhengtong.ui.templatetags.ui import listed


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A time limit in force, in words (期限)."""

    act: str
    length: str
    bound: str
    extension: str
    stops: str
    cites: str
    in_force_from: date
    mark: str
    note: str


def limits_in_force(*, actor: Actor | None, clock: Clock) -> tuple[LimitLine, ...]:
    """The time limits that bind here today, with their articles and marks."""
    place, on = actor.jurisdiction if actor else "", clock.today()
    local = standards.local_limits(jurisdiction=place, on=on)
    return tuple(_limit_line(stated) for stated in limits.all_limits(on=on, jurisdiction=place, local=local))


def basis_of(limit_id: str, *, actor: Actor, on: date) -> str:
    """On what a limit rests where the actor works, in the reader's language (依据)."""
    local = standards.local_limits(jurisdiction=actor.jurisdiction, on=on)
    stated = limits.all_limits(on=on, jurisdiction=actor.jurisdiction, local=local)
    return next((_limit_line(one).cites for one in stated if one.limit.id == limit_id), "")


def _limit_line(stated: StatedLimit) -> LimitLine:
    held, english = stated.limit, lang() == "en"
    return LimitLine(
        act=stated.act_en if english else held.act,
        length=_length(held.days, held.unit),
        bound=_("最长") if held.bound is Bound.MAX else _("最短"),
        extension=_extension(held),
        stops=listed(sorted(held.clock_stops_for)),
        cites=(stated.cites_en if english else "") or held.cites,
        in_force_from=held.in_force_from,
        mark=certainty(held.mark),
        note=stated.note_en if english else stated.note,
    )


def _length(days: int, unit: Unit) -> str:
    if unit is Unit.WORKING_DAY:
        return _("{days} 个工作日").format(days=days)
    return _("{days} 日").format(days=days)


def _extension(held: TimeLimit) -> str:
    if held.bound is Bound.MIN:
        return ""  # a period to keep has no extension
    if not held.extension_days:
        return _("不得延长")
    agreed_by = role_label(Role(held.extended_by), lang()) if held.extended_by in set(Role) else held.extended_by
    return _("可延长 {length}，须经{who}同意").format(length=_length(held.extension_days, held.unit), who=agreed_by)


def certainty(mark: str) -> str:
    """How sure the number is, in words."""
    return {
        "V": _("已核对条文"),
        "S": _("见于公开办事指南"),
        "M": _("待核对"),
        "m?": _("待核对"),
        "C": _("本系统约定"),
        "D": _("本系统默认值，可调整"),
    }.get(mark, mark)
