"""The desks at the departments' own nodes (结点工作台): what each node is told of its resources, who may sit there.

`tour.json` holds sign-in links and is for the owner of the demo alone.
"""

import json
from pathlib import Path
from typing import Any

from zhengtong.demo import city
from zhengtong.demo.catalogue import Resource
from zhengtong.demo.city import load, seat
from zhengtong.demo.network import KEPT, SOURCES, Network
from zhengtong.demo.sheets import WORKSHOPS_XLSX
from zhengtong.demo.story import Story
from zhengtong.kernel.clock import Clock
from zhengtong.node import contracts, sheets
from zhengtong.node.desk import people
from zhengtong.parties.rules import Role

WORKSHOPS = "R17"  # the ledger that 县市监局 uploads
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
        if code not in {*SOURCES, *KEPT, WORKSHOPS}:
            continue
        contract = contracts.contract_from_json(_contract(row, story.resources[code]))
        for node in {row["provider"], *READERS.get(code, ())}:
            contracts.learn(network.nodes[node].home, contract, clock=clock)


def _contract(row: dict[str, Any], resource: Resource) -> dict[str, Any]:
    items = [
        {
            "name": code, "title": title, "type": kind, "length": length, "key": code == row["lookup"][0],
            "required": code == row["lookup"][0] or (row["provider"] == "yz-market" and code in NEEDED),
            "personal": code in row["personal"], "check": CHECKS.get(code, ""), "aliases": [column],
        }
        for code, title, kind, length, _, column in row["items"]
    ]  # fmt: skip
    return {"resource": resource.guide_code, "title": row["name"], "items": items}


def upload(network: Network, story: Story, clock: Clock) -> dict[str, int]:
    """县市监局 uploads the ledger it keeps by hand; rows that no rule lets through go to quarantine."""
    node, resource = network.nodes["yz-market"], story.resources[WORKSHOPS]
    officer = seat("yz-market", Role.DATA_OFFICER, on=clock.today())
    report = sheets.upload(
        node.home, resource=resource.guide_code, file=story.departments / WORKSHOPS_XLSX, by=officer.name, clock=clock
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
