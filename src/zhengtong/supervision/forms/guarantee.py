"""Forms of the guarantees (保障机制表单): documents, training, money."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhengtong.parties.rules import role_label
from zhengtong.supervision.queries import ProjectChoice, Trainee
from zhengtong.supervision.rules import TEXT_CHARS_MAX
from zhengtong.supervision.rules.budget import AMOUNT_MAX, KIND_WORDS, RATING_WORDS
from zhengtong.supervision.rules.institutions import DIGEST_CHARS, INSTITUTION_WORDS, NUMBER_CHARS_MAX, TITLE_CHARS_MAX
from zhengtong.supervision.rules.training import HOURS_MAX, TOPIC_CHARS_MAX, TRAINABLE
from zhengtong.supervision.templatetags.supervision_words import said
from zhengtong.ui.language import lang

YEAR_MIN, YEAR_MAX = 2016, 2100
_DAY = {"type": "date"}


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class DocumentForm(forms.Form):
    """A document by which something is laid down (制度文件登记)."""

    kind = forms.ChoiceField(label=_("规定什么"))
    title = forms.CharField(label=_("文件名称"), max_length=TITLE_CHARS_MAX)
    document_number = forms.CharField(label=_("文号"), max_length=NUMBER_CHARS_MAX, required=False)
    issued_on = forms.DateField(label=_("印发日期"), widget=forms.DateInput(attrs=_DAY))
    in_force_from = forms.DateField(label=_("施行日期"), widget=forms.DateInput(attrs=_DAY))
    review_on = forms.DateField(
        label=_("下次评估日期"), required=False, widget=forms.DateInput(attrs=_DAY), help_text=_("没有的不填。")
    )
    digest = forms.CharField(
        label=_("文件指纹（SHA-256）"), max_length=DIGEST_CHARS, required=False,
        help_text=_("原件由本部门归档；填写指纹后，可以核对归档的是不是这一份。"),
    )  # fmt: skip
    replaces = forms.ChoiceField(label=_("替代哪一份"), required=False)

    def __init__(self, data: Mapping[str, str] | None = None, *, replaceable: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(data, auto_id="id_document_%s")
        _choose(self, "kind", ((str(kind), said(words)) for kind, words in INSTITUTION_WORDS.items()))
        _choose(self, "replaces", [("", "—"), *replaceable])


class PlanForm(forms.Form):
    """What a year asks of whom (年度培训计划)."""

    year = forms.IntegerField(label=_("年度"), min_value=YEAR_MIN, max_value=YEAR_MAX)
    roles = forms.MultipleChoiceField(label=_("哪些岗位"), widget=forms.CheckboxSelectMultiple)
    hours = forms.DecimalField(
        label=_("每人学时"),
        max_value=HOURS_MAX,
        min_value=Decimal("0.5"),
        decimal_places=1,
        help_text=_("以半小时为单位。"),
    )
    reason = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_plan_%s")
        _choose(self, "roles", ((str(role), role_label(role, lang())) for role in TRAINABLE))


class TrainingForm(forms.Form):
    """A training that was held (培训记录)."""

    topic = forms.CharField(label=_("培训内容"), max_length=TOPIC_CHARS_MAX)
    held_on = forms.DateField(label=_("培训日期"), widget=forms.DateInput(attrs=_DAY))
    hours = forms.DecimalField(
        label=_("学时"),
        max_value=HOURS_MAX,
        min_value=Decimal("0.5"),
        decimal_places=1,
        help_text=_("以半小时为单位。"),
    )
    attendees = forms.MultipleChoiceField(
        label=_("参训并且合格的人员"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("选择参训人员。")},
    )

    def __init__(self, people: Iterable[Trainee], data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_training_%s")
        _choose(self, "attendees", ((str(one.id), f"{one.name} · {one.organization_name}") for one in people))


class MoneyAskForm(forms.Form):
    """Money asked for (经费申报)."""

    year = forms.IntegerField(label=_("预算年度"), min_value=YEAR_MIN, max_value=YEAR_MAX)
    kind = forms.ChoiceField(label=_("经费类别"))
    project = forms.ChoiceField(
        label=_("信息化项目"), required=False, help_text=_("项目建设投资和运行维护必须选择项目。")
    )
    amount = forms.DecimalField(
        label=_("申报金额（元）"), min_value=Decimal("0.01"), max_value=AMOUNT_MAX, decimal_places=2
    )
    purpose = forms.CharField(label=_("用途"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
    goal = forms.CharField(
        label=_("绩效目标"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明到年底能看到的结果，例如哪些目录提供服务、减少哪些材料。"),
    )  # fmt: skip

    def __init__(self, projects: Iterable[ProjectChoice], data: QueryDict | None = None) -> None:
        super().__init__(data)
        _choose(self, "kind", ((str(kind), said(words)) for kind, words in KIND_WORDS.items()))
        _choose(self, "project", [("", "—"), *((str(one.id), f"{one.number} {one.name}") for one in projects)])


class ListingForm(forms.Form):
    """How much is listed (同意列入)."""

    amount = forms.DecimalField(
        label=_("列入金额（元）"), min_value=Decimal("0.01"), max_value=AMOUNT_MAX, decimal_places=2
    )
    reason = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_list_%s")


class SpendingForm(forms.Form):
    """What was spent and what came of it (执行和绩效)."""

    spent = forms.DecimalField(label=_("执行金额（元）"), min_value=Decimal(0), max_value=AMOUNT_MAX, decimal_places=2)
    result = forms.CharField(
        label=_("绩效完成情况"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("对照绩效目标逐项写明。"),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_spending_%s")


class RatingForm(forms.Form):
    """What is said of the result (绩效评价)."""

    rating = forms.ChoiceField(label=_("评价"))
    reason = forms.CharField(label=_("理由"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="id_rating_%s")
        _choose(self, "rating", ((str(key), said(words)) for key, words in RATING_WORDS.items()))
