"""Forms of demands (需求、供需对接表单)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.sharing.queries import Suggestion
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX

SHORT_CHARS_MAX = 200
ITEMS_MAX = 100
CODE_CHARS_MAX = 64
CONTACT_CHARS_MAX = 100
_DAY = {"type": "date"}


class DemandForm(forms.Form):
    """What a department needs that the catalogue does not offer yet (共享需求)."""

    what = forms.CharField(label=_("需要什么数据"), max_length=SHORT_CHARS_MAX)
    items = forms.CharField(
        label=_("信息项"),
        max_length=TEXT_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("一行一项。"),
    )
    matter = forms.CharField(label=_("用于什么事项"), max_length=SHORT_CHARS_MAX)
    legal_basis = forms.CharField(label=_("依据"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
    holder = forms.ChoiceField(label=_("可能持有数据的部门"), required=False)
    holder_name = forms.CharField(
        label=_("或者不是部门的持有者"), max_length=100, required=False, help_text=_("例如供水、供电、燃气等公用企业。")
    )

    backflow = forms.BooleanField(
        label=_("属于数据回流"), required=False,
        help_text=_("上级部门的系统收集的本行政区域内的数据，应当及时、完整回流（条例第二十四条）。"),
    )  # fmt: skip

    def __init__(
        self,
        organs: Iterable[tuple[str, str]],
        data: Mapping[str, str] | None = None,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["holder"].choices = [("", "—"), *organs]

    def holder_id(self) -> UUID | None:
        """The department chosen."""
        text: str = self.cleaned_data["holder"]
        return UUID(text) if text else None

    def item_names(self) -> tuple[str, ...]:
        """The items, one a line."""
        lines: str = self.cleaned_data["items"]
        return tuple(line.strip() for line in lines.splitlines() if line.strip())[:ITEMS_MAX]


class SourceForm(forms.Form):
    """The source department and the day by which it catalogues (明确数源部门)."""

    source = forms.ChoiceField(label=_("数源部门"))
    catalog_by = forms.DateField(label=_("编目期限"), widget=forms.DateInput(attrs=_DAY))
    note = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, organs: Iterable[tuple[str, str]], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, auto_id="id_name_source_%s")
        self.fields["source"].choices = [("", "—"), *organs]


class LinkForm(forms.Form):
    """The published entry that offers what is needed (对应到目录): one of those suggested, or by its code."""

    entry = forms.ChoiceField(label=_("可能满足的目录条目"), required=False, widget=forms.RadioSelect)
    code = forms.CharField(
        label=_("或者填写目录代码"), max_length=CODE_CHARS_MAX, required=False, help_text=_("例如 306001002/000123。")
    )

    def __init__(self, suggested: Iterable[Suggestion], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, auto_id="id_link_%s")
        found = list(suggested)
        self.fields["entry"].choices = [(str(one.id), f"{one.name} · {one.provider} · {one.code}") for one in found]
        if not found:
            del self.fields["entry"]

    def clean(self) -> dict[str, object]:
        """One of the two is given."""
        given = super().clean() or {}
        if not given.get("entry") and not str(given.get("code", "")).strip():
            raise forms.ValidationError(_("选择一个目录条目，或者填写目录代码。"))
        return given

    def entry_id(self) -> UUID | None:
        """The entry chosen; None: the code says which."""
        code: str = self.cleaned_data["code"].strip()
        text: str = self.cleaned_data.get("entry", "")
        return UUID(text) if text and not code else None


class HelpForm(forms.Form):
    """How somebody is helped, by whom and when (提供指导和服务)."""

    text = forms.CharField(
        label=_("怎样帮助"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如现场指导编目、接入结点、说明数据口径。"),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("联系处室"), max_length=CONTACT_CHARS_MAX, help_text=_("写处室和办公电话，不写个人手机号。")
    )
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs=_DAY))

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, auto_id="id_offer_help_%s")
