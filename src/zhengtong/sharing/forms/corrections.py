"""Forms of corrections (校核表单)."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import OUTCOME_OF_CORRECTION, CorrectionOutcome
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said

SHORT_CHARS_MAX = 200


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


class NoteForm(forms.Form):
    """A note or a reason (说明)."""

    note = forms.CharField(label=_("说明"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Mapping[str, str] | None = None, *, verb: str = "note") -> None:
        super().__init__(data, auto_id=f"id_{verb}_%s")
