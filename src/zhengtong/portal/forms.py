"""What people type on the pages of the portal (门户表单)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.journal.retaining import DAYS_MAX
from zhengtong.journal.services.drills import TEXT_CHARS_MAX
from zhengtong.portal.auditbook import AREAS
from zhengtong.ui.fields import DayField
from zhengtong.ui.language import lang


class PeriodForm(forms.Form):
    """How long a kind of record is kept (保存期限)."""

    days = forms.IntegerField(label=_("保存天数"), min_value=0, max_value=DAYS_MAX)
    ground = forms.CharField(
        label=_("依据"), max_length=300, help_text=_("写明制度的名称、文号和条款；没有的写明理由。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class DrillForm(forms.Form):
    """A drill that was held (演练)."""

    held_on = DayField(label=_("演练日期"))
    what = forms.CharField(
        label=_("演练内容"), max_length=TEXT_CHARS_MAX, help_text=_("例如：从备份恢复中心、更换列加密密钥。")
    )
    outcome = forms.CharField(label=_("结果"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class AuditForm(forms.Form):
    """What an auditor looks for (审计查询)."""

    area = forms.ChoiceField(label=_("领域"), required=False)
    first = DayField(label=_("起"), required=False)
    last = DayField(label=_("止"), required=False)
    organization = forms.CharField(label=_("机构（简称或者代码）"), required=False, max_length=100)
    subject = forms.UUIDField(label=_("对象编号"), required=False)
    request_id = forms.CharField(label=_("请求编号"), required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(*args, auto_id="audit_%s", **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((key, said[lang() == "en"]) for key, said in AREAS.items())]


class HandoverForm(forms.Form):
    """Whose work, to whom, and what else the other must know (工作交接)."""

    giver = forms.ChoiceField(label=_("交出"))
    taker = forms.ChoiceField(label=_("接收"))
    note = forms.CharField(
        label=_("说明"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("另外需要交代的事项。不写个人信息。"),
    )

    def __init__(
        self, givers: Iterable[tuple[str, str]], takers: Iterable[tuple[str, str]], data: Mapping[str, str] | None
    ) -> None:
        super().__init__(data)
        self.fields["giver"].choices = list(givers)
        self.fields["taker"].choices = list(takers)
