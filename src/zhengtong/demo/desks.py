"""The desks at the departments' own nodes (结点工作台): what each node is told of its resources, who may sit there.

`tour.json` holds sign-in links and is for the owner of the demo alone.
"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from zhengtong.demo import city
from zhengtong.demo.catalogue import Resource
from zhengtong.demo.city import load, seat
from zhengtong.demo.network import SOURCES, Network
from zhengtong.demo.sheets import FIRE_CSV, LEASES_XLSX, WORKSHOPS_XLSX
from zhengtong.demo.story import (
    BATCH_ROWS_A_DAY,
    EMPLOYER_UPDATE,
    FOOD_CASE,
    INSURANCE_SYSTEM,
    INSURED_UPDATE,
    LABOUR_SYSTEM,
    PREMISES_CHECK,
    Story,
)
from zhengtong.kernel.clock import Clock
from zhengtong.node import bindings, contracts, schedules, sheets, store
from zhengtong.node.desk import people
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role

UPLOADS = {"R05": FIRE_CSV, "R06": LEASES_XLSX, "R17": WORKSHOPS_XLSX}  # what comes as a file, not from a database
KEYS = {"R05": "document_number"}  # where it is not the first look-up
READERS = {  # what the desks of consumers show titles for
    "R01": ("tl-market", "tl-tax", "wl-insurance"),
    "R03": ("tl-market", "tl-urban"),
    "R04": ("wl-labour", "tl-urban"),
    "R05": ("tl-fire",),
    "R09": ("tl-market",),
}
DAILY = (
    ("wl-insurance", "0005-1", INSURANCE_SYSTEM, INSURED_UPDATE, "02:30"),
    ("wl-labour", "0006-1", LABOUR_SYSTEM, EMPLOYER_UPDATE, "03:00"),
)
NEEDED = ("name", "number", "address", "varieties", "owner")
CHECKS = {"citizen_id": "citizen_id", "credit_code": "uscc"}


def tell_contracts(network: Network, story: Story, clock: Clock) -> None:
    """Tell every provider's and every reader's node what the items of a resource are."""
    for row in load("resources")["entry"]:
        code = row.get("short_code", "")
        if code not in {*SOURCES, *UPLOADS}:
            continue
        contract = contracts.contract_from_json(_contract(row, story.resources[code]))
        for node in {row["provider"], *READERS.get(code, ())}:
            contracts.learn(network.nodes[node].home, contract, clock=clock)


def _contract(row: dict[str, Any], resource: Resource) -> dict[str, Any]:
    key = KEYS.get(resource.short_code, row["lookup"][0])
    items = [
        {
            "name": code, "title": title, "type": kind, "length": length, "key": code == key,
            "required": code == key or (row["provider"] == "yz-market" and code in NEEDED),
            "personal": code in row["personal"], "check": CHECKS.get(code, ""), "aliases": [column],
        }
        for code, title, kind, length, _, column in row["items"]
    ]  # fmt: skip
    return {"resource": resource.guide_code, "title": row["name"], "items": items}


def upload(network: Network, story: Story, clock: Clock) -> dict[str, dict[str, int]]:
    """Departments without an interface upload what they have; rows that no rule lets through go to quarantine."""
    return {code: _upload(network, story, code, clock) for code in UPLOADS}


def _upload(network: Network, story: Story, code: str, clock: Clock) -> dict[str, int]:
    resource = story.resources[code]
    node = network.nodes[resource.provider].home
    url, table = sheets.prepare(node, resource.guide_code)
    items = {item: item for item in resource.columns}
    ceiling = bindings.ceiling_of(
        resource.guide_code, items, masks={}, purposes=(), rows_a_day=BATCH_ROWS_A_DAY, accept="auto"
    )
    with closing(store.connect(node.database)) as db:
        bindings.bind_source(
            db,
            bindings.SourceBinding(resource=resource.guide_code, url=url, table=table, columns=items, ceiling=ceiling),
        )
    officer = seat(resource.provider, Role.DATA_OFFICER, on=clock.today())
    report = sheets.upload(
        node, resource=resource.guide_code, file=story.departments / UPLOADS[code], by=officer.name, clock=clock
    )
    return {"rows": report.total, "accepted": report.accepted, "quarantined": report.quarantined}


def schedule(network: Network, clock: Clock) -> None:
    """What is pulled every day from now on (每日更新), by the consumers' own nodes at night."""
    for code, grant, system, purpose, at in DAILY:
        daily = schedules.Schedule(grant=grant, system=system, purpose=purpose, every=schedules.Every.DAILY, at=at)
        with closing(store.connect(network.nodes[code].home.database)) as db:
            schedules.keep(db, daily, now=clock.now())


def open_desks(network: Network, home: Path, *, premises: str, clock: Clock) -> Path:
    """Let the data officer of every node's organization sit at its desk; write the links where the tour finds them.

    `ask` is the page at the desk of 区市监局 that asks for what 0002 refused, filled in for these premises.
    """
    links = {
        code: people.add(network.nodes[code].home, name=_at_the_desk(code, clock), role="officer", clock=clock)
        for code in city.nodes()
    }
    asked = {
        "grant": "0002-1", "items": "mortgaged", "purpose": PREMISES_CHECK, "case": FOOD_CASE,
        "lookup.location": premises,
    }  # fmt: skip
    file = home / "demo" / "tour.json"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    told = {"desks": links, "ask": f"/desk/query?{urlencode(asked)}"}
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def _at_the_desk(organization: str, clock: Clock) -> str:
    """Its data officer, or who stands in for one on leave."""
    today = clock.today()
    officer = seat(organization, Role.DATA_OFFICER, on=today)
    away = parties.absence(officer=officer.officer, on=today) if officer.officer else None
    return away.name if away else officer.name
