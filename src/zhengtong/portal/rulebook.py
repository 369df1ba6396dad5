"""The limits in force, in words (期限与依据)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.deadlines import Bound, TimeLimit, Unit
from zhengtong.regulations import law, limits
from zhengtong.regulations.checking import EXTENDERS, STOPS
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


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article restated, with whom it obliges to what, and what it names as breaches (条文)."""

    anchor: str
    cites: str
    says: str
    duties: tuple[tuple[str, str], ...]  # whom, what
    breaches: tuple[str, ...]


def articles_in_force(*, clock: Clock) -> tuple[ArticleLine, ...]:
    """The articles that the program acts on today, in our words."""
    on, english = clock.today(), lang() == "en"
    duties, breaches = law.duties(), law.breaches()
    return tuple(
        ArticleLine(
            anchor=f"{'d' if one.law_en == 'Decree 809' else 'l'}{one.number}",
            cites=one.cites(lang()),
            says=one.en if english else one.zh,
            duties=tuple(
                (law.PARTY_WORDS[duty.party][english], duty.en if english else duty.zh)
                for duty in duties
                if (duty.law, duty.article) == (one.law, one.number)
            ),
            breaches=tuple(
                f"（{law.in_characters(named.item)}）{named.zh}" if not english else f"({named.item}) {named.en}"
                for named in breaches
                if (named.law, named.article) == (one.law, one.number)
            ),
        )
        for one in law.articles()
        if one.in_force_from <= on
    )


def sharing_types(*, clock: Clock) -> tuple[tuple[str, str, str], ...]:
    """Name, meaning and article of each sharing type."""
    english, on = lang() == "en", clock.today()
    return tuple(
        (
            one.en if english else one.zh,
            one.means_en if english else one.means,
            f"{one.law} 第{law.in_characters(one.article)}条",
        )
        for one in law.sharing_types()
        if one.in_force_from <= on
    )


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
        stops=listed([STOPS[stop][english] for stop in STOPS if stop in held.clock_stops_for]),
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
    agreed_by = EXTENDERS.get(held.extended_by, (held.extended_by, held.extended_by))[lang() == "en"]
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
