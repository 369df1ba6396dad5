"""Whatever way an entry takes, it is never published without the department's signature and a review."""

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.catalog.rules import CURRENT_STATES, ENTRY, EntryState
from zhengtong.kernel.errors import NotAllowed, WrongState
from zhengtong.kernel.lifecycle import Step
from zhengtong.parties.rules import Role

VERBS = sorted({step.verb for step in ENTRY.steps})
WALKS = st.lists(st.integers(0, 10), max_size=40)


@given(walk=WALKS)
def test_no_lawful_walk_reaches_publication_unsigned(walk: list[int]) -> None:
    state, taken = EntryState.DRAFT, list[Step]()
    for choice in walk:
        ways = [step for step in ENTRY.steps if step.source == state]
        if not ways:
            break
        taken.append(ways[choice % len(ways)])
        state = EntryState(taken[-1].target)
    if state in CURRENT_STATES:
        since_draft = [step.verb for step in taken]
        assert since_draft.index("sign") < since_draft.index("start_review") < since_draft.index("publish")
        assert next(step for step in taken if step.verb == "sign").by == {Role.DEPARTMENT_HEAD}


@given(state=st.sampled_from(list(EntryState)), role=st.sampled_from(list(Role)))
def test_what_is_offered_is_what_is_allowed(state: EntryState, role: Role) -> None:
    offered = ENTRY.verbs(state=state, roles=[role])
    for verb in VERBS:
        try:
            ENTRY.step(verb, state=state, roles=[role])
        except (WrongState, NotAllowed):
            assert verb not in offered
        else:
            assert verb in offered
