"""Forms of emergency stops (紧急停用表单)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import SCOPE_WORDS, StopScope
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said


class StopForm(forms.Form):
    """What is halted, and what happened (紧急停用)."""

    scope = forms.ChoiceField(label=_("停用什么"))
    organization = forms.ChoiceField(label=_("机构"), required=False, help_text=_("停用结点或者使用方时选择。"))
    code = forms.CharField(
        label=_("资源代码"), required=False, max_length=64, help_text=_("停用一项资源时填写，在目录条目页面上。")
    )
    reason = forms.CharField(
        label=_("情况和理由"),
        max_length=TEXT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("发现了什么、为什么要立即停用。不写个人信息。"),
    )

    def __init__(
        self,
        organs: Iterable[tuple[str, str]],
        data: Mapping[str, str] | None = None,
        *,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["scope"].choices = [(str(scope), said(SCOPE_WORDS[scope])) for scope in StopScope]
        self.fields["organization"].choices = [("", "—"), *organs]

    def organ(self) -> UUID | None:
        """The organization that is meant; None where none was chosen."""
        text: str = self.cleaned_data["organization"]
        return UUID(text) if text else None


class LiftForm(forms.Form):
    """What was found and done (恢复)."""

    report = forms.CharField(
        label=_("查明的情况和处置结果"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
