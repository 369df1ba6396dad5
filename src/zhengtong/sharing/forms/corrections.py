"""Forms of corrections (校核表单)."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import OUTCOME_OF_CORRECTION, CorrectionOutcome
from zhengtong.sharing.rules.personal import CHANNEL_WORDS, Channel
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said

SHORT_CHARS_MAX = 200
CASES_HELP = _("使用过这个值的办件编号，用顿号或者换行隔开。只作标记，办件照常办理。")


class CorrectionForm(forms.Form):
    """What looks wrong, where, and by what it is known (校核申请)."""

    item = forms.ChoiceField(label=_("信息项"))
    record_key = forms.CharField(
        label=_("哪一条记录"),
        max_length=SHORT_CHARS_MAX,
        help_text=_("例如不动产单元号、统一社会信用代码。加密保存，页面只显示掩码。"),
    )
    value_seen = forms.CharField(label=_("读到的值"), max_length=SHORT_CHARS_MAX)
    value_claimed = forms.CharField(label=_("认为正确的值"), max_length=SHORT_CHARS_MAX, required=False)
    evidence = forms.CharField(
        label=_("依据"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("与什么材料不一致。不写姓名、证件号码等个人信息。"),
    )

    cases = forms.CharField(label=_("关联办件"), max_length=TEXT_CHARS_MAX, required=False, help_text=CASES_HELP)

    def __init__(self, items: Iterable[tuple[str, str]], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.fields["item"].choices = list(items)


class CorrectionAnswerForm(forms.Form):
    """What the provider found (校核反馈)."""

    outcome = forms.ChoiceField(label=_("核实结果"))
    cause = forms.CharField(
        label=_("原因或者理由"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会告知读过这个信息项的其他部门，不写个人信息。"),
    )
    others_found = forms.IntegerField(label=_("另外发现的同类记录数"), min_value=0, initial=0, required=False)

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.fields["outcome"].choices = [(str(o), said(OUTCOME_OF_CORRECTION[o])) for o in CorrectionOutcome]


class PersonForm(CorrectionForm):
    """What a person says of his own data, and how to answer him (个人更正请求)."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    identifier = forms.CharField(
        label=_("身份证件号码"), max_length=60, help_text=_("已核对身份证件原件。加密保存，每次查看留痕。")
    )
    contact = forms.CharField(
        label=_("联系方式"), max_length=SHORT_CHARS_MAX, help_text=_("用于告知结果：电话、地址或者电子邮箱。")
    )
    evidence = forms.CharField(
        label=_("本人出示的材料"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写材料名称和记载的内容。不写姓名、证件号码等个人信息。"),
    )
    field_order = ["name", "identifier", "contact", "item", "record_key", "value_seen", "value_claimed", "evidence"]


class TellForm(forms.Form):
    """How and what the person was told (告知本人)."""

    channel = forms.ChoiceField(label=_("告知方式"))
    answer = forms.CharField(
        label=_("告知内容"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("加密保存。不予更正的，写明理由和投诉、举报的渠道。"),
    )

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, auto_id="id_tell_%s")
        self.fields["channel"].choices = [(str(one), said(CHANNEL_WORDS[one])) for one in Channel]


class CasesForm(forms.Form):
    """Which of the own cases are looked at again (需要复核的办件)."""

    cases = forms.CharField(label=_("需要复核的办件"), max_length=TEXT_CHARS_MAX, required=False, help_text=CASES_HELP)

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, auto_id="id_cases_%s")


class NoteForm(forms.Form):
    """A note or a reason (说明)."""

    note = forms.CharField(label=_("说明"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Mapping[str, str] | None = None, *, verb: str = "note") -> None:
        super().__init__(data, auto_id=f"id_{verb}_%s")
