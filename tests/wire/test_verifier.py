"""A ledger convinces only whole, unchanged, signed under the root, and in step with its peer's."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.city import LAND, MARKET, NOW, City, LedgerFolder, exchange, signing, two_ledgers, uuid
from zhengtong.cli.verify import app
from zhengtong.kernel.errors import NotFound
from zhengtong.wire.ledger import Frontier, leaf_hash
from zhengtong.wire.records import (
    OutcomeKind,
    Record,
    RecordKind,
    Role,
    frame,
    parse_record,
    record_to_bytes,
    unframe,
)
from zhengtong.wire.verifier import Report, verify

ROOT = City().fingerprint


def check(*folders: Path) -> Report:
    return verify(list(folders), root_fingerprint=ROOT)


def keys(report: Report) -> set[str]:
    for problem in report.problems:
        assert "{" not in problem.message() + problem.remedy() + problem.message("en") + problem.remedy("en")
    return {problem.key for problem in report.problems}


def rewrite(ledger: LedgerFolder, change: Callable[[list[bytes]], list[bytes]], *, sign: bool) -> None:
    """Write all files of a ledger anew, as somebody with the disk could; with the key too if `sign`."""
    records = change(ledger.records)
    ledger.records, ledger.frontier = records, Frontier()
    for path in ledger.folder.glob("L*"):
        path.unlink()
    (ledger.folder / "entries.log").write_bytes(b"".join(frame(raw) for raw in records))
    for raw in records:
        for level, node in ledger.frontier.append(leaf_hash(raw)):
            with (ledger.folder / f"L{level:02d}").open("ab") as nodes:
                nodes.write(node)
    if sign:
        (ledger.folder / "heads.jsonl").write_bytes(b"")
        ledger.sign_head()


def test_two_good_ledgers_hold_and_agree(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    report = check(consumer.folder, provider.folder)
    assert keys(report) == set()
    assert report.ok
    assert [pair.both for pair in report.pairs] == [3]
    assert [(ledger.node, ledger.records, ledger.exchanges) for ledger in report.ledgers] == [
        (MARKET, 7, 3),
        (LAND, 7, 3),
    ]


def test_a_home_of_nodes_is_found(tmp_path: Path) -> None:
    two_ledgers(tmp_path / "x")
    for name in ("market", "land"):
        shutil.move(tmp_path / "x" / name, tmp_path / "home" / "nodes" / name / "ledger")
    assert len(check(tmp_path / "home").ledgers) == 2
    assert len(check(tmp_path / "home" / "nodes" / "land").ledgers) == 1
    with pytest.raises(NotFound):
        check(tmp_path / "nowhere")


@pytest.mark.fault(
    "wire.ledger_level_differs", what="one byte of a ledger flipped", unchanged="verify exits 1 and names the record"
)
def test_one_byte_flipped_anywhere_is_found_and_the_record_named(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path, exchanges=1)
    consumer.cosign()
    files = sorted(path for path in consumer.folder.rglob("*") if path.is_file())
    starts, at = [], 0
    for raw in consumer.records:
        starts.append(at)
        at += len(raw) + 4
    for path in files:
        good = path.read_bytes()
        for place in range(0, len(good), max(1, len(good) // 60)):
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            report = check(consumer.folder)
            assert not report.ok, (path.name, place)
            if path.name == "entries.log":
                assert report.problems[0].index == max(i for i, start in enumerate(starts) if start <= place)
        path.write_bytes(good)
    assert check(consumer.folder).ok


Change = Callable[[list[bytes]], list[bytes]]


@pytest.mark.fault(
    "wire.ledger_root_differs",
    what="records removed, reordered or replaced",
    unchanged="verify exits 1 and names the span",
)
@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda records: [*records[:2], *records[3:]], 2),
        (lambda records: [*records[:2], records[3], records[2], *records[4:]], 2),
        (lambda records: [*records[:4], records[1], *records[4:]], 4),
        (lambda records: [*records[:2], records[2].replace(b'"rows":1', b'"rows":2'), *records[3:]], 2),
    ],
)
def test_records_rewritten_without_the_key_are_found(tmp_path: Path, change: Change, first: int) -> None:
    consumer, _ = two_ledgers(tmp_path)
    rewrite(consumer, change, sign=False)
    report = check(consumer.folder)
    assert not report.ok
    assert report.problems[0].index in {first, first - 1}


@pytest.mark.fault(
    "wire.ledger_shorter",
    what="a ledger whose tail was cut",
    unchanged="verify exits 1 and names the first missing record",
)
def test_a_cut_tail_is_found(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path)
    rewrite(consumer, lambda records: records[:-2], sign=False)
    report = check(consumer.folder)
    assert "wire.ledger_shorter" in keys(report)
    assert report.problems[0].index == 5


def test_records_under_no_head_are_not_believed(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path)
    heads = consumer.folder / "heads.jsonl"
    heads.write_bytes(b"".join(line + b"\n" for line in heads.read_bytes().splitlines()[:-1]))
    assert keys(check(consumer.folder)) == {"wire.ledger_unsigned_tail"}


@pytest.mark.fault("wire.root_not_pinned", what="a ledger made by somebody else", unchanged="verify exits 1")
def test_a_self_made_ledger_fails_against_the_root(tmp_path: Path) -> None:
    foreign = City(root_keys=(signing("x"), signing("y")), online=signing("z"))
    consumer, provider = two_ledgers(tmp_path, city=foreign)
    assert verify([consumer.folder, provider.folder], root_fingerprint=foreign.fingerprint).ok
    assert keys(check(consumer.folder, provider.folder)) == {"wire.root_not_pinned"}


def test_own_members_beside_the_real_roots_do_not_help(tmp_path: Path) -> None:
    foreign = City(online=signing("z"), salt="z ")
    consumer, _ = two_ledgers(tmp_path, city=foreign)
    (consumer.folder / "directory" / "roots-1.json").write_bytes(City().roots_document().to_bytes())
    found = keys(check(consumer.folder))
    assert {"wire.signature_missing", "wire.ledger_without_head"} <= found


def test_a_forged_head_is_found(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path)
    intruder = City(salt="intruder ")
    consumer.city = intruder
    consumer.sign_head()
    assert "wire.signature_missing" in keys(check(consumer.folder))


@pytest.mark.fault(
    "wire.ledger_rewritten",
    what="a node rewrites its ledger and signs it anew",
    unchanged="found by its peer's records",
)
def test_a_node_that_rewrites_its_own_ledger_is_found_by_its_peers_records(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    drop = {uuid(101)}
    rewrite(provider, lambda records: [raw for raw in records if parse_record(raw).exchange not in drop], sign=True)
    assert check(provider.folder).ok  # alone it looks whole
    found = keys(check(consumer.folder, provider.folder))
    assert {"wire.ledger_rewritten", "wire.ledger_pair_missing"} <= found


def test_two_copies_of_one_ledger_must_not_differ(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    shutil.copytree(provider.folder, tmp_path / "copy")
    assert check(provider.folder, tmp_path / "copy").ok
    exchange(consumer, provider, 500)
    assert check(provider.folder, tmp_path / "copy").ok  # an older copy is the beginning of the newer
    rewrite(provider, lambda records: records[:3], sign=True)
    assert "wire.ledger_two_views" not in keys(check(provider.folder, tmp_path / "copy"))
    rewrite(provider, lambda records: records[:1] + records[2:], sign=True)
    assert "wire.ledger_two_views" in keys(check(provider.folder, tmp_path / "copy"))


def _changed(ledger: LedgerFolder, index: int, **changes: object) -> None:
    record = replace(parse_record(ledger.records[index]), **changes)  # pyright: ignore[reportArgumentType]
    rewrite(ledger, lambda records: [*records[:index], record_to_bytes(record), *records[index + 1 :]], sign=True)


@pytest.mark.fault(
    "wire.ledger_record_differs",
    what="a record that says otherwise than what was signed",
    unchanged="verify exits 1 and names the record",
)
@pytest.mark.parametrize(
    ("index", "changes"),
    [
        (1, {"exchange": uuid(999)}),
        (1, {"grant": uuid(999)}),
        (1, {"peer": "wl-police"}),
        (1, {"body_digest": City().members_document().digest}),
        (1, {"envelope_digest": City().members_document().digest}),
        (1, {"evidence": ()}),
        (1, {"role": None}),
        (2, {"rows": 7}),
        (2, {"outcome": OutcomeKind.REFUSED}),
        (2, {"outcome": None}),
        (2, {"role": Role.PROVIDER}),
        (0, {"facts": {"members": "sha-256:" + "0" * 64}}),
    ],
)
def test_a_record_is_held_to_what_was_signed_even_under_a_good_head(
    tmp_path: Path, index: int, changes: dict[str, object]
) -> None:
    consumer, _ = two_ledgers(tmp_path)
    _changed(consumer, index, **changes)
    report = check(consumer.folder)
    assert not report.ok
    assert report.problems[0].index in {index, index + 1}
    assert keys(report)


def test_evidence_of_another_exchange_cannot_be_reused(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path)
    _changed(consumer, 3, evidence=parse_record(consumer.records[1]).evidence)
    assert not check(consumer.folder).ok


@pytest.mark.fault(
    "wire.ledger_pair_differs", what="the two ledgers tell an exchange differently", unchanged="verify exits 1"
)
def test_sides_that_tell_it_differently_are_found(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    _changed(provider, 2, rows=None)
    assert keys(check(consumer.folder, provider.folder)) >= {"wire.ledger_pair_differs"}


def test_open_intents_and_lost_answers_are_told_but_are_no_fraud(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path, exchanges=1)
    lost = replace(
        parse_record(consumer.records[2]),
        outcome=OutcomeKind.FAILED,
        envelope_digest=None,
        evidence=(),
        rows=None,
        body_digest=None,
    )
    rewrite(consumer, lambda records: [*records[:2], record_to_bytes(lost)], sign=True)
    report = check(consumer.folder, provider.folder)
    assert report.pairs[0].unfinished == 1
    assert keys(report) <= {"wire.ledger_rewritten"}
    rewrite(consumer, lambda records: records[:2], sign=True)
    assert check(consumer.folder).ledgers[0].open_intents == (uuid(100),)


def test_a_peer_copied_earlier_is_told_from_one_that_deleted(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    shutil.copytree(provider.folder, tmp_path / "early")
    consumer.city = replace(consumer.city, now=NOW + timedelta(seconds=30))
    exchange(consumer, provider, 500)
    found = keys(check(consumer.folder, tmp_path / "early"))
    assert "wire.ledger_pair_missing" not in found  # not called deleted,
    assert "wire.ledger_pair_newer" in found  # but told: who cuts the tail shows the same


def test_a_local_refusal_needs_no_peer(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    refused = Record(
        kind=RecordKind.OUTCOME,
        at=NOW,
        exchange=uuid(900),
        role=Role.CONSUMER,
        peer=LAND,
        grant=uuid(1),
        outcome=OutcomeKind.REFUSED,
        refusal="wire.refused_expired",
    )
    consumer.write(refused, Record(kind=RecordKind.ALARM, at=NOW, facts={"key": "wire.clock_gone_back"}))
    report = check(consumer.folder, provider.folder)
    assert report.ok
    assert report.ledgers[0].alarms == 1


def test_a_message_turned_away_with_an_alarm_is_not_missing(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    kept = [raw for raw in provider.records if parse_record(raw).exchange != uuid(102)]
    turned = Record(
        kind=RecordKind.ALARM, at=NOW, exchange=uuid(102), peer=MARKET, facts={"key": "wire.refused_replay"}
    )
    rewrite(provider, lambda _: [*kept, record_to_bytes(turned)], sign=True)
    assert "wire.ledger_pair_missing" not in keys(check(consumer.folder, provider.folder))


def test_the_command_exits_0_or_1_and_names_the_record(tmp_path: Path) -> None:
    consumer, provider = two_ledgers(tmp_path)
    run = CliRunner()
    arguments = [str(consumer.folder), str(provider.folder), "--root", ROOT]
    assert run.invoke(app, arguments).exit_code == 0
    entries = consumer.folder / "entries.log"
    raw = bytearray(entries.read_bytes())
    raw[-30] ^= 1
    entries.write_bytes(raw)
    broken = run.invoke(app, arguments)
    assert broken.exit_code == 1
    assert "record 6" in broken.output
    as_json = run.invoke(app, [*arguments, "--json"])
    assert as_json.exit_code == 1
    assert '"record": 6' in as_json.output
    assert run.invoke(app, [str(tmp_path / "none"), "--root", ROOT]).exit_code == 1


def test_frames_are_read_back() -> None:
    assert list(unframe(frame(b"a") + frame(b"bc"))) == [b"a", b"bc"]


def test_a_head_signed_with_a_key_since_revoked_is_not_believed_for_an_older_list_that_has_it(tmp_path: Path) -> None:
    consumer, _ = two_ledgers(tmp_path)
    city = City()
    nodes = tuple(
        replace(node, keys=tuple(replace(key, revoked_at=NOW - timedelta(hours=1)) for key in node.keys))
        for node in city.members().nodes
    )
    newer = city.members_document(serial=8, previous=city.members_document().digest, nodes=nodes)
    (consumer.folder / "directory" / "members-1-8.json").write_bytes(newer.to_bytes())
    assert "wire.signature_missing" in keys(check(consumer.folder))
