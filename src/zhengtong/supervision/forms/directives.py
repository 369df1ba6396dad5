"""Forms of joint meetings, directives and bulletins (联席会议、交办、通报表单)."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhengtong.supervision.rules.directives import CONCLUSIONS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX
from zhengtong.supervision.services import Conclusion

_DAY = {"type": "date"}
_PARTS = 3  # of a conclusion's line


def _organs(form: forms.Form, name: str, organs: Iterable[tuple[str, str]], *, blank: bool = False) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [*([("", "—")] if blank else []), *organs]


class MeetingForm(forms.Form):
    """The minutes of a joint meeting (联席会议纪要)."""

    title = forms.CharField(label=_("会议名称"), max_length=TITLE_CHARS_MAX)
    held_on = forms.DateField(label=_("会议日期"), widget=forms.DateInput(attrs=_DAY))
    text = forms.CharField(label=_("会议情况"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 4}))
    present = forms.MultipleChoiceField(label=_("参加部门"), widget=forms.CheckboxSelectMultiple)
    conclusions = forms.CharField(
        label=_("议定事项"), max_length=TEXT_CHARS_MAX * 5, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("一行一项：部门简称 | 做什么 | 期限，例如 市住建局 | 编制管线目录 | 2026-11-30。"),
    )  # fmt: skip

    def __init__(self, organs: Mapping[str, UUID], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._organs = organs
        _organs(self, "present", ((str(organ), name) for name, organ in organs.items()))

    def clean_conclusions(self) -> list[Conclusion]:
        """The lines as conclusions."""
        text: str = self.cleaned_data["conclusions"]
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > CONCLUSIONS_MAX:
            raise forms.ValidationError(_("议定事项太多，请分次登记。"))
        return [self._conclusion(number, line) for number, line in enumerate(lines, 1)]

    def _conclusion(self, number: int, line: str) -> Conclusion:
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        if len(parts) != _PARTS or parts[0] not in self._organs:
            raise forms.ValidationError(_("第 %(n)s 行看不懂：写成 部门简称 | 做什么 | 期限。"), params={"n": number})
        try:
            due = date.fromisoformat(parts[2])
        except ValueError as broken:
            raise forms.ValidationError(_("第 %(n)s 行的期限写成 2026-11-30。"), params={"n": number}) from broken
        return Conclusion(self._organs[parts[0]], parts[1], due)


class OrderForm(forms.Form):
    """What a department is asked to do (督办单)."""

    organization = forms.ChoiceField(label=_("发给哪个部门"))
    text = forms.CharField(label=_("要求办什么"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 4}))
    due_on = forms.DateField(label=_("报告期限"), widget=forms.DateInput(attrs=_DAY))

    def __init__(
        self, organs: Mapping[str, UUID], data: QueryDict | None = None, initial: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        _organs(self, "organization", ((str(organ), name) for name, organ in organs.items()), blank=True)


class AgainForm(forms.Form):
    """What is missing, and the new day (退回再办)."""

    reason = forms.CharField(label=_("还缺什么"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = forms.DateField(label=_("新的期限"), widget=forms.DateInput(attrs=_DAY))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_again_%s")


class BulletinForm(forms.Form):
    """A month that is over, and what is said of it (通报)."""

    month = forms.CharField(label=_("月份"), max_length=7, help_text=_("例如 2026-09。"))
    text = forms.CharField(
        label=_("通报意见"), max_length=TEXT_CHARS_MAX, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: QueryDict | None = None, initial: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
