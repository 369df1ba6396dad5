"""What persons say of their own data (个人更正请求).  个人信息保护法 第四十六条.  Pure.

A person tells whichever department holds or reads a value about him that it is wrong or incomplete.  That department
verifies it and puts it right without delay, or, where another department is the source, passes it on as a correction
under article 26 of the Decree; in the end it tells the person.  What the person was there for goes on meanwhile.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role, citizen_id_is_valid
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.rules.words import Words

PERSON_LIMIT = "PERSON_CORRECTION"
ARTICLE_PERSON = "个人信息保护法 第四十六条"
TEXT_CHARS_MIN = 4
CASES_MAX = 20  # of one thing
CASE_CHARS_MAX = 60


class PersonState(StrEnum):
    """Where a person's request stands (更正请求状态)."""

    TAKEN = "taken"  # 待核实
    PASSED = "passed"  # 已转提供方校核
    CORRECTED = "corrected"  # 已更正，待告知本人
    NOT_CORRECTED = "not_corrected"  # 核实无误，待告知本人
    TOLD = "told"  # 已告知本人
    WITHDRAWN = "withdrawn"  # 本人撤回


class Channel(StrEnum):
    """How the person was told (告知方式)."""

    IN_PERSON = "in_person"  # 当面
    PHONE = "phone"  # 电话
    LETTER = "letter"  # 书面
    MESSAGE = "message"  # 短信、网络


@dataclass(frozen=True, slots=True)
class PersonalStatement:
    """What the person says, and who he is; all of it sealed (请求内容)."""

    name: str
    identifier: str  # citizen number or another document's
    contact: str
    record_key: str  # which record
    value_seen: str
    value_claimed: str


_P = PersonState
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_EITHER = _OFFICER | {Role.SHARING_OFFICE_HEAD.value}
_COUNTER = _EITHER | {Role.COUNTER_CLERK.value}
TAKES_DOWN = _OFFICER | {Role.COUNTER_CLERK.value}
TO_BE_TOLD = (_P.PASSED, _P.CORRECTED, _P.NOT_CORRECTED)
OPEN_PERSONS = (_P.TAKEN, *TO_BE_TOLD)
VERIFIED = {"correct": _P.CORRECTED, "confirm": _P.NOT_CORRECTED}

PERSON_WORDS: dict[StrEnum, Words] = {
    _P.TAKEN: Words("待核实", "To be verified"),
    _P.PASSED: Words("已转提供方校核", "Passed on to the provider"),
    _P.CORRECTED: Words("已更正，待告知本人", "Corrected, the person to be told"),
    _P.NOT_CORRECTED: Words("核实无误，待告知本人", "Right as it stands, the person to be told"),
    _P.TOLD: Words("已告知本人", "The person was told"),
    _P.WITHDRAWN: Words("本人撤回", "Withdrawn by the person"),
}
CHANNEL_WORDS: dict[StrEnum, Words] = {
    Channel.IN_PERSON: Words("当面", "in person"),
    Channel.PHONE: Words("电话", "by phone"),
    Channel.LETTER: Words("书面", "in writing"),
    Channel.MESSAGE: Words("短信、网络", "by message"),
}
PERSON_VERBS: dict[str, Words] = {
    "pass_on": Words("转提供方校核", "pass on to the provider"),
    "correct": Words("核实并更正", "correct"),
    "confirm": Words("核实无误并说明", "explain that it is right"),
    "tell": Words("告知本人", "tell the person"),
    "withdraw": Words("本人撤回", "record that the person withdrew"),
}

PERSON = Lifecycle(
    name="个人更正请求",
    start=_P.TAKEN,
    steps=(
        Step("pass_on", _P.TAKEN, _P.PASSED, by=_OFFICER, cites="第二十六条"),
        Step("correct", _P.TAKEN, _P.CORRECTED, by=_EITHER, cites=ARTICLE_PERSON, needs="原因"),
        Step("confirm", _P.TAKEN, _P.NOT_CORRECTED, by=_EITHER, cites=ARTICLE_PERSON, needs="理由"),
        *(Step("tell", state, _P.TOLD, by=_COUNTER, cites=ARTICLE_PERSON, needs="告知内容") for state in TO_BE_TOLD),
        *(Step("withdraw", state, _P.WITHDRAWN, by=TAKES_DOWN, needs="说明") for state in (_P.TAKEN, _P.PASSED)),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "个人更正请求": Words("个人更正请求", "person's request"),
                **PERSON_WORDS,
                **PERSON_VERBS,
            }.items()
        },
        **ROLE_WORDS,
    },
)


def person_clock(
    *, taken_on: date, told_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the clock of a person's request stands: without delay; how long that is the authority sets [D]."""
    happened = [ClockEvent(ClockEventKind.START, taken_on)]
    if told_on:
        happened.append(ClockEvent(ClockEventKind.STOP, told_on))
    return deadline(happened, limit, calendar, on=on)


def check_statement(said: PersonalStatement, *, evidence: str) -> None:
    """Raise RuleBroken unless it says who asks, how to answer him, which record and value, and by what it is known."""
    if not (said.name.strip() and said.identifier.strip() and said.contact.strip()):
        raise RuleBroken("sharing.person_needs_who")
    if not said.record_key.strip() or not said.value_seen.strip():
        raise RuleBroken("sharing.correction_needs_record")
    if len(evidence.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("sharing.correction_needs_evidence")
    stated = (said.name, said.identifier)
    if any(len(one.strip()) > 1 and one.strip() in evidence for one in stated):
        raise RuleBroken("sharing.person_in_the_open")


def check_words(text: str) -> None:
    """Raise RuleBroken unless a step says what was found or said."""
    if not TEXT_CHARS_MIN <= len(text.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("sharing.person_needs_words", least=TEXT_CHARS_MIN, most=TEXT_CHARS_MAX)


def case_numbers(text: str | Iterable[str]) -> tuple[str, ...]:
    """Numbers of cases as they were typed, by lines, commas or 、, each once (办件编号).

    Raises:
        RuleBroken: too many, one too long, or a citizen number among them.
    """
    parts = re.split(r"[\s,，、;；]+", text) if isinstance(text, str) else [one.strip() for one in text]
    found = tuple(dict.fromkeys(part for part in parts if part))
    if len(found) > CASES_MAX or any(len(one) > CASE_CHARS_MAX for one in found):
        raise RuleBroken("sharing.cases_too_many", most=CASES_MAX, chars=CASE_CHARS_MAX)
    if any(citizen_id_is_valid(one) for one in found):
        raise RuleBroken("sharing.cases_are_numbers")
    return found
