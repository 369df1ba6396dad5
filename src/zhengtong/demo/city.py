"""The institutions of the demo city (机构、人员): who is there, and in which seat.

Everything goes through the services that the pages use; nothing is written past a rule.
"""

import tomllib
from datetime import date
from importlib.resources import files
from random import Random
from typing import Any
from uuid import UUID

from zhengtong.demo.names import Namer
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock, FixedClock
from zhengtong.kernel.errors import WrongState
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role, uscc_with_check
from zhengtong.parties.rules.workbook import ORGANIZATIONS, PEOPLE, SHEETS, Cell
from zhengtong.standards import services as standards

FOUNDED = date(2025, 8, 1)
REGION_SOURCE = "演示"

Table = dict[str, Any]  # a TOML table; the loader below checks what it uses


def load(name: str) -> Table:
    """One of the demo's own tables."""
    return tomllib.loads(files("zhengtong.demo").joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def seat(organization: str, role: Role, *, on: date) -> Actor:
    """The officer of an organization who holds a role on a day."""
    return parties.seat_holder(organization_code=organization, role=role, on=on)


def found(*, seed: int) -> dict[str, UUID]:
    """Register regions, organizations, officers and seats; return organizations by code.

    The city comes in as a city would: by the bulk load that administrators use, from rows of three sheets.
    """
    clock = FixedClock.on(FOUNDED)
    tables = load("organizations")
    for region in tables["region"]:
        standards.add_region(**region, source=REGION_SOURCE, actor=SYSTEM, clock=clock)
    people_rows = _named(load("people")["seat"], Namer(Random(f"officers {seed}")))
    report = people.load_parties(
        tables=sheets(tables["organization"], people_rows),
        actor=SYSTEM,
        seats_by=SYSTEM,
        clock=clock,
        cards=[row["login"] for row in people_rows if row.get("card")],
    )
    if report.refused:
        raise WrongState("demo.unexpected", expected="parties load", got=str(report.refused[0]))
    _substitutes(people_rows, clock)
    return {one.code: one.id for one in parties.organizations(actor=SYSTEM)}


def sheets(organizations: list[Table], seats: list[Table]) -> dict[str, list[list[Cell]]]:
    """The city's organizations and people as the sheets 机构 and 人员 of the bulk load."""
    organs: list[list[Cell]] = [[column.title for column in SHEETS[ORGANIZATIONS]]]
    for serial, row in enumerate(organizations, start=1):
        above = [row.get(name, "") for name in ("parent", "guidance", "vertical")]
        uscc = uscc_with_check(f"11{row['jurisdiction']}{_organ_body(serial)}")
        organs.append(
            [row["code"], row["name"], row["short_name"], uscc, row["level"], row["kind"], row["jurisdiction"], *above,
             "是" if row.get("is_authority") else "", row.get("sharing_office", "")]
        )  # fmt: skip
    persons: list[list[Cell]] = [[column.title for column in SHEETS[PEOPLE]]]
    for row in seats:
        roles = "、".join(row["roles"])
        persons.append(
            [row["login"], row["name"], row["organization"], row["title"], roles, FOUNDED.isoformat(), "", "", ""]
        )
    return {ORGANIZATIONS: organs, PEOPLE: persons}


def _organ_body(serial: int) -> str:
    """A nine-character organization code (GB 11714) with its check character."""
    body = f"{serial:08d}"
    left = 11 - sum(int(d) * w for d, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(left, str(left))


def _named(rows: list[Table], namer: Namer) -> list[Table]:
    """Every seat with its login, and a name for those that have none."""
    taken = {row["name"] for row in rows if "name" in row}
    return [
        {**row, "login": f"demo{number:02d}", "name": row.get("name") or _fresh(namer, taken)}
        for number, row in enumerate(rows, start=1)
    ]


def _substitutes(rows: list[Table], clock: Clock) -> None:
    logins = {row["name"]: row["login"] for row in rows}
    for row in rows:
        if "substitute" in row:
            people.appoint_substitute(
                absent=_officer(row["login"]),
                substitute=_officer(logins[row["substitute"]]),
                from_on=row["absent_from"],
                until_on=row["absent_until"],
                reason=row["absent_reason"],
                actor=SYSTEM,
                clock=clock,
            )


def _officer(login: str) -> UUID:
    found = parties.actor_by_login(login=login, on=FOUNDED).officer
    if found is None:
        raise WrongState("demo.unexpected", expected=login, got="-")
    return found


def nodes() -> dict[str, bool]:
    """Which organizations have a node, and whether it is run for them (结点；是否托管)."""
    return {row["code"]: row["node"] == "hosted" for row in load("organizations")["organization"] if "node" in row}


def _fresh(namer: Namer, taken: set[str]) -> str:
    while (name := namer.person()) in taken:
        pass
    taken.add(name)
    return name
