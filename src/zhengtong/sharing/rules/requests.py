"""What a request must say (共享申请的内容).  Article 20, read as a checklist.  Pure.

An incomplete request may still be sent: article 21 says what then happens (the provider tells
once, for everything, and may not refuse outright).  Only what cannot be asked for at all
stops a request: withheld data, nothing asked, nobody to use it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.rules.lifecycles import REGULATION
from zhengtong.sharing.rules.words import Words, fields_en, fields_zh

TEXT_CHARS_MAX = 2000
LEGAL_BASIS_CHARS_MAX = 1000
PURPOSE_CHARS_MAX = 200
ITEMS_MAX = 200
BENEFICIARIES_MAX = 20
USES_MAX = 20
MATTERS_MAX = 50
NOTE_CHARS_MIN = 4


class Mode(StrEnum):
    """How data travel (共享方式), in the words of the wire."""

    VERIFY = "verify"  # 核验: 服务接口，只答一致或者不一致
    QUERY = "query"  # 查询: 服务接口
    BATCH = "batch"  # 批量交换
    FILE = "file"  # 文件下载
    MESSAGE = "message"  # 消息


MODE_WORDS: dict[Mode, Words] = {
    Mode.VERIFY: Words("服务接口（核验）", "service: verification"),
    Mode.QUERY: Words("服务接口（查询）", "service: query"),
    Mode.BATCH: Words("批量交换", "batch"),
    Mode.FILE: Words("文件下载", "file"),
    Mode.MESSAGE: Words("消息推送", "message"),
}


@dataclass(frozen=True, slots=True)
class UseTerm:
    """Which system uses the data, for which purpose, in which matters (系统、用途、事项)."""

    system: str
    purpose: str
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """One organ of the request (使用机构).  A theme request names several; each gets its own grant."""

    organization: UUID
    uses: tuple[UseTerm, ...]


@dataclass(frozen=True, slots=True)
class RequestForm:
    """All a consumer states.  Empty text means: not stated."""

    entry: UUID
    items: tuple[str, ...]
    legal_basis: str = ""  # 使用依据
    scenario: str = ""  # 使用场景
    scope: str = ""  # 使用范围
    modes: tuple[Mode, ...] = ()  # 共享方式
    period_from: date | None = None  # 使用时限
    period_until: date | None = None
    purpose: str = ""  # 使用用途
    beneficiaries: tuple[Beneficiary, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedItem:
    """An item of the entry as the catalogue shows it on the day of asking."""

    code: str
    name: str
    share_type: ShareType
    law: str = ""  # for withheld items: the law that forbids
    is_offered: bool = True  # false once the catalogue has dropped it since it was asked for


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a form does not say yet (缺项): the field, a message key, the article that wants it."""

    field: str
    key: str
    article: str


_WANTED: tuple[tuple[str, str], ...] = (
    ("legal_basis", "sharing.missing_legal_basis"),
    ("scenario", "sharing.missing_scenario"),
    ("scope", "sharing.missing_scope"),
    ("modes", "sharing.missing_modes"),
    ("period", "sharing.missing_period"),
    ("purpose", "sharing.missing_purpose"),
)
SUPPLEMENTABLE = (*(field for field, _ in _WANTED), "items", "uses")


def gaps(form: RequestForm) -> tuple[Gap, ...]:
    """What article 20 asks for and the form leaves out, in the order of the article."""
    said = {
        "legal_basis": form.legal_basis.strip(),
        "scenario": form.scenario.strip(),
        "scope": form.scope.strip(),
        "modes": form.modes,
        "period": form.period_from and form.period_until,
        "purpose": form.purpose.strip(),
    }
    article = f"{REGULATION} 第二十条"
    found = [Gap(field, key, article) for field, key in _WANTED if not said[field]]
    if not form.items:
        found.append(Gap("items", "sharing.missing_items", article))
    if not form.beneficiaries or not all(_says_use(b, form.modes) for b in form.beneficiaries):
        found.append(Gap("uses", "sharing.missing_uses", article))
    return tuple(found)


def _says_use(beneficiary: Beneficiary, modes: Sequence[Mode]) -> bool:
    """Whether an organ says how it uses the data; single calls also name their matters (办件号 is checked at each)."""
    by_case = Mode.VERIFY in modes or Mode.QUERY in modes
    return bool(beneficiary.uses) and all(use.matters or not by_case for use in beneficiary.uses)


def check_can_be_sent(form: RequestForm, *, offered: Mapping[str, AskedItem], provider: UUID) -> None:
    """Raise RuleBroken if the form asks for what no request can ask for, or breaks a bound.

    Withheld items (第十四条、第十五条) cannot be requested: the law is named instead of a form.
    """
    if not form.items or len(form.items) > ITEMS_MAX or len(set(form.items)) != len(form.items):
        raise RuleBroken("sharing.items_out_of_bounds", most=ITEMS_MAX)
    unknown = [item for item in form.items if item not in offered]
    if unknown:
        raise RuleBroken("sharing.item_unknown", items="、".join(unknown))
    withheld = [offered[i] for i in form.items if offered[i].share_type is ShareType.WITHHELD]
    if withheld:
        names = "、".join(item.name for item in withheld)
        raise RuleBroken("sharing.item_withheld", items=names, law="；".join({i.law for i in withheld if i.law}))
    _check_period(form)
    _check_texts(form)
    _check_beneficiaries(form.beneficiaries, provider=provider)


def _check_period(form: RequestForm) -> None:
    if form.period_from and form.period_until and form.period_until < form.period_from:
        raise RuleBroken("sharing.period_backwards")


def _check_texts(form: RequestForm) -> None:
    for text in (form.scenario, form.scope):
        if len(text) > TEXT_CHARS_MAX:
            raise RuleBroken("sharing.text_too_long", most=TEXT_CHARS_MAX)
    if len(form.legal_basis) > LEGAL_BASIS_CHARS_MAX:
        raise RuleBroken("sharing.text_too_long", most=LEGAL_BASIS_CHARS_MAX)
    if len(form.purpose) > PURPOSE_CHARS_MAX:
        raise RuleBroken("sharing.text_too_long", most=PURPOSE_CHARS_MAX)


def _check_beneficiaries(beneficiaries: Sequence[Beneficiary], *, provider: UUID) -> None:
    organs = [b.organization for b in beneficiaries]
    if len(organs) > BENEFICIARIES_MAX or len(set(organs)) != len(organs):
        raise RuleBroken("sharing.beneficiaries_out_of_bounds", most=BENEFICIARIES_MAX)
    if provider in organs:
        raise RuleBroken("sharing.own_resource")
    for beneficiary in beneficiaries:
        if len(beneficiary.uses) > USES_MAX:
            raise RuleBroken("sharing.uses_out_of_bounds", most=USES_MAX)
        for use in beneficiary.uses:
            named = use.system.strip() and use.purpose.strip() and all(m.strip() for m in use.matters)
            if not named or len(use.matters) > MATTERS_MAX or len(use.purpose) > PURPOSE_CHARS_MAX:
                raise RuleBroken("sharing.use_incomplete")


def check_supplement(*, already_asked: bool, missing: Sequence[str], note: str, form: RequestForm) -> None:
    """Raise RuleBroken unless this is the one lawful notice: the first, and for everything (第二十一条).

    "For everything": whatever the form visibly lacks must be named.  The officer may add more, but
    must say what is wanting about it: a notice stops the clock and is no way to win time.
    """
    if already_asked:
        raise RuleBroken("sharing.supplement_only_once")
    if not missing:
        raise RuleBroken("sharing.supplement_names_nothing")
    unknown = [field for field in missing if field not in SUPPLEMENTABLE]
    if unknown:
        raise RuleBroken("sharing.supplement_field_unknown", fields="、".join(unknown))
    lacking = [gap.field for gap in gaps(form)]
    filled_in = [field for field in missing if field not in lacking]
    if filled_in and len(note.strip()) < NOTE_CHARS_MIN:
        raise RuleBroken("sharing.supplement_says_what", fields=fields_zh(filled_in), fields_en=fields_en(filled_in))
    left_out = [field for field in lacking if field not in missing]
    if left_out:
        raise RuleBroken(
            "sharing.supplement_not_for_everything", fields=fields_zh(left_out), fields_en=fields_en(left_out)
        )


def check_supplemented(form: RequestForm, *, missing: Sequence[str]) -> None:
    """Raise RuleBroken while something that was asked for is still not stated."""
    still = [gap.field for gap in gaps(form) if gap.field in missing]
    if still:
        raise RuleBroken("sharing.supplement_still_missing", fields=fields_zh(still), fields_en=fields_en(still))


def check_told_first(form: RequestForm, *, told: bool) -> None:
    """Raise RuleBroken for a refusal of an incomplete request whose requester was never told (第二十一条)."""
    missing = [gap.field for gap in gaps(form)]
    if missing and not told:
        raise RuleBroken("sharing.never_refused_outright", fields=fields_zh(missing), fields_en=fields_en(missing))
