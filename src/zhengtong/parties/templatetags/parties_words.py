"""Roles and levels in the reader's language (岗位、层级用词): `{% load parties_words %}`."""

from django import template
from django.utils.translation import gettext as _

from zhengtong.parties.rules import Level, Role, role_label
from zhengtong.ui.language import lang

register = template.Library()


@register.filter
def role_word(role: Role) -> str:
    """A role in words."""
    return role_label(role, lang())


@register.filter
def level_word(level: Level) -> str:
    """A level of government in words."""
    return {
        Level.NATION: _("国家"),
        Level.PROVINCE: _("省级"),
        Level.CITY: _("市级"),
        Level.COUNTY: _("区县级"),
        Level.TOWNSHIP: _("乡镇级"),
    }[level]
