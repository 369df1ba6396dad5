"""zhengtong parties …"""

import json
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import typer

from zhengtong.journal.door import current_clock
from zhengtong.kernel.actors import SYSTEM
from zhengtong.parties import queries, services
from zhengtong.parties.rules import mask_name, role_label

app = typer.Typer(help="Organizations, officers and accounts (主体).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@app.command()
def organizations(as_json: AsJson = False) -> None:
    """List organizations (机构)."""
    for org in queries.organizations(actor=SYSTEM):
        row = {
            "id": str(org.id),
            "code": org.code,
            "name": org.name,
            "uscc": org.uscc,
            "level": str(org.level),
            "jurisdiction": org.jurisdiction,
            "authority": org.is_authority,
        }
        typer.echo(_line(row) if as_json else f"{org.code:24} {org.jurisdiction or '-':7} {org.name}")


@app.command()
def officers(
    as_json: AsJson = False,
    names: Annotated[bool, typer.Option(help="Show names in full instead of masked.")] = False,
) -> None:
    """List officers with the seats they hold today (人员); names are masked unless asked for."""
    for officer in queries.officers(actor=SYSTEM, on=current_clock().today()):
        name = officer.name if names else mask_name(officer.name)
        for seat in officer.seats:
            row = {
                "id": str(officer.id),
                "name": name,
                "organization": seat.organization.code,
                "title": seat.title,
                "roles": [str(role) for role in seat.roles],
            }
            roles = "、".join(role_label(role) for role in seat.roles)
            typer.echo(_line(row) if as_json else f"{name:10} {seat.organization.code:20} {seat.title} ({roles})")


@app.command("create-account")
def create_account(
    login: Annotated[str, typer.Argument(help="Login name.")],
    officer: Annotated[UUID, typer.Option(help="Id of the officer (see: parties officers --json).")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out.")
    ],
) -> None:
    """Open an account with a password for an officer (开通账号)."""
    account = services.open_account(
        login=login, officer=officer, password=password, actor=SYSTEM, clock=current_clock()
    )
    typer.echo(str(account))


@app.command()
def contact(
    officer: Annotated[UUID, typer.Argument(help="Id of the officer (see: parties officers --json).")],
    purpose: Annotated[str, typer.Option(help="What for; it is kept in the audit of reads.")],
    as_json: AsJson = False,
) -> None:
    """Show how to reach an officer (联系方式); the read is on record with its purpose."""
    found = services.read_contact(officer=officer, purpose=purpose, actor=SYSTEM, clock=current_clock())
    row = {"id": str(officer), "name": found.name, "phone": found.phone, "email": found.email}
    typer.echo(_line(row) if as_json else f"{found.name}  {found.phone}  {found.email}")


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
