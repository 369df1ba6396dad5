"""Codes and states in the reader's language: `{% load catalog_words %}`."""

from collections.abc import Mapping, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from zhengtong.catalog.queries import HitNote
from zhengtong.catalog.rules import STATE_LABELS, VERB_LABELS, DocumentDirection, EntryState, ShareType
from zhengtong.catalog.rules.assessments import KIND_LABELS, AssessmentKind
from zhengtong.catalog.rules.derivations import DERIVATION_LABELS, DERIVATION_VERBS, DerivationState
from zhengtong.catalog.rules.diffs import CLASS_LABELS, Change, ChangeClass
from zhengtong.catalog.rules.duties import STATE_WORDS, DocumentState
from zhengtong.catalog.rules.harvest import MOVE_LABELS, RELATION_LABELS, STANDING_LABELS, Move, Relation, Standing
from zhengtong.catalog.search.tokens import spans
from zhengtong.parties.rules import role_label
from zhengtong.standards.rules import DataElement, Finding, Fix
from zhengtong.standards.tables import code_list, profile
from zhengtong.ui.language import lang

register = template.Library()

SHARE_TONES = {"U": "open", "K": "part", "W": "shut"}
STATE_TONES = {
    EntryState.DRAFT: "quiet",
    EntryState.DEPT_REVIEW: "wait",
    EntryState.SUBMITTED: "wait",
    EntryState.AUTHORITY_REVIEW: "wait",
    EntryState.RETURNED: "wait",
    EntryState.PUBLISHED: "good",
    EntryState.CHANGE_DUE: "wait",
    EntryState.SUPERSEDED: "off",
    EntryState.WITHDRAWN: "off",
}
DOCUMENT_TONES = {
    DocumentState.CATALOGUED: "good",
    DocumentState.OWED: "wait",
    DocumentState.OFFICIAL: "wait",
    DocumentState.SHARED: "wait",
    DocumentState.CUT: "good",
}
FIX_LABELS = {
    "data_type": ("类型", "type"),
    "length": ("长度", "length"),
    "code_list": ("代码表", "code list"),
    "is_personal": ("标为个人信息", "mark as personal information"),
}
MASK_LABELS = {
    "citizen_id": ("公民身份号码留前6后4", "citizen number 6-4"),
    "name": ("姓名留姓", "family name only"),
    "phone": ("电话留前3后4", "telephone 3-4"),
    "address": ("地址到乡镇、街道", "address to the town"),
    "bank_account": ("账号留后4", "last four of the account"),
    "email": ("邮箱留首字符和域名", "first letter and domain"),
    "plate": ("车牌留省市码和后2", "province, city and last two"),
}
CHANGED_LISTS = {
    "share_type": "item_share_type", "theme": "theme", "industry": "industry_section", "format": "format",
    "service_class": "service_class", "form_class": "form_class", "update_cycle": "update_cycle",
    "data_class": "data_class", "data_grade": "data_grade", "data_type": "item_type",
}  # fmt: skip
EVENT_LABELS = {
    "catalog.derivation.asked": ("请求同意二次共享", "Consent asked"),
    "catalog.derivation.answered": ("答复二次共享", "Consent answered"),
    "catalog.derivation.ended": ("不再二次共享", "No longer passed on"),
    "catalog.entry.drafted": ("起草", "Drafted"),
    "catalog.entry.edited": ("修改", "Edited"),
    "catalog.entry.submitted": ("提交部门负责人审核", "Sent to the department head"),
    "catalog.entry.signed": ("部门负责人审核同意并报送", "Signed and reported"),
    "catalog.entry.returned": ("退回修改", "Returned"),
    "catalog.entry.review-started": ("主管部门开始审核", "Review started"),
    "catalog.entry.published": ("审核通过并发布", "Published"),
    "catalog.entry.superseded": ("被新版替代", "Superseded"),
    "catalog.entry.change-reported": ("登记须更新的事由", "Change reported"),
    "catalog.entry.change-extended": ("同意延长更新期限", "Update extended"),
    "catalog.entry.change-filed": ("更新已报送", "Update reported"),
    "catalog.entry.change-owed-again": ("更新退回，期限继续计算", "Update sent back, still owed"),
    "catalog.entry.revised": ("编制新版", "New revision started"),
    "catalog.entry.withdrawn": ("撤回", "Withdrawn"),
    "catalog.source.named": ("明确为数源", "Named as source"),
    "catalog.source.added": ("登记外部目录", "Catalogue of another place registered"),
    "catalog.source.taken": ("采集外部目录", "Catalogue of another place taken in"),
}


@register.filter
def code(value: str, list_id: str) -> str:
    """The name of a code in a code list; empty for no code."""
    return code_list(list_id).label(str(value), lang=lang()) if value else ""


@register.filter
def modes(values: Sequence[str]) -> str:
    """Ways of sharing in words."""
    return "、".join(code_list("share_mode").label(str(value), lang=lang()) for value in values)


@register.filter
def share(value: str) -> str:
    """The name of a sharing type."""
    return _pick((ShareType(value).zh, ShareType(value).en)) if value else ""


@register.filter
def share_tone(value: str) -> str:
    """The tone in which a sharing type is shown."""
    return SHARE_TONES.get(str(value), "quiet")


@register.filter
def state(value: EntryState) -> str:
    """The name of a state."""
    return _pick(STATE_LABELS[value])


@register.filter
def state_tone(value: EntryState) -> str:
    """The tone in which a state is shown."""
    return STATE_TONES[value]


@register.filter
def verb(value: str) -> str:
    """The name of what can be done."""
    return _pick(VERB_LABELS[value])


@register.filter
def event(value: str) -> str:
    """The name of what happened."""
    return _pick(EVENT_LABELS.get(value, (value, value)))


@register.filter
def role(value: str) -> str:
    """The name of a role."""
    return role_label(value, lang()) if value else ""


@register.filter
def says(finding: Finding) -> str:
    """What a check found."""
    return finding.message(lang())


@register.filter
def remedy(finding: Finding) -> str:
    """What to do about it."""
    return finding.remedy(lang())


@register.filter
def marked(text: str, marks: Sequence[str] | None) -> SafeString:
    """A text with what was looked for highlighted."""
    pieces = spans(text, marks or ())
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", p) if hit else p,) for p, hit in pieces))


@register.filter
def of(held: Mapping[str, HitNote] | None, key: str) -> HitNote | None:
    """What a table holds for a key."""
    return (held or {}).get(key)


def _pick(words: tuple[str, str]) -> str:
    return words[1] if lang() == "en" else words[0]


@register.filter
def relation(value: str) -> str:
    """How another catalogue stands to this one."""
    return _pick(RELATION_LABELS[Relation(value)])


@register.filter
def harvested(value: str) -> str:
    """How an entry of another catalogue stands here."""
    return _pick(STANDING_LABELS[Standing(value)])


@register.filter
def derivation_state(value: DerivationState) -> str:
    """Where a provider's consent stands, in words."""
    return DERIVATION_LABELS[DerivationState(value)][lang() == "en"]


@register.filter
def derivation_tone(value: DerivationState) -> str:
    """The tone of its badge."""
    tones = {DerivationState.ASKED: "wait", DerivationState.CONSENTED: "good", DerivationState.REFUSED: "late"}
    return tones.get(DerivationState(value), "off")


@register.filter
def derivation_verb(verb: str) -> str:
    """A verb in words."""
    return DERIVATION_VERBS[verb][lang() == "en"]


@register.filter
def harvested_tone(value: str) -> str:
    """The tone of its badge."""
    return {Standing.PRESENT: "good", Standing.MISSING: "wait"}.get(Standing(value), "off")


@register.filter
def moves(counts: Mapping[str, int]) -> str:
    """What a run found, in words; nothing for what it did not find."""
    said = [f"{_pick(MOVE_LABELS[Move(name)])} {n}" for name, n in counts.items() if n and name in set(Move)]
    return " · ".join(said) or "—"


@register.filter
def document_word(value: str) -> str:
    """Where a material or a result stands."""
    return _pick(STATE_WORDS[DocumentState(value)])


@register.filter
def document_tone(value: str) -> str:
    """The tone of its badge: what is owed waits, what is settled is good."""
    return DOCUMENT_TONES.get(DocumentState(value), "quiet")


@register.filter
def direction_word(value: str) -> str:
    """Whether a document is handed in or handed out."""
    return _pick(("材料", "material") if value == DocumentDirection.MATERIAL else ("结果", "result"))


@register.filter
def percent(permille: int | None) -> str:
    """Thousandths as people write them; a dash for none."""
    return "—" if permille is None else f"{permille / 10:.1f}%"


@register.filter
def element_name(element: DataElement) -> str:
    """The name of a data element."""
    return _pick((element.zh, element.en))


@register.filter
def fix_text(fix: Fix) -> str:
    """How an item is brought in line with its data element."""
    words = FIX_LABELS[fix.field]
    if fix.field == "is_personal":
        return _pick(words)
    says, should = (_fix_value(fix.field, text) or "—" for text in (fix.says, fix.should))
    return _pick((f"{words[0]}：{says} 改为 {should}", f"{words[1]}: {says}, should be {should}"))


def _fix_value(field: str, text: str) -> str:
    if field == "data_type" and text:
        return code_list("item_type").label(text, lang=lang())
    if field == "code_list" and text:
        held = code_list(text)
        return _pick((held.zh, held.en))
    return text


@register.filter
def mask_name(mask: str) -> str:
    """The name of a mask."""
    return _pick(MASK_LABELS.get(mask, (mask, mask)))


@register.filter
def assessment_name(kind: AssessmentKind) -> str:
    """What was assessed."""
    return KIND_LABELS[AssessmentKind(kind)][lang() == "en"]


@register.filter
def change_word(kind: str) -> str:
    """How much a change asks of who uses the data."""
    return _pick(CLASS_LABELS[ChangeClass(kind)])


@register.filter
def change_tone(kind: str) -> str:
    """The tone of its badge."""
    tones = {ChangeClass.COMPATIBLE: "good", ChangeClass.TIGHTENING: "wait"}
    return tones.get(ChangeClass(kind), "late")


@register.filter
def changed_field(field: str) -> str:
    """The name of a field that changed; nothing for a whole item."""
    if field == "item":
        return ""
    own = {
        "condition": ("使用条件", "conditions"), "length": ("长度", "length"), "code_list": ("代码表", "code list"),
        "data_type": ("类型", "type"), "is_lookup": ("可作查询条件", "may be asked by"),
        "share_modes": ("共享方式", "modes"), "open_conditions": ("开放条件", "conditions of opening"),
    }  # fmt: skip
    if field in own:
        return _pick(own[field])
    rule = next((rule for rule in profile().fields if rule.field == field), None)
    return _pick((rule.zh, rule.en)) if rule else field


@register.filter
def change_before(change: Change) -> str:
    """What it was."""
    return _changed_value(change.field, change.before)


@register.filter
def change_after(change: Change) -> str:
    """What it is."""
    return _changed_value(change.field, change.after)


def _changed_value(field: str, text: str) -> str:
    if not text:
        return ""
    if field in ("is_lookup", "open_flag"):
        return _pick(("是", "yes"))
    if field == "share_modes":
        return "、".join(code_list("share_mode").label(one, lang=lang()) for one in text.split("、"))
    listed = CHANGED_LISTS.get(field)
    return code_list(listed).label(text, lang=lang()) if listed else text
