"""One entry with everything it says (目录条目详情)."""

from uuid import UUID

from zhengtong.catalog.models import Entry, MatterDocument, Revision, SourceNaming
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.records import EntryPage, HistoryLine, ItemRow, OriginRow, Standing
from zhengtong.catalog.queries.rows import CURRENT, OPEN, reviewed_by, revisions, visible
from zhengtong.catalog.queries.rows import rows as as_rows
from zhengtong.catalog.rules import (
    AUTHORITY_ROLES,
    ENTRY,
    OPEN_STATES,
    PROVIDER_ROLES,
    TURNS,
    DocumentDirection,
    EntryDraft,
    EntryState,
    ShareType,
    article_for,
    entry_findings,
)
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import region_chain
from zhengtong.standards.tables import profile


def entry(*, id: UUID, actor: Actor, version: int | None = None) -> EntryPage:
    """One entry (目录条目): the published revision, else the one in work; or the version asked for.

    Raises:
        NotFound: no such entry or version, or none this actor may see.
    """
    seen = visible(actor)
    found = {r.number: r for r in revisions().filter(seen, entry=id)}
    if version is not None:
        chosen = found.get(version)
    else:
        best = sorted(found.values(), key=lambda r: (r.state not in CURRENT, r.state not in OPEN, -r.number))
        chosen = best[0] if best else None
    if chosen is None:
        raise NotFound("catalog.no_entry", which=str(id))
    return _page(chosen, actor, list(found.values()))


def entry_by_code(*, code: str, actor: Actor) -> EntryPage:
    """One entry by the code people see (306001002/000123), or by its short code.  Raises NotFound."""
    found = (
        Entry.objects.filter(guide_code=code).first()
        or Entry.objects.exclude(short_code="").filter(short_code=code).first()
    )
    if found is None:
        raise NotFound("catalog.no_entry", which=code[:64])
    return entry(id=found.id, actor=actor)


def published(*, id: UUID) -> EntryPage:
    """The revision in force, for what is built on it (sharing); no actor, so never shown as it is.

    Raises:
        NotFound: nothing is published under this id.
    """
    found = revisions().filter(entry=id, state__in=CURRENT).first()
    if found is None:
        raise NotFound("catalog.not_published")
    return _page(found, SYSTEM, [found])


def contract(page: EntryPage) -> dict[str, JsonValue]:
    """What a published schema promises (数据契约): JSON values whose canonical form is digested into grants."""
    return {
        "resource": page.row.guide_code,
        "version": page.row.version,
        "fields": [
            {"name": item.code, "type": item.data_type, "length": item.length, "code_list": item.code_list}
            for item in page.items
            if item.share_type is not ShareType.WITHHELD
        ],
    }


def draft_of(*, id: UUID, actor: Actor) -> EntryDraft:
    """The content of the revision in work, to fill the form with.  Raises NotFound."""
    found = revisions().filter(visible(actor), entry=id, state__in=OPEN, entry__provider=actor.organization).first()
    if found is None:
        raise NotFound("catalog.no_entry", which=str(id))
    return drafts.read(found)


def documents_of(*, organization: UUID) -> tuple[OriginRow, ...]:
    """The documents of an organization's matters, to choose origins from (来源材料和结果)."""
    rows = MatterDocument.objects.filter(matter__duty__organization=organization).select_related("matter__duty")
    return tuple(_origin(d) for d in rows.order_by("matter__code", "direction", "name"))


def history(*, id: UUID, actor: Actor) -> tuple[HistoryLine, ...]:
    """What happened to an entry, oldest first, as far as this actor may see its revisions (办理记录)."""
    page = entry(id=id, actor=actor)
    ours = actor.organization == page.row.provider_id or page.row.provider_id in reviewed_by(actor)
    told = [e for e in events_of(id) if ours or actor.has("system") or e.name in _PUBLIC]
    names = parties.officer_names(who for e in told for who in (e.actor, e.acting_for) if who is not None)
    return tuple(
        HistoryLine(
            at=e.at,
            name=e.name,
            version=int(e.payload.get("number", 0)),
            who=names.get(e.actor, "") if e.actor else "",
            acting_for=names.get(e.acting_for, "") if e.acting_for else "",
            note=str(e.payload.get("reason", "")),
        )
        for e in told
    )


_PUBLIC = frozenset({"catalog.entry.published", "catalog.entry.superseded", "catalog.source.named"})


def _page(found: Revision, actor: Actor, seen: list[Revision]) -> EntryPage:
    draft = drafts.read(found)
    in_work = found.state in OPEN_STATES
    provider = found.entry.provider
    checked = entry_findings(draft, provider_name=provider.name, profile=profile()) if in_work else ()
    numbers = {state: r.number for r in seen for state in [r.state] if r.number != found.number}
    named = SourceNaming.objects.filter(entry=found.entry_id).values_list("item_name", flat=True)
    return EntryPage(
        row=as_rows([found])[0],
        revision=found.id,
        abstract=found.abstract,
        industry=found.industry,
        service_class=found.service_class,
        form_class=found.form_class,
        format=found.format,
        share_modes=tuple(found.share_modes),
        conditions=found.conditions,
        range=found.range,
        purpose=found.purpose,
        legal_basis=found.legal_basis,
        basis_kind=found.basis_kind,
        reason=found.reason,
        review_on=found.review_on,
        open_conditions=found.open_conditions,
        data_class=found.data_class,
        data_grade=found.data_grade,
        secrecy_review=found.secrecy_review,
        pi_assessment=found.pi_assessment,
        contains_personal=found.contains_personal,
        source_system=found.source_system,
        items=_items(found),
        origins=tuple(
            _origin(d) for d in found.origins.select_related("matter__duty").order_by("matter__code", "name")
        ),
        sources=tuple(named),
        standing=_standing(found, actor),
        open_version=next((numbers[s] for s in OPEN if s in numbers), None),
        current_version=next((numbers[s] for s in CURRENT if s in numbers), None),
        findings=checked,
        submitted_on=found.submitted_on,
        signed_by=found.signed_by,
    )


def _items(found: Revision) -> tuple[ItemRow, ...]:
    items = list(found.items.order_by("position"))
    named = _sources([i.name for i in items], place=found.entry.provider.jurisdiction)
    return tuple(
        ItemRow(
            position=i.position,
            code=i.code,
            name=i.name,
            data_type=i.data_type,
            length=i.length,
            share_type=ShareType(i.share_type),
            condition=i.condition,
            range=i.range or (found.range if i.share_type == ShareType.CONDITIONAL else ""),
            purpose=i.purpose or (found.purpose if i.share_type == ShareType.CONDITIONAL else ""),
            legal_basis=i.legal_basis or (found.legal_basis if i.share_type != ShareType.UNCONDITIONAL else ""),
            basis_kind=i.basis_kind or (found.basis_kind if i.share_type == ShareType.WITHHELD else ""),
            reason=i.reason or (found.reason if i.share_type == ShareType.WITHHELD else ""),
            is_personal=i.is_personal,
            is_lookup=i.is_lookup,
            code_list=i.code_list,
            source_code=named.get(i.name, ""),
        )
        for i in items
    )


def _origin(found: MatterDocument) -> OriginRow:
    duty = found.matter.duty
    return OriginRow(
        document_id=found.id,
        duty_code=duty.code,
        duty=duty.name,
        legal_basis=duty.legal_basis,
        matter_code=found.matter.code,
        matter=found.matter.name,
        direction=DocumentDirection(found.direction),
        document=found.name,
    )


def _standing(found: Revision, actor: Actor) -> Standing:
    state, provider = EntryState(found.state), found.entry.provider
    turn = TURNS[state]
    organ = ""
    if turn.role is not None:
        authority = parties.authority_of(jurisdiction=provider.jurisdiction) if turn.of_authority else None
        organ = authority.short_name if authority else "" if turn.of_authority else provider.short_name
    return Standing(
        state=state,
        role=str(turn.role or ""),
        organ=organ,
        due_on=found.due_on,
        provisional=found.due_provisional,
        cites=article_for(state, timed=found.due_on is not None),
        verbs=_verbs(found, state, actor),
        return_reason=found.return_reason,
        change_reason=found.change_reason,
    )


def _verbs(found: Revision, state: EntryState, actor: Actor) -> tuple[str, ...]:
    """What this actor can do, its organization considered; `supersede` is never done by itself."""
    roles: set[str] = set()
    if actor.organization == found.entry.provider_id:
        roles |= actor.roles & PROVIDER_ROLES
    if found.entry.provider_id in reviewed_by(actor):
        roles |= actor.roles & AUTHORITY_ROLES
    return tuple(verb for verb in ENTRY.verbs(state=state, roles=roles) if verb != "supersede")


def _sources(names: list[str], *, place: str) -> dict[str, str]:
    """Item name → code of its source entry, as named for the place or else for the nearest above it."""
    chain = region_chain(place)
    namings = SourceNaming.objects.filter(item_name__in=names, jurisdiction__in=chain)
    rows = list(namings.values_list("jurisdiction", "item_name", "entry__guide_code"))
    rows.sort(key=lambda row: chain.index(row[0]), reverse=True)
    return {name: code for _, name, code in rows}
