"""What people type about an entry (目录表单): one form for the entry, one line for each item."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.catalog.queries import DutyLine, OriginRow
from zhengtong.catalog.rules import DocumentDirection, EntryDraft, ItemDraft
from zhengtong.catalog.rules.derivations import TEXT_CHARS_MAX
from zhengtong.catalog.rules.harvest import RELATION_LABELS, Relation
from zhengtong.standards.tables import code_list
from zhengtong.ui.fields import DayField
from zhengtong.ui.language import lang

ITEM_LINES_SPARE = 5
ITEM_LINES_MAX = 500
HARVEST_FILE_BYTES_MAX = 12 * 1024 * 1024  # below the gate's bound of a body
_AREA = {"rows": 3}


def choices_of(list_id: str) -> list[tuple[str, str]]:
    """The codes of a list as choices in the reader's language, an empty one first."""
    held = code_list(list_id)
    return [("", "—"), *((c.code, held.label(c.code, lang=lang())) for c in held.codes)]


def _code(list_id: str, label: Any, *, required: bool = False, help_text: Any = "") -> forms.ChoiceField:  # Any: lazy
    return forms.ChoiceField(label=label, required=required, help_text=help_text, choices=lambda: choices_of(list_id))


class EntryForm(forms.Form):
    """The entry itself; a draft may be incomplete, so little is required here."""

    name = forms.CharField(label=_("数据目录名称"), max_length=200)
    guide_prefix = forms.CharField(
        label=_("前段码"), max_length=40, help_text=_("例如 306001002；顺序码由系统编"), required=False
    )
    short_code = forms.CharField(label=_("简码"), max_length=20, required=False)
    provider_office = forms.CharField(label=_("内设机构"), max_length=100, required=False)
    abstract = forms.CharField(label=_("摘要"), max_length=2000, required=False, widget=forms.Textarea(attrs=_AREA))
    theme = _code("theme", _("主题分类"))
    industry = _code("industry_section", _("行业分类"))
    service_class = _code("service_class", _("服务分类"))
    form_class = _code("form_class", _("资源形态分类"))
    format = _code("format", _("数据格式"))
    update_cycle = _code("update_cycle", _("数据更新频率"))
    share_modes = forms.MultipleChoiceField(
        label=_("共享方式"), required=False, choices=lambda: choices_of("share_mode")[1:],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    range = forms.CharField(
        label=_("共享范围"), max_length=1000, required=False, widget=forms.Textarea(attrs=_AREA),
        help_text=_("有条件共享须填写：可以共享给哪些部门（条例第十五条）"),
    )  # fmt: skip
    purpose = forms.CharField(
        label=_("使用用途"), max_length=1000, required=False, widget=forms.Textarea(attrs=_AREA),
        help_text=_("有条件共享须填写：可以用于哪些用途（条例第十五条）"),
    )  # fmt: skip
    conditions = forms.CharField(
        label=_("其他使用条件"), max_length=1000, required=False, help_text=_("无条件共享不得设定条件")
    )
    reason = forms.CharField(
        label=_("不予共享理由"), max_length=1000, required=False, widget=forms.Textarea(attrs=_AREA)
    )
    legal_basis = forms.CharField(
        label=_("不予共享依据"), max_length=1000, required=False,
        help_text=_("只能是法律、行政法规或者国务院决定（条例第十四条）"),
    )  # fmt: skip
    basis_kind = _code("basis_kind", _("依据的种类"))
    share_type = _code("item_share_type", _("共享属性"), help_text=_("有信息项时由信息项得出，可不填"))
    breaking_on = DayField(
        label=_("旧版停用日期"), required=False,
        help_text=_("新版删减信息项、改变类型或者不再共享的，写明从哪一天起；使用方据此调整"),
    )  # fmt: skip
    open_flag = forms.BooleanField(label=_("向社会开放"), required=False)
    data_class = _code("data_class", _("数据分类"))
    data_grade = _code("data_grade", _("数据分级"))
    secrecy_review = forms.CharField(label=_("保密风险评估文号"), max_length=200, required=False)
    pi_assessment = forms.CharField(label=_("个人信息保护影响评估文号"), max_length=200, required=False)
    source_system = forms.CharField(label=_("来源系统"), max_length=100, required=False)
    origins = forms.MultipleChoiceField(
        label=_("来自哪个事项、哪份材料"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, documents: Iterable[OriginRow] = (), **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(*args, **kwargs)
        field = self.fields["origins"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(d.document_id), f"{d.matter} · {d.document}") for d in documents]


class ManyForm(forms.Form):
    """What is set for many entries at once; what is empty stays as it is (批量修改)."""

    provider_office = forms.CharField(label=_("内设机构"), max_length=100, required=False)
    theme = _code("theme", _("主题分类"))
    industry = _code("industry_section", _("行业分类"))
    service_class = _code("service_class", _("服务分类"))
    form_class = _code("form_class", _("资源形态分类"))
    format = _code("format", _("数据格式"))
    update_cycle = _code("update_cycle", _("数据更新频率"))
    source_system = forms.CharField(label=_("来源系统"), max_length=100, required=False)
    data_class = _code("data_class", _("数据分类"))
    data_grade = _code("data_grade", _("数据分级"))
    range = forms.CharField(label=_("共享范围"), max_length=1000, required=False)
    purpose = forms.CharField(label=_("使用用途"), max_length=1000, required=False)


class ItemForm(forms.Form):
    """One item; a line without a name is left out."""

    name = forms.CharField(label=_("信息项名称"), max_length=100, required=False)
    code = forms.CharField(label=_("代码"), max_length=63, required=False)
    data_type = _code("item_type", _("类型"))
    length = forms.CharField(label=_("长度"), max_length=12, required=False)
    share_type = _code("item_share_type", _("共享属性"))
    is_personal = forms.BooleanField(label=_("个人信息"), required=False)
    is_lookup = forms.BooleanField(label=_("可作查询条件"), required=False)
    basis_kind = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    condition = forms.CharField(required=False, widget=forms.HiddenInput)
    range = forms.CharField(required=False, widget=forms.HiddenInput)
    purpose = forms.CharField(required=False, widget=forms.HiddenInput)
    legal_basis = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, widget=forms.HiddenInput)
    code_list = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:  # Any: Django's own
        held = super().clean() or self.cleaned_data
        if held.get("name"):
            for needed in ("code", "data_type", "share_type"):
                if not held.get(needed) and needed not in self.errors:
                    self.add_error(needed, _("没有填写"))
        return held


ItemLines = forms.formset_factory(
    ItemForm, extra=ITEM_LINES_SPARE, max_num=ITEM_LINES_MAX, absolute_max=ITEM_LINES_MAX, validate_max=True
)


class DerivationForm(forms.Form):
    """The entry that data come from, and which data (写明来源)."""

    source = forms.CharField(
        label=_("来源目录的代码"), max_length=64, help_text=_("例如 306001002/000123，目录条目页面上有。")
    )
    text = forms.CharField(
        label=_("用了哪些数据、提供给谁"), max_length=TEXT_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """A reason to go with an act."""

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs=_AREA))


class ChangeForm(ReasonForm):
    """Why and since when an entry must be updated."""

    happened_on = DayField(label=_("发生日期"))


def initial_of(draft: EntryDraft) -> dict[str, object]:
    """A draft as the initial values of the form."""
    values: dict[str, object] = {name: getattr(draft, name) for name in EntryForm.base_fields if name != "origins"}
    values["origins"] = [str(origin) for origin in draft.origins]
    values["guide_prefix"] = draft.guide_prefix or draft.guide_code.partition("/")[0]
    return values


def initial_items(draft: EntryDraft) -> list[dict[str, object]]:
    """The items of a draft as the initial values of their lines."""
    return [{name: getattr(item, name) for name in ItemForm.base_fields} for item in draft.items]


def draft_from(entry: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> EntryDraft:  # Any: cleaned values
    """A draft from cleaned values; lines without a name are left out."""
    held = {name: entry[name] for name in EntryForm.base_fields if name not in ("origins", "share_modes")}
    return EntryDraft(
        **held,
        share_modes=tuple(entry["share_modes"]),
        origins=tuple(UUID(origin) for origin in entry["origins"]),
        items=tuple(ItemDraft(**{n: line[n] for n in ItemForm.base_fields}) for line in items if line.get("name")),
    )


class SourceForm(forms.Form):
    """Another catalogue whose entries are taken in (登记目录来源)."""

    code = forms.RegexField(regex=r"^[A-Za-z0-9-]{1,40}\Z", label=_("代码"), help_text=_("字母、数字和短横线"))
    name = forms.CharField(label=_("名称"), max_length=100)
    relation = forms.ChoiceField(
        label=_("与本级的关系"), choices=lambda: [(str(r), _pick(RELATION_LABELS[r])) for r in Relation]
    )


class HarvestForm(forms.Form):
    """A file of another's catalogue (汇聚文件)."""

    file = forms.FileField(
        label=_("目录文件"),
        help_text=_("对方目录的文件，最多 12 MB。"),
    )
    dry_run = forms.BooleanField(label=_("只检查，不收录"), required=False)

    def clean_file(self) -> Any:  # Any: Django's uploaded file
        """The file, within bounds."""
        held = self.cleaned_data["file"]
        if held.size > HARVEST_FILE_BYTES_MAX:
            raise forms.ValidationError(_("文件太大：最多 12 MB。更大的目录请在终端收录。"))
        return held


def _pick(words: tuple[str, str]) -> str:
    return words[1 if lang() == "en" else 0]


class MatterForm(forms.Form):
    """A matter under one of the department's duties."""

    duty = forms.ChoiceField(label=_("职责"))
    code = forms.CharField(label=_("事项编码"), max_length=60)
    name = forms.CharField(label=_("事项名称"), max_length=200)
    kind = forms.CharField(label=_("事项类型"), max_length=40, required=False, help_text=_("例如行政许可、行政确认"))

    def __init__(self, *args: Any, duties: Iterable[DutyLine] = (), **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(*args, auto_id="id_matter_%s", **kwargs)
        field = self.fields["duty"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(duty.id), duty.name) for duty in duties]


class DocumentForm(forms.Form):
    """A material or a result of one of the department's matters."""

    matter = forms.ChoiceField(label=_("事项"))
    direction = forms.ChoiceField(
        label=_("是材料还是结果"),
        choices=[(str(DocumentDirection.MATERIAL), _("申请材料")), (str(DocumentDirection.RESULT), _("办理结果"))],
    )
    name = forms.CharField(label=_("名称"), max_length=200)
    official = forms.BooleanField(
        label=_("由机关出具"), required=False, help_text=_("证照、证明等机关出具的材料，应当通过共享获取")
    )

    def __init__(self, *args: Any, duties: Iterable[DutyLine] = (), **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(*args, auto_id="id_document_%s", **kwargs)
        field = self.fields["matter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(matter.id), matter.name) for duty in duties for matter in duty.matters]
