"""Forms of supervision (表单)."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.supervision.rules import TEXT_CHARS_MAX


class ExplanationForm(forms.Form):
    """What the department says (说明情况)."""

    text = forms.CharField(
        label=_("情况说明"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明为什么没有按时办理、什么时候办完。"),
    )

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)


class ReasonForm(forms.Form):
    """Why a finding ends (理由)."""

    reason = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Mapping[str, str] | None = None, *, verb: str = "close") -> None:
        super().__init__(data, auto_id=f"id_{verb}_%s")
