"""Forms of an end or change of service (服务终止、变更表单)."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import CHANGE_KIND_WORDS, SAYS_WHY, ChangeKind, NewTerms
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said
from zhengtong.ui.fields import DayField


class ChangeForm(forms.Form):
    """What the provider would end or change, why and from which day (提出终止或者变更)."""

    kind = forms.ChoiceField(label=_("终止还是变更"))
    reason = forms.CharField(label=_("正当理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3}))
    effective_on = DayField(
        label=_("自哪一日起"), help_text=_("在使用方答复期限之后；写成 2026年10月16日 或者 2026-10-16")
    )
    until = DayField(label=_("新的到期日"), required=False, help_text=_("只填要变更的；终止的，以下都不填"))
    calls_per_day = forms.IntegerField(label=_("每日次数上限"), min_value=1, required=False)
    rows_per_day = forms.IntegerField(label=_("每日行数上限"), min_value=1, required=False)
    subjects_per_day = forms.IntegerField(label=_("每日对象数上限"), min_value=1, required=False)
    dropped = forms.MultipleChoiceField(
        label=_("不再提供的信息项"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, items: Mapping[str, str], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        kinds = self.fields["kind"]
        kinds.choices = [("", "—"), *((str(kind), said(words)) for kind, words in CHANGE_KIND_WORDS.items())]
        self.fields["dropped"].choices = list(items.items())

    def wanted(self) -> ChangeKind:
        """What was chosen."""
        return ChangeKind(self.cleaned_data["kind"])

    def terms(self) -> NewTerms:
        """The new terms; those left empty stay."""
        held = self.cleaned_data
        return NewTerms(
            until=held["until"],
            calls_per_day=held["calls_per_day"],
            rows_per_day=held["rows_per_day"],
            subjects_per_day=held["subjects_per_day"],
            dropped=tuple(held["dropped"]),
        )


class ChangeStepForm(forms.Form):
    """What is said with a step; needed where the table says so."""

    text = forms.CharField(
        label=_("说明"), max_length=TEXT_CHARS_MAX, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, verb: str) -> None:
        super().__init__(data)
        if verb in SAYS_WHY:
            self.fields["text"].required, self.fields["text"].label = True, _("理由")
        elif verb != "agree":
            del self.fields["text"]
