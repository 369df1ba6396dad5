"""The standards in use, as pages show them (标准规范): code lists, the metadata profile, the working-day calendar."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.portal.links import link
from zhengtong.portal.rulebook import certainty
from zhengtong.standards import queries as standards
from zhengtong.standards import tables
from zhengtong.standards.rules import CodeList, FieldRule
from zhengtong.ui.language import lang

CODES_MAX = 500


@dataclass(frozen=True, slots=True)
class ListLine:
    """A code list with its source (代码表)."""

    name: str
    source: str
    edition: str
    count: int
    certainty: str
    url: str


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of the metadata profile (元数据项)."""

    name: str
    obligation: str
    length: int | None
    cites: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """Where this year's calendar differs from ordinary weeks (调休与放假)."""

    name: str
    published_through: date
    worked: tuple[date, ...]  # weekend days that are worked
    closed: tuple[date, ...]  # weekdays off


@dataclass(frozen=True, slots=True)
class CodeLine:
    code: str
    label: str
    until: date | None


@dataclass(frozen=True, slots=True)
class CodePage:
    """One code list, bounded."""

    name: str
    source: str
    edition: str
    licence: str
    certainty: str
    codes: tuple[CodeLine, ...]
    left_out: int


def lists() -> tuple[ListLine, ...]:
    """Every code list that is shipped."""
    return tuple(
        ListLine(
            _name(held),
            _source(held),
            held.edition,
            len(held.codes),
            certainty(held.mark),
            link("portal:codes", held.id),
        )
        for held in tables.code_lists()
    )


def fields() -> tuple[FieldLine, ...]:
    """What a catalogue entry must say."""
    obliged = {"M": _("必填"), "C": _("按条件必填"), "O": _("可填")}
    return tuple(
        FieldLine(
            name=_field_name(rule),
            obligation=obliged.get(rule.obligation, rule.obligation),
            length=rule.max_length or None,
            cites=rule.cites,
        )
        for rule in tables.profile().fields
    )


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One data element (数据元)."""

    name: str
    also: str
    type: str
    length: str
    code_list: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One metadata profile that entries can be checked against (元数据规范)."""

    title: str
    source: str
    edition: str
    mandatory: int
    optional: int


def elements() -> tuple[ElementLine, ...]:
    """Every data element that items of the catalogue are compared with."""
    return tuple(
        ElementLine(
            name=one.en if lang() == "en" else one.zh,
            also="、".join(one.aliases),
            type=tables.code_list("item_type").label(one.type, lang=lang()),
            length=f"{'' if one.fixed else '≥ '}{one.length}" if one.length else "",
            code_list=_name(tables.code_list(one.code_list)) if one.code_list else "",
            source=one.source,
            certainty=certainty(one.mark),
        )
        for one in tables.data_elements()
    )


def profiles() -> tuple[ProfileLine, ...]:
    """Every metadata profile with how much it asks for."""
    return tuple(
        ProfileLine(
            (one.title, one.title_en)[lang() == "en"], (one.source, one.source_en)[lang() == "en"], one.edition,
            sum(f.obligation != "O" for f in one.fields),
            sum(f.obligation == "O" for f in one.fields),
        )
        for one in tables.profiles()
    )  # fmt: skip


def calendar(*, actor: Actor | None, clock: Clock) -> CalendarPage:
    """The working days of this year in the actor's place."""
    year = clock.today().year
    held = standards.calendar_for(actor.jurisdiction if actor else "")
    return CalendarPage(
        name=held.name,
        published_through=held.published_through,
        worked=tuple(sorted(day for day in held.opened if day.year == year)),
        closed=tuple(sorted(day for day in held.closed if day.year == year and day.weekday() < 5)),
    )


def codes(id: str) -> CodePage:
    """One code list.  Raises NotFound."""
    held = next((found for found in tables.code_lists() if found.id == id), None)
    if held is None:
        raise NotFound("portal.no_code_list", id=id[:40])
    shown = held.codes[:CODES_MAX]
    return CodePage(
        name=_name(held),
        source=_source(held),
        edition=held.edition,
        licence=_("事实性内容") if held.licence == "facts" else held.licence,
        certainty=certainty(held.mark),
        codes=tuple(CodeLine(c.code, (lang() == "en" and c.en) or c.zh, c.valid_until) for c in shown),
        left_out=len(held.codes) - len(shown),
    )


def _field_name(rule: FieldRule) -> str:
    name = rule.en if lang() == "en" else rule.zh
    return _("{name}（每个信息项）").format(name=name) if rule.on == "item" else name


def _name(held: CodeList) -> str:
    return held.en if lang() == "en" else held.zh


def _source(held: CodeList) -> str:
    """The document the codes come from; remarks of the table's keepers stay in the table."""
    return held.source.partition(";")[0]
