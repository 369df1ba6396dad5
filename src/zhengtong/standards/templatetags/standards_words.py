"""Limits in the reader's words: `{% load standards_words %}`."""

from django import template
from django.utils.translation import gettext as _

from zhengtong.kernel.deadlines import Bound, TimeLimit, Unit
from zhengtong.regulations.checking import EXTENDERS
from zhengtong.regulations.limits import StatedLimit
from zhengtong.ui.language import cite, lang

register = template.Library()


@register.filter
def length_of(limit: TimeLimit) -> str:
    """How long a limit is: 不超过 10 个工作日，可延长 10，须经主管部门分管负责人同意."""
    working = limit.unit is Unit.WORKING_DAY
    length = (_("{n} 个工作日") if working else _("{n} 日")).format(n=limit.days)
    bound = (_("不少于 {length}") if limit.bound is Bound.MIN else _("不超过 {length}")).format(length=length)
    if not limit.extension_days:
        return bound
    who = EXTENDERS.get(limit.extended_by, (limit.extended_by, limit.extended_by))[lang() == "en"]
    return _("{bound}，可延长 {n}，须经{who}同意").format(bound=bound, n=limit.extension_days, who=who)


@register.filter
def basis(stated: StatedLimit) -> str:
    """On what a limit rests."""
    own = stated.limit.jurisdiction
    return (stated.cites_en if lang() == "en" and not own else "") or cite(stated.limit.cites)


@register.filter
def certainty(mark: str) -> str:
    """How sure a number is, in words."""
    return {
        "V": _("已核对条文"),
        "S": _("见于公开办事指南"),
        "M": _("待核对"),
        "m?": _("待核对"),
        "C": _("本系统约定"),
        "D": _("本系统默认值，可调整"),
    }.get(mark, mark)
