"""The desks at the departments' own nodes (结点工作台): what each node is told of its resources, who may sit there.

`tour.json` holds sign-in links and is for the owner of the demo alone.
"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from zhengtong.demo import city
from zhengtong.demo.catalogue import Resource
from zhengtong.demo.city import load, seat
from zhengtong.demo.network import SOURCES, Network
from zhengtong.demo.sheets import FIRE_CSV, LEASES_XLSX, WORKSHOPS_XLSX
from zhengtong.demo.story import BATCH_ROWS_A_DAY, Story
from zhengtong.kernel.clock import Clock
from zhengtong.node import bindings, contracts, sheets, store
from zhengtong.node.desk import people
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


def open_desks(network: Network, home: Path, clock: Clock) -> Path:
    """Let the data officer of every node's organization sit at its desk; write the links where the tour finds them."""
    today = clock.today()
    links = {
        code: people.add(
            network.nodes[code].home, name=seat(code, Role.DATA_OFFICER, on=today).name, role="officer", clock=clock
        )
        for code in city.nodes()
    }
    file = home / "demo" / "tour.json"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"desks": links}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file
