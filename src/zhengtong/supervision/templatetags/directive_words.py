"""Values of directives in the reader's language: `{% load directive_words %}`."""

from django import template

from zhengtong.supervision.rules import BREACHES
from zhengtong.supervision.rules.directives import (
    ABOUT_WORDS,
    DIRECTIVE_KINDS,
    DIRECTIVE_VERBS,
    DIRECTIVE_WORDS,
    DirectiveAbout,
    DirectiveKind,
    DirectiveState,
)
from zhengtong.supervision.templatetags.supervision_words import said
from zhengtong.ui.language import lang
from zhengtong.ui.values import Tone

register = template.Library()
_TONES = {DirectiveState.OWED: Tone.WAIT, DirectiveState.REPORTED: Tone.WAIT, DirectiveState.ACCEPTED: Tone.GOOD}


@register.filter
def directive_kind(kind: DirectiveKind) -> str:
    """Where a directive comes from, in words."""
    return said(DIRECTIVE_KINDS[DirectiveKind(kind)])


@register.filter
def directive_about(kind: DirectiveAbout) -> str:
    """What it is about, in words."""
    return said(ABOUT_WORDS[DirectiveAbout(kind)])


@register.filter
def directive_state(state: DirectiveState) -> str:
    """Where it stands, in words."""
    return said(DIRECTIVE_WORDS[DirectiveState(state)])


@register.filter
def directive_tone(state: DirectiveState) -> str:
    """Its tone."""
    return _TONES.get(DirectiveState(state), Tone.OFF).value


@register.filter
def directive_verb(verb: str) -> str:
    """A verb in words."""
    return said(DIRECTIVE_VERBS[verb])


@register.filter
def rule_name(rule: str) -> str:
    """A breach by its id, in words."""
    return BREACHES[rule].name(lang()) if rule in BREACHES else rule
