"""The two lifecycles of sharing (共享申请、共享许可), as tables that read like the articles.

Every move of a request or a grant is a line here: who may make it, on whose side, and under
which article.  Services look steps up; pages draw them; nothing else decides them.
"""

from enum import StrEnum

from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.sharing.rules.words import Words

REGULATION = "政务数据共享条例"


class RequestState(StrEnum):
    """Where a request stands (申请状态)."""

    DRAFT = "draft"  # 草稿
    OWN_REVIEW = "own_review"  # 待本部门共享工作机构负责人同意
    RECEIVED = "received"  # 待答复
    SUPPLEMENT_ASKED = "supplement_asked"  # 待补充材料
    EXTENDED = "extended"  # 已延长，待答复
    CONSENTED = "consented"  # 同意共享
    PARTLY_CONSENTED = "partly_consented"  # 部分同意
    REFUSED = "refused"  # 不同意共享
    WITHDRAWN = "withdrawn"  # 已撤回


class GrantState(StrEnum):
    """Where a grant stands (许可状态)."""

    DELIVERING = "delivering"  # 待提供
    ACTIVE = "active"  # 使用中
    SUSPENDED = "suspended"  # 已暂停
    TERMINATED = "terminated"  # 已终止
    EXPIRED = "expired"  # 已到期


class Side(StrEnum):
    """Whose turn a move is."""

    CONSUMER = "consumer"  # 使用方
    PROVIDER = "provider"  # 提供方
    AUTHORITY = "authority"  # 主管部门
    OVERSEER = "overseer"  # 提供方或者主管部门 (条例 第二十七条)
    CLOCKWORK = "clockwork"  # 到期由系统办理


_S, _G, _R = RequestState, GrantState, Role
_OFFICER = frozenset({_R.DATA_OFFICER.value})
_HEAD = frozenset({_R.SHARING_OFFICE_HEAD.value})
_EITHER = _OFFICER | _HEAD
_LEADER = frozenset({_R.AUTHORITY_LEADER.value})
_OVERSEER = frozenset({_R.SHARING_OFFICE_HEAD.value, _R.AUTHORITY_REVIEWER.value, _R.AUTHORITY_LEADER.value})
_SYSTEM = frozenset({"system"})
_20, _21, _22, _27 = "第二十条", "第二十一条", "第二十二条", "第二十七条"

OPEN_STATES = (_S.DRAFT, _S.OWN_REVIEW, _S.RECEIVED, _S.SUPPLEMENT_ASKED, _S.EXTENDED)
ANSWERABLE = (_S.RECEIVED, _S.EXTENDED)
REPLY_OWED = (*ANSWERABLE, _S.SUPPLEMENT_ASKED)  # the last has a due date only where the notice came too late
DECIDED_STATES = (_S.CONSENTED, _S.PARTLY_CONSENTED, _S.REFUSED)
LIVE_GRANTS = (_G.DELIVERING, _G.ACTIVE, _G.SUSPENDED)
LIFT_UNDELIVERED = "lift_undelivered"  # suspended before delivery was confirmed: that is still owed


SIDE_WORDS: dict[Side, Words] = {
    Side.CONSUMER: Words("使用方", "consumer"),
    Side.PROVIDER: Words("提供方", "provider"),
    Side.AUTHORITY: Words("主管部门", "data authority"),
    Side.OVERSEER: Words("提供方或者主管部门", "provider or data authority"),
    Side.CLOCKWORK: Words("系统", "the system"),
}

STATE_WORDS: dict[StrEnum, Words] = {
    _S.DRAFT: Words("草稿", "Draft"),
    _S.OWN_REVIEW: Words("待本部门同意", "Awaiting own approval"),
    _S.RECEIVED: Words("待答复", "Awaiting reply"),
    _S.SUPPLEMENT_ASKED: Words("待补充材料", "Supplement asked"),
    _S.EXTENDED: Words("已延长，待答复", "Extended, awaiting reply"),
    _S.CONSENTED: Words("同意共享", "Consented"),
    _S.PARTLY_CONSENTED: Words("部分同意", "Partly consented"),
    _S.REFUSED: Words("不同意共享", "Refused"),
    _S.WITHDRAWN: Words("已撤回", "Withdrawn"),
    _G.DELIVERING: Words("待提供", "Awaiting delivery"),
    _G.ACTIVE: Words("使用中", "In force"),
    _G.SUSPENDED: Words("已暂停", "Suspended"),
    _G.TERMINATED: Words("已终止", "Terminated"),
    _G.EXPIRED: Words("已到期", "Expired"),
}

VERB_WORDS: dict[str, Words] = {
    "submit": Words("报本部门负责人", "submit to the own head"),
    "return": Words("退回修改", "return"),
    "approve": Words("同意提出申请", "approve"),
    "ask_supplement": Words("一次性告知补充", "ask for a supplement"),
    "answer_supplement": Words("补充材料", "answer the supplement"),
    "ask_extension": Words("报请延长", "ask for an extension"),
    "agree_extension": Words("同意延长", "agree to the extension"),
    "decline_extension": Words("不同意延长", "decline the extension"),
    "prepare_reply": Words("拟写答复", "prepare the reply"),
    "countersign": Words("复核签发", "countersign the reply"),
    "consent": Words("签发答复", "sign the reply"),
    "consent_partly": Words("签发答复", "sign the reply"),
    "refuse": Words("签发答复", "sign the reply"),
    "withdraw": Words("撤回", "withdraw"),
    "deliver": Words("确认已提供", "confirm delivery"),
    "suspend": Words("暂停共享权限", "suspend"),
    "rectify": Words("限期整改", "put right"),
    "lift": Words("恢复共享权限", "lift the suspension"),
    LIFT_UNDELIVERED: Words("恢复共享权限（尚未提供）", "lift the suspension, delivery still owed"),
    "terminate": Words("终止共享", "terminate"),
    "revoke": Words("收回许可", "revoke"),
    "review": Words("复核既有共享", "review sharing taken over"),
    "narrow": Words("变更条款", "change the terms"),
    "supersede": Words("由新许可接替", "superseded"),
    "relinquish": Words("交回许可", "hand back"),
    "expire": Words("到期", "expire"),
}


INBOX_WORDS: dict[str, Words] = {  # what waits and is no move of a request or grant
    "urge": Words("督促答复", "urge an answer"),
    "urge_delivery": Words("督促提供数据", "urge the delivery"),
    "urge_correction": Words("督促核实校核", "urge the verification"),
    "urge_disposal": Words("督促处置数据", "urge the disposal"),
    "urge_catalogue": Words("督促编制目录", "urge the cataloguing"),
    "answer_correction": Words("核实校核", "verify the correction"),
    "verify_person": Words("核实个人更正请求", "verify a person's request"),
    "tell_person": Words("告知本人结果", "tell the person"),
    "read_person": Words("查看更正", "read the correction"),
    "urge_person": Words("督促办理更正请求", "urge a person's request"),
    "acknowledge": Words("查看更正", "read the correction"),
    "coordinate": Words("协调需求", "coordinate the demand"),
    "catalogue": Words("编制目录满足需求", "catalogue what is needed"),
    "request": Words("按目录提出申请", "ask for the entry"),
    "read_help": Words("查看指导和服务", "read the help offered"),
    "report": Words("报告处置情况", "report the disposal"),
    "accept": Words("确认处置", "accept the disposal"),
    "answer_change": Words("答复终止或者变更", "answer the end or change"),
    "confirm_takeover": Words("确认既有共享", "confirm existing sharing"),
    "urge_review": Words("督促复核", "urge the review"),
    "settle_change": Words("协商终止或者变更", "negotiate the end or change"),
    "file_change": Words("报主管部门备案", "file with the authority"),
    "note_change": Words("收到备案", "take note of the filing"),
    "take_up": Words("受理协调", "take up the mediation"),
    "settle": Words("协调争议", "mediate the dispute"),
    "rule": Words("作出决定", "decide the dispute"),
    "execute": Words("按结果办理", "carry out the result"),
}


def _said(thing: str, thing_en: str) -> dict[str, tuple[str, str]]:
    """The words of errors about a thing: its states, what can be done with it, by whom."""
    words = {thing: Words(thing, thing_en), **STATE_WORDS, **VERB_WORDS}
    return {**{code: (said.zh, said.en) for code, said in words.items()}, **ROLE_WORDS}


def _answer(verb: str, target: RequestState, needs: str) -> tuple[Step, ...]:
    return tuple(Step(verb, state, target, by=_HEAD, cites=_20, needs=needs) for state in ANSWERABLE)


REQUEST = Lifecycle(
    name="共享申请",
    start=_S.DRAFT,
    steps=(
        Step("submit", _S.DRAFT, _S.OWN_REVIEW, by=_OFFICER, cites=_20),
        Step("return", _S.OWN_REVIEW, _S.DRAFT, by=_HEAD, cites=_20, needs="理由"),
        Step("approve", _S.OWN_REVIEW, _S.RECEIVED, by=_HEAD, cites=_20),
        Step("ask_supplement", _S.RECEIVED, _S.SUPPLEMENT_ASKED, by=_OFFICER, cites=_21, needs="全部缺项，一次告知"),
        Step("answer_supplement", _S.SUPPLEMENT_ASKED, _S.RECEIVED, by=_OFFICER, cites=_21),
        Step("ask_extension", _S.RECEIVED, _S.RECEIVED, by=_EITHER, cites=_21, needs="理由、天数"),
        Step("agree_extension", _S.RECEIVED, _S.EXTENDED, by=_LEADER, cites=_21),
        Step("decline_extension", _S.RECEIVED, _S.RECEIVED, by=_LEADER, cites=_21, needs="理由"),
        Step("prepare_reply", _S.RECEIVED, _S.RECEIVED, by=_OFFICER, cites=_21),
        Step("prepare_reply", _S.EXTENDED, _S.EXTENDED, by=_OFFICER, cites=_21),
        Step("countersign", _S.RECEIVED, _S.RECEIVED, by=_LEADER, cites=_20),
        Step("countersign", _S.EXTENDED, _S.EXTENDED, by=_LEADER, cites=_20),
        *_answer("consent", _S.CONSENTED, ""),
        *_answer("consent_partly", _S.PARTLY_CONSENTED, "逐项理由"),
        *_answer("refuse", _S.REFUSED, "理由"),
        *(Step("withdraw", state, _S.WITHDRAWN, by=_EITHER, cites=_20, needs="理由") for state in OPEN_STATES),
    ),
    words=_said("共享申请", "request"),
)

GRANT = Lifecycle(
    name="共享许可",
    start=_G.DELIVERING,
    steps=(
        Step("deliver", _G.DELIVERING, _G.ACTIVE, by=_OFFICER | {_R.ENGINEER.value}, cites=_22),
        Step("suspend", _G.DELIVERING, _G.SUSPENDED, by=_OVERSEER, cites=_27, needs="越权使用的事实"),
        Step("suspend", _G.ACTIVE, _G.SUSPENDED, by=_OVERSEER, cites=_27, needs="越权使用的事实"),
        Step("lift", _G.SUSPENDED, _G.ACTIVE, by=_OVERSEER, cites=_27, needs="整改到位的证据"),
        Step(LIFT_UNDELIVERED, _G.SUSPENDED, _G.DELIVERING, by=_OVERSEER, cites=_27, needs="整改到位的证据"),
        Step("terminate", _G.SUSPENDED, _G.TERMINATED, by=_OVERSEER, cites=_27, needs="拒不整改或者整改不到位"),
        *(Step("revoke", s, _G.TERMINATED, by=_SYSTEM, cites=_27, needs="正当理由、协商、备案") for s in LIVE_GRANTS),
        *(Step("supersede", s, _G.TERMINATED, by=_SYSTEM, cites="第二十五条") for s in (_G.DELIVERING, _G.ACTIVE)),
        *(Step("review", s, s, by=_HEAD, needs="复核情况") for s in LIVE_GRANTS),
        *(Step("narrow", s, s, by=_SYSTEM, cites=_27, needs="正当理由、协商、备案") for s in LIVE_GRANTS),
        Step("relinquish", _G.DELIVERING, _G.TERMINATED, by=_EITHER, cites=_27, needs="目的已实现或者不再必要"),
        Step("relinquish", _G.ACTIVE, _G.TERMINATED, by=_EITHER, cites=_27, needs="目的已实现或者不再必要"),
        *(Step("expire", state, _G.EXPIRED, by=_SYSTEM, cites=_20) for state in LIVE_GRANTS),
    ),
    words=_said("共享许可", "grant"),
)

SIDES: dict[str, Side] = {
    **dict.fromkeys(("submit", "return", "approve", "answer_supplement", "withdraw", "relinquish"), Side.CONSUMER),
    **dict.fromkeys(("ask_supplement", "ask_extension", "prepare_reply"), Side.PROVIDER),
    **dict.fromkeys(("countersign", "consent", "consent_partly", "refuse", "deliver", "review"), Side.PROVIDER),
    **dict.fromkeys(("agree_extension", "decline_extension"), Side.AUTHORITY),
    **dict.fromkeys(("suspend", "lift", LIFT_UNDELIVERED, "terminate"), Side.OVERSEER),
    **dict.fromkeys(("revoke", "narrow", "supersede", "expire"), Side.CLOCKWORK),
}
