"""Forms of disputes (争议表单)."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import ENDS_WITH_OUTCOME
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.ui.fields import DayField


class DisputeForm(forms.Form):
    """What is contested and why (提出争议)."""

    claim = forms.CharField(
        label=_("争议的事项和理由"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明对方的哪个答复或者做法、为什么不符合条例、希望怎样解决。不写个人信息。"),
    )

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)


class DisputeStepForm(forms.Form):
    """What was said or decided at a step (经过或者结果)."""

    text = forms.CharField(
        label=_("经过或者结果"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    provides = forms.BooleanField(label=_("由提供方重新答复并提供数据"), required=False)
    do_by = DayField(label=_("何时之前办完"), required=False)

    def __init__(self, data: Mapping[str, str] | None = None, *, verb: str) -> None:
        super().__init__(data, auto_id=f"id_{verb}_%s")
        if verb == "take_up":
            del self.fields["text"]
        if verb not in ENDS_WITH_OUTCOME:
            del self.fields["provides"], self.fields["do_by"]
