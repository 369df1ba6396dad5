"""Forms of standards (表单): a place's own limits and days."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.standards.rules import DayKind
from zhengtong.ui.fields import DayField

DAYS_MAX = 3_660


class LimitForm(forms.Form):
    """A place's own value of a limit (地方期限)."""

    days = forms.IntegerField(label=_("天数"), min_value=0, max_value=DAYS_MAX)
    extension_days = forms.IntegerField(label=_("最长可延长天数"), min_value=0, max_value=DAYS_MAX)
    in_force_from = DayField(label=_("自哪天起施行"))
    cites = forms.CharField(
        label=_("依据"), max_length=300, help_text=_("写明本地规定的名称、文号和条款。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    mark = forms.ChoiceField(
        label=_("可靠程度"),
        choices=[
            ("V", _("已核对条文")),
            ("S", _("见于公开办事指南")),
            ("M", _("待核对")),
            ("D", _("本系统默认值，可调整")),
        ],
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, initial: Mapping[str, object] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))


class DayForm(forms.Form):
    """A day that the place closes or opens besides the published plan (日历增补)."""

    day = DayField(label=_("日期"))
    kind = forms.ChoiceField(label=_("这一天"), choices=[(DayKind.HOLIDAY, _("放假")), (DayKind.MAKEUP, _("上班"))])
    name = forms.CharField(label=_("名称"), max_length=100, help_text=_("例如：民族传统节日。"))
    source = forms.CharField(label=_("依据"), max_length=200, help_text=_("写明通知的名称和文号。"))

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
