"""What holds for every value, not only for the ones somebody thought of."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.city import NOW, PATH, City, land_grant
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.bundles import parse_bundle
from zhengtong.wire.decision import Allowed, Ask, Refused, Usage, decide
from zhengtong.wire.directory import parse_members, parse_roots
from zhengtong.wire.documents import parse_document
from zhengtong.wire.envelope import parse_envelope, to_bytes
from zhengtong.wire.grant import Limits, Mode, grant_payload, parse_grant, with_filter
from zhengtong.wire.http_signature import verify_request
from zhengtong.wire.ledger import (
    Frontier,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    subtree_root,
    tree_root,
)
from zhengtong.wire.masks import Mask, is_masked, mask
from zhengtong.wire.rowfilter import (
    And,
    Between,
    Compare,
    Filter,
    In,
    IsNull,
    Not,
    Op,
    Or,
    Value,
    check_filter,
    describe,
    fields_of,
    filter_from_json,
    filter_to_json,
    matches,
)

unhurried = settings(deadline=None)  # two cores are shared; time is measured by the benchmarks
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'), min_size=1, max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@unhurried
@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785_and_read_back(value: canonical.Json) -> None:
    raw = canonical.encode(value)
    assert raw == rfc8785.dumps(value)  # pyright: ignore[reportArgumentType]
    assert canonical.parse(raw, max_bytes=10**6) == value


@unhurried
@given(VALUES, st.sampled_from([{"indent": 1}, {"ensure_ascii": True}, {"separators": (", ", ":")}]))
def test_a_reader_takes_only_canonical_bytes(value: canonical.Json, style: dict[str, object]) -> None:
    other = json.dumps(value, **style).encode()  # pyright: ignore[reportArgumentType]
    if other != canonical.encode(value):
        with pytest.raises(RuleBroken):
            canonical.parse(other, max_bytes=10**6)


@unhurried
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_never_more(raw: bytes) -> None:
    for read in (lambda: canonical.parse(raw, max_bytes=100), lambda: parse_envelope(raw), lambda: parse_grant(raw)):
        with contextlib.suppress(RuleBroken):
            read()


CITY = City()
MESSAGE, ASKED, ASK_BODY = CITY.request()
DOCUMENTS: list[tuple[bytes, Callable[[bytes], object]]] = [
    (CITY.roots_document().to_bytes(), lambda raw: _take("roots", parse_roots, raw)),
    (CITY.members_document().to_bytes(), lambda raw: _take("members", parse_members, raw)),
    (CITY.bundle_document("wl-land").to_bytes(), lambda raw: _take("grants", parse_bundle, raw)),
    (ASKED, parse_envelope),
    (grant_payload(land_grant()), parse_grant),
]


def _take(kind: str, read: Callable[[bytes], object], raw: bytes) -> object:
    return read(parse_document(raw, kind=kind, max_bytes=10**6).payload_bytes)


@unhurried
@given(st.sampled_from(DOCUMENTS), st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 4))
def test_damaged_documents_are_refused_in_words_and_never_crash(
    document: tuple[bytes, Callable[[bytes], object]], at: int, put: bytes, drop: int
) -> None:
    raw, read = document
    at %= len(raw)
    with contextlib.suppress(PlatformError):
        read(raw[:at] + put + raw[at + drop :])


@unhurried
@given(st.sampled_from(sorted(MESSAGE.headers)), st.integers(0, 10**6), st.text(max_size=4), st.integers(0, 4))
def test_damaged_header_fields_are_refused_in_words(name: str, at: int, put: str, drop: int) -> None:
    field = MESSAGE.headers[name]
    at %= len(field)
    damaged = field[:at] + put + field[at + drop :]
    if damaged == field:
        return
    with pytest.raises(PlatformError):
        verify_request(
            method="POST",
            path=PATH,
            headers={**MESSAGE.headers, name: damaged},
            body=ASK_BODY,
            key_for=CITY.key_for,
            now=NOW,
        )


NAMES = st.sampled_from(["a", "b", "坐落"])
OPERANDS: st.SearchStrategy[Value] = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
LEAVES: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Compare, st.sampled_from(Op), NAMES, OPERANDS),
    st.builds(In, NAMES, st.lists(OPERANDS, min_size=1, max_size=3).map(tuple)),
    st.builds(Between, NAMES, OPERANDS, OPERANDS),
    st.builds(IsNull, NAMES),
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
ROWS = st.dictionaries(NAMES, st.none() | OPERANDS)


def depth(row_filter: Filter) -> int:
    if isinstance(row_filter, And | Or):
        return 1 + max(depth(arg) for arg in row_filter.args)
    return 1 + depth(row_filter.arg) if isinstance(row_filter, Not) else 1


@unhurried
@given(FILTERS)
def test_filters_within_bounds_read_back_and_others_are_refused(row_filter: Filter) -> None:
    value = filter_to_json(row_filter)
    if depth(row_filter) > 8:
        with pytest.raises(RuleBroken):
            check_filter(row_filter)
        return
    assert filter_from_json(value) == row_filter
    assert describe(row_filter)
    assert fields_of(row_filter) <= {"a", "b", "坐落"}


@unhurried
@given(FILTERS, ROWS)
def test_not_turns_true_and_false_and_leaves_unknown(row_filter: Filter, row: dict[str, Value | None]) -> None:
    found = matches(row_filter, row)
    assert matches(Not(row_filter), row) is (None if found is None else not found)
    assert matches(And((row_filter, row_filter)), row) is found
    assert matches(Or((row_filter, row_filter)), row) is found


@unhurried
@given(FILTERS, st.binary(min_size=16, max_size=16))
def test_a_grant_reads_back_whatever_its_filter(row_filter: Filter, salt: bytes) -> None:
    if depth(row_filter) > 8:
        return
    grant = with_filter(land_grant(), row_filter, salt=salt)
    if len(grant.filter_description) > 4000:
        return
    assert parse_grant(grant_payload(grant)) == replace(grant, row_filter=None, filter_salt="")


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


class Stored:
    """Level files in memory."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.frontier, self.levels = Frontier(), dict[int, list[bytes]]()
        for leaf in leaves:
            for level, node in self.frontier.append(leaf):
                self.levels.setdefault(level, []).append(node)

    def read(self, level: int, index: int) -> bytes:
        return self.levels[level][index]


TREES = st.integers(1, 70).map(lambda n: [leaf_hash(str(i).encode()) for i in range(n)])


@unhurried
@given(TREES, st.data())
def test_every_leaf_and_every_beginning_is_provable(leaves: list[bytes], data: st.DataObject) -> None:
    stored, size = Stored(leaves), len(leaves)
    root = naive_root(leaves)
    assert stored.frontier.root() == tree_root(leaves) == subtree_root(0, size, read=stored.read) == root
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = inclusion_path(index, size, read=stored.read)
    assert check_inclusion(leaves[index], index=index, size=size, path=path, root=root)
    proof = consistency_path(old, size, read=stored.read)
    old_root = naive_root(leaves[:old])
    assert check_consistency(old=old, new=size, old_root=old_root, new_root=root, path=proof)
    assert Frontier.restore(old, stored.read).root() == old_root


@unhurried
@given(TREES, st.data())
def test_a_wrong_proof_never_passes(leaves: list[bytes], data: st.DataObject) -> None:
    stored, size = Stored(leaves), len(leaves)
    root = naive_root(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = inclusion_path(index, size, read=stored.read)
    proof = consistency_path(old, size, read=stored.read)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        broken = [*path[:at], leaf_hash(path[at]), *path[at + 1 :]]
        assert not check_inclusion(leaves[index], index=index, size=size, path=broken, root=root)
        assert not check_inclusion(leaves[index], index=index, size=size, path=path[:-1], root=root)
    assert not check_inclusion(leaves[index], index=index, size=size, path=[*path, root], root=root)
    assert not check_inclusion(leaf_hash(b"other"), index=index, size=size, path=path, root=root)
    if old < size:
        old_root = naive_root(leaves[:old])
        wrong = leaf_hash(old_root)
        assert not check_consistency(old=old, new=size, old_root=wrong, new_root=root, path=proof)
        assert not check_consistency(old=old, new=size, old_root=old_root, new_root=wrong, path=proof)
        assert not check_consistency(old=old, new=size, old_root=old_root, new_root=root, path=[*proof, root])
        assert not check_consistency(old=old, new=size, old_root=old_root, new_root=root, path=proof[:-1])


@unhurried
@given(st.sampled_from([m for m in Mask if m not in {Mask.NULL, Mask.PSEUDONYM}]), st.text(max_size=30))
def test_what_a_mask_gives_passes_its_own_output_check(name: Mask, value: str) -> None:
    assert is_masked(name, mask(name, value))


LIMIT = st.none() | st.integers(0, 50)


@unhurried
@given(st.builds(Limits, LIMIT, LIMIT, LIMIT, LIMIT), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_no_stated_limit_is_ever_passed(limits: Limits, calls: int, rows: int, subjects: int) -> None:
    ask = Ask(
        mode=Mode.QUERY,
        consumer="tl-market",
        system="tl-market-licensing",
        purpose="经营场所核验",
        case_ref="TL-SP-2026-0001",
        fields=("坐落",),
        lookup=frozenset({"坐落"}),
    )
    usage = Usage(calls=calls, rows=rows, subjects=subjects)
    found = decide(land_grant(limits=limits), ask, usage=usage, now=NOW, directory_issued_at=NOW)
    within = (
        (limits.calls_per_day is None or calls + 1 <= limits.calls_per_day)
        and (limits.rows_per_day is None or rows < limits.rows_per_day)
        and (limits.subjects_per_day is None or subjects + 1 <= limits.subjects_per_day)
    )
    assert isinstance(found, Allowed if within else Refused)
    if isinstance(found, Allowed) and limits.rows_per_day is not None:
        assert found.rows_max is not None
        assert rows + found.rows_max <= limits.rows_per_day


@unhurried
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100),
)
def test_envelopes_read_back(at: datetime, purpose: str) -> None:
    created = canonical.parse_instant(canonical.instant(at.replace(tzinfo=NOW.tzinfo)))
    raw, _ = City().ask(at=created, purpose=purpose)
    assert to_bytes(parse_envelope(raw)) == raw
    assert parse_envelope(raw).expires - created == timedelta(seconds=300)
