"""Components as template tags (组件): `{% load ui %}`.  Examples are in docs/howto/write-a-page.md."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhengtong.kernel.daystrip import DayStrip
from zhengtong.ui import dates, daystrip, language
from zhengtong.ui.language import lang, message
from zhengtong.ui.progress import Picture, picture
from zhengtong.ui.values import SIGNS, ProgressStep, Tone

register = template.Library()

DASH = "—"
PAGED = ("after", "format")  # of an address: they end with another order


@register.filter
def day(value: date | datetime | None) -> str:
    """2026年10月16日（星期五） / 16 Oct 2026; a dash for no date."""
    return dates.day(value, lang=lang()) if value else DASH


@register.filter
def short_day(value: date | datetime | None) -> str:
    """10月16日 / 16 Oct."""
    return dates.short_day(value, lang=lang()) if value else DASH


@register.filter
def moment(value: datetime | None) -> str:
    """2026年10月16日 09:00, Beijing time."""
    return dates.moment(value, lang=lang()) if value else DASH


@register.filter
def cite(article: object) -> str:
    """An article of the Decree in the reader's language."""
    return language.cite(str(article or ""))


@register.filter
def figure(value: int | None) -> str:
    """A count with its thousands apart: 10,000,000."""
    return DASH if value is None else f"{value:,}"


@register.filter
def or_dash(value: object) -> object:
    """A dash where there is nothing to show."""
    return DASH if value is None or value == "" else value


@register.filter
def listed(values: Iterable[object] | None) -> str:
    """Several things in one line: 、 in Chinese, commas in English."""
    return (", " if lang() == "en" else "、").join(str(value) for value in values or ())


@register.simple_tag(name="message")
def message_text(key: str, **facts: object) -> str:
    """The sentence of a kernel message key."""
    return message(key, **facts)


@register.simple_tag
def badge(label: object, tone: str = "quiet") -> SafeString:
    """A state in words with a sign and a tone."""
    kind = Tone(tone)
    return format_html(
        '<span class="zt-badge zt-{}"><span aria-hidden="true">{}</span> {}</span>', kind.value, SIGNS[kind], label
    )


@register.simple_tag
def fact(label: object, value: object) -> SafeString:
    """One line of a definition list."""
    return format_html('<div><dt>{}</dt><dd class="zt-text">{}</dd></div>', label, or_dash(value))


@register.simple_tag
def crumb(label: object, url: str) -> SafeString:
    """One step of the way back."""
    return format_html('<li><a href="{}">{}</a></li>', url, label)


@register.simple_tag
def due(on: date | None, *, late: bool = False, provisional: bool = False) -> SafeString | str:
    """A due date with its weekday, and whether it has passed or is provisional (暂定)."""
    if on is None:
        return DASH
    said = [badge(_("已超期"), "late")] if late else []
    said += [badge(_("暂定"), "quiet")] if provisional else []
    marks, tone = format_html_join("", " {}", ((one,) for one in said)), " zt-due-late" if late else ""
    written = '<span class="zt-due{}"><time datetime="{}">{}</time>{}</span>'
    return format_html(written, tone, f"{on:%Y-%m-%d}", day(on), marks)


@register.inclusion_tag("ui/components/standing.html")
def standing(
    *,
    where: object,
    tone: str = "quiet",
    turn: object = "",
    due: date | None = None,
    late: bool = False,
    provisional: bool = False,
    why: object = "",
    article: object = "",
) -> dict[str, Any]:
    """Where it stands, whose turn it is, by when, and under which article."""
    return {
        "where": where,
        "tone": tone,
        "turn": turn,
        "due": due,
        "late": late,
        "provisional": provisional,
        "why": why,
        "article": article,
    }


@register.inclusion_tag("ui/components/progress.html")
def progress(steps: Iterable[ProgressStep]) -> dict[str, Any]:
    """The way of a thing: a picture and the same as an ordered list."""
    kept = tuple(steps)
    drawn: Picture = picture(kept)
    return {"steps": kept, "picture": drawn}


@register.inclusion_tag("ui/components/day_strip.html")
def day_strip(
    strip: DayStrip,
    *,
    what: object = "",
    started: object = "",
    stopped: object = "",
    calendar_url: str = "",
    opened: bool = False,
) -> dict[str, Any]:
    """Why a limit ends on its day (日历条): a summary to open, the sentences, and every day as an ordered list.

    `what` names the limit, `started` what set it going, `stopped` what ended it.
    """
    words = daystrip.view(strip, started=str(started or _("收到")), stopped=str(stopped or _("办结")))
    return {"strip": words, "what": what, "calendar_url": calendar_url, "open": opened}


@register.inclusion_tag("ui/components/alert.html")
def alert(tone: str, text: object, remedy: object = "") -> dict[str, Any]:
    """What happened and what to do next."""
    kind = Tone(tone)
    return {"tone": kind.value, "sign": SIGNS[kind], "text": text, "remedy": remedy}


@register.inclusion_tag("ui/components/empty.html")
def empty(text: object, url: str = "", label: object = "") -> dict[str, Any]:
    """A sentence where a list has no rows, and the way on."""
    return {"text": text, "url": url, "label": label}


@register.inclusion_tag("ui/components/number.html")
def number(
    value: int | str | None, label: object, url: str = "", note: object = "", tone: str = "quiet"
) -> dict[str, Any]:
    """A figure with a link to the list behind it."""
    return {"value": value, "label": label, "url": url, "note": note, "tone": Tone(tone).value}


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(context: Context, next_after: str, name: str = "after") -> dict[str, Any]:
    """Links to the first and the next page; the filters of the address stay."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is None:
        return {"first": "", "next": "", "after": next_after}
    paged = name in query
    query.pop(name, None)
    first = query.urlencode()
    query[name] = next_after
    return {"first": f"?{first}" if paged else "", "next": f"?{query.urlencode()}" if next_after else ""}


@register.simple_tag(takes_context=True)
def taken(context: Context, kind: str) -> str:
    """The address of a list as a file: the same filters and order, from the first line (导出)."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop("after", None)
    query["format"] = kind
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def heading(context: Context, label: object, name: str) -> SafeString:
    """A heading of a table that sorts by its column: up, down, and back to the list's own order (排序)."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for page in PAGED:
        query.pop(page, None)
    now = query.get("sort", "")
    following = {name: f"-{name}", f"-{name}": ""}.get(now, name)
    query.pop("sort", None)
    if following:
        query["sort"] = following
    stands, sign = {name: ("ascending", "▲"), f"-{name}": ("descending", "▼")}.get(now, ("none", "↕"))
    written = (
        '<th scope="col" aria-sort="{}"><a class="zt-sort" href="?{}">{} <span aria-hidden="true">{}</span></a></th>'
    )
    return format_html(written, stands, query.urlencode(), label, sign)


def _classes(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "zt-choices"
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, *, hint: object = "") -> dict[str, Any]:
    """A form field with label, help, error, and the links between them that a reader hears."""
    attrs: dict[str, str] = {"class": f"{bound.field.widget.attrs.get('class', '')} {_classes(bound)}".strip()}
    notes = [f"{bound.auto_id}_error"] if bound.errors else []
    if bound.help_text or hint:
        notes.append(f"{bound.auto_id}_help")
    if bound.errors:
        attrs["class"] += " is-invalid"
        attrs["aria-invalid"] = "true"
    if notes:
        attrs["aria-describedby"] = " ".join(notes)
    widget = bound.field.widget
    grouped = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),  # pyright: ignore[reportArgumentType]  # the stub says None only
        "grouped": grouped,
        "single_box": isinstance(widget, CheckboxInput) and not grouped,
        "hidden": bound.is_hidden,
        "help": hint or bound.help_text,
    }


@register.inclusion_tag("ui/components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """All that keeps a form from being accepted, each with a link to its field."""
    return {"form": form, "bound": [bound for bound in form if bound.errors], "general": form.non_field_errors()}


class CardNode(template.Node):
    """`{% card title %} … {% endcard %}`: a titled part of a page."""

    def __init__(self, title: FilterExpression | None, anchor: FilterExpression | None, body: NodeList) -> None:
        self.title = title
        self.anchor = anchor
        self.body = body

    def render(self, context: Context) -> SafeString:
        title = self.title.resolve(context) if self.title else ""  # pyright: ignore[reportArgumentType]  # the stub asks a Mapping
        anchor = self.anchor.resolve(context) if self.anchor else ""  # pyright: ignore[reportArgumentType]  # the stub asks a Mapping
        mark = format_html(' id="{}"', anchor) if anchor else ""
        head = format_html('<h2 class="zt-card-title">{}</h2>', title) if title else ""
        body = SafeString(self.body.render(context))
        return format_html('<section class="zt-card"{}>{}{}</section>', mark, head, body)


@register.tag
def card(parser: Parser, token: Token) -> CardNode:
    """A titled part of a page; the second argument is its anchor."""
    parts = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    body = parser.parse(("endcard",))
    parser.delete_first_token()
    return CardNode(parts[0] if parts else None, parts[1] if len(parts) > 1 else None, body)
