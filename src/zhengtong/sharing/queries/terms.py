"""The terms of a grant (许可条款): a signed decision as the value the wire obeys."""

from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.sharing.documents import uses_from_json
from zhengtong.sharing.models import Grant, RequestBeneficiary, SharingRequest
from zhengtong.sharing.offers import Offer, OfferedItem, offer
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.rules import (
    GrantState,
    HeldTerms,
    Mode,
    NewTerms,
    Outcome,
    ReplyForm,
    RowCondition,
    grant_number,
    granted_modes,
    has_ended,
    instants,
    validity,
)
from zhengtong.wire import canonical, rowfilter
from zhengtong.wire import grant as wire
from zhengtong.wire.masks import Mask

STALE_S = 86_400  # a node may decide on a directory a day old …
STALE_L4_S = 3_600  # … but only an hour for grade L4
NO_DECISION = "sha-256:" + "0" * 64
DRY_RUN_SALT = bytes(16)

_STATUS: dict[GrantState, wire.GrantStatus] = {
    GrantState.DELIVERING: wire.GrantStatus.ACTIVE,
    GrantState.ACTIVE: wire.GrantStatus.ACTIVE,
    GrantState.EXPIRED: wire.GrantStatus.ACTIVE,  # the wire knows from `valid_until`
    GrantState.SUSPENDED: wire.GrantStatus.SUSPENDED,
    GrantState.TERMINATED: wire.GrantStatus.REVOKED,
}


def build(
    row: SharingRequest, reply: ReplyForm, *, organ: RequestBeneficiary, id: UUID, at: datetime, salt: bytes
) -> wire.Grant:
    """One organ's grant from a request and its reply.

    Raises:
        RuleBroken: what was answered does not make a grant that holds on the wire.
    """
    entry, form = offer(entry=row.entry_id), form_of(row)
    begins, ends = validity(reply, form)
    if begins is None or ends is None:
        raise RuleBroken("sharing.grant_needs_period")
    if has_ended(valid_until=ends, on=legal_day(at)):
        raise RuleBroken("sharing.period_over", until=ends.isoformat())
    valid_from, valid_until = instants(begins, ends)
    codes = parties.organizations_by_id([row.provider_id, organ.organization_id])
    modes = granted_modes(reply, form)
    terms = wire.Grant(
        id=str(id),
        number=grant_number(row.number, organ.position),
        provider=codes[row.provider_id].code,
        consumer=codes[organ.organization_id].code,
        resource=entry.code,
        resource_title=entry.name,
        contract_digest=entry.contract_digest,
        fields=_fields(reply, entry, Outcome.GRANT),
        verify_fields=_verify_fields(reply, entry, modes),
        lookup=_lookup(reply, entry, modes),
        modes=frozenset(wire.Mode(str(mode)) for mode in modes),
        uses=tuple(wire.Use(u.system, u.purpose, u.matters) for u in uses_from_json(organ.uses)),
        legal_basis=row.legal_basis,
        limits=_limits(reply, modes),
        valid_from=valid_from,
        valid_until=valid_until,
        max_stale_s=STALE_L4_S if entry.grade == "L4" else STALE_S,
        status=wire.GrantStatus.ACTIVE,
        decision_digest=row.decision_digest or NO_DECISION,
        issued_at=canonical.to_millisecond(at),
    )
    if reply.rows:
        terms = wire.with_filter(terms, row_filter(reply.rows), salt=salt)
        terms = replace(terms, filter_description=reply.rows_note.strip())
    wire.check_grant(terms)
    return terms


def check_terms(row: SharingRequest, reply: ReplyForm, *, at: datetime) -> None:
    """Raise RuleBroken while a reply is written, not when it is signed, if its grants would not hold."""
    for organ in row.beneficiaries.all():
        build(row, reply, organ=organ, id=row.id, at=at, salt=DRY_RUN_SALT)
    if not row.beneficiaries.all():
        raise RuleBroken("sharing.nobody_to_grant")


def filter_digest(row: SharingRequest, reply: ReplyForm, *, at: datetime, salt: bytes) -> str:
    """The salted digest of a reply's row filter, as its grants will carry it; empty without one."""
    organ = row.beneficiaries.first()
    return build(row, reply, organ=organ, id=row.id, at=at, salt=salt).filter_digest if organ and reply.rows else ""


def published(row: Grant, *, stopped: bool = False) -> wire.Grant:
    """A stored grant with its status of now, and the provider's private row filter.

    `stopped`: an emergency stop covers it, so that it goes out as suspended whatever its own state.
    """
    terms = wire.parse_grant(row.terms.encode())
    held = rowfilter.filter_from_json(cast("canonical.Json", row.row_filter)) if row.row_filter else None
    status = _STATUS[GrantState(row.state)]
    if stopped and status is wire.GrantStatus.ACTIVE:
        status = wire.GrantStatus.SUSPENDED
    return replace(terms, status=status, row_filter=held, filter_salt=row.filter_salt)


def held_terms(row: Grant) -> HeldTerms:
    """What a grant gives today, as far as a provider may propose to change it."""
    terms = wire.parse_grant(row.terms.encode())
    return HeldTerms(
        until=row.valid_until,
        calls_per_day=terms.limits.calls_per_day,
        rows_per_day=terms.limits.rows_per_day,
        subjects_per_day=terms.limits.subjects_per_day,
        items=frozenset(f.name for f in (*terms.fields, *terms.verify_fields)),
        lookup=frozenset(terms.lookup),
    )


def held_names(row: Grant) -> dict[str, str]:
    """The names of a grant's items, by code."""
    terms = wire.parse_grant(row.terms.encode())
    return {f.name: f.title or f.name for f in (*terms.verify_fields, *terms.fields)}


def narrowed(row: Grant, new: NewTerms) -> wire.Grant:
    """A grant's terms with what was agreed to change; its filter and decision stay.  Raises RuleBroken."""
    terms = wire.parse_grant(row.terms.encode())
    limits = replace(
        terms.limits,
        calls_per_day=new.calls_per_day or terms.limits.calls_per_day,
        rows_per_day=new.rows_per_day or terms.limits.rows_per_day,
        subjects_per_day=new.subjects_per_day or terms.limits.subjects_per_day,
    )
    changed = replace(
        terms,
        fields=tuple(f for f in terms.fields if f.name not in new.dropped),
        verify_fields=tuple(f for f in terms.verify_fields if f.name not in new.dropped),
        limits=limits,
        valid_until=instants(row.valid_from, new.until)[1] if new.until else terms.valid_until,
    )
    wire.check_grant(changed)
    return changed


def row_filter(rows: tuple[RowCondition, ...]) -> rowfilter.Filter:
    """The rows' conditions, all of which hold, in the wire's closed language."""
    parts = tuple(_condition(row) for row in rows)
    return parts[0] if len(parts) == 1 else rowfilter.And(parts)


def _condition(row: RowCondition) -> rowfilter.Filter:
    if row.op == "in":
        return rowfilter.In(row.item, row.values)
    if row.op == "between":
        return rowfilter.Between(row.item, row.values[0], row.values[1])
    op = {"eq": rowfilter.Op.EQ, "starts_with": rowfilter.Op.PREFIX}[row.op]
    return rowfilter.Compare(op, row.item, row.values[0])


def _fields(reply: ReplyForm, entry: Offer, outcome: Outcome) -> tuple[wire.GrantField, ...]:
    return tuple(
        _field(entry.item(answer.item), mask=answer.mask) for answer in reply.answers if answer.outcome is outcome
    )


def _verify_fields(reply: ReplyForm, entry: Offer, modes: tuple[Mode, ...]) -> tuple[wire.GrantField, ...]:
    """What may be compared: items answered as verification, and granted ones too where verification was agreed."""
    if Mode.VERIFY not in modes:
        return ()
    return tuple(
        _field(entry.item(a.item), mask="") for a in reply.answers if a.outcome is not Outcome.REFUSE and not a.mask
    )


def _field(item: OfferedItem, *, mask: str) -> wire.GrantField:
    if item.asked.share_type is ShareType.WITHHELD:
        raise RuleBroken("sharing.item_withheld", items=item.asked.name, law=item.asked.law)
    try:
        named = Mask(mask) if mask else None
    except ValueError:
        raise RuleBroken("sharing.mask_unknown", mask=mask, item=item.asked.name) from None
    if named is not None and item.type is not wire.FieldType.STRING:
        raise RuleBroken("sharing.mask_only_on_text", item=item.asked.name)
    return wire.GrantField(
        name=item.asked.code,
        type=item.type,
        title=item.asked.name,
        mask=named,
        precision=item.precision,
        scale=item.scale,
    )


def _lookup(reply: ReplyForm, entry: Offer, modes: tuple[Mode, ...]) -> tuple[str, ...]:
    """The fields a single call must name: as answered, else the entry's own keys among them."""
    if Mode.VERIFY not in modes and Mode.QUERY not in modes:
        return ()
    usable = [a.item for a in reply.answers if a.outcome is not Outcome.REFUSE and not a.mask]
    found = reply.lookup or tuple(code for code in usable if entry.item(code).is_lookup)
    if not found:
        raise RuleBroken("sharing.grant_needs_lookup")
    return found


def _limits(reply: ReplyForm, modes: tuple[Mode, ...]) -> wire.Limits:
    quota, single = reply.quota, Mode.VERIFY in modes or Mode.QUERY in modes
    return wire.Limits(
        max_rows=quota.max_rows if single else None,
        rows_per_day=quota.rows_per_day,
        subjects_per_day=quota.subjects_per_day if single else None,
        calls_per_day=quota.calls_per_day if single else None,
    )
