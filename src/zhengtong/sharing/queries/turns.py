"""Whose turn it is (轮到谁办理), read from state and lifecycle.  Pure over records."""

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.deadlines import ClockView
from zhengtong.sharing.queries.records import Organ, Turn
from zhengtong.sharing.rules import GRANT, REGULATION, REQUEST, SIDES, GrantState, RequestState, Side

_NEXT: dict[RequestState, str] = {
    RequestState.DRAFT: "submit",
    RequestState.OWN_REVIEW: "approve",
    RequestState.RECEIVED: "prepare_reply",
    RequestState.SUPPLEMENT_ASKED: "answer_supplement",
    RequestState.EXTENDED: "prepare_reply",
}
_NEXT_GRANT: dict[GrantState, str] = {GrantState.DELIVERING: "deliver", GrantState.SUSPENDED: "lift"}


def next_verb(state: RequestState, *, extension_asked: bool, prepared: bool, signed: bool) -> str | None:
    """What has to be done next with a request; None when it is over."""
    if state in (RequestState.RECEIVED, RequestState.EXTENDED):
        if extension_asked:
            return "agree_extension"
        if signed:
            return "countersign"
        return "consent" if prepared else "prepare_reply"
    return _NEXT.get(state)


def request_turn(verb: str | None, *, consumer: Organ, provider: Organ, clock: ClockView) -> Turn | None:
    """The turn that `verb` makes, with the reply clock where it binds the act."""
    if verb is None:
        return None
    side = SIDES[verb]
    binds = side in (Side.PROVIDER, Side.AUTHORITY)
    organ = {Side.CONSUMER: consumer.short_name, Side.PROVIDER: provider.short_name}.get(side, "")
    return Turn(
        side=side,
        organ=organ,
        verb=verb,
        due_on=clock.due_on if binds else None,
        provisional=clock.provisional if binds else False,
        remaining=clock.remaining if binds else None,
        late=clock.late if binds else False,
        article=article_of_verb(verb),
    )


def grant_turn(state: GrantState, *, consumer: Organ, provider: Organ, clock: ClockView) -> Turn | None:
    """Whose turn a grant is: the provider's until it is delivered, the consumer's while suspended (整改)."""
    verb = _NEXT_GRANT.get(state)
    if verb is None:
        return None
    suspended = state is GrantState.SUSPENDED
    return Turn(
        side=Side.CONSUMER if suspended else Side.PROVIDER,
        organ=consumer.short_name if suspended else provider.short_name,
        verb="rectify" if suspended else verb,
        due_on=clock.due_on,
        provisional=clock.provisional,
        remaining=clock.remaining,
        late=clock.late,
        article=article_of_verb(verb),
    )


def article_of_verb(verb: str) -> str:
    """The article behind a move, from the lifecycle tables."""
    step = next(s for s in (*REQUEST.steps, *GRANT.steps) if s.verb == verb)
    return f"{REGULATION} {step.cites}" if step.cites else ""


def sides_of(actor: Actor, *, consumer: Organ, provider: Organ, is_authority: bool) -> frozenset[Side]:
    """On which sides of a thing the actor stands."""
    found = set[Side]()
    if actor.organization == consumer.id:
        found.add(Side.CONSUMER)
    if actor.organization == provider.id:
        found |= {Side.PROVIDER, Side.OVERSEER}
    if is_authority:
        found |= {Side.AUTHORITY, Side.OVERSEER}
    return frozenset(found)
