"""Forms of disposals (数据处置表单)."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import METHOD_WORDS
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said


class DisposalForm(forms.Form):
    """How the data were disposed of (报告处置情况)."""

    method = forms.ChoiceField(label=_("处置方式"))
    evidence = forms.CharField(
        label=_("处置情况和证据"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("哪些系统、哪些副本、何时、由谁处置，证据在哪里。不写个人信息。"),
    )  # fmt: skip
    legal_basis = forms.CharField(
        label=_("留存依据"), max_length=TEXT_CHARS_MAX, required=False, help_text=_("依法留存的必须填写。")
    )

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.fields["method"].choices = [("", "—"), *((str(key), said(words)) for key, words in METHOD_WORDS.items())]


class DisposalAgainForm(forms.Form):
    """What is missing (要求重新处置)."""

    reason = forms.CharField(label=_("还缺什么"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
