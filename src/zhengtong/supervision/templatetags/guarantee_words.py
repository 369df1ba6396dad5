"""Values of the guarantees in the reader's language: `{% load guarantee_words %}`."""

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.formats import number_format

from zhengtong.parties.rules import role_label
from zhengtong.supervision.rules.budget import (
    BUDGET_VERBS,
    BUDGET_WORDS,
    KIND_WORDS,
    RATING_WORDS,
    BudgetKind,
    BudgetState,
    Rating,
)
from zhengtong.supervision.rules.institutions import INSTITUTION_WORDS, InstitutionKind, Requirement
from zhengtong.supervision.rules.training import Plan
from zhengtong.supervision.templatetags.supervision_words import said
from zhengtong.ui.language import lang
from zhengtong.ui.values import Tone

register = template.Library()
_TONES = {
    BudgetState.ASKED: Tone.WAIT,
    BudgetState.LISTED: Tone.WAIT,
    BudgetState.REPORTED: Tone.WAIT,
    BudgetState.EVALUATED: Tone.GOOD,
}


@register.filter
def budget_kind(kind: BudgetKind) -> str:
    """What money is for, in words."""
    return said(KIND_WORDS[BudgetKind(kind)])


@register.filter
def budget_state(state: BudgetState) -> str:
    """A state of money in words."""
    return said(BUDGET_WORDS[BudgetState(state)])


@register.filter
def budget_tone(state: BudgetState) -> str:
    """Its tone."""
    return _TONES.get(BudgetState(state), Tone.OFF).value


@register.filter
def budget_verb(verb: str) -> str:
    """A verb of money in words."""
    return said(BUDGET_VERBS[verb])


@register.filter
def rating_label(rating: Rating) -> str:
    """An evaluation in words."""
    return said(RATING_WORDS[Rating(rating)])


@register.filter
def institution_label(kind: InstitutionKind) -> str:
    """What a document lays down, in words."""
    return said(INSTITUTION_WORDS[InstitutionKind(kind)])


@register.filter
def requirement_names(missing: Iterable[Requirement]) -> str:
    """What is missing, in words."""
    return ("; " if lang() == "en" else "；").join(said(one.words) for one in missing)


@register.filter
def plan_roles(plan: Plan) -> str:
    """The roles of a plan in words."""
    return (", " if lang() == "en" else "、").join(role_label(role, lang()) for role in sorted(plan.roles))


@register.filter
def yuan(amount: Decimal | None) -> str:
    """An amount as people read it: 1,234.50; — for none."""
    return "—" if amount is None else str(number_format(amount, 2, use_l10n=True, force_grouping=True))


def yuan_text(amount: Decimal | None) -> str:
    """An amount as a table takes it: 1234.50; empty for none."""
    return "" if amount is None else f"{amount:.2f}"


@register.filter
def percent(permille: int | None) -> str:
    """Thousandths as per cent; — for none."""
    return "—" if permille is None else f"{permille / 10:.1f}%"
