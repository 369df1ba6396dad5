"""zhengtong parties …

A deployment has no page for administrators: they work here, on the center's machine.  The first
system administrator and the first security administrator are put in by whoever installs; from
then on each act names who acts (`--as LOGIN`), and the journal keeps it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from django.conf import settings

from zhengtong.journal.door import current_clock
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.messages import remedy, terminal_language, text
from zhengtong.parties import queries, services
from zhengtong.parties.rules import Level, OrgKind, Role, mask_name, role_label
from zhengtong.parties.spreadsheets import read_tables, write_template

app = typer.Typer(help="Organizations, officers and accounts (主体).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
As = Annotated[
    str, typer.Option("--as", help="Login of the administrator who acts; left out only until the first one has a seat.")
]


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
                "seat": str(seat.id),
                "name": name,
                "organization": seat.organization.code,
                "title": seat.title,
                "roles": [str(role) for role in seat.roles],
            }
            roles = "、".join(role_label(role) for role in seat.roles)
            typer.echo(_line(row) if as_json else f"{name:10} {seat.organization.code:20} {seat.title} ({roles})")


@app.command("register")
def register_organization(
    code: Annotated[str, typer.Argument(help="Short code, such as wl-land; its node has the same code.")],
    name: Annotated[str, typer.Option(help="Full name.")],
    region: Annotated[str, typer.Option(help="GB/T 2260 code of the place.")],
    short_name: Annotated[str, typer.Option(help="Name on pages; the full name if left out.")] = "",
    level: Annotated[Level, typer.Option(help="Level of government.")] = Level.CITY,
    kind: Annotated[OrgKind, typer.Option(help="Kind of body.")] = OrgKind.DEPARTMENT,
    uscc: Annotated[str, typer.Option(help="Unified social credit code, 18 characters.")] = "",
    parent: Annotated[str, typer.Option(help="Code of the organization above.")] = "",
    guidance_by: Annotated[str, typer.Option(help="Code of the line of guidance.")] = "",
    authority: Annotated[bool, typer.Option("--authority", help="It is the data authority of its place.")] = False,
    sharing_office: Annotated[str, typer.Option(help="Its office for data sharing.")] = "",
    as_login: As = "",
) -> None:
    """Register an organization (机构登记); prints its id."""
    made = services.register_organization(
        code=code, name=name, short_name=short_name or name, level=level, kind=kind, jurisdiction=region, uscc=uscc,
        parent=_organization(parent), guidance_by=_organization(guidance_by), is_authority=authority,
        sharing_office=sharing_office, actor=_acting(as_login, Role.SYSTEM_ADMIN), clock=current_clock(),
    )  # fmt: skip
    typer.echo(str(made))


@app.command("add-officer")
def add_officer(
    name: Annotated[str, typer.Argument(help="The officer's name.")],
    phone: Annotated[str, typer.Option(help="Telephone; stored encrypted.")] = "",
    email: Annotated[str, typer.Option(help="Mail; stored encrypted.")] = "",
    as_login: As = "",
) -> None:
    """Add an officer (人员登记); prints the id."""
    actor = _acting(as_login, Role.SYSTEM_ADMIN)
    typer.echo(str(services.add_officer(name=name, phone=phone, email=email, actor=actor, clock=current_clock())))


@app.command("create-account")
def create_account(
    login: Annotated[str, typer.Argument(help="Login name.")],
    officer: Annotated[UUID, typer.Option(help="Id of the officer (see: parties officers --json).")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out.")
    ],
    as_login: As = "",
) -> None:
    """Open an account with a password for an officer (开通账号); prints its id."""
    actor = _acting(as_login, Role.SYSTEM_ADMIN)
    account = services.open_account(login=login, officer=officer, password=password, actor=actor, clock=current_clock())
    typer.echo(str(account))


@app.command("give-seat")
def give_seat(
    officer: Annotated[UUID, typer.Argument(help="Id of the officer.")],
    organization: Annotated[str, typer.Option(help="Code of the organization.")],
    role: Annotated[list[Role], typer.Option(help="Role; repeat.")],
    title: Annotated[str, typer.Option(help="Title on pages.")],
    from_on: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; today.")] = None,
    until_on: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day; open.")] = None,
    as_login: As = "",
) -> None:
    """Give an officer a seat with roles (授予岗位); prints its id."""
    clock = current_clock()
    made = services.give_seat(
        officer=officer, organization=queries.organization_by_code(code=organization).id, roles=role, title=title,
        from_on=_day(from_on) or clock.today(), until_on=_day(until_on),
        actor=_acting(as_login, Role.SECURITY_ADMIN), clock=clock,
    )  # fmt: skip
    typer.echo(str(made))


@app.command("end-seat")
def end_seat(
    seat: Annotated[UUID, typer.Argument(help="Id of the seat (see: parties officers --json).")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    as_login: As = "",
) -> None:
    """End a seat with a day, the last on which it holds (收回岗位)."""
    clock = current_clock()
    actor = _acting(as_login, Role.SECURITY_ADMIN)
    services.end_seat(seat=seat, on=_day(on) or clock.today(), actor=actor, clock=clock)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="Workbook with the sheets 机构, 人员, 职责 (see: parties template).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and report; keep nothing.")] = False,
    as_json: AsJson = False,
    as_login: As = "",
    seats_as: Annotated[
        str, typer.Option("--seats-as", help="Login of the security administrator who gives the seats.")
    ] = "",
) -> None:
    """Load organizations, officers and duties from a workbook (批量登记); safe to repeat.  Exit 1: rows refused."""
    registrar = _acting(as_login, Role.SYSTEM_ADMIN)
    report = services.load_parties(
        tables=read_tables(file), actor=registrar, seats_by=_guardian(seats_as), dry_run=dry_run, clock=current_clock()
    )
    typer.echo(_line(_as_row(report)) if as_json else _as_words(report))
    raise typer.Exit(1 if report.refused else 0)


@app.command()
def template(out: Annotated[Path, typer.Argument(help="Where to write the empty workbook.")]) -> None:
    """Write the empty workbook for `parties load`, with explanations (空白登记表)."""
    write_template(out)
    typer.echo(str(out))


@app.command("set-password")
def set_password(
    login: Annotated[str, typer.Argument(help="Login name.")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out.")
    ],
    as_login: As = "",
) -> None:
    """Give an account a password (设置密码); needed once after a load."""
    actor = _acting(as_login, Role.SYSTEM_ADMIN)
    services.set_password(login=login, password=password, actor=actor, clock=current_clock())


@app.command("reset-second-factor")
def reset_second_factor(
    login: Annotated[str, typer.Argument(help="Login name.")],
    reason: Annotated[str, typer.Option(help="Why, and how the person was identified; it is kept.")],
    as_login: As = "",
) -> None:
    """Take a lost second factor away (解除动态口令绑定); the password alone signs in until it is bound anew."""
    actor = _acting(as_login, Role.SECURITY_ADMIN)
    services.reset_second_factor(login=login, reason=reason, actor=actor, clock=current_clock())


@app.command("bind-identity")
def bind_identity(
    login: Annotated[str, typer.Argument(help="Login name of an account that exists.")],
    subject: Annotated[str, typer.Argument(help="The identity, as shown to the person when signing in was refused.")],
    as_login: As = "",
) -> None:
    """Bind an identity of the configured provider to an account (绑定统一身份); rights stay those of its seats."""
    actor = _acting(as_login, Role.SECURITY_ADMIN)
    services.bind_identity(login=login, issuer=_issuer(), subject=subject, actor=actor, clock=current_clock())


@app.command("release-identity")
def release_identity(
    login: Annotated[str, typer.Argument(help="Login name.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    as_login: As = "",
) -> None:
    """Take the binding away (解除统一身份绑定); the identity signs nobody in from then on."""
    actor = _acting(as_login, Role.SECURITY_ADMIN)
    services.release_identity(login=login, issuer=_issuer(), reason=reason, actor=actor, clock=current_clock())


@app.command("set-webhook")
def set_webhook(
    organization: Annotated[str, typer.Argument(help="Code of the organization.")],
    url: Annotated[str, typer.Argument(help="https address of its system; empty: no more.")] = "",
    as_login: As = "",
) -> None:
    """Set where a department's own system is told of what waits (提醒接口); the secret is shown this once."""
    actor = _acting(as_login, Role.SECURITY_ADMIN)
    org = queries.organization_by_code(code=organization)
    hosts = settings.ZHENGTONG_WEBHOOK_HOSTS
    secret = services.set_webhook(organization=org.id, url=url, hosts=hosts, actor=actor, clock=current_clock())
    typer.echo(secret)


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


def _issuer() -> str:
    """The configured provider.  Raises NotFound where there is none."""
    if settings.ZHENGTONG_ISSUER is None:
        raise NotFound("parties.identity_off")
    return str(settings.ZHENGTONG_ISSUER.url)


def _acting(login: str, role: Role) -> Actor:
    return queries.administrator(login=login, role=role, on=current_clock().today())


def _guardian(login: str) -> Actor | None:
    """Who gives seats: the login's actor; before the first security administrator the installer; else nobody."""
    if not login and queries.is_held(role=Role.SECURITY_ADMIN, on=current_clock().today()):
        return None
    return _acting(login, Role.SECURITY_ADMIN)


def _as_row(report: services.LoadReport) -> dict[str, object]:
    return {
        "dry_run": report.dry_run,
        "rows": {name: report.total(name) for name in ("total", "created", "changed", "unchanged", "refused")},
        "sheets": [asdict(sheet) for sheet in report.sheets],
        "refused": [
            {
                "sheet": one.sheet, "row": one.row, "field": one.field, "key": one.key,
                "reason": text(one.key, lang="zh", facts=one.facts),
                "reason_en": text(one.key, lang="en", facts=one.facts),
                "remedy": remedy(one.key, lang="zh", facts=one.facts),
                "remedy_en": remedy(one.key, lang="en", facts=one.facts),
            }
            for one in report.refused
        ],
    }  # fmt: skip


_WORDS = {
    "zh": (
        "{0}：共 {1} 行 · 新建 {2} · 更新 {3} · 无变化 {4} · 拒收 {5}",
        "  {0}第{1}行 {2}：{3}。{4}",
        "（试运行，未写入）",
    ),
    "en": (
        "{0}: {1} rows, {2} created, {3} changed, {4} unchanged, {5} refused",
        "  {0} row {1} {2}: {3} {4}",
        "nothing kept (dry run)",
    ),
}


def _as_words(report: services.LoadReport) -> str:
    lang = terminal_language()
    counts, refused, tried = _WORDS[lang]
    lines = [
        counts.format(one.sheet, one.total, one.created, one.changed, one.unchanged, one.refused)
        for one in report.sheets
    ]
    for one in report.refused:
        why, then = (say(one.key, lang=lang, facts=one.facts) for say in (text, remedy))
        lines.append(refused.format(one.sheet, one.row, one.field, why, then))
    return "\n".join([*lines, tried] if report.dry_run else lines)


def _organization(code: str) -> UUID | None:
    return queries.organization_by_code(code=code).id if code else None


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)
