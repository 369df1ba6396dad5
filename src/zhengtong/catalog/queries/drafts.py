"""The rows of a revision as the draft they were written from (目录内容)."""

from collections.abc import Mapping
from typing import cast

from zhengtong.catalog.models import Entry, Revision
from zhengtong.catalog.rules import EntryDraft, ItemDraft

TEXTS = (
    "name", "abstract", "provider_office", "theme", "industry", "service_class", "form_class", "format",
    "update_cycle", "share_type", "conditions", "range", "purpose", "reason", "legal_basis", "basis_kind",
    "open_conditions", "data_class", "data_grade", "secrecy_review", "pi_assessment", "source_system",
)  # fmt: skip
ITEM_FIELDS = tuple(ItemDraft.__dataclass_fields__)


def read(revision: Revision) -> EntryDraft:
    """The content of a revision as a draft, to be checked or copied."""
    entry: Entry = revision.entry
    texts: Mapping[str, str] = {name: getattr(revision, name) for name in TEXTS}
    ordered = sorted(revision.items.all(), key=lambda item: item.position)  # in memory: it may have been prefetched
    items = tuple(ItemDraft(**{name: getattr(item, name) for name in ITEM_FIELDS}) for item in ordered)
    return EntryDraft(
        **texts,
        guide_code=entry.guide_code,
        short_code=entry.short_code,
        share_modes=tuple(cast(list[str], revision.share_modes)),  # cast: a JSON column of our own writing
        review_on=revision.review_on,
        breaking_on=revision.breaking_on,
        open_flag=revision.open_flag,
        contains_personal=revision.contains_personal,
        items=items,
        origins=tuple(document.id for document in revision.origins.all()),
    )
