"""Joint meetings, directives and bulletins (联席会议、交办事项、通报查询)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries as sharing
from zhengtong.sharing.queries.scope import region_prefix
from zhengtong.supervision.models import Bulletin, BulletinNotice, Directive, Meeting
from zhengtong.supervision.queries.reports import DepartmentMonth
from zhengtong.supervision.queries.scope import NOBODY, OWN_ROLES, sees_region, visible
from zhengtong.supervision.rules import Month, month_of
from zhengtong.supervision.rules.directives import DIRECTIVE, ISSUERS, DirectiveAbout, DirectiveKind, DirectiveState
from zhengtong.wire.canonical import encode

CARDS_MAX = 200
ORGANS_MAX = 500
OWN_VERBS = frozenset({"report_directive"})


@dataclass(frozen=True, slots=True)
class DirectiveLine:
    """A directive in a list (交办事项)."""

    id: UUID
    number: str
    kind: DirectiveKind
    issuer_name: str
    organization_name: str
    text: str
    state: DirectiveState
    issued_on: date
    due_on: date
    late: bool
    reported_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class DirectivePage:
    """One directive, and what the reader may do."""

    line: DirectiveLine
    meeting: UUID | None
    meeting_number: str
    finding: UUID | None
    finding_number: str
    about_kind: DirectiveAbout | None
    about: UUID | None
    about_number: str
    report: str
    answer: str
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DirectiveCard:
    """A directive that waits for the reader: to report on, to judge, or to urge."""

    line: DirectiveLine
    verb: str


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A joint meeting in a list (联席会议)."""

    id: UUID
    number: str
    title: str
    held_on: date
    organization_name: str


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """The minutes of one joint meeting."""

    line: MeetingLine
    text: str
    present: tuple[str, ...]
    directives: tuple[DirectiveLine, ...]
    opened: frozenset[UUID]  # of these, the ones whose page the reader may open


@dataclass(frozen=True, slots=True)
class BulletinLine:
    """A bulletin in a list (通报)."""

    id: UUID
    number: str
    month: Month
    organization_name: str
    issued_on: date
    told: int
    read: int


@dataclass(frozen=True, slots=True)
class BreachTold:
    """A breach that a bulletin names (通报的违规)."""

    number: str
    rule: str
    organization_name: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """One bulletin as it was issued."""

    line: BulletinLine
    text: str
    digest: str
    departments: tuple[DepartmentMonth, ...]
    quiet: tuple[str, ...]
    breaches: tuple[BreachTold, ...]
    may_read: bool  # to take note of, for a department that was told


def may_issue(actor: Actor) -> bool:
    """Whether the actor's office asks departments in writing: the data authority's people and supervisors."""
    return sharing.may_direct(actor)


def concerned_by(kind: DirectiveAbout, *, id: UUID, actor: Actor) -> sharing.Concerned:
    """The request or demand an order may be about, with its departments.  Raises NotFound."""
    if kind is DirectiveAbout.REQUEST:
        return sharing.concerned_by_request(id=id, actor=actor)
    return sharing.concerned_by_demand(id=id, actor=actor)


def may_publish(actor: Actor) -> bool:
    """Whether the actor issues the month's bulletin: the data authority's leader."""
    if actor.organization is None or not actor.has(Role.AUTHORITY_LEADER):
        return False
    authority = parties.authority_of(jurisdiction=actor.jurisdiction)
    return authority is not None and authority.id == actor.organization


SORTS = {"number": "number", "organization": "organization__short_name", "state": "state", "due": "due_on"}
MEETING_SORTS = {"number": "number", "title": "title", "held": "held_on", "organization": "organization__short_name"}
BULLETIN_SORTS = {
    "number": "number", "month": "month", "organization": "organization__short_name", "issued": "issued_on",
}  # fmt: skip


def directives(
    *, actor: Actor, on: date, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[DirectiveLine]:
    """Directives the actor may see, newest first; `state` is a DirectiveState, `late`, or empty."""
    return _listed(visible(actor), on=on, state=state, sort=sort, after=after, rows=rows)


def all_directives(
    *, on: date, state: str = "", after: str = "", rows: int | None = None
) -> paging.Page[DirectiveLine]:
    """Every directive, for who operates the center (全部交办事项)."""
    return _listed(Q(), on=on, state=state, after=after, rows=rows)


def _listed(
    where: Q, *, on: date, state: str, after: str, rows: int | None, sort: str = ""
) -> paging.Page[DirectiveLine]:
    wanted = paging.size(rows)
    found = Directive.objects.filter(where)
    if state == "late":
        found = found.filter(state=str(DirectiveState.OWED), due_on__lt=on)
    elif state:
        found = found.filter(state=state)
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(directive_lines(held, on=on), following)
    found = found.filter(id__lt=paging.key(after)) if after else found
    lines = directive_lines(found.order_by("-id")[: wanted + 1], on=on)
    return paging.cut([(str(line.id), line) for line in lines], rows=wanted)


def directive_lines(found: Iterable[Directive], *, on: date) -> tuple[DirectiveLine, ...]:
    """Rows as lines, with organizations read once for all."""
    held = list(found)
    known = parties.organizations_by_id(organ for row in held for organ in (row.issuer_id, row.organization_id))
    return tuple(
        DirectiveLine(
            row.id, row.number, DirectiveKind(row.kind), known[row.issuer_id].short_name,
            known[row.organization_id].short_name, row.text, DirectiveState(row.state), row.issued_on, row.due_on,
            row.state == DirectiveState.OWED and row.due_on < on, row.reported_on, row.ended_on,
        )
        for row in held
    )  # fmt: skip


def directive(*, id: UUID, actor: Actor, on: date) -> DirectivePage:
    """One directive.  Raises NotFound."""
    rows = Directive.objects.filter(visible(actor), pk=id).select_related("meeting", "finding")
    row = rows.first()
    if row is None:
        raise NotFound("supervision.no_directive")
    (line,) = directive_lines([row], on=on)
    return DirectivePage(
        line, row.meeting_id, row.meeting.number if row.meeting else "", row.finding_id,
        row.finding.number if row.finding else "", DirectiveAbout(row.about_kind) if row.about_kind else None,
        row.about, row.about_number, row.report, row.answer, _verbs(row, actor),
    )  # fmt: skip


def _verbs(row: Directive, actor: Actor) -> tuple[str, ...]:
    found = DIRECTIVE.verbs(state=DirectiveState(row.state), roles=actor.roles)
    own, issued = actor.organization == row.organization_id, actor.organization == row.issuer_id
    return tuple(verb for verb in found if (own if verb in OWN_VERBS else issued))


def directive_cards(*, actor: Actor, on: date) -> tuple[DirectiveCard, ...]:
    """Directives to report on, for the department; for whoever asked: reports to judge, silence past its day."""
    if actor.organization is None:
        return ()
    waits = list[tuple[str, Q]]()
    if actor.roles & OWN_ROLES:
        waits.append(("report", Q(organization=actor.organization, state=str(DirectiveState.OWED))))
    if actor.roles & ISSUERS:
        waits.append(("judge", Q(issuer=actor.organization, state=str(DirectiveState.REPORTED))))
        waits.append(("urge", Q(issuer=actor.organization, state=str(DirectiveState.OWED), due_on__lt=on)))
    found = list[DirectiveCard]()
    for verb, where in waits:
        rows = Directive.objects.filter(where).order_by("due_on", "number")[:CARDS_MAX]
        found += [DirectiveCard(line, verb) for line in directive_lines(rows, on=on)]
    return tuple(found)


def meetings(*, actor: Actor, sort: str = "", after: str = "", rows: int | None = None) -> paging.Page[MeetingLine]:
    """Joint meetings the actor's organization was at or owes a conclusion of, or of its region, newest first."""
    wanted = paging.size(rows)
    found = Meeting.objects.filter(_visible_meetings(actor)).select_related("organization").distinct()
    if sort := ordering.known(MEETING_SORTS, sort):
        held, following = ordering.cut(found, columns=MEETING_SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(tuple(map(_meeting, held)), following)
    found = found.filter(id__lt=paging.key(after)) if after else found
    lines = [_meeting(row) for row in found.order_by("-id")[: wanted + 1]]
    return paging.cut([(str(line.id), line) for line in lines], rows=wanted)


def meeting(*, id: UUID, actor: Actor, on: date) -> MeetingPage:
    """The minutes of one meeting, with all its conclusions.  Raises NotFound."""
    row = Meeting.objects.filter(_visible_meetings(actor), pk=id).select_related("organization").first()
    if row is None:
        raise NotFound("supervision.no_meeting")
    present = tuple(row.present.order_by("code").values_list("short_name", flat=True)[:ORGANS_MAX])
    concluded = directive_lines(sorted(row.directives.all(), key=lambda one: (len(one.number), one.number)), on=on)
    opened = frozenset(row.directives.filter(visible(actor)).values_list("id", flat=True))
    return MeetingPage(_meeting(row), row.text, present, concluded, opened)


def _visible_meetings(actor: Actor) -> Q:
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(pk__in=Meeting.objects.filter(present=actor.organization).values("pk"))
        seen |= Q(
            pk__in=Directive.objects.filter(organization=actor.organization, meeting__isnull=False).values("meeting")
        )
    if sees_region(actor):
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def _meeting(row: Meeting) -> MeetingLine:
    return MeetingLine(row.id, row.number, row.title, row.held_on, row.organization.short_name)


def bulletins(*, actor: Actor, sort: str = "", after: str = "", rows: int | None = None) -> paging.Page[BulletinLine]:
    """Bulletins the actor's department was told of, or of the region it oversees, newest first."""
    wanted = paging.size(rows)
    found = Bulletin.objects.filter(_visible_bulletins(actor)).select_related("organization")
    if sort := ordering.known(BULLETIN_SORTS, sort):
        held, following = ordering.cut(found, columns=BULLETIN_SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(_bulletins(held), following)
    found = found.filter(id__lt=paging.key(after)) if after else found
    held = list(found.order_by("-id")[: wanted + 1])
    return paging.cut([(str(row.id), line) for row, line in zip(held, _bulletins(held), strict=True)], rows=wanted)


def bulletin(*, id: UUID, actor: Actor) -> BulletinPage:
    """One bulletin as it was issued.  Raises NotFound."""
    row = Bulletin.objects.filter(_visible_bulletins(actor), pk=id).select_related("organization").first()
    if row is None:
        raise NotFound("supervision.no_bulletin")
    unread = BulletinNotice.objects.filter(bulletin=row, organization=actor.organization, read_on__isnull=True)
    held = row.content
    return BulletinPage(
        line=_bulletins([row])[0], text=row.text, digest=row.digest,
        departments=tuple(
            DepartmentMonth(one["code"], one["name"], one["short_name"], one["values"]) for one in held["departments"]
        ),
        quiet=tuple(held["quiet"]), breaches=tuple(BreachTold(**one) for one in held["breaches"]),
        may_read=bool(actor.roles & OWN_ROLES) and unread.exists(),
    )  # fmt: skip


def bulletin_content(*, id: UUID, actor: Actor) -> bytes:
    """The frozen content in its one canonical form, of which the digest was taken.  Raises NotFound."""
    row = Bulletin.objects.filter(_visible_bulletins(actor), pk=id).first()
    if row is None:
        raise NotFound("supervision.no_bulletin")
    return encode(row.content)


def unread_bulletins(*, actor: Actor) -> tuple[BulletinLine, ...]:
    """Bulletins the actor's department was told of and has not read."""
    if actor.organization is None or not actor.roles & OWN_ROLES:
        return ()
    told = BulletinNotice.objects.filter(organization=actor.organization, read_on__isnull=True).values("bulletin")
    rows = Bulletin.objects.filter(pk__in=told).select_related("organization").order_by("-month")
    return _bulletins(list(rows[:CARDS_MAX]))


def _visible_bulletins(actor: Actor) -> Q:
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(pk__in=BulletinNotice.objects.filter(organization=actor.organization).values("bulletin"))
    if sees_region(actor):
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def _bulletins(rows: list[Bulletin]) -> tuple[BulletinLine, ...]:
    notices = list(BulletinNotice.objects.filter(bulletin__in=rows).values_list("bulletin", "read_on"))
    return tuple(
        BulletinLine(
            row.id, row.number, month_of(row.month), row.organization.short_name, row.issued_on,
            sum(which == row.id for which, _ in notices),
            sum(which == row.id and day is not None for which, day in notices),
        )
        for row in rows
    )  # fmt: skip


def actual_directives() -> dict[str, dict[str, JsonValue]]:
    """The columns of every meeting, directive and bulletin that their events imply (核对用)."""
    held: dict[str, dict[str, JsonValue]] = {
        f"meeting {row.id}": {"number": row.number, "title": row.title, "held_on": row.held_on.isoformat()}
        for row in Meeting.objects.order_by("id").iterator(500)
    }
    held |= {
        f"directive {row.id}": {
            "number": row.number, "kind": row.kind, "state": row.state, "text": row.text,
            "due_on": row.due_on.isoformat(), "about": str(row.about) if row.about else None,
        }
        for row in Directive.objects.order_by("id").iterator(500)
    }  # fmt: skip
    return held | {
        f"bulletin {row.id}": {"number": row.number, "month": row.month, "digest": row.digest}
        for row in Bulletin.objects.order_by("id").iterator(500)
    }
