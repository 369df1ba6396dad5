"""Stored rows as the values rules take (行 → 值)."""

from zhengtong.catalog.rules import ShareType
from zhengtong.sharing.documents import rows_from_json, uses_from_json
from zhengtong.sharing.models import Reply, SharingRequest
from zhengtong.sharing.rules import (
    AskedItem,
    Beneficiary,
    Ground,
    ItemAnswer,
    Mode,
    Outcome,
    Quota,
    ReplyForm,
    RequestForm,
)


def form_of(row: SharingRequest) -> RequestForm:
    """The request form a row holds."""
    return RequestForm(
        entry=row.entry_id,
        items=tuple(item.code for item in row.items.all()),
        legal_basis=row.legal_basis,
        scenario=row.scenario,
        scope=row.scope,
        modes=tuple(Mode(mode) for mode in row.modes),
        period_from=row.period_from,
        period_until=row.period_until,
        purpose=row.purpose,
        beneficiaries=tuple(Beneficiary(b.organization_id, uses_from_json(b.uses)) for b in row.beneficiaries.all()),
    )


def asked_of(row: SharingRequest) -> dict[str, AskedItem]:
    """The items a request asks for, with the sharing terms of the day it was received."""
    return {item.code: AskedItem(item.code, item.name, ShareType(item.share_type)) for item in row.items.all()}


def reply_of(row: Reply) -> ReplyForm:
    """The reply form a row holds."""
    return ReplyForm(
        answers=tuple(
            ItemAnswer(
                item=item.code,
                outcome=Outcome(item.outcome),
                mask=item.mask,
                ground=Ground(item.ground) if item.ground else None,
                reason=item.reason,
                article=item.article,
                alternative=item.alternative,
            )
            for item in row.items.all()
        ),
        rows=rows_from_json(row.rows),
        rows_note=row.rows_note,
        lookup=tuple(row.lookup),
        modes=tuple(Mode(mode) for mode in row.modes),
        quota=Quota(**row.quota),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        note=row.note,
    )
