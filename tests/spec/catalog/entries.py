"""Entries of each sharing type, complete, for the tables of articles 13 to 15."""

from dataclasses import dataclass, field, replace

from zhengtong.catalog.rules import EntryDraft, ItemDraft, entry_findings
from zhengtong.standards.rules import Severity
from zhengtong.standards.tables import profile

ITEM = ItemDraft(code="usage", name="房屋用途", data_type="C", length="4", share_type="U")
OPEN = EntryDraft(
    name="不动产登记信息", guide_code="306001002/000003", abstract="登记簿", format="database", update_cycle="daily",
    share_modes=("service",), data_class="space", data_grade="L2", secrecy_review="保审〔2026〕1号", items=(ITEM,),
)  # fmt: skip
CONDITIONAL = replace(OPEN, range="有核查场所事项的部门", purpose="核查场所", items=(replace(ITEM, share_type="K"),))
WITHHELD = replace(
    OPEN,
    reason="统计调查资料",
    legal_basis="统计法第二十八条",
    basis_kind="law",
    items=(replace(ITEM, share_type="W"),),
)


@dataclass(frozen=True, slots=True)
class EntryCase:
    """One row: an entry as somebody would report it, and every fault the check names ("field: key")."""

    given: str
    faults: frozenset[str]
    draft: EntryDraft = field(metadata={"page": False})

    def holds(self) -> None:
        """Run the row."""
        assert faults(self.draft) == self.faults


def faults(draft: EntryDraft) -> frozenset[str]:
    """What stops an entry from being reported."""
    found = entry_findings(draft, provider_name="市自然资源和规划局", profile=profile())
    return frozenset(f"{f.field}: {f.key}" for f in found if f.severity is Severity.ERROR)


def given(case: EntryCase) -> str:
    return case.given
