"""Key rotation (密钥轮换): every sealed value and blind index is rewritten under the active keys."""

from collections.abc import Iterable

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from zhengtong.journal import keys
from zhengtong.journal.fields import BlindIndexField, EncryptedTextField

ROTATE_ROWS_MAX = 500  # rows rewritten in one transaction
BATCHES_MAX = 1_000_000

_Protected = EncryptedTextField | BlindIndexField


def rotate(among: Iterable[type[models.Model]] | None = None) -> dict[str, int]:
    """Rewrite all rows that an older key sealed or indexed (换密钥).  Returns rows rewritten by model.

    Readers and writers go on meanwhile: old keys stay in the ring until `keys.drop_inactive`.
    A run that was broken off is simply run again.
    """
    found: dict[str, int] = {}
    for model in apps.get_models() if among is None else among:
        columns = [f for f in model._meta.concrete_fields if isinstance(f, _Protected)]
        if columns:
            found[model._meta.label_lower] = _rotate_model(model, columns)
    return found


def _rotate_model(model: type[models.Model], columns: list[_Protected]) -> int:
    changed = 0
    for _ in range(BATCHES_MAX):
        count = _rotate_batch(model, columns)
        changed += count
        if count < ROTATE_ROWS_MAX:
            break
    return changed


@transaction.atomic
def _rotate_batch(model: type[models.Model], columns: list[_Protected]) -> int:
    ring, stale = keys.ring(), Q()
    stored = {f"stored_{f.name}": Cast(f.name, models.TextField()) for f in columns}
    for f in columns:
        active = ring.sealing_active if isinstance(f, EncryptedTextField) else ring.indexing_active
        held = Q(**{f"stored_{f.name}__isnull": False}) & ~Q(**{f"stored_{f.name}": ""})
        stale |= held & ~Q(**{f"stored_{f.name}__startswith": f"{active}:"})
    rows = model._default_manager.annotate(**stored).filter(stale).order_by("pk")
    names = [f.name for f in columns]
    count = 0
    for row in rows.select_for_update()[:ROTATE_ROWS_MAX]:
        row.save(update_fields=names)
        count += 1
    return count
