"""Drafts made one, and one made two (申请的合并、拆分).  Pure.

Several drafts of a department for the same entry may go out as one request, which is answered as one; and items that
need not wait for the others (无条件共享 is answered in a day, 第二十一条), or organs that use them otherwise, may be
asked for apart.  Either way nothing is asked for that was not asked for before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.rules.requests import Beneficiary, RequestForm, UseTerm

MERGED_MAX = 10  # drafts at once
_T = TypeVar("_T")


def merged(forms: Sequence[RequestForm]) -> RequestForm:
    """One form that asks for all that the forms ask for: items, modes, organs and uses, each once, in their order.

    Texts that differ stand one below the other; the period is the widest of them.

    Raises RuleBroken: fewer than two, too many, or not for one entry.
    """
    if not 2 <= len(forms) <= MERGED_MAX:
        raise RuleBroken("sharing.merge_count", most=MERGED_MAX)
    if len({form.entry for form in forms}) > 1:
        raise RuleBroken("sharing.merge_entries")
    starts = [form.period_from for form in forms if form.period_from]
    return RequestForm(
        entry=forms[0].entry,
        items=_once(item for form in forms for item in form.items),
        legal_basis=_texts(form.legal_basis for form in forms),
        scenario=_texts(form.scenario for form in forms),
        scope=_texts(form.scope for form in forms),
        modes=_once(mode for form in forms for mode in form.modes),
        period_from=min(starts, default=None),
        period_until=_last(form.period_until for form in forms),
        purpose=_texts((form.purpose for form in forms), joint="；"),
        beneficiaries=_organs(forms),
    )


def parted(
    form: RequestForm, *, items: Collection[str], organs: Collection[UUID], purpose: str
) -> tuple[RequestForm, RequestForm]:
    """What stays and what is asked for apart: these items, or all of them by these organs.

    Raises RuleBroken: nothing would stay or go, both are named, or the new request has no purpose of its own.
    """
    if bool(items) == bool(organs):
        raise RuleBroken("sharing.part_one_way")
    if not purpose.strip() or purpose.strip() == form.purpose.strip():
        raise RuleBroken("sharing.part_needs_purpose")
    if items:
        going, staying = _sides(form.items, items)
        return replace(form, items=staying), replace(form, items=going, purpose=purpose.strip())
    known = {one.organization: one for one in form.beneficiaries}
    going, staying = _sides(tuple(known), organs)
    return (
        replace(form, beneficiaries=tuple(known[one] for one in staying)),
        replace(form, beneficiaries=tuple(known[one] for one in going), purpose=purpose.strip()),
    )


def _sides(held: Sequence[_T], chosen: Collection[_T]) -> tuple[tuple[_T, ...], tuple[_T, ...]]:
    going = tuple(one for one in held if one in chosen)
    staying = tuple(one for one in held if one not in chosen)
    if not going or not staying or len(going) != len(set(chosen)):
        raise RuleBroken("sharing.part_leaves_nothing")
    return going, staying


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def _texts(texts: Iterable[str], *, joint: str = "\n") -> str:
    return joint.join(_once(text.strip() for text in texts if text.strip()))


def _last(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)


def _organs(forms: Sequence[RequestForm]) -> tuple[Beneficiary, ...]:
    """Each organ once with all its uses; matters of the same system and purpose stand together."""
    held = dict[UUID, dict[tuple[str, str], tuple[str, ...]]]()
    for form in forms:
        for organ in form.beneficiaries:
            uses = held.setdefault(organ.organization, {})
            for use in organ.uses:
                key = (use.system, use.purpose)
                uses[key] = _once((*uses.get(key, ()), *use.matters))
    return tuple(
        Beneficiary(organ, tuple(UseTerm(system, purpose, matters) for (system, purpose), matters in uses.items()))
        for organ, uses in held.items()
    )
