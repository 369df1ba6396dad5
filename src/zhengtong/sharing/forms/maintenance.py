"""The form of planned maintenance (计划维护表单)."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.clock import BEIJING
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX

_MOMENT = {"type": "datetime-local"}
_MOMENT_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


class MaintenanceForm(forms.Form):
    """When a service will not answer, and why (计划维护)."""

    begins_at = forms.DateTimeField(
        label=_("开始"), input_formats=_MOMENT_FORMATS, widget=forms.DateTimeInput(attrs=_MOMENT)
    )
    ends_at = forms.DateTimeField(
        label=_("结束"), input_formats=_MOMENT_FORMATS, widget=forms.DateTimeInput(attrs=_MOMENT)
    )
    reason = forms.CharField(label=_("原因"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def moment(self, name: str) -> datetime:
        """A time as typed, Beijing time."""
        held: datetime = self.cleaned_data[name]
        return held.replace(tzinfo=BEIJING)
