"""Any Range header gives bytes that lie in the file, or the whole file, or a refusal; never more."""

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.config.gate_files import _range

SIZES = st.integers(0, 10_000)
NUMBERS = st.one_of(st.just(""), st.integers(0, 20_000).map(str))


@given(size=SIZES, first=NUMBERS, last=NUMBERS)
def test_a_range_lies_in_the_file(size: int, first: str, last: str) -> None:
    found = _range(f"bytes={first}-{last}", size)
    if found is not None:
        start, end = found
        assert 0 <= start <= end <= size


@given(size=SIZES, wanted=st.text(max_size=30))
def test_nonsense_gives_the_whole_file_or_a_part_of_it(size: int, wanted: str) -> None:
    found = _range(wanted, size)
    assert found is None or 0 <= found[0] <= found[1] <= size


@given(size=st.integers(1, 10_000), data=st.data())
def test_what_was_asked_is_what_is_sent(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(start, size - 1))
    assert _range(f"bytes={start}-{last}", size) == (start, last + 1)
