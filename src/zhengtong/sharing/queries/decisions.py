"""The record of a decision (答复书): what was asked, answered, by whom, under which article; canonical, digested.

Every grant carries the digest of this record, so a node, an auditor or a court can ask for the
record and see that the grant follows from it.  Officers stand in it by id.
"""

from typing import cast

from zhengtong.parties import queries as parties
from zhengtong.sharing.documents import Json, uses_to_json
from zhengtong.sharing.models import SharingRequest
from zhengtong.sharing.queries.forms_of import asked_of, form_of
from zhengtong.sharing.rules import REGULATION, ItemAnswer, ReplyForm, article_of, granted_modes, validity
from zhengtong.wire import canonical

RECORD_KIND = "zhengtong.sharing.decision"
RECORD_VERSION = 1


def decision_record(row: SharingRequest, answer: ReplyForm, *, filter_digest: str) -> bytes:
    """The canonical bytes of a decision just made on `row` (决定记录).

    Both sides may read it, so the row filter stands in it as a salted digest and in words.
    """
    organs = parties.organizations_by_id(
        [row.consumer_id, row.provider_id, *(b.organization_id for b in row.beneficiaries.all())]
    )
    form, asked = form_of(row), asked_of(row)
    begins, ends = validity(answer, form)
    extension = next((e for e in row.extensions.all() if e.agreed), None)
    record: Json = {
        "kind": RECORD_KIND,
        "v": RECORD_VERSION,
        "request": {"id": str(row.id), "number": row.number},
        "entry": {"code": row.entry_code, "name": row.entry_name, "version": row.entry_version},
        "consumer": _organ(organs[row.consumer_id]),
        "provider": _organ(organs[row.provider_id]),
        "asked": {
            "legal_basis": form.legal_basis,
            "scenario": form.scenario,
            "scope": form.scope,
            "modes": [str(mode) for mode in form.modes],
            "period": [_text(form.period_from), _text(form.period_until)],
            "purpose": form.purpose,
            "organs": [
                {"organ": organs[b.organization].code, "uses": uses_to_json(b.uses)} for b in form.beneficiaries
            ],
        },
        "clock": {
            "limit": row.limit_id,
            "received_on": _text(row.received_on),
            "supplemented_on": _text(_supplemented_on(row)),
            "extension_days": extension.days if extension else 0,
            "due_on": _text(row.due_on),
            "decided_on": _text(row.decided_on),
            "cites": f"{REGULATION} 第二十一条",
        },
        "answer": {
            "state": str(row.state),
            "items": [_item(a, name=asked[a.item].name, terms=str(asked[a.item].share_type)) for a in answer.answers],
            "modes": [str(mode) for mode in granted_modes(answer, form)],
            "lookup": list(answer.lookup),
            "rows": {"digest": filter_digest, "words": answer.rows_note},
            "quota": {
                "calls_per_day": answer.quota.calls_per_day,
                "rows_per_day": answer.quota.rows_per_day,
                "subjects_per_day": answer.quota.subjects_per_day,
                "max_rows": answer.quota.max_rows,
            },
            "validity": [_text(begins), _text(ends)],
            "note": answer.note,
            "cites": f"{REGULATION} 第二十条",
        },
        "signed": {act: sorted(people) for act, people in sorted(row.hands.items())},
    }
    return canonical.encode(cast("canonical.Json", record))


def _item(answer: ItemAnswer, *, name: str, terms: str) -> Json:
    return {
        "item": answer.item,
        "name": name,
        "terms": terms,
        "outcome": str(answer.outcome),
        "mask": answer.mask,
        "ground": str(answer.ground or ""),
        "reason": answer.reason,
        "article": article_of(answer),
        "alternative": answer.alternative,
    }


def _organ(card: parties.OrganizationCard) -> Json:
    return {"code": card.code, "name": card.name, "uscc": card.uscc}


def _supplemented_on(row: SharingRequest) -> object:
    supplement = getattr(row, "supplement", None)
    return supplement.answered_on if supplement else None


def _text(day: object) -> str:
    return str(day) if day else ""
