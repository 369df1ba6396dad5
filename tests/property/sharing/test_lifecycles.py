"""Whatever happens to a request or grant, it stays lawful."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.catalog.rules import ShareType
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import (
    DECIDED_STATES,
    GRANT,
    REQUEST,
    SIDES,
    STATE_WORDS,
    VERB_WORDS,
    GrantState,
    ItemAnswer,
    Mode,
    Outcome,
    ReplyFacts,
    RequestState,
    outcome_of,
    reply_clock,
    reply_limit_id,
)

EVERYBODY = frozenset(role for step in (*REQUEST.steps, *GRANT.steps) for role in step.by)
WALKS = st.lists(st.integers(0, 50), max_size=30)
DAYS = st.dates(date(2025, 8, 1), date(2026, 11, 1))


def _walk(table: object, choices: list[int]) -> list[tuple[str, str]]:
    from zhengtong.kernel.lifecycle import Lifecycle

    assert isinstance(table, Lifecycle)
    state, seen = table.start, []
    for choice in choices:
        verbs = table.verbs(state=state, roles=EVERYBODY)
        if not verbs:
            break
        verb = verbs[choice % len(verbs)]
        seen.append((verb, str(state)))
        state = table.step(verb, state=state, roles=EVERYBODY).target
    return seen


@given(choices=WALKS)
def test_nothing_is_answered_before_the_own_head_agreed(choices: list[int]) -> None:
    verbs = [verb for verb, _ in _walk(REQUEST, choices)]
    for answer in ("consent", "consent_partly", "refuse", "ask_supplement", "ask_extension"):
        if answer in verbs:
            assert "approve" in verbs[: verbs.index(answer)]


@given(choices=WALKS)
def test_a_decision_is_final(choices: list[int]) -> None:
    states = [state for _, state in _walk(REQUEST, choices)]
    assert not set(states) & {str(state) for state in DECIDED_STATES}  # no verb ever left a decided state


@given(choices=WALKS)
def test_sharing_ends_for_misuse_only_after_a_suspension(choices: list[int]) -> None:
    verbs = [verb for verb, _ in _walk(GRANT, choices)]
    if "terminate" in verbs:
        assert "suspend" in verbs[: verbs.index("terminate")]


def test_every_verb_has_a_side_and_every_name_two_languages() -> None:
    assert {step.verb for step in (*REQUEST.steps, *GRANT.steps)} == set(SIDES)
    assert set(SIDES) <= set(VERB_WORDS)
    assert set(STATE_WORDS) == {*RequestState, *GrantState}
    assert all(words.zh and words.en for words in (*STATE_WORDS.values(), *VERB_WORDS.values()))


@given(received=DAYS, types=st.lists(st.sampled_from([ShareType.UNCONDITIONAL, ShareType.CONDITIONAL]), min_size=1))
def test_a_reply_is_due_on_a_working_day_after_the_receipt(received: date, types: list[ShareType]) -> None:
    held = limit(reply_limit_id(types), on=received)
    view = reply_clock(ReplyFacts(received_on=received), held, national(), on=received)
    assert view.due_on is not None
    assert national().is_working(view.due_on)
    assert national().between(received, view.due_on) == held.days


@given(received=DAYS, waited=st.integers(0, 60), days=st.integers(1, 10))
def test_an_extension_adds_its_days_and_a_supplement_starts_afresh(received: date, waited: int, days: int) -> None:
    held, calendar = limit("REPLY_CONDITIONAL", on=received), national()
    plain = reply_clock(ReplyFacts(received_on=received), held, calendar, on=received).due_on
    longer = ReplyFacts(received_on=received, extended_on=received, extension_days=days)
    extended = reply_clock(longer, held, calendar, on=received).due_on
    assert plain
    assert extended
    assert calendar.between(plain, extended) == days
    again = received + timedelta(days=waited)
    supplemented = ReplyFacts(received_on=received, supplement_asked_on=received, supplemented_on=again)
    assert reply_clock(supplemented, held, calendar, on=again).due_on == calendar.add(again, held.days)


@given(outcomes=st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=20))
def test_the_whole_follows_from_its_items(outcomes: list[Outcome]) -> None:
    answers = [ItemAnswer(str(n), outcome) for n, outcome in enumerate(outcomes)]
    whole = outcome_of(answers, modes=(Mode.QUERY,))
    assert (whole is RequestState.REFUSED) == (set(outcomes) == {Outcome.REFUSE})
    assert (whole is RequestState.CONSENTED) == (set(outcomes) == {Outcome.GRANT})
