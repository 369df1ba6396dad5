"""How the content of a draft becomes rows; `queries.drafts` reads them back.

Not an entry point: the use cases in this folder call it inside their transaction.
"""

from datetime import datetime

from zhengtong.catalog.models import Item, MatterDocument, Revision
from zhengtong.catalog.queries.drafts import ITEM_FIELDS, TEXTS
from zhengtong.catalog.rules import EntryDraft, entry_values
from zhengtong.catalog.rules.terms import ITEMS_MAX
from zhengtong.catalog.services import indexing
from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.kernel.ids import new_id

ORIGINS_MAX = 50


def write(revision: Revision, content: EntryDraft, *, at: datetime) -> None:
    """Put a draft's content into a revision and save both it and its items.

    Raises:
        RuleBroken: a text is too long for its column, or there are too many items.
        NotFound: an origin is unknown.
    """
    fill(revision, content, at=at)
    rows = items_of(revision, content, at=at)
    revision.save()
    revision.items.all().delete()
    Item.objects.bulk_create(rows)
    _write_origins(revision, content)
    indexing.keep(revision)


def fill(revision: Revision, content: EntryDraft, *, at: datetime) -> None:
    """Put a draft's content into a revision without saving it; `entry__provider` is at hand.  Raises RuleBroken."""
    values = entry_values(content, provider_name=revision.entry.provider.name)
    for name in TEXTS:
        _fit(Revision, name, str(values[name] or ""))
        setattr(revision, name, str(values[name] or "").strip())
    revision.share_modes = [str(mode) for mode in content.share_modes]
    revision.review_on, revision.open_flag = content.review_on, content.open_flag
    revision.breaking_on = content.breaking_on
    revision.contains_personal = bool(values["contains_personal"])
    revision.updated_at = at


def items_of(revision: Revision, content: EntryDraft, *, at: datetime) -> list[Item]:
    """The items of a draft as rows that are not saved yet.  Raises RuleBroken."""
    if len(content.items) > ITEMS_MAX:
        raise RuleBroken("catalog.too_many_items", most=ITEMS_MAX)
    rows = []
    for position, item in enumerate(content.items, start=1):
        texts = {name: getattr(item, name) for name in ITEM_FIELDS}
        for name, text in texts.items():
            if isinstance(text, str):
                _fit(Item, name, text, row=position)
        if item.share_type not in ("U", "K", "W"):
            raise RuleBroken("catalog.item_share_type_unknown", row=position, value=str(item.share_type)[:20])
        rows.append(Item(id=new_id(at), revision=revision, position=position, **texts))
    return rows


def _write_origins(revision: Revision, content: EntryDraft) -> None:
    if len(content.origins) > ORIGINS_MAX:
        raise RuleBroken("catalog.too_many_origins", most=ORIGINS_MAX)
    found = MatterDocument.objects.filter(pk__in=content.origins)
    owned = [
        d for d in found.select_related("matter__duty") if d.matter.duty.organization_id == revision.entry.provider_id
    ]
    if len(owned) != len(set(content.origins)):
        raise NotFound("catalog.no_document")
    revision.origins.set(owned)


def _fit(model: type[Revision] | type[Item], name: str, text: str, *, row: int = 0) -> None:
    most: int | None = model._meta.get_field(name).max_length  # None: the column has no bound
    if most and len(text) > most:
        key = "catalog.item_text_too_long" if row else "catalog.text_too_long"
        raise RuleBroken(key, field=name, most=most, row=row)
