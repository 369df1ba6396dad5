"""What the center co-signed cannot be cut off or told otherwise, whatever the suspect's folder says."""

import contextlib
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.city import MARKET, NOW, City, LedgerFolder, exchange, signing, two_ledgers, uuid
from zhengtong.cli.verify import app
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.wire.cosigned import heads_file, parse_heads_file
from zhengtong.wire.directory import OnlineKey
from zhengtong.wire.documents import parse_document
from zhengtong.wire.ledger import Frontier, leaf_hash
from zhengtong.wire.records import HEAD_BYTES_MAX, frame, parse_head
from zhengtong.wire.verifier import Report, verify

ROOT = City().fingerprint


def check(*folders: Path, heads: bytes | None = None, strict: bool = False) -> Report:
    return verify(list(folders), root_fingerprint=ROOT, heads=heads, strict=strict)


def keys(report: Report) -> set[str]:
    for problem in report.problems:
        assert "{" not in problem.message() + problem.remedy() + problem.message("en") + problem.remedy("en")
    return {problem.key for problem in report.problems}


def sizes(ledger: LedgerFolder) -> list[int]:
    lines = (ledger.folder / "heads.jsonl").read_bytes().splitlines()
    return [parse_head(parse_document(line, kind="head", max_bytes=HEAD_BYTES_MAX)).size for line in lines]


def cut(ledger: LedgerFolder, size: int, *, to: Path) -> Path:
    """A copy of the ledger cut at an older head, as anybody with the disk can without any key."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(ledger.folder, to)
    lines = (to / "heads.jsonl").read_bytes().splitlines()
    kept = [line for line, of in zip(lines, sizes(ledger), strict=True) if of <= size]
    (to / "heads.jsonl").write_bytes(b"".join(line + b"\n" for line in kept))
    (to / "entries.log").write_bytes(b"".join(frame(raw) for raw in ledger.records[:size]))
    for path in to.glob("L[0-9][0-9]"):
        path.unlink()
    frontier = Frontier()
    for raw in ledger.records[:size]:
        for level, node in frontier.append(leaf_hash(raw)):
            with (to / f"L{level:02d}").open("ab") as nodes:
                nodes.write(node)
    return to


@pytest.mark.fault(
    "wire.ledger_short_of_cosigned",
    what="a ledger cut at an older head of its own, no key needed",
    unchanged="verify exits 1 and names the missing records",
)
@pytest.mark.parametrize("side", [0, 1])
def test_a_ledger_cut_at_any_older_head_is_found_alone_and_beside_the_others(tmp_path: Path, side: int) -> None:
    ledgers = two_ledgers(tmp_path)
    for ledger in ledgers:
        ledger.cosign()
    suspect, other = ledgers[side], ledgers[1 - side]
    assert check(suspect.folder, other.folder, strict=True).ok
    for size in sizes(suspect)[:-1]:
        copy = cut(suspect, size, to=tmp_path / "cut")
        for report in (check(copy), check(copy, other.folder)):
            assert not report.ok, size
            found = next(problem for problem in report.problems if problem.key == "wire.ledger_short_of_cosigned")
            assert found.index == size
            assert (found.facts["size"], found.facts["missing"]) == (7, 7 - size)
            assert f"共 {7 - size} 条" in found.message()


@pytest.mark.fault(
    "wire.ledger_differs_from_cosigned",
    what="a node rewrites its ledger and signs it anew",
    unchanged="verify exits 1: the center signed another root",
)
def test_a_ledger_rewritten_with_the_nodes_own_key_is_found_alone(tmp_path: Path) -> None:
    ledger, _ = two_ledgers(tmp_path)
    ledger.cosign()
    whole = list(ledger.records)
    ledger.records = [*whole[:1], *whole[3:], *whole[3:5]]  # one exchange gone, as long as before
    copy = cut(ledger, 7, to=tmp_path / "forged")
    (copy / "heads.jsonl").write_bytes(b"")
    ledger.folder, ledger.frontier = copy, Frontier()
    for raw in ledger.records:
        ledger.frontier.append(leaf_hash(raw))
    ledger.sign_head()
    assert "wire.ledger_differs_from_cosigned" in keys(check(copy))


@pytest.mark.fault(
    "wire.ledger_not_cosigned",
    what="a ledger without any word of the center",
    unchanged="verify says so; with --strict it exits 1",
)
def test_a_ledger_the_center_never_signed_is_said_to_be_so(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    provider.cosign()
    assert check(consumer.folder).ok
    assert [ledger.cosigned for ledger in check(consumer.folder, provider.folder).ledgers] == [None, 7]
    assert keys(check(consumer.folder, provider.folder, strict=True)) == {"wire.ledger_not_cosigned"}
    run, arguments = CliRunner(), [str(consumer.folder), "--root", ROOT]
    shown = run.invoke(app, arguments)
    assert (shown.exit_code, "中心尚未会签" in shown.output) == (0, True)
    assert run.invoke(app, [*arguments, "--strict"]).exit_code == 1
    assert '"cosigned": null' in run.invoke(app, [*arguments, "--json"]).output


def test_the_centers_copy_outranks_what_the_folder_admits(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path, exchanges=2)
    consumer.cosign()
    exchange(consumer, provider, 300)
    signed = consumer.cosign()
    copy = cut(consumer, 5, to=tmp_path / "cut")
    lines = (copy / "cosigned.jsonl").read_bytes().splitlines(keepends=True)
    (copy / "cosigned.jsonl").write_bytes(lines[0])  # the folder's own copy cut to match
    assert check(copy).ok
    heads = heads_file([City().roots_document()], [signed, provider.cosign()])
    assert keys(check(copy, heads=heads)) == {"wire.ledger_short_of_cosigned"}
    assert check(consumer.folder, provider.folder, heads=heads, strict=True).ok
    file = tmp_path / "heads.jsonl"
    file.write_bytes(heads)
    ran = CliRunner().invoke(app, [str(copy), "--root", ROOT, "--heads", str(file)])
    assert (ran.exit_code, "第 5 至 6 条" in ran.output) == (1, True)
    (copy / "cosigned.jsonl").unlink()
    assert keys(check(copy, heads=heads)) == {"wire.ledger_short_of_cosigned"}
    assert CliRunner().invoke(app, [str(copy), "--root", ROOT, "--heads", str(tmp_path / "none")]).exit_code == 1


@pytest.mark.fault(
    "wire.heads_file_bad", what="a file of heads that the center did not sign", unchanged="verify exits 1, uses none"
)
def test_a_file_of_heads_counts_whole_or_not_at_all(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path, exchanges=1)
    good = heads_file([City().roots_document()], [consumer.cosign()])
    assert parse_heads_file(good, pinned=ROOT)[MARKET].size == 3
    for place in range(0, len(good), max(1, len(good) // 80)):
        changed = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        with contextlib.suppress(PlatformError):  # the node's own signature is not what counts here
            assert parse_heads_file(changed, pinned=ROOT) == parse_heads_file(good, pinned=ROOT)
    with pytest.raises(RuleBroken, match="heads_file_cut"):
        parse_heads_file(good[:-5], pinned=ROOT)
    own = LedgerFolder(tmp_path / "own", City(online=signing("z")), MARKET).cosign()
    with pytest.raises(RuleBroken, match="heads_file_bad"):
        parse_heads_file(heads_file([City().roots_document()], [own]), pinned=ROOT)
    with pytest.raises(NotAllowed, match="root_not_pinned"):
        parse_heads_file(heads_file([], [consumer.cosign()]), pinned=ROOT)


def test_a_forged_line_beside_the_ledger_is_a_problem_and_does_not_count(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path, exchanges=1)
    consumer.city = City(online=signing("z"))
    consumer.cosign()
    report = check(consumer.folder)
    assert keys(report) == {"wire.signature_missing"}
    assert report.ledgers[0].cosigned is None


def test_a_key_that_has_run_out_still_counts_for_what_it_cosigned(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path, exchanges=1)
    old = City().roots().online_keys[0]
    fresh = OnlineKey(signing("fresh").public, old.signs, NOW - timedelta(days=1), NOW + timedelta(days=300))
    ended = replace(old, valid_until=NOW - timedelta(minutes=1))
    rotated = City().roots_document(version=2, online_keys=(fresh, ended))
    (consumer.folder / "directory" / "roots-2.json").write_bytes(rotated.to_bytes())
    consumer.cosign()
    assert check(consumer.folder, strict=True).ok


def test_records_after_the_last_cosigned_head_cannot_be_cut_unnoticed_by_the_peer(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    for ledger in (consumer, provider):
        ledger.cosign()
    later = replace(consumer.city, now=NOW + timedelta(seconds=30))
    consumer.city = later
    exchange(consumer, provider, 500)
    assert check(consumer.folder, provider.folder, strict=True).ok
    for suspect, other in ((consumer, provider), (provider, consumer)):
        copy = cut(suspect, 7, to=tmp_path / "cut")
        assert check(copy, strict=True).ok  # alone nobody can tell: it may be a copy of an earlier minute
        report = check(copy, other.folder)
        assert "wire.ledger_pair_newer" in keys(report)
        assert any(uuid(500) in problem.message() for problem in report.problems)


def test_an_outcome_cut_off_behind_its_intent_is_missed_by_who_holds_the_answer(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    open_ended = cut(provider, len(provider.records) - 1, to=tmp_path / "cut")
    assert check(open_ended).ledgers[0].open_intents == (uuid(102),)
    found = check(consumer.folder, open_ended)
    assert "wire.ledger_pair_missing" in keys(found)
    assert found.pairs[0].unfinished == 0


def test_an_exchange_that_never_ended_is_no_proof_of_a_cut_tail(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    consumer.city = replace(consumer.city, now=NOW + timedelta(seconds=30))
    exchange(consumer, provider, 500)
    asked = cut(provider, 8, to=tmp_path / "asked")  # the provider noted the ask and no more
    report = check(cut(consumer, 7, to=tmp_path / "cut"), asked)
    assert keys(report) == set()
    assert report.pairs[0].unfinished == 1


def test_a_ledger_that_goes_on_while_the_other_is_read_is_not_accused(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    early = tmp_path / "early"
    shutil.copytree(provider.folder, early)
    consumer.city = replace(consumer.city, now=NOW + timedelta(seconds=30))
    for number in (500, 501):
        exchange(consumer, provider, number)
    heads = (consumer.folder / "heads.jsonl").read_bytes()
    (consumer.folder / "heads.jsonl").write_bytes(b"".join(heads.splitlines(keepends=True)[:-1]))  # still being written

    def pause() -> None:
        shutil.copytree(provider.folder, early, dirs_exist_ok=True)
        (consumer.folder / "heads.jsonl").write_bytes(heads)

    report = verify([early, consumer.folder], root_fingerprint=ROOT, pause=pause)
    assert keys(report) == set()
    assert report.ledgers[0].records == 7


def test_the_centers_own_head_is_shown_from_the_archive(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path, exchanges=1)
    held = City().members().journal_head
    assert held is not None
    shown = CliRunner().invoke(app, [str(consumer.folder), "--root", ROOT])
    assert f"{held.seq}:{held.digest.partition(':')[2]}" in shown.output.replace("\n", "")
