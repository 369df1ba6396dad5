"""What detectors find now (线索): facts of areas below, each with the item of 条例 39 to 41 it may fall under."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from zhengtong.catalog import queries as catalog
from zhengtong.exchange import queries as exchange
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, deadline
from zhengtong.parties import queries as parties
from zhengtong.sharing import queries as sharing
from zhengtong.standards import queries as standards
from zhengtong.supervision.rules import FindingKind, Suspect, breach_of_limit

NAMING, RECORD = "SOURCE_NAMING", "USE_RECORD"
NUMBER_CHARS = 64
Mended = Callable[[Iterable[UUID], date], dict[UUID, date]]


def suspects(*, on: date) -> Iterator[tuple[Suspect, ...]]:
    """Everything that a rule finds wrong on a day, detector by detector, at most some thousand at a time."""
    yield from (tuple(_late(one, on) for one in part) for part in sharing.late_things(on=on))
    for detector in (_updates, _refusals, _services, _misuse, _mediations, _recollected, _unsourced, *_MORE):
        yield tuple(detector(on))


def mended(kind: FindingKind, about: Iterable[UUID], *, on: date) -> dict[UUID, date]:
    """Which of these things have been put right since, and on which day."""
    return _MENDED[kind](about, on)


def _late(one: sharing.LateThing, _on: date) -> Suspect:
    limit = standards.limit_for(one.limit_id, on=one.started_on, jurisdiction=one.jurisdiction)
    breach = breach_of_limit(limit.on_expiry)
    return Suspect(
        rule=breach.id if breach else "", kind=FindingKind(str(one.kind)), about=one.id, number=one.number,
        title=one.title, organization=one.organization, counterpart=one.counterpart, jurisdiction=one.jurisdiction,
        started_on=one.started_on, passed_on=one.due_on, limit_id=one.limit_id, done_on=one.done_on,
    )  # fmt: skip


def _updates(on: date) -> Iterator[Suspect]:
    """P1: an entry whose change was not brought in in time (第三十九条第（一）项)."""
    for one in catalog.late_updates(on=on):
        yield Suspect(
            rule="P1", kind=FindingKind.CATALOG_UPDATE, about=one.entry, number=one.code, title=one.name,
            organization=one.provider, counterpart=None, jurisdiction=one.jurisdiction, started_on=one.changed_on,
            passed_on=one.due_on, limit_id=one.limit_id, facts={"changed": one.changed_on.isoformat()},
        )  # fmt: skip


def _refusals(on: date) -> Iterator[Suspect]:
    """P2: shareable data refused for no lawful ground (第三十九条第（二）项、第十五条)."""
    return (_of(one, "P2", FindingKind.REFUSAL) for one in sharing.refused_without_ground(on=on))


def _services(on: date) -> Iterator[Suspect]:
    """P7: an entry taken out of the catalogue under a grant in force (第三十九条第（七）项)."""
    return (_of(one, "P7", FindingKind.SERVICE) for one in sharing.services_dropped(on=on))


def _misuse(on: date) -> Iterator[Suspect]:
    """U2, U3: a suspension for misuse names the item itself (第四十条第（二）（三）项、第二十七条)."""
    return (_of(one, breach, FindingKind.MISUSE) for breach, one in sharing.suspended_for_misuse(on=on))


def _mediations(on: date) -> Iterator[Suspect]:
    """A2: a dispute that the authority has not mediated in time (第四十一条第（二）项)."""
    for one in sharing.uncoordinated(on=on):
        if one.due_on is not None and one.asked_on is not None:
            yield Suspect(
                rule="A2", kind=FindingKind.MEDIATION, about=one.id, number=one.number, title=one.entry_name,
                organization=one.mediator.id, counterpart=one.consumer.id, jurisdiction=one.jurisdiction,
                started_on=one.asked_on, passed_on=one.due_on, limit_id="DISPUTE_MEDIATION",
                facts={"asked": one.asked_on.isoformat(), "mediator": one.mediator.name},
            )  # fmt: skip


def _recollected(on: date) -> Iterator[Suspect]:
    """U1: applicants are asked for what the department gets by its own grant (第四十条第（一）项、第十九条)."""
    asked = catalog.asked_though_shared()
    delivered = sharing.delivered_since({(one.organization, one.entry) for one in asked})
    for one in asked:
        day = delivered.get((one.organization, one.entry))
        if day is not None and (began := max(day, one.shared_since)) < on:
            yield Suspect(
                rule="U1", kind=FindingKind.RECOLLECTION, about=one.document, number=one.matter_code, title=one.name,
                organization=one.organization, counterpart=one.provider, jurisdiction=one.jurisdiction,
                started_on=began, passed_on=began,
                facts={
                    "material": one.name, "matter": one.matter, "shared": one.shared_since.isoformat(),
                    "delivered": day.isoformat(),
                },
            )  # fmt: skip


def _unsourced(on: date) -> Iterator[Suspect]:
    """A1: what several departments collect has no source named in time (第四十一条第（一）项、第十九条)."""
    for one in catalog.unsourced():
        authority = parties.authority_of(jurisdiction=one.jurisdiction)
        clock = _limit_clock(NAMING, one.since, one.jurisdiction, on)
        if authority is not None and clock.due_on is not None and clock.late:
            yield Suspect(
                rule="A1", kind=FindingKind.SOURCE, about=one.document, number=one.name[:NUMBER_CHARS], title=one.name,
                organization=authority.id, counterpart=None, jurisdiction=one.jurisdiction, started_on=one.since,
                passed_on=clock.due_on, limit_id=NAMING, facts={"organs": "、".join(one.organizations)},
            )  # fmt: skip


def _unhelped(on: date) -> Iterator[Suspect]:
    """P3: what the named source asked to have corrected was not in time (第三十九条第（三）项、第十九条)."""
    return (_of(one, "P3", FindingKind.SOURCE_HELP) for one in sharing.source_not_helped(on=on))


def _kept_above(on: date) -> Iterator[Suspect]:
    """P5: a level above has not given a lower one's data back in time (第三十九条第（五）项、第二十四条)."""
    return (_of(one, "P5", FindingKind.BACKFLOW) for one in sharing.backflow_owed(on=on))


def _unjoined(on: date) -> Iterator[Suspect]:
    """P8: a provider that owes a delivery has no node in the network (第三十九条第（八）项、第三十二条)."""
    nodes = exchange.joined()
    return (_of(one, "P8", FindingKind.JOINING) for one in sharing.grants_late(on=on) if one.organization not in nodes)


def _unrecorded(on: date) -> Iterator[Suspect]:
    """U5: the consumer's node has reported no receipt of what it was given (第四十条第（五）项、第二十九条)."""
    days = exchange.unrecorded(before=on)
    known = sharing.grant_facts({one.grant for one in days})
    for one in days:
        held = known.get(one.grant)
        clock = _limit_clock(RECORD, one.day, held.jurisdiction if held else "", on)
        if held is not None and clock.due_on is not None and clock.late:
            told = (("exchanges", str(one.exchanges)), ("rows", str(one.rows)))
            fact = replace(held, started_on=one.day, on=clock.due_on, said=told, limit_id=RECORD)
            yield _of(fact, "U5", FindingKind.USE_RECORD)


def _incidents(on: date) -> Iterator[Suspect]:
    """U6: a consumer halted in an emergency has not put its security right in time (第四十条第（六）项)."""
    return (_of(one, "U6", FindingKind.INCIDENT) for one in sharing.incidents_open(on=on))


_MORE: tuple[Callable[[date], Iterator[Suspect]], ...] = (_unhelped, _kept_above, _unjoined, _unrecorded, _incidents)


def _limit_clock(limit_id: str, since: date, jurisdiction: str, on: date) -> ClockView:
    limit = standards.limit_for(limit_id, on=since, jurisdiction=jurisdiction)
    return deadline([ClockEvent(ClockEventKind.START, since)], limit, standards.calendar_for(jurisdiction), on=on)


def _of(one: sharing.BreachFact, rule: str, kind: FindingKind) -> Suspect:
    return Suspect(
        rule=rule, kind=kind, about=one.about, number=one.number, title=one.title, organization=one.organization,
        counterpart=one.counterpart, jurisdiction=one.jurisdiction, started_on=one.started_on, passed_on=one.on,
        limit_id=one.limit_id, facts=dict(one.said),
    )  # fmt: skip


def _joined(about: Iterable[UUID]) -> dict[UUID, date]:
    nodes = exchange.joined()
    providers = sharing.providers_of(about)
    return {grant: nodes[provider] for grant, provider in providers.items() if provider in nodes}


def _done(kind: sharing.LateKind) -> Mended:
    return lambda about, _on: sharing.done_on(kind=kind, ids=about)


_MENDED: dict[FindingKind, Mended] = {
    FindingKind.REPLY: _done(sharing.LateKind.REPLY),
    FindingKind.DELIVERY: _done(sharing.LateKind.DELIVERY),
    FindingKind.CORRECTION: _done(sharing.LateKind.CORRECTION),
    FindingKind.DISPOSAL: _done(sharing.LateKind.DISPOSAL),
    FindingKind.CATALOG_UPDATE: lambda about, _on: catalog.updated_after_all(about),
    FindingKind.REFUSAL: lambda about, _on: sharing.answered_after_all(about),
    FindingKind.SERVICE: lambda _about, _on: {},
    FindingKind.MISUSE: lambda about, on: sharing.put_right(about, on=on),
    FindingKind.SOURCE_HELP: lambda about, _on: sharing.helped_after_all(about),
    FindingKind.BACKFLOW: lambda about, _on: sharing.flowed_back(about),
    FindingKind.JOINING: lambda about, _on: _joined(about),
    FindingKind.USE_RECORD: lambda about, on: dict.fromkeys(exchange.recorded_again(about), on),
    FindingKind.INCIDENT: lambda about, _on: sharing.incidents_ended(about),
    FindingKind.RECOLLECTION: lambda about, _on: catalog.settled_materials(about),
    FindingKind.SOURCE: lambda about, _on: catalog.sourced_since(about),
    FindingKind.MEDIATION: lambda about, _on: sharing.mediated_after_all(about),
}
