"""Runs of another's catalogue: what is missing once is kept, twice it is gone, and nothing is lost in between."""

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.catalog.rules.harvest import Known, Move, Standing, compared, counted

IDS = st.sampled_from("abcdef")
FILES = st.lists(st.dictionaries(IDS, st.sampled_from(["1", "2"]), max_size=6), min_size=1, max_size=8)


def _after(known: dict[str, Known], file: dict[str, str]) -> tuple[dict[str, Known], dict[str, Move]]:
    moves = compared(known, file)
    held = dict(known)
    for remote, move in moves.items():
        if move in (Move.MISSING, Move.GONE):
            before = held[remote]
            standing = Standing.GONE if move is Move.GONE else Standing.MISSING
            held[remote] = Known(before.digest, standing, before.absences + 1)
        else:
            held[remote] = Known(file[remote], Standing.PRESENT, 0)
    return held, moves


@given(FILES)
def test_an_entry_is_gone_after_two_absences_in_a_row_and_not_before(files: list[dict[str, str]]) -> None:
    known: dict[str, Known] = {}
    absent: dict[str, int] = {}
    for file in files:
        known, moves = _after(known, file)
        if file:
            absent = {remote: 0 if remote in file else absent.get(remote, 0) + 1 for remote in known}
        for remote, held in known.items():
            expected = (Standing.PRESENT, Standing.MISSING, Standing.GONE)[min(absent[remote], 2)]
            assert held.standing is expected
        assert sum(counted(moves.values()).values()) == len(moves)


@given(FILES)
def test_the_same_file_twice_changes_nothing_the_second_time(files: list[dict[str, str]]) -> None:
    known: dict[str, Known] = {}
    for file in files:
        known, _ = _after(known, file)
        if file:
            _, moves = _after(known, file)
            assert {moves[remote] for remote in file} <= {Move.SAME}


@given(FILES)
def test_an_empty_file_ends_nothing(files: list[dict[str, str]]) -> None:
    known: dict[str, Known] = {}
    for file in files:
        known, _ = _after(known, file)
    assert compared(known, {}) == {}
