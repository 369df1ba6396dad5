"""The exchange-sharing catalogue (交换共享目录): a register of agreed flows, one line a grant, from what was agreed.

It is no list of resources: each line says who gives what to whom, on which ground, for what, how and until when.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.sharing.models import Grant
from zhengtong.sharing.queries.scope import organs, visible_grants
from zhengtong.sharing.rules import GrantState
from zhengtong.wire import grant as wire

AGREED_ROWS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class AgreedFlow:
    """One agreed flow (交换共享目录条目)."""

    grant: UUID
    number: str
    resource_code: str
    resource_name: str
    provider: str
    consumer: str
    legal_basis: str
    scenario: str
    scope: str
    purposes: tuple[str, ...]
    items: tuple[str, ...]  # given
    verified: tuple[str, ...]  # answered by yes or no only
    masks: tuple[str, ...]
    modes: tuple[str, ...]
    rows_note: str
    begins: date
    ends: date
    state: GrantState
    request: str


def agreed_flows(*, actor: Actor, state: str = "") -> tuple[AgreedFlow, ...]:
    """The flows the actor may see, by number; `state` is a GrantState."""
    found = Grant.objects.filter(visible_grants(actor)).select_related("request").order_by("number")
    if state:
        found = found.filter(state=state if state in set(GrantState) else "none")
    rows = list(found[:AGREED_ROWS_MAX])
    known = organs(organ for row in rows for organ in (row.provider_id, row.consumer_id))
    names = {organ: card.short_name for organ, card in known.items()}
    return tuple(_flow(row, names) for row in rows)


def _flow(row: Grant, names: dict[UUID, str]) -> AgreedFlow:
    terms = wire.parse_grant(row.terms.encode())
    return AgreedFlow(
        grant=row.id, number=row.number, resource_code=row.request.entry_code, resource_name=row.request.entry_name,
        provider=names[row.provider_id], consumer=names[row.consumer_id], legal_basis=terms.legal_basis,
        scenario=row.request.scenario, scope=row.request.scope,
        purposes=tuple(dict.fromkeys(use.purpose for use in terms.uses)),
        items=tuple(f.title for f in terms.fields),
        verified=tuple(f.title for f in terms.verify_fields if f.name not in {given.name for given in terms.fields}),
        masks=tuple(f.title for f in terms.fields if f.mask),
        modes=tuple(sorted(str(mode) for mode in terms.modes)), rows_note=terms.filter_description,
        begins=row.valid_from, ends=row.valid_until, state=GrantState(row.state), request=row.request.number,
    )  # fmt: skip
