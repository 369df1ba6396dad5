"""Forms as JSON and back (表单文档).  One place that knows the stored shape.  Pure."""

from dataclasses import asdict
from datetime import date
from typing import Any

from zhengtong.sharing.rules import (
    ReplyForm,
    RequestForm,
    RowCondition,
    UseTerm,
)

Json = dict[str, Any]  # JSON values as json.loads gives them


def uses_to_json(uses: tuple[UseTerm, ...]) -> list[Json]:
    """Uses as the row keeps them."""
    return [{"system": u.system.strip(), "purpose": u.purpose.strip(), "matters": list(u.matters)} for u in uses]


def uses_from_json(uses: list[Json]) -> tuple[UseTerm, ...]:
    """Uses from what the row keeps."""
    return tuple(UseTerm(u["system"], u["purpose"], tuple(u["matters"])) for u in uses)


def form_to_json(form: RequestForm) -> Json:
    """A request form as a JSON document, dates as ISO text; its digest is in the events."""
    return {
        "entry": str(form.entry),
        "items": list(form.items),
        "legal_basis": form.legal_basis,
        "scenario": form.scenario,
        "scope": form.scope,
        "modes": [str(mode) for mode in form.modes],
        "period_from": _day(form.period_from),
        "period_until": _day(form.period_until),
        "purpose": form.purpose,
        "beneficiaries": [
            {"organization": str(b.organization), "uses": uses_to_json(b.uses)} for b in form.beneficiaries
        ],
    }


def reply_to_json(reply: ReplyForm) -> Json:
    """A reply as a JSON document."""
    return {
        "answers": [{k: v if v is not None else "" for k, v in asdict(a).items()} for a in reply.answers],
        "rows": rows_to_json(reply.rows),
        "rows_note": reply.rows_note,
        "lookup": list(reply.lookup),
        "modes": [str(mode) for mode in reply.modes],
        "quota": asdict(reply.quota),
        "valid_from": _day(reply.valid_from),
        "valid_until": _day(reply.valid_until),
        "note": reply.note,
    }


def rows_to_json(rows: tuple[RowCondition, ...]) -> list[Json]:
    """Conditions on rows as the reply keeps them."""
    return [{"item": r.item, "op": r.op, "values": list(r.values)} for r in rows]


def rows_from_json(rows: list[Json]) -> tuple[RowCondition, ...]:
    """Conditions on rows from what the reply keeps."""
    return tuple(RowCondition(r["item"], r["op"], tuple(r["values"])) for r in rows)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
