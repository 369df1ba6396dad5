"""The provider's forms (答复表单): reply item by item, the one notice, the extension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from zhengtong.catalog.rules import ShareType
from zhengtong.sharing.queries import RequestPage
from zhengtong.sharing.rules import (
    FIELD_WORDS,
    GROUND_WORDS,
    MASK_WORDS,
    OUTCOME_WORDS,
    REPLY_UNCONDITIONAL,
    ROW_OPS,
    SUPPLEMENTABLE,
    Ground,
    ItemAnswer,
    Outcome,
    Quota,
    ReplyForm,
    RowCondition,
)
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.templatetags.sharing_words import said
from zhengtong.ui.fields import DayField

ROW_LINES = 2
QUOTA_MAX = 10_000_000


@dataclass(frozen=True, slots=True)
class AnswerFields:
    """The bound fields of one item, for the template."""

    name: str
    code: str
    share_type: ShareType
    outcome: BoundField
    mask: BoundField
    ground: BoundField
    reason: BoundField
    article: BoundField
    alternative: BoundField


class ReplyInput(forms.Form):
    """A reply: one line per item, rows, quota, validity (答复)."""

    rows_note = forms.CharField(
        label=_("行范围说明（使用方可见）"),
        required=False,
        max_length=TEXT_CHARS_MAX,
        help_text=_("例如：只限坐落在本区的房屋"),
    )
    lookup = forms.MultipleChoiceField(
        label=_("查询条件项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("逐条查询、核验时必须提供的信息项"),
    )
    calls_per_day = forms.IntegerField(label=_("每日调用次数"), min_value=1, max_value=QUOTA_MAX, initial=200)
    rows_per_day = forms.IntegerField(label=_("每日行数"), min_value=1, max_value=QUOTA_MAX, initial=1000)
    subjects_per_day = forms.IntegerField(label=_("每日不同对象数"), min_value=1, max_value=QUOTA_MAX, initial=200)
    max_rows = forms.IntegerField(label=_("单次最多行数"), min_value=1, max_value=QUOTA_MAX, initial=10)
    valid_from = DayField(label=_("许可开始"), required=False)
    valid_until = DayField(label=_("许可结束"), required=False)
    note = forms.CharField(
        label=_("附注"), required=False, max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, page: RequestPage, *, entry_items: Sequence[tuple[str, str]], data: Mapping[str, str] | None
    ) -> None:
        super().__init__(data, initial=_initial(page))
        self.page = page
        self.fields["lookup"].choices = [(item.code, item.name) for item in page.items]
        for n, _item in enumerate(page.items):
            self._add_item(n)
        for n in range(ROW_LINES):
            self._add_row(n, entry_items)

    def _add_item(self, n: int) -> None:
        masks = [("", _("不脱敏")), *((key, said(words)) for key, words in MASK_WORDS.items())]
        grounds = [("", "—"), *((str(key), said(words)) for key, words in GROUND_WORDS.items())]
        outcomes = [(str(key), said(words)) for key, words in OUTCOME_WORDS.items()]
        self.fields[f"outcome{n}"] = forms.ChoiceField(label=_("答复"), choices=outcomes, widget=forms.RadioSelect)
        self.fields[f"mask{n}"] = forms.ChoiceField(label=_("脱敏"), choices=masks, required=False)
        self.fields[f"ground{n}"] = forms.ChoiceField(label=_("理由类别"), choices=grounds, required=False)
        self.fields[f"reason{n}"] = forms.CharField(label=_("理由"), required=False, max_length=TEXT_CHARS_MAX)
        self.fields[f"article{n}"] = forms.CharField(label=_("法律条款"), required=False, max_length=200)
        self.fields[f"alternative{n}"] = forms.CharField(label=_("替代办法"), required=False, max_length=TEXT_CHARS_MAX)

    def _add_row(self, n: int, entry_items: Sequence[tuple[str, str]]) -> None:
        ops = [(key, said(words)) for key, words in ROW_OPS.items()]
        self.fields[f"row_item{n}"] = forms.ChoiceField(
            label=_("行条件：信息项"), choices=[("", "—"), *entry_items], required=False
        )
        self.fields[f"row_op{n}"] = forms.ChoiceField(label=_("比较"), choices=ops, required=False)
        self.fields[f"row_values{n}"] = forms.CharField(
            label=_("值"), required=False, max_length=1000, help_text=_("几个值用顿号分开")
        )

    def answers(self) -> list[AnswerFields]:
        """The bound fields, item by item."""
        return [
            AnswerFields(
                name=item.name,
                code=item.code,
                share_type=item.share_type,
                outcome=self[f"outcome{n}"],
                mask=self[f"mask{n}"],
                ground=self[f"ground{n}"],
                reason=self[f"reason{n}"],
                article=self[f"article{n}"],
                alternative=self[f"alternative{n}"],
            )
            for n, item in enumerate(self.page.items)
        ]

    def row_lines(self) -> list[tuple[BoundField, BoundField, BoundField]]:
        """The bound fields of row conditions."""
        return [(self[f"row_item{n}"], self[f"row_op{n}"], self[f"row_values{n}"]) for n in range(ROW_LINES)]

    def value(self) -> ReplyForm:
        """The reply as a value.  Call after `is_valid`."""
        held = self.cleaned_data
        return ReplyForm(
            answers=tuple(self._answer(n, item.code) for n, item in enumerate(self.page.items)),
            rows=tuple(self._row(n) for n in range(ROW_LINES) if held[f"row_item{n}"]),
            rows_note=held["rows_note"],
            lookup=tuple(held["lookup"]),
            quota=Quota(held["calls_per_day"], held["rows_per_day"], held["subjects_per_day"], held["max_rows"]),
            valid_from=held["valid_from"],
            valid_until=held["valid_until"],
            note=held["note"],
        )

    def _answer(self, n: int, code: str) -> ItemAnswer:
        held = self.cleaned_data
        outcome = Outcome(held[f"outcome{n}"])
        mask = held[f"mask{n}"] if outcome is Outcome.GRANT else ""
        whole = outcome is Outcome.GRANT and not mask
        return ItemAnswer(
            item=code,
            outcome=outcome,
            mask=mask,
            ground=Ground(held[f"ground{n}"]) if held[f"ground{n}"] and not whole else None,
            reason=held[f"reason{n}"],
            article=held[f"article{n}"],
            alternative=held[f"alternative{n}"],
        )

    def _row(self, n: int) -> RowCondition:
        held = self.cleaned_data
        values = tuple(part.strip() for part in held[f"row_values{n}"].replace("、", ",").split(",") if part.strip())
        return RowCondition(held[f"row_item{n}"], held[f"row_op{n}"], values)


def _initial(page: RequestPage) -> dict[str, object]:
    held: dict[str, object] = {"valid_from": page.form.period_from, "valid_until": page.form.period_until}
    reply = page.reply
    if reply is None:
        verify_only = [str(mode) for mode in page.form.modes] == ["verify"]
        first = Outcome.VERIFY if verify_only else Outcome.GRANT
        return held | {f"outcome{n}": str(first) for n, _item in enumerate(page.items)}
    held |= {"rows_note": reply.rows_note, "lookup": list(reply.lookup), "note": reply.note}
    held |= {"calls_per_day": reply.quota.calls_per_day, "rows_per_day": reply.quota.rows_per_day}
    held |= {"subjects_per_day": reply.quota.subjects_per_day, "max_rows": reply.quota.max_rows}
    held |= {"valid_from": reply.valid_from or page.form.period_from}
    held |= {"valid_until": reply.valid_until or page.form.period_until}
    answers = {answer.item: answer for answer in reply.answers}
    for n, item in enumerate(page.items):
        answer = answers[item.code]
        held |= {f"outcome{n}": str(answer.outcome), f"mask{n}": answer.mask, f"ground{n}": str(answer.ground or "")}
        held |= {f"reason{n}": answer.reason, f"article{n}": answer.article, f"alternative{n}": answer.alternative}
    for n, row in enumerate(reply.rows[:ROW_LINES]):
        held |= {f"row_item{n}": row.item, f"row_op{n}": row.op, f"row_values{n}": "、".join(row.values)}
    return held


class SupplementForm(forms.Form):
    """The one notice: everything that is missing, at once (一次性告知)."""

    missing = forms.MultipleChoiceField(label=_("需要补充的内容（全部勾选）"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label=_("说明"), required=False, max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, gaps: Sequence[str] = ()) -> None:
        super().__init__(data, initial={"missing": list(gaps)})
        self.fields["missing"].choices = [(name, said(FIELD_WORDS[name])) for name in SUPPLEMENTABLE]


class ExtensionForm(forms.Form):
    """More working days, and why (报请延长)."""

    days = forms.IntegerField(label=_("延长的工作日"), min_value=1, max_value=10, initial=5)
    reason = forms.CharField(label=_("特殊原因"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Mapping[str, str] | None = None, *, limit_id: str = "") -> None:
        super().__init__(data)
        if limit_id == REPLY_UNCONDITIONAL:  # allowed and flagged: the article leaves it open
            self.fields["days"].help_text = _(
                "条例没有写明一个工作日的答复能否延长：可以报请，由主管部门决定是否同意。"
            )
