"""What people fill in about nodes (结点表单)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.exchange.rules.notice import NoticeGround


class InviteForm(forms.Form):
    """Whose node to invite (邀请结点)."""

    organization = forms.ChoiceField(label=_("机构"), help_text=_("每个机构一个结点，结点代码与机构代码相同。"))
    hosted = forms.BooleanField(
        label=_("托管结点"), required=False, help_text=_("与其他机构共用一台机器，密钥、数据库和账本各自独立。")
    )


class NoticeForm(forms.Form):
    """Queries of which the person is not told (免予告知)."""

    number = forms.CharField(label=_("共享许可编号"), max_length=24)
    ground = forms.ChoiceField(
        label=_("情形"),
        choices=[
            (NoticeGround.SECRECY, _("法律、行政法规规定应当保密或者不需要告知")),
            (NoticeGround.DUTY, _("告知将妨碍国家机关履行法定职责")),
            (NoticeGround.EMERGENCY, _("紧急情况，消除后及时告知")),
        ],
    )
    legal_basis = forms.CharField(
        label=_("依据"), max_length=300, help_text=_("写明法律、行政法规的名称和条款。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ApproveForm(forms.Form):
    """The fingerprint, typed in from the node's own screen (核对指纹)."""

    fingerprint = forms.CharField(
        label=_("结点屏幕上显示的指纹"),
        max_length=80,
        help_text=_("请结点管理人员当面或电话念出，不要从本页复制。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReasonForm(forms.Form):
    """Why a node is kept out, suspended or retired (原因)."""

    reason = forms.CharField(
        label=_("原因"), max_length=500, help_text=_("该机构会看到。"), widget=forms.Textarea(attrs={"rows": 3})
    )


class ExchangeFilter(forms.Form):
    """Which exchanges to list (筛选)."""

    outcome = forms.ChoiceField(
        label=_("结果"),
        required=False,
        choices=[("", _("全部")), ("answered", _("已答复")), ("refused", _("已拒绝")), ("failed", _("未完成"))],
    )
    day = forms.ChoiceField(label=_("日期"), required=False, choices=[("", _("全部")), ("today", _("今天"))])
    match = forms.ChoiceField(
        label=_("回执比对"),
        required=False,
        choices=[
            ("", _("全部")),
            ("equal", _("两侧一致")),
            ("local", _("使用方结点自行拒绝")),
            ("waiting", _("等待另一侧回执")),
            ("provider_missing", _("缺提供方回执")),
            ("consumer_missing", _("缺使用方回执")),
            ("differ", _("两侧不一致")),
            ("contradicts", _("一侧前后矛盾")),
        ],
    )
