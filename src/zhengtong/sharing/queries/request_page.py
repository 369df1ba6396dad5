"""One request with all an actor may see of it (申请详情)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Reply, ReplyItem, SharingRequest
from zhengtong.sharing.queries.clockwork import request_clock, request_days
from zhengtong.sharing.queries.following import followed
from zhengtong.sharing.queries.forms_of import form_of, reply_of
from zhengtong.sharing.queries.lines import grant_lines, history, listed_requests, request_line, request_lines
from zhengtong.sharing.queries.records import (
    ExtensionLine,
    ItemLine,
    NoticeLine,
    Organ,
    OrganUse,
    RequestLine,
    RequestPage,
)
from zhengtong.sharing.queries.scope import organs, visible_requests
from zhengtong.sharing.queries.turns import next_verb, request_turn, sides_of
from zhengtong.sharing.rules import DECIDED_STATES, REQUEST, SIDES, Ground, Outcome, ReplyForm, RequestState, Side, gaps
from zhengtong.sharing.rules.parting import MERGED_MAX

_WITH_PARTS = ("items", "beneficiaries", "extensions")


def request(*, actor: Actor, id: UUID, on: date) -> RequestPage:
    """One request with all the actor may see of it.  Raises NotFound."""
    row = SharingRequest.objects.filter(visible_requests(actor), pk=id).prefetch_related(*_WITH_PARTS).first()
    if row is None:
        raise NotFound("sharing.no_request", id=str(id))
    return _page(row, actor=actor, on=on)


def _page(row: SharingRequest, *, actor: Actor, on: date) -> RequestPage:
    known = organs([row.consumer_id, row.provider_id, *(b.organization_id for b in row.beneficiaries.all())])
    consumer, provider = known[row.consumer_id], known[row.provider_id]
    clock, form, state = request_clock(row, on=on), form_of(row), RequestState(row.state)
    reply = getattr(row, "reply", None)
    decided = state in DECIDED_STATES
    may_see_reply = reply is not None and (decided or actor.organization == provider.id)
    authority = parties.authority_of(jurisdiction=row.jurisdiction)
    sides = sides_of(
        actor, consumer=consumer, provider=provider, is_authority=bool(authority and authority.id == actor.organization)
    )
    verb = next_verb(
        state,
        extension_asked=not clock.late and any(e.agreed is None for e in row.extensions.all()),
        prepared=reply is not None,
        signed=bool(reply and reply.signed_by),
    )
    names = _names(row)
    return RequestPage(
        line=request_line(row, known, on=on, remaining=clock.remaining),
        form=form,
        version=row.version,
        items=_items(row, shown=may_see_reply),
        organs=_organ_uses(row, known),
        gaps=gaps(form),
        clock=clock,
        days=request_days(row, on=on),
        turn=request_turn(verb, consumer=consumer, provider=provider, clock=clock),
        verbs=_verbs(row, actor, sides, late=clock.late),
        drafted_by=names.get(row.drafted_by, ""),
        approved_by=names.get(row.approved_by, ""),
        approved_at=row.approved_at,
        return_reason=row.return_reason if actor.organization == consumer.id else "",
        withdraw_reason=row.withdraw_reason,
        notice=_notice(row, names),
        extensions=_extensions(row, names),
        reply=_reply_seen(reply, own=actor.organization == provider.id) if reply and may_see_reply else None,
        reply_prepared_by=names.get(reply.prepared_by, "") if reply and may_see_reply else "",
        reply_signed=bool(reply and reply.signed_by),
        decided_by=names.get(row.decided_by, ""),
        decided_at=row.decided_at,
        answered_late=row.answered_late,
        decision_digest=row.decision_digest,
        grants=grant_lines(row.grants.select_related("request").all(), on=on),
        follows=followed(row, actor=actor),
        siblings=_siblings(row, actor, on=on),
        may_part=_is_own_draft(row, actor) and max(row.items.count(), row.beneficiaries.count()) > 1,
        history=history(row.id),
    )


def _is_own_draft(row: SharingRequest, actor: Actor) -> bool:
    own = actor.organization == row.consumer_id and actor.has(Role.DATA_OFFICER)
    return own and row.state == RequestState.DRAFT and row.follows_id is None


def _siblings(row: SharingRequest, actor: Actor, *, on: date) -> tuple[RequestLine, ...]:
    """Other drafts that could be taken into this one."""
    if not _is_own_draft(row, actor):
        return ()
    drafts = listed_requests().filter(consumer=row.consumer_id, entry=row.entry_id, state=str(RequestState.DRAFT))
    return request_lines(drafts.filter(follows=None).exclude(pk=row.id).order_by("number")[: MERGED_MAX - 1], on=on)


def _reply_seen(reply: Reply, *, own: bool) -> ReplyForm:
    """The reply, for others without the conditions on rows: they see their words."""
    held = reply_of(reply)
    return held if own else replace(held, rows=())


def _verbs(row: SharingRequest, actor: Actor, sides: frozenset[Side], *, late: bool) -> tuple[str, ...]:
    """What the actor can do now: lifecycle, side, what is already prepared; no more days once the reply is late."""
    state = RequestState(row.state)
    reply = getattr(row, "reply", None)
    asked = any(e.agreed is None for e in row.extensions.all())
    once = any(e.agreed is not False for e in row.extensions.all())
    blocked = {
        "ask_supplement": hasattr(row, "supplement"),
        "ask_extension": once or late,
        "agree_extension": late or not asked,
        "decline_extension": not asked,
        "consent": reply is None or bool(reply.signed_by),
        "consent_partly": True,  # one button signs; the items say which it is
        "refuse": True,
        "countersign": not (reply and reply.signed_by),
    }
    open_verbs = REQUEST.verbs(state=state, roles=actor.roles)
    return tuple(dict.fromkeys(v for v in open_verbs if SIDES[v] in sides and not blocked.get(v, False)))


def _names(row: SharingRequest) -> dict[UUID | None, str]:
    reply, supplement = getattr(row, "reply", None), getattr(row, "supplement", None)
    people = [row.drafted_by, row.approved_by, row.decided_by]
    people += [reply.prepared_by, reply.signed_by] if reply else []
    people += [supplement.asked_by, supplement.answered_by] if supplement else []
    people += [p for e in row.extensions.all() for p in (e.asked_by, e.answered_by)]
    found: dict[UUID | None, str] = {None: ""}
    return found | parties.officer_names([p for p in people if p is not None])


def _items(row: SharingRequest, *, shown: bool) -> tuple[ItemLine, ...]:
    answers: dict[str, ReplyItem] = {a.code: a for a in row.reply.items.all()} if shown else {}
    return tuple(_item(i.code, i.name, ShareType(i.share_type), answers.get(i.code)) for i in row.items.all())


def _item(code: str, name: str, share_type: ShareType, answer: ReplyItem | None) -> ItemLine:
    if answer is None:
        return ItemLine(code, name, share_type, None, "", None, "", "", "")
    ground = Ground(answer.ground) if answer.ground else None
    return ItemLine(
        code,
        name,
        share_type,
        Outcome(answer.outcome),
        answer.mask,
        ground,
        answer.reason,
        answer.article,
        answer.alternative,
    )


def _organ_uses(row: SharingRequest, known: dict[UUID, Organ]) -> tuple[OrganUse, ...]:
    by_id = {b.organization: b.uses for b in form_of(row).beneficiaries}
    return tuple(
        OrganUse(b.position, known[b.organization_id], by_id[b.organization_id]) for b in row.beneficiaries.all()
    )


def _notice(row: SharingRequest, names: dict[UUID | None, str]) -> NoticeLine | None:
    held = getattr(row, "supplement", None)
    if held is None:
        return None
    return NoticeLine(
        missing=tuple(held.missing),
        note=held.note,
        asked_on=held.asked_on,
        asked_by=names.get(held.asked_by, ""),
        answer_note=held.answer_note,
        answered_on=held.answered_on,
    )


def _extensions(row: SharingRequest, names: dict[UUID | None, str]) -> tuple[ExtensionLine, ...]:
    return tuple(
        ExtensionLine(
            days=e.days,
            reason=e.reason,
            asked_on=e.asked_on,
            asked_by=names.get(e.asked_by, ""),
            agreed=e.agreed,
            answered_on=e.answered_on,
            answered_by=names.get(e.answered_by, ""),
            answer_reason=e.answer_reason,
        )
        for e in row.extensions.all()
    )
