"""The ledger's files: durable when `append` returns, whole after any crash, proofs that hold."""

from pathlib import Path

import pytest

from tests.support.wire_city import MORNING
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.ledger import LedgerStore
from zhengtong.wire.ledger import check_consistency, leaf_hash, tree_root
from zhengtong.wire.records import parse_head
from zhengtong.wire.suites import SigningKey

KEY = SigningKey.from_seed(bytes(32))


def ledger(folder: Path) -> LedgerStore:
    return LedgerStore(folder, node="wl-police", key=KEY, clock=FixedClock(MORNING))


def entry(number: int) -> bytes:
    return b"record %d " % number + b"x" * (number % 97)


def test_records_and_root_are_what_rfc_6962_says(tmp_path: Path) -> None:
    store, entries = ledger(tmp_path), [entry(n) for n in range(300)]
    store.append(entries[:1])
    store.append(entries[1:130])
    store.append(entries[130:])
    assert [raw for _, raw in store.records(0)] == entries
    assert parse_head(store.head).root == tree_root([leaf_hash(e) for e in entries]).hex()
    store.close()


@pytest.mark.parametrize("cut", [1, 3, 5, 50])
def test_a_half_written_record_is_cut_off(tmp_path: Path, cut: int) -> None:
    store = ledger(tmp_path)
    store.append([entry(n) for n in range(20)])
    whole = (tmp_path / "entries.log").read_bytes()
    (tmp_path / "entries.log").write_bytes(whole + (entry(99) * 9)[:cut])
    (tmp_path / "heads.jsonl").write_bytes((tmp_path / "heads.jsonl").read_bytes()[:-7])
    again = ledger(tmp_path)
    assert again.size == 20
    again.append([entry(20)])
    assert parse_head(again.head).root == tree_root([leaf_hash(entry(n)) for n in range(21)]).hex()
    again.close()


def test_derived_files_that_were_lost_are_rebuilt(tmp_path: Path) -> None:
    store = ledger(tmp_path)
    store.append([entry(n) for n in range(77)])
    root = parse_head(store.head).root
    for path in [*tmp_path.glob("L*"), tmp_path / "entries.idx"]:
        path.write_bytes(b"\x00" * 40)
    again = ledger(tmp_path)
    assert (again.size, parse_head(again.head).root) == (77, root)
    assert again.record(76) == entry(76)
    again.close()


def test_a_ledger_closed_whole_opens_without_reading_it(tmp_path: Path) -> None:
    store = ledger(tmp_path)
    store.append([entry(n) for n in range(50)])
    store.close()
    again = ledger(tmp_path)
    assert again.size == 50
    assert not (tmp_path / "clean").exists()
    again.append([entry(50)])
    assert parse_head(again.head).root == tree_root([leaf_hash(entry(n)) for n in range(51)]).hex()
    again.close()


@pytest.mark.parametrize(("first", "second"), [(1, 2), (3, 64), (64, 65), (50, 100), (99, 100)])
def test_a_longer_ledger_is_proved_to_continue_a_shorter(tmp_path: Path, first: int, second: int) -> None:
    store, leaves = ledger(tmp_path), [leaf_hash(entry(n)) for n in range(100)]
    store.append([entry(n) for n in range(100)])
    path = store.consistency(first=first, second=second)
    old, new = tree_root(leaves[:first]), tree_root(leaves[:second])
    assert check_consistency(old=first, new=second, old_root=old, new_root=new, path=path)
    store.close()


def test_a_record_that_is_not_there_is_refused(tmp_path: Path) -> None:
    store = ledger(tmp_path)
    with pytest.raises(RuleBroken):
        store.record(0)
    store.close()


@pytest.mark.fault("node.record_not_durable", what="磁盘已满，账本写不下", unchanged="没有半条记录，没有答复发出")
def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ledger(tmp_path)
    store.append([entry(0)])
    before = (tmp_path / "entries.log").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fdatasync", full)
        with pytest.raises(OSError, match="space"):
            store.append([entry(1)])
    assert (tmp_path / "entries.log").read_bytes() == before
    store.append([entry(1)])
    assert [raw for _, raw in store.records(0)] == [entry(0), entry(1)]
    store.close()
