"""What pages and commands call states and results (显示用语), in the reader's language, and their tone."""

from django.utils.translation import gettext_lazy as _

from zhengtong.exchange.rules import Dispute, KeyState, Match, NodeState
from zhengtong.exchange.rules.notice import NoticeGround
from zhengtong.ui.values import Tone

NODE_STATES = {
    NodeState.INVITED: (_("已邀请"), Tone.WAIT),
    NodeState.PENDING: (_("待批准"), Tone.WAIT),
    NodeState.ACTIVE: (_("运行"), Tone.GOOD),
    NodeState.SUSPENDED: (_("已暂停"), Tone.OFF),
    NodeState.REJECTED: (_("未批准"), Tone.OFF),
    NodeState.RETIRED: (_("已注销"), Tone.OFF),
}
NODE_VERBS = {
    "approve": _("批准接入"),
    "reject": _("不予接入"),
    "suspend": _("暂停"),
    "resume": _("恢复"),
    "retire": _("注销"),
}
KEY_STATES = {
    KeyState.OFFERED: _("待批准"),
    KeyState.CURRENT: _("现用"),
    KeyState.FORMER: _("曾用"),
}
OUTCOMES = {
    "answered": (_("已答复"), Tone.GOOD),
    "refused": (_("已拒绝"), Tone.OFF),
    "failed": (_("未完成"), Tone.WAIT),
}
MATCHES = {
    Match.EQUAL: (_("两侧一致"), Tone.GOOD),
    Match.LOCAL: (_("使用方结点自行拒绝"), Tone.QUIET),
    Match.UNANSWERED: (_("未获应答"), Tone.WAIT),
    Match.REPLY_LOST: (_("应答未送达使用方"), Tone.WAIT),
    Match.WAITING: (_("等待另一侧回执"), Tone.QUIET),
    Match.PROVIDER_MISSING: (_("缺提供方回执"), Tone.LATE),
    Match.CONSUMER_MISSING: (_("缺使用方回执"), Tone.LATE),
    Match.DIFFER: (_("两侧不一致"), Tone.LATE),
    Match.CONTRADICTS: (_("一侧前后矛盾"), Tone.LATE),
}
DISPUTES = {
    Dispute.ITSELF: _("把本结点报为对方"),
    Dispute.OUTSIDE_GRANT: _("与许可的双方不符"),
    Dispute.CONTRADICTS: _("与先前的回执前后矛盾"),
}
SIDES = {"provider": _("提供方"), "consumer": _("使用方")}
COMPARED = {
    "request_digest": _("请求摘要"),
    "reply_digest": _("应答摘要"),
    "outcome": _("结果"),
    "refusal": _("拒绝原因"),
    "rows": _("行数"),
    "grant": _("共享许可"),
}
NOTICE_GROUNDS = {
    NoticeGround.SECRECY: _("法律、行政法规规定应当保密或者不需要告知"),
    NoticeGround.DUTY: _("告知将妨碍国家机关履行法定职责"),
    NoticeGround.EMERGENCY: _("紧急情况，消除后及时告知"),
}
