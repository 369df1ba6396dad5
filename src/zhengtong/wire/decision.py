"""The decision at the wire (结点判定): may this ask be answered under this grant, now?

Pure: grant, ask, today's use and the instant go in, `Allowed` or `Refused` comes out.  The order
is the order in which a reader would ask: is there a grant in force, is it you, for this, with this
case, these fields, within today's measure.  A refusal names the rule it stands on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timedelta
from enum import StrEnum

from zhengtong.kernel import messages
from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.errors import Fact
from zhengtong.wire.casenumber import fits
from zhengtong.wire.grant import BUILT_MODES, Grant, GrantField, GrantStatus, Mode

__all__ = ["Allowed", "Ask", "Refused", "Usage", "VerifyAnswer", "decide", "family", "title_of"]


class VerifyAnswer(StrEnum):
    """What a comparison gives away, and no more (核验结果)."""

    YES = "yes"  # 一致
    NO = "no"  # 不一致
    NO_RECORD = "no_record"  # 无记录


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked (请求内容).

    verify: `fields` are the names compared; query and batch: the names wanted.
    `lookup` are the names given as exact keys; `subject_is_new`: not asked for today before.
    """

    mode: Mode
    consumer: str
    system: str
    purpose: str
    case_ref: str | None
    fields: tuple[str, ...]
    lookup: frozenset[str] = frozenset()
    subject_is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Use under one grant on the Beijing day of now, before this ask (当日用量)."""

    calls: int = 0
    rows: int = 0
    subjects: int = 0


@dataclass(frozen=True, slots=True)
class Allowed:
    """The ask may be answered (准予): with these fields, and at most so many rows (None: no limit)."""

    fields: tuple[GrantField, ...]
    rows_max: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The ask may not be answered (拒绝), by the rule that the key names."""

    key: str
    facts: dict[str, Fact] = attribute(default_factory=dict[str, Fact])

    def message(self, lang: messages.Lang = "zh") -> str:
        """What was refused and why."""
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang = "zh") -> str:
        """What to do next."""
        return messages.remedy(self.key, lang=lang, facts=self.facts)


def decide(grant: Grant, ask: Ask, *, usage: Usage, now: datetime, directory_issued_at: datetime) -> Allowed | Refused:
    """Whether an ask may be answered under a grant now (判定)."""
    refused = (
        _standing(grant, now=now, directory_issued_at=directory_issued_at)
        or _use(grant, ask)
        or _fields(grant, ask)
        or _measure(grant, ask, usage)
    )
    if refused is not None:
        return refused
    granted = grant.verify_fields if ask.mode is Mode.VERIFY else grant.fields
    left = None if grant.limits.rows_per_day is None else max(grant.limits.rows_per_day - usage.rows, 0)
    bounds = [bound for bound in (grant.limits.max_rows, left) if bound is not None]
    return Allowed(
        fields=tuple(f for name in ask.fields for f in granted if f.name == name),
        rows_max=min(bounds) if bounds else None,
    )


_FAMILIES = {
    "wire.refused_field": "field",
    "wire.refused_purpose": "purpose",
    "wire.refused_calls": "quota",
    "wire.refused_rows_day": "quota",
    "wire.refused_subjects": "quota",
    "wire.refused_expired": "expired",
    "wire.refused_revoked": "revoked",
    "wire.refused_suspended": "revoked",
}


def family(key: str) -> str:
    """The kind under which a refusal is counted: field, purpose, quota, expired, revoked or other (类别)."""
    return _FAMILIES.get(key, "other")


def title_of(grant: Grant, name: str) -> str:
    """A field's Chinese title, or its name where the grant knows none (名称)."""
    found = grant.field(name)
    return found.title if found is not None and found.title else name


def _standing(grant: Grant, *, now: datetime, directory_issued_at: datetime) -> Refused | None:
    number = grant.number
    if grant.status is GrantStatus.REVOKED:
        return Refused("wire.refused_revoked", {"number": number})
    if grant.status is GrantStatus.SUSPENDED:
        return Refused("wire.refused_suspended", {"number": number})
    if now < grant.valid_from:
        return Refused("wire.refused_not_yet", {"number": number, "valid_from": _day(grant.valid_from)})
    if now >= grant.valid_until:
        return Refused("wire.refused_expired", {"number": number, "valid_until": _last_day(grant.valid_until)})
    stale_s = int((now - directory_issued_at).total_seconds())
    if stale_s > grant.max_stale_s:
        return Refused("wire.refused_stale", {"number": number, "stale_s": stale_s, "limit_s": grant.max_stale_s})
    return None


def _use(grant: Grant, ask: Ask) -> Refused | None:
    number = grant.number
    if ask.consumer != grant.consumer:
        return Refused("wire.refused_consumer", {"number": number, "consumer": ask.consumer})
    if ask.mode not in BUILT_MODES:
        return Refused("wire.refused_mode_not_built", {"mode": ask.mode.value})
    if ask.mode not in grant.modes:
        return Refused(
            "wire.refused_mode", {"number": number, "mode": ask.mode.value, "granted": _list(sorted(grant.modes))}
        )
    of_system = [use for use in grant.uses if use.system == ask.system]
    if not of_system:
        return Refused("wire.refused_system", {"number": number, "system": ask.system})
    of_purpose = [use for use in of_system if use.purpose == ask.purpose]
    if not of_purpose:
        granted = _list(use.purpose for use in of_system)
        return Refused("wire.refused_purpose", {"number": number, "purpose": ask.purpose, "granted": granted})
    patterns = [pattern for use in of_purpose for pattern in use.matters]
    asks_for_case = all(use.matters for use in of_purpose)
    if asks_for_case and not any(fits(ask.case_ref or "", pattern) for pattern in patterns):
        facts: dict[str, Fact] = {"number": number, "case_ref": ask.case_ref or "-", "patterns": _list(patterns)}
        return Refused("wire.refused_case", facts)
    return None


def _fields(grant: Grant, ask: Ask) -> Refused | None:
    granted = grant.verify_fields if ask.mode is Mode.VERIFY else grant.fields
    names = {f.name for f in granted}
    beyond = [title_of(grant, name) for name in ask.fields if name not in names]
    if beyond or not ask.fields:
        return Refused(
            "wire.refused_field", {"number": grant.number, "fields": _list(beyond) or "-", "mode": ask.mode.value}
        )
    if ask.mode is Mode.BATCH:
        return None
    missing = [title_of(grant, name) for name in grant.lookup if name not in ask.lookup]
    strange = sorted(ask.lookup - set(grant.lookup))
    if missing or strange:
        facts: dict[str, Fact] = {
            "number": grant.number,
            "missing": _list(missing) or "-",
            "strange": _list(strange) or "-",
        }
        return Refused("wire.refused_lookup", facts)
    return None


def _measure(grant: Grant, ask: Ask, usage: Usage) -> Refused | None:
    limits = grant.limits
    if limits.calls_per_day is not None and usage.calls >= limits.calls_per_day:
        return Refused("wire.refused_calls", {"number": grant.number, "limit": limits.calls_per_day})
    if limits.rows_per_day is not None and usage.rows >= limits.rows_per_day:
        return Refused("wire.refused_rows_day", {"number": grant.number, "limit": limits.rows_per_day})
    new = 1 if ask.subject_is_new and ask.mode is not Mode.BATCH else 0
    if limits.subjects_per_day is not None and usage.subjects + new > limits.subjects_per_day:
        return Refused("wire.refused_subjects", {"number": grant.number, "limit": limits.subjects_per_day})
    return None


def _list(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(str(name) for name in names))


def _day(at: datetime) -> str:
    day = at.astimezone(BEIJING)
    return f"{day.year}年{day.month}月{day.day}日"


def _last_day(until: datetime) -> str:
    """The last Beijing day of a validity whose end is not included."""
    return _day(until - timedelta(seconds=1))
