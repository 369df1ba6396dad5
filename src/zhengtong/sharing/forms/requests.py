"""The request form (申请表): one page, the eight things article 20 asks for, any number of organs."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.paging import whole
from zhengtong.sharing.offers import Offer
from zhengtong.sharing.rules import MODE_WORDS, Beneficiary, Mode, RequestForm, UseTerm
from zhengtong.sharing.rules.requests import LEGAL_BASIS_CHARS_MAX, PURPOSE_CHARS_MAX, TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import label, said
from zhengtong.ui.fields import DayField

USE_ROWS_SHOWN = 2
USE_ROWS_MAX = 20
BUILT_MODES = (Mode.VERIFY, Mode.QUERY, Mode.BATCH)
_AREA = forms.Textarea(attrs={"rows": 3})


class RequestFields(forms.Form):
    """The fields that stand once in a request.  None is required: article 21 deals with gaps."""

    items = forms.MultipleChoiceField(
        label=_("信息项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只勾选履行职责所必要的；不予共享的不在其中"),
    )
    legal_basis = forms.CharField(
        label=_("使用依据"),
        required=False,
        max_length=LEGAL_BASIS_CHARS_MAX,
        widget=_AREA,
        help_text=_("法律、法规、规章或者职责规定的名称和条款"),
    )
    scenario = forms.CharField(
        label=_("使用场景"),
        required=False,
        max_length=TEXT_CHARS_MAX,
        widget=_AREA,
        help_text=_("在哪个环节、由谁、怎样使用"),
    )
    scope = forms.CharField(
        label=_("使用范围"),
        required=False,
        max_length=TEXT_CHARS_MAX,
        widget=_AREA,
        help_text=_("哪些对象、哪个区域的数据"),
    )
    modes = forms.MultipleChoiceField(label=_("共享方式"), required=False, widget=forms.CheckboxSelectMultiple)
    period_from = DayField(label=_("使用时限：开始"), required=False)
    period_until = DayField(label=_("使用时限：结束"), required=False)
    purpose = forms.CharField(
        label=_("使用用途"),
        required=False,
        max_length=PURPOSE_CHARS_MAX,
        help_text=_("一句话；结点逐次核对，用于其他目的会被拒绝（条例第二十五条）"),
    )


class UseRow(forms.Form):
    """One organ, one of its systems, one purpose, its matters."""

    organization = forms.ChoiceField(label=_("使用机构"), required=False)
    system = forms.CharField(
        label=_("系统编码"),
        required=False,
        max_length=60,
        help_text=_("在结点登记的代码，以机构代码开头；问本机构技术人员"),
    )
    purpose = forms.CharField(
        label=_("用途"), required=False, max_length=PURPOSE_CHARS_MAX, help_text=_("不填则同上面的使用用途")
    )
    matters = forms.CharField(
        label=_("办件编号规则"),
        required=False,
        max_length=400,
        help_text=_("# 代表一位数字，几条规则用空格分开；批量交换可不填"),
    )


class RequestInput:
    """The form with its rows of uses, as one thing a view can bind, check and turn into a `RequestForm`."""

    def __init__(
        self,
        *,
        offer: Offer,
        organs: Iterable[tuple[str, str]],
        data: Mapping[str, str] | None = None,
        initial: RequestForm | None = None,
        own: UUID | None = None,
    ) -> None:
        self.offer = offer
        choices = [("", "—"), *organs]
        held = _initial(initial)
        self.fields = RequestFields(data, initial=held)
        self.fields.fields["items"].choices = [
            (item.asked.code, f"{item.asked.name}（{label(item.asked.share_type)}）")
            for item in offer.items
            if item.asked.share_type is not ShareType.WITHHELD
        ]
        self.fields.fields["modes"].choices = [(str(mode), said(MODE_WORDS[mode])) for mode in BUILT_MODES]
        uses = _use_rows(initial) or [{"organization": str(own or "")}]
        shown = _rows_asked(data) if data is not None else max(USE_ROWS_SHOWN, len(uses) + 1)
        self.rows_shown = min(shown, USE_ROWS_MAX)
        self.rows = [
            UseRow(data, prefix=f"use{n}", initial=uses[n] if n < len(uses) else {}) for n in range(self.rows_shown)
        ]
        for row in self.rows:
            row.fields["organization"].choices = choices

    def is_valid(self) -> bool:
        """Whether dates, lengths and choices are readable; what article 20 wants is the rules' business."""
        return all([self.fields.is_valid(), *(row.is_valid() for row in self.rows)])

    def value(self) -> RequestForm:
        """The form as a value.  Call after `is_valid`."""
        said_once = self.fields.cleaned_data
        return RequestForm(
            entry=self.offer.entry,
            items=tuple(said_once["items"]),
            legal_basis=said_once["legal_basis"],
            scenario=said_once["scenario"],
            scope=said_once["scope"],
            modes=tuple(mode for mode in Mode if str(mode) in said_once["modes"]),
            period_from=said_once["period_from"],
            period_until=said_once["period_until"],
            purpose=said_once["purpose"].strip(),
            beneficiaries=self._beneficiaries(),
        )

    def _beneficiaries(self) -> tuple[Beneficiary, ...]:
        by_organ = dict[UUID, list[UseTerm]]()
        for row in self.rows:
            held = row.cleaned_data
            if not held.get("organization"):
                continue
            uses = by_organ.setdefault(UUID(held["organization"]), [])
            if held["system"].strip():
                purpose = held["purpose"].strip() or self.fields.cleaned_data["purpose"].strip()
                uses.append(UseTerm(held["system"].strip(), purpose, tuple(held["matters"].split())))
        return tuple(Beneficiary(organ, tuple(uses)) for organ, uses in by_organ.items())


def _initial(form: RequestForm | None) -> dict[str, object]:
    if form is None:
        return {}
    return {
        "items": list(form.items),
        "legal_basis": form.legal_basis,
        "scenario": form.scenario,
        "scope": form.scope,
        "modes": [str(mode) for mode in form.modes],
        "period_from": form.period_from,
        "period_until": form.period_until,
        "purpose": form.purpose,
    }


def _use_rows(form: RequestForm | None) -> list[dict[str, object]]:
    if form is None:
        return []
    return [
        {
            "organization": str(organ.organization),
            "system": use.system,
            "purpose": use.purpose,
            "matters": " ".join(use.matters),
        }
        for organ in form.beneficiaries
        for use in organ.uses
    ]


def _rows_asked(data: Mapping[str, str]) -> int:
    """How many rows the page had, one more if the reader asked for one (works without scripts)."""
    shown = whole(data.get("rows", "")) or USE_ROWS_SHOWN
    return shown + (1 if data.get("do") == "more" else 0)
