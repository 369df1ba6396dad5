"""What can be asked about findings (督办查询).  Every query for people takes the actor and denies by default."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.journal import ordering
from zhengtong.journal import queries as journal
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.deadlines import TimeLimit
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.standards import queries as standards
from zhengtong.supervision.models import Finding
from zhengtong.supervision.queries.scope import OWN_ROLES, oversees, visible
from zhengtong.supervision.rules import BREACHES, EXPLANATION, FINDING, LIVE_FINDINGS, Breach, FindingKind, FindingState

INBOX_ROWS_MAX = 50
HISTORY_ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding in a list (督办)."""

    id: UUID
    number: str
    breach: Breach
    kind: FindingKind
    about: UUID
    about_number: str
    about_title: str
    organization: UUID
    organization_name: str
    counterpart_name: str
    state: FindingState
    opened_on: date
    started_on: date
    passed_on: date
    done_on: date | None
    is_late: bool  # a limit passed; else something was done
    late_days: int  # working days from the limit to the day it was done, or today
    due_on: date | None  # for the explanation
    provisional: bool
    overdue: bool  # the explanation is late
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a finding (经过)."""

    at: datetime
    name: str
    who: str


@dataclass(frozen=True, slots=True)
class FindingPage:
    """All of one finding, with the facts used and what the reader may do now."""

    line: FindingLine
    limit: TimeLimit | None
    facts: tuple[tuple[str, str], ...]  # name of a fact, its text
    turn: str  # whose turn: supervisor, department, or empty when it is over
    asked_on: date | None
    asked_by: str
    note: str
    explanation: str
    explained_on: date | None
    explained_by: str
    reason: str
    ended_by: str
    verbs: tuple[str, ...]
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class FindingCard:
    """One finding that waits for the actor (今天轮到我)."""

    line: FindingLine
    verb: str
    limit_id: str = ""  # the limit its day rests on; empty: no day


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """Numbers for home."""

    open: int
    asked: int
    explained: int
    closed: int
    upheld: int

    @property
    def live(self) -> int:
        """Those that are not over."""
        return self.open + self.asked + self.explained


SORTS = {
    "number": "number", "organization": "organization__short_name", "about": "about_title", "day": "passed_on",
    "state": "state",
}  # fmt: skip


def findings(
    *,
    actor: Actor,
    on: date,
    state: str = "",
    organization: str = "",
    sort: str = "",
    after: str = "",
    rows: int | None = None,
) -> paging.Page[FindingLine]:
    """Findings the actor may see, newest number first; `state` is a FindingState or `live`; `organization` a code."""
    return _page(visible(actor), on=on, state=state, organization=organization, sort=sort, after=after, rows=rows)


def everything(*, on: date, state: str = "", after: str = "", rows: int | None = None) -> paging.Page[FindingLine]:
    """All findings, for the operator at the console (no actor: whoever runs it owns the database)."""
    return _page(Q(), on=on, state=state, organization="", after=after, rows=rows)


def _page(
    scope: Q, *, on: date, state: str, organization: str, after: str, rows: int | None, sort: str = ""
) -> paging.Page[FindingLine]:
    wanted = paging.size(rows)
    found = Finding.objects.filter(scope)
    if state == "live":
        found = found.filter(state__in=[str(s) for s in LIVE_FINDINGS])
    elif state:
        found = found.filter(state=state if state in set(FindingState) else "none")
    if organization:
        found = found.filter(organization__code=organization)
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(finding_lines(held, on=on), following)
    if after:
        found = found.filter(number__lt=after)
    lines = finding_lines(found.order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def finding_lines(found: Iterable[Finding], *, on: date) -> tuple[FindingLine, ...]:
    """Findings as list lines, with organizations and calendars read once for all."""
    held = list(found)
    cards = parties.organizations_by_id(o for row in held for o in (row.organization_id, row.counterpart_id) if o)
    names = {card.id: card.short_name or card.name for card in cards.values()}
    calendars = standards.calendars_for(row.jurisdiction for row in held)
    return tuple(
        FindingLine(
            id=row.id,
            number=row.number,
            breach=BREACHES[row.rule],
            kind=FindingKind(row.kind),
            about=row.about,
            about_number=row.about_number,
            about_title=row.about_title,
            organization=row.organization_id,
            organization_name=names[row.organization_id],
            counterpart_name=names.get(row.counterpart_id, "") if row.counterpart_id else "",
            state=FindingState(row.state),
            opened_on=row.opened_on,
            started_on=row.started_on,
            passed_on=row.passed_on,
            done_on=row.done_on,
            is_late=bool(row.limit_id),
            late_days=calendars[row.jurisdiction].between(row.passed_on, row.done_on or on),
            due_on=row.due_on if row.state == FindingState.EXPLANATION_ASKED else None,
            provisional=row.due_provisional,
            overdue=_explanation_late(row, on=on),
            ended_on=row.ended_on,
        )
        for row in held
    )


def _explanation_late(row: Finding, *, on: date) -> bool:
    waits = row.state == FindingState.EXPLANATION_ASKED and row.due_on is not None and not row.due_provisional
    return waits and row.due_on is not None and row.due_on < on


def finding(*, actor: Actor, id: UUID, on: date) -> FindingPage:
    """One finding.  Raises NotFound, also for one that does not concern the actor."""
    row = Finding.objects.filter(visible(actor), pk=id).first()
    if row is None:
        raise NotFound("supervision.no_finding")
    facts = journal.events_of(row.id)[:HISTORY_ROWS_MAX]
    people = {who for who in (row.asked_by, row.explained_by, row.ended_by, *(f.actor for f in facts)) if who}
    names = parties.officer_names(people)
    return FindingPage(
        line=finding_lines([row], on=on)[0],
        limit=_limit(row),
        facts=tuple(row.facts.items()),
        turn=_turn(FindingState(row.state)),
        asked_on=row.asked_on,
        asked_by=_named(names, row.asked_by),
        note=row.note,
        explanation=row.explanation,
        explained_on=row.explained_on,
        explained_by=_named(names, row.explained_by),
        reason=row.reason,
        ended_by=_named(names, row.ended_by),
        verbs=_verbs(row, actor, on=on),
        history=tuple(Happening(f.at, f.name, _named(names, f.actor)) for f in facts),
    )


def _limit(row: Finding) -> TimeLimit | None:
    if not row.limit_id:
        return None
    return standards.limit_for(row.limit_id, on=row.started_on, jurisdiction=row.jurisdiction)


def _named(names: dict[UUID, str], officer: UUID | None) -> str:
    return names.get(officer, "") if officer else ""


def _turn(state: FindingState) -> str:
    if state is FindingState.EXPLANATION_ASKED:
        return "department"
    return "supervisor" if state in LIVE_FINDINGS else ""


def _verbs(row: Finding, actor: Actor, *, on: date) -> tuple[str, ...]:
    """What the actor may do now: each side its own verbs, in its roles; silence is judged only once it is late."""
    open_verbs = FINDING.verbs(state=FindingState(row.state), roles=actor.roles)
    own, above = actor.organization == row.organization_id, oversees(actor, row.jurisdiction)
    waits = row.state == FindingState.EXPLANATION_ASKED and not _explanation_late(row, on=on)
    return tuple(
        verb for verb in open_verbs if (own if verb == "explain" else above and not (verb == "uphold" and waits))
    )


def findings_about(*, actor: Actor, about: UUID, on: date) -> tuple[FindingLine, ...]:
    """The findings about one request, grant or correction that the actor may see."""
    found = Finding.objects.filter(visible(actor), about=about)
    return finding_lines(found.order_by("number"), on=on)


def inbox(*, actor: Actor, on: date) -> tuple[FindingCard, ...]:
    """What waits for the actor: to explain (its department), or to ask and to judge (a supervisor)."""
    if actor.organization is None:
        return ()
    found = list[FindingCard]()
    if actor.roles & OWN_ROLES:
        asked = Finding.objects.filter(organization=actor.organization, state=str(FindingState.EXPLANATION_ASKED))
        found += [FindingCard(line, "explain", EXPLANATION) for line in finding_lines(asked[:INBOX_ROWS_MAX], on=on)]
    if actor.has(Role.SUPERVISOR):
        mine = Finding.objects.filter(visible(actor))
        fresh = mine.filter(state=str(FindingState.OPEN)).order_by("number")
        told = mine.filter(state=str(FindingState.EXPLAINED)).order_by("number")
        found += [FindingCard(line, "ask") for line in finding_lines(fresh[:INBOX_ROWS_MAX], on=on)]
        found += [FindingCard(line, "judge") for line in finding_lines(told[:INBOX_ROWS_MAX], on=on)]
    return tuple(found)


def counts(*, actor: Actor) -> FindingCounts:
    """How many findings the actor may see stand where."""
    found = Finding.objects.filter(visible(actor))
    held = Counter(dict(found.values_list("state").annotate(n=Count("id")).order_by()))
    return FindingCounts(
        open=held[FindingState.OPEN],
        asked=held[FindingState.EXPLANATION_ASKED],
        explained=held[FindingState.EXPLAINED],
        closed=held[FindingState.CLOSED],
        upheld=held[FindingState.UPHELD],
    )


def actual_rows() -> dict[str, dict[str, object]]:
    """What the rows hold of each finding, for the rebuild check."""
    return {
        f"finding {row.id}": {
            "number": row.number,
            "rule": row.rule,
            "about": str(row.about),
            "state": row.state,
            "opened_on": _text(row.opened_on),
            "passed_on": _text(row.passed_on),
            "done_on": _text(row.done_on),
            "asked_on": _text(row.asked_on),
            "due_on": _text(row.due_on),
            "explained_on": _text(row.explained_on),
            "ended_on": _text(row.ended_on),
        }
        for row in Finding.objects.iterator(500)
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
