"""One lawful exchange between two real nodes, and what the ledgers say of it."""

from pathlib import Path

from tests.support.wire_city import person, person_grant, two_departments
from zhengtong.wire.verifier import verify


def test_a_query_is_answered_and_both_ledgers_agree(tmp_path: Path) -> None:
    with two_departments(tmp_path) as place:
        place.city.grant(person_grant())
        place.publish()
        status, answer = place.query("0001-1")
        assert (status, answer.get("key")) == (200, None), answer
        number, name, _, region, height = person(1)
        assert answer["rows"] == [
            {"GMSFHM": number, "XM": name, "CSRQ": "1980-01-01", "QH": region, "SG": height + "0"}
        ]
        status, answer = place.verify("0001-1")
        assert (status, answer["result"]) == (200, "yes")
    report = verify(
        [tmp_path / "nodes/wl-police", tmp_path / "nodes/tl-market"], root_fingerprint=place.city.fingerprint
    )
    assert report.ok, report.problems
    assert report.pairs[0].both == 2
