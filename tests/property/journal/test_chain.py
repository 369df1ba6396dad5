"""Whatever is changed, taken out or swapped in a sealed chain, the check finds it, and never later than there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.journal.rules import GENESIS, ChainHead, Flaw, StoredEvent, chained, check_chain

PAYLOADS = st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=8), st.integers(), st.none()), max_size=3)
CHAINS = st.lists(PAYLOADS, min_size=1, max_size=12)


def _sealed(payloads: list[dict[str, object]]) -> list[StoredEvent]:
    head, made = ChainHead(0, GENESIS), []
    for number, payload in enumerate(payloads):
        event = StoredEvent(
            id=UUID(int=number + 1),
            at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
            actor=None,
            acting_for=None,
            organization=None,
            jurisdiction="",
            name="probe.thing.opened",
            version=1,
            request_id="",
            subject=UUID(int=7),
            payload=dict(payload),
            seq=None,
            digest="",
        )
        head = chained(event, after=head)
        made.append(replace(event, seq=head.seq, digest=head.digest))
    return made


@given(CHAINS)
def test_an_untouched_chain_holds(payloads: list[dict[str, object]]) -> None:
    chain = _sealed(payloads)
    verdict = check_chain(chain)
    assert (verdict.flaw, verdict.checked, verdict.head.seq) == (None, len(chain), len(chain))


@given(CHAINS, st.data())
def test_an_altered_event_is_the_one_named(payloads: list[dict[str, object]], data: st.DataObject) -> None:
    chain = _sealed(payloads)
    at = data.draw(st.integers(0, len(chain) - 1))
    chain[at] = replace(chain[at], payload={**chain[at].payload, "forged": data.draw(st.integers())})
    verdict = check_chain(chain)
    assert (verdict.flaw, verdict.seq, verdict.checked) == (Flaw.ALTERED, at + 1, at)


@given(CHAINS, st.data())
def test_a_missing_event_leaves_a_gap_or_a_lost_head(payloads: list[dict[str, object]], data: st.DataObject) -> None:
    chain = _sealed(payloads)
    head = ChainHead(chain[-1].seq or 0, chain[-1].digest)
    at = data.draw(st.integers(0, len(chain) - 1))
    last = at == len(chain) - 1
    del chain[at]
    assert check_chain(chain, anchors=[head]).flaw is (Flaw.HEAD_LOST if last else Flaw.GAP)


@given(CHAINS, st.data())
def test_a_forger_who_rechains_is_caught_by_a_published_head(
    payloads: list[dict[str, object]], data: st.DataObject
) -> None:
    chain = _sealed(payloads)
    head = ChainHead(chain[-1].seq or 0, chain[-1].digest)
    at = data.draw(st.integers(0, len(payloads) - 1))
    forged = [dict(p) for p in payloads]
    forged[at] = {**forged[at], "forged": "yes"}
    assert check_chain(_sealed(forged)).flaw is None
    if forged[at] != payloads[at]:
        assert check_chain(_sealed(forged), anchors=[head]).flaw is Flaw.HEAD_LOST
