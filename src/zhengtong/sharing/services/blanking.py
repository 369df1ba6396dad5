"""What closed corrections and persons' requests named (校核、更正请求的内容), blanked after its period (保存期限)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from zhengtong.journal import retaining
from zhengtong.kernel.clock import BEIJING
from zhengtong.sharing.models import Correction, PersonRequest
from zhengtong.sharing.models.personal import PERSONAL_FIELDS
from zhengtong.sharing.rules import CorrectionState


class CorrectionValues:
    """Which record a closed correction was about, what was seen there and what was claimed."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        day = before.astimezone(BEIJING).date()
        rows = Correction.objects.exclude(state=str(CorrectionState.FILED)).filter(answered_on__lt=day)
        rows = rows.annotate(held=Cast("record_key", TextField())).exclude(held="").order_by("answered_on")
        return [str(one) for one in rows.values_list("id", flat=True)[:most]]

    def dispose(self, ids: Sequence[str]) -> None:
        Correction.objects.filter(id__in=ids).update(record_key="", value_seen="", value_claimed="")


class PersonStatements:
    """Who made a closed request about his own data, and what he said."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        day = before.astimezone(BEIJING).date()
        over = Q(told_on__lt=day) | Q(ended_on__lt=day)
        rows = PersonRequest.objects.filter(over).annotate(held=Cast("identifier", TextField())).exclude(held="")
        return [str(one) for one in rows.order_by("taken_on").values_list("id", flat=True)[:most]]

    def dispose(self, ids: Sequence[str]) -> None:
        blank = dict.fromkeys(PERSONAL_FIELDS, "")
        PersonRequest.objects.filter(id__in=ids).update(**blank)


def register() -> None:
    """Name what sharing disposes of; called from the wiring."""
    retaining.register("correction_values", CorrectionValues())
    retaining.register("person_statements", PersonStatements())
