"""Forms of the take-over of existing sharing (既有共享接管表单)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX


class TakeoverForm(forms.Form):
    """The list, as a workbook or text with commas (接管清单)."""

    file = forms.FileField(label=_("接管清单（工作簿或者文本表格）"))


class DeclineForm(forms.Form):
    """Why the provider does not confirm (不确认)."""

    reason = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
