"""Acts on a grant (许可办理): each asks only what its article asks."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.rules import BREACH_WORDS
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said
from zhengtong.ui.fields import DayField

_ASKED: dict[str, tuple[str, ...]] = {
    "deliver": (),
    "suspend": ("breach", "reason", "rectify_by"),
    "lift": ("evidence",),
    "terminate": ("reason",),
    "relinquish": ("reason",),
    "review": ("reason", "next_on"),
}


class GrantActForm(forms.Form):
    """The fields of one act on a grant."""

    breach = forms.ChoiceField(label=_("违规使用的情形"))
    reason = forms.CharField(label=_("事实和理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3}))
    rectify_by = DayField(
        label=_("整改期限"), required=False, help_text=_("写成 2026年10月16日 或者 2026-10-16；不填则为十个工作日")
    )
    next_on = DayField(label=_("下次复核日"), required=False, help_text=_("不填则不再复核"))
    evidence = forms.CharField(
        label=_("整改到位的证据"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, verb: str, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.fields["breach"].choices = [("", "—"), *((key, said(words)) for key, words in BREACH_WORDS.items())]
        for name in list(self.fields):
            if name not in _ASKED[verb]:
                del self.fields[name]
