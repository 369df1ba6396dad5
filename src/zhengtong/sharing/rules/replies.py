"""How a request is answered, item by item (逐项答复).  Articles 20, 21 and 15.  Pure.

Each item is granted (perhaps masked), answered as verification only (核验: yes or no), or
refused.  A refusal always carries its reason; for unconditional data it also needs a ground
of law, because nobody may add conditions of their own (第十五条).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.rules.lifecycles import RequestState
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX, AskedItem, Mode, RequestForm
from zhengtong.sharing.rules.words import Words

REASON_CHARS_MIN = 4
ROW_CONDITIONS_MAX = 20
ROW_VALUES_MAX = 200


class Outcome(StrEnum):
    """What becomes of one item."""

    GRANT = "grant"  # 同意
    VERIFY = "verify"  # 以核验方式提供
    REFUSE = "refuse"  # 不同意


class Ground(StrEnum):
    """Why an item is refused or narrowed (不同意的理由类别)."""

    STATUTE = "statute"  # 法律、行政法规、国务院决定限制
    NECESSITY = "necessity"  # 不是履行该职责所必要 (第二十条)
    RANGE = "range"  # 不在目录列明的共享范围、使用用途内 (第十五条)
    PERSONAL_INFORMATION = "personal_information"  # 超出履行职责的最小范围 (第三十七条)
    NOT_HELD = "not_held"  # 本部门不掌握
    OTHER = "other"  # 其他


OUTCOME_WORDS: dict[Outcome, Words] = {
    Outcome.GRANT: Words("同意", "granted"),
    Outcome.VERIFY: Words("以核验方式提供", "verification only"),
    Outcome.REFUSE: Words("不同意", "refused"),
}
GROUND_WORDS: dict[Ground, Words] = {
    Ground.STATUTE: Words("法律、行政法规或者国务院决定限制", "restricted by statute"),
    Ground.NECESSITY: Words("不是履行该职责所必要", "not necessary for the duty"),
    Ground.RANGE: Words("不在目录列明的共享范围或者使用用途内", "outside the range or purpose in the catalogue"),
    Ground.PERSONAL_INFORMATION: Words("超出处理个人信息的必要范围", "more personal information than needed"),
    Ground.NOT_HELD: Words("本部门不掌握该数据", "not held by this department"),
    Ground.OTHER: Words("其他理由", "another reason"),
}
GROUND_ARTICLE: dict[Ground, str] = {
    Ground.STATUTE: "",  # the officer names the statute
    Ground.NECESSITY: "政务数据共享条例 第二十条",
    Ground.RANGE: "政务数据共享条例 第十五条",
    Ground.PERSONAL_INFORMATION: "政务数据共享条例 第三十七条",
    Ground.NOT_HELD: "",
    Ground.OTHER: "",
}
LAWFUL_FOR_UNCONDITIONAL = frozenset({Ground.STATUTE, Ground.NECESSITY, Ground.PERSONAL_INFORMATION})


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """The answer to one item.  `mask` only with a grant; ground, reason and article with what gives less than asked."""

    item: str
    outcome: Outcome
    mask: str = ""
    ground: Ground | None = None
    reason: str = ""
    article: str = ""
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class RowCondition:
    """One condition on rows (行范围); several all hold.  `op` is one of `ROW_OPS`."""

    item: str
    op: str
    values: tuple[str, ...]


ROW_OPS: dict[str, Words] = {
    "eq": Words("等于", "equals"),
    "in": Words("属于", "is one of"),
    "starts_with": Words("开头为", "starts with"),
    "between": Words("介于", "lies between"),
}


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a day (配额), counted by the provider's node; rows an answer."""

    calls_per_day: int = 1000
    rows_per_day: int = 1000
    subjects_per_day: int = 1000
    max_rows: int = 10


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """All a provider answers.  Empty `modes` and period mean: as asked."""

    answers: tuple[ItemAnswer, ...]
    rows: tuple[RowCondition, ...] = ()
    rows_note: str = ""  # what the consumer is told about the rows
    lookup: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    quota: Quota = field(default_factory=Quota)
    valid_from: date | None = None
    valid_until: date | None = None
    note: str = ""


def check_reply(reply: ReplyForm, *, form: RequestForm, offered: Mapping[str, AskedItem]) -> None:
    """Raise RuleBroken unless the reply answers every item, each as the law allows, and widens nothing."""
    answered = [answer.item for answer in reply.answers]
    if sorted(answered) != sorted(form.items):
        raise RuleBroken("sharing.reply_not_item_by_item", asked=len(form.items), answered=len(set(answered)))
    for answer in reply.answers:
        _check_answer(answer, asked=offered[answer.item], verify_only=asked_as_verification(form.modes))
    if outcome_of(reply.answers, modes=form.modes) is RequestState.REFUSED:
        return
    _check_modes(reply, form)
    _check_rows(reply, offered)
    _check_lookup(reply)
    _check_validity(reply, form)
    _check_quota(reply.quota)


def asked_as_verification(modes: Sequence[Mode]) -> bool:
    """Whether the consumer asked for yes or no only, so that such an answer narrows nothing."""
    return tuple(modes) == (Mode.VERIFY,)


def _check_answer(answer: ItemAnswer, *, asked: AskedItem, verify_only: bool) -> None:
    if answer.mask and answer.outcome is not Outcome.GRANT:
        raise RuleBroken("sharing.mask_without_grant", item=asked.name)
    if answer.outcome is Outcome.GRANT and asked.share_type is ShareType.WITHHELD:
        raise RuleBroken("sharing.item_withheld", items=asked.name, law=asked.law)
    whole = answer.outcome is Outcome.GRANT and not answer.mask
    masked_as_agreed = answer.mask and asked.share_type is ShareType.CONDITIONAL
    if whole or masked_as_agreed or (answer.outcome is Outcome.VERIFY and verify_only):
        return
    if len(answer.reason.strip()) < REASON_CHARS_MIN or len(answer.reason) > TEXT_CHARS_MAX:
        raise RuleBroken("sharing.refusal_needs_reason", item=asked.name)
    if answer.ground is None:
        raise RuleBroken("sharing.refusal_needs_ground", item=asked.name)
    if asked.share_type is ShareType.UNCONDITIONAL and asked.is_offered and not is_lawful_for_unconditional(answer):
        raise RuleBroken("sharing.unconditional_needs_law", item=asked.name)


def is_lawful_for_unconditional(answer: ItemAnswer) -> bool:
    """Whether the ground suffices to keep back unconditional data: a lawful ground with its article."""
    return answer.ground in LAWFUL_FOR_UNCONDITIONAL and bool(article_of(answer))


def article_of(answer: ItemAnswer) -> str:
    """The article an answer rests on: the one named, else that of its ground."""
    return answer.article.strip() or (GROUND_ARTICLE[answer.ground] if answer.ground else "")


def outcome_of(answers: Sequence[ItemAnswer], *, modes: Sequence[Mode]) -> RequestState:
    """Consent, partial consent or refusal of the whole, from its items."""
    given = {answer.outcome for answer in answers}
    full = {Outcome.GRANT, Outcome.VERIFY} if asked_as_verification(modes) else {Outcome.GRANT}
    if given == {Outcome.REFUSE}:
        return RequestState.REFUSED
    return RequestState.CONSENTED if given <= full else RequestState.PARTLY_CONSENTED


def granted_modes(reply: ReplyForm, form: RequestForm) -> tuple[Mode, ...]:
    """The modes of the grant: as answered, else as asked; verification joins if an item is answered so."""
    modes = reply.modes or form.modes
    given = {answer.outcome for answer in reply.answers}
    if Outcome.GRANT not in given:
        return (Mode.VERIFY,)
    wanted = (Mode.VERIFY, *modes) if Outcome.VERIFY in given else tuple(modes)
    return tuple(mode for mode in Mode if mode in wanted)


def _check_modes(reply: ReplyForm, form: RequestForm) -> None:
    if not set(reply.modes) <= {*form.modes, Mode.VERIFY}:
        raise RuleBroken("sharing.reply_widens", what="共享方式", what_en="mode")


def _check_rows(reply: ReplyForm, offered: Mapping[str, AskedItem]) -> None:
    if len(reply.rows) > ROW_CONDITIONS_MAX:
        raise RuleBroken("sharing.row_scope_invalid", item="")
    for row in reply.rows:
        right_count = len(row.values) == {"eq": 1, "starts_with": 1, "between": 2}.get(row.op, len(row.values))
        filled = 0 < len(row.values) <= ROW_VALUES_MAX and all(value.strip() for value in row.values)
        if row.item not in offered or row.op not in ROW_OPS or not right_count or not filled:
            raise RuleBroken("sharing.row_scope_invalid", item=row.item)
    if reply.rows and not reply.rows_note.strip():
        raise RuleBroken("sharing.row_scope_needs_words")


def _check_lookup(reply: ReplyForm) -> None:
    known = {a.item for a in reply.answers if a.outcome is not Outcome.REFUSE}
    if not set(reply.lookup) <= known:
        raise RuleBroken("sharing.lookup_not_granted")
    masked = {a.item for a in reply.answers if a.mask}
    if set(reply.lookup) & masked:
        raise RuleBroken("sharing.lookup_masked")


def _check_validity(reply: ReplyForm, form: RequestForm) -> None:
    begins, ends = validity(reply, form)
    if begins is None or ends is None:
        raise RuleBroken("sharing.grant_needs_period")
    if ends < begins:
        raise RuleBroken("sharing.period_backwards")
    if (form.period_until and ends > form.period_until) or (form.period_from and begins < form.period_from):
        raise RuleBroken("sharing.reply_widens", what="使用时限", what_en="period")


def validity(reply: ReplyForm, form: RequestForm) -> tuple[date | None, date | None]:
    """First and last legal day of the grant: as answered, else as asked."""
    return reply.valid_from or form.period_from, reply.valid_until or form.period_until


def _check_quota(quota: Quota) -> None:
    if min(quota.calls_per_day, quota.rows_per_day, quota.subjects_per_day, quota.max_rows) < 1:
        raise RuleBroken("sharing.quota_not_positive")
