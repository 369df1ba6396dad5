"""Forms of information projects (信息化项目表单)."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.supervision.queries import ProjectEntry
from zhengtong.supervision.rules import TEXT_CHARS_MAX
from zhengtong.supervision.rules.projects import MONEY_WORDS
from zhengtong.ui.language import lang


class ProjectForm(forms.Form):
    """A project put before the data authority (申报项目)."""

    name = forms.CharField(label=_("项目名称"), max_length=200)
    system = forms.CharField(label=_("信息系统名称"), max_length=200, required=False)
    entries = forms.MultipleChoiceField(
        label=_("本系统的目录条目"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("立项前须编制目录；验收前须全部发布。"),
    )  # fmt: skip

    def __init__(self, entries: Iterable[ProjectEntry], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        field = self.fields["entries"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(one.id), f"{one.name} · {one.code}") for one in entries]


class MoneyForm(forms.Form):
    """What is said of a year's money (运维经费意见)."""

    year = forms.IntegerField(label=_("年度"), min_value=2016, max_value=2100)
    money = forms.ChoiceField(label=_("意见"))
    reason = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, auto_id="id_money_%s")
        field = self.fields["money"]
        assert isinstance(field, forms.ChoiceField)
        word = lang() == "en"
        field.choices = [(str(key), said.en if word else said.zh) for key, said in MONEY_WORDS.items()]
