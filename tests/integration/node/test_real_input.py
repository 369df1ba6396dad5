"""Real input: published matters in PostgreSQL and code lists in SQLite, exchanged under grants."""

import contextlib
import csv
import gzip
import json
import sqlite3
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.support.shared_data import shared_data
from tests.support.wire_city import Place, person_grant, two_departments
from tests.support.wire_postgres import role
from zhengtong.node import store
from zhengtong.node.bindings import SourceBinding, TargetBinding, bind_source, bind_target, ceiling_of
from zhengtong.wire.grant import FieldType, GrantField, Mode, Use
from zhengtong.wire.verifier import verify

MATTERS, REGIONS = "306001999/000001", "306001999/000002"
MATTER_FIELDS = ("TASK_CODE", "TASK_NAME", "DEPT_NAME", "AREACODE", "handle_time", "accept_standard")


def fields(*names: str) -> tuple[GrantField, ...]:
    return tuple(GrantField(name, FieldType.STRING, name) for name in names)


def load_matters(url: str) -> int:
    with gzip.open(shared_data("matters/guangdong_matters.jsonl.gz"), "rt", encoding="utf-8") as lines:
        matters = [json.loads(line) for line in lines]
    columns = ", ".join(f'"{name}" text' for name in MATTER_FIELDS)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        db.execute(f"CREATE TABLE matters ({columns})".encode())
        with db.cursor() as cursor, cursor.copy("COPY matters FROM STDIN") as copy:
            for matter in matters:
                copy.write_row([matter[name] for name in MATTER_FIELDS])
    return len(matters)


def load_regions(path: Path) -> int:
    with shared_data("codelists/gb/mca_202012.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = [tuple(row[:2]) for row in csv.reader(source) if len(row) >= 2]
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE DM (DM TEXT, MC TEXT)")
        db.executemany("INSERT INTO DM VALUES (?, ?)", rows)
        db.commit()
    return len(rows)


def bind(place: Place, resource: str, url: str, table: str, columns: dict[str, str], *, into: str) -> None:
    word = ceiling_of(resource, columns, masks={}, purposes=("catalogue",), rows_a_day=None, accept="auto")
    with contextlib.closing(store.connect(place.provider.database)) as db:
        bind_source(db, SourceBinding(resource=resource, url=url, table=table, columns=columns, ceiling=word))
    with contextlib.closing(store.connect(place.consumer.database)) as db:
        target = f"sqlite://{place.folder}/target.db"
        bind_target(db, TargetBinding(resource=resource, url=target, table=into, columns={}))


def grant(place: Place, number: str, resource: str, lookup: str, *names: str) -> None:
    place.city.grant(
        person_grant(
            id=str(uuid4()), number=number, resource=resource, fields=fields(*names), verify_fields=(),
            lookup=(lookup,), modes=frozenset({Mode.QUERY, Mode.BATCH}), uses=(Use("licensing", "catalogue"),),
        )
    )  # fmt: skip


@pytest.mark.data
@pytest.mark.timeout(120)
def test_real_matters_and_code_lists_are_exchanged_under_grants(tmp_path: Path, postgres_url: str) -> None:
    matters, regions = load_matters(postgres_url), load_regions(tmp_path / "regions.db")
    with role(postgres_url, grants=("GRANT SELECT ON matters TO {}",)) as url, two_departments(tmp_path) as place:
        bind(place, MATTERS, url, "matters", {name: name for name in MATTER_FIELDS}, into="matters")
        bind(place, REGIONS, f"sqlite://{tmp_path}/regions.db", "DM", {"DM": "DM", "MC": "MC"}, into="regions")
        grant(place, "0101-1", MATTERS, "TASK_CODE", *MATTER_FIELDS)
        grant(place, "0102-1", REGIONS, "DM", "DM", "MC")
        place.publish()
        for number, rows in (("0101-1", matters), ("0102-1", regions)):
            status, told = place.c.post("/local/v1/pull", {"grant": number, "purpose": "catalogue"}, token=place.token)
            assert (status, told["rows"], told["reconciled"], told["quarantined"]) == (200, rows, True, 0), told
        with contextlib.closing(sqlite3.connect(tmp_path / "target.db")) as db:
            code, name = db.execute("SELECT TASK_CODE, TASK_NAME FROM matters ORDER BY TASK_CODE LIMIT 1").fetchone()
            (guangdong,) = db.execute("SELECT MC FROM regions WHERE DM = '440000'").fetchone()
        ask = {"purpose": "catalogue", "case_ref": None}
        status, told = place.query("0101-1", **ask, lookup={"TASK_CODE": code}, items=["TASK_NAME"])
        assert {"TASK_NAME": name} in told["rows"], told
        assert place.query("0102-1", **ask, lookup={"DM": "440000"})[1]["rows"] == [{"DM": "440000", "MC": guangdong}]
        place.stop()
    report = verify(
        [tmp_path / "nodes/wl-police", tmp_path / "nodes/tl-market"], root_fingerprint=place.city.fingerprint
    )
    assert report.ok, report.problems
    assert report.pairs[0].both == 4
