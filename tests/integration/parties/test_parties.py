"""Organizations, seats, substitutes and sign-in on a real database."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from typer.testing import CliRunner

from zhengtong.journal.models import ReadRecord
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError, RuleBroken
from zhengtong.parties import queries, services
from zhengtong.parties.cli import app
from zhengtong.parties.models import Account
from zhengtong.parties.rules import Level, OrgKind, Role
from zhengtong.parties.services import attempts, sign_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def _organization(clock: FixedClock, *, code: str = "wl-land", uscc: str = "", actor: Actor = SYSTEM) -> UUID:
    return services.register_organization(
        code=code, name="望澜市自然资源和规划局", short_name="市自然资源局", level=Level.CITY, kind=OrgKind.DEPARTMENT,
        jurisdiction="990100", uscc=uscc, actor=actor, clock=clock,
    )  # fmt: skip


@pytest.mark.fault("parties.uscc_wrong", what="统一社会信用代码的校验码错误", unchanged="没有登记机构")
def test_an_organization_with_a_wrong_check_character_is_refused(db: None, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken) as refused:
        _organization(clock, uscc="11990100MB00012340")
    assert refused.value.key == "parties.uscc_wrong"
    assert queries.organizations(actor=SYSTEM) == ()


@pytest.mark.fault("parties.code_taken", what="机构代码重复", unchanged="已登记的机构不变，没有新登记")
def test_a_code_is_given_once(town: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken) as refused:
        _organization(clock, code="tl-market")
    assert refused.value.key == "parties.code_taken"
    assert queries.organization_by_code(code="tl-market").id == town.bureau
    assert len(queries.organizations(actor=SYSTEM)) == 2


@pytest.mark.parametrize("code", ["A", "市监局", "has space", "-x", "x" * 41, ""])
def test_a_malformed_code_is_refused(code: str, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken):
        _organization(clock, code=code)


def test_only_the_system_administrator_registers_organizations(town: Any, clock: FixedClock) -> None:
    with pytest.raises(NotAllowed):
        _organization(clock, actor=queries.actor_for(account=town.account, seat=town.seat, on=TODAY))


def test_registering_is_recorded_without_personal_data(town: Any) -> None:
    assert [e.name for e in events_of(town.bureau)] == ["parties.organization.registered"]
    assert events_of(town.officer)[0].payload == {}


def test_contact_of_an_officer_is_encrypted_in_the_database(town: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM parties_officer WHERE name = %s", ["沈若川"])
        [(stored,)] = cursor.fetchall()
    assert "10012345678" not in str(stored)


def test_the_nearest_authority_governs_a_district(town: Any) -> None:
    found = queries.authority_of(jurisdiction="990102")
    assert found is not None
    assert found.id == town.authority
    assert queries.organizations_under(authority=town.authority) == {town.authority, town.bureau}
    assert queries.authority_of(jurisdiction="980000") is None


def test_a_seat_needs_a_role_and_an_order_of_days(town: Any, clock: FixedClock) -> None:
    def give(roles: list[Role], until: date | None) -> UUID:
        return services.give_seat(
            officer=town.substitute, organization=town.bureau, roles=roles, title="岗", from_on=TODAY, until_on=until,
            actor=SYSTEM, clock=clock,
        )  # fmt: skip

    with pytest.raises(RuleBroken, match="seat_needs_role"):
        give([], None)
    with pytest.raises(RuleBroken, match="period_reversed"):
        give([Role.ENGINEER], TODAY - timedelta(days=1))


@pytest.mark.fault("parties.admins_not_separate", what="给系统管理员再授予安全管理员角色", unchanged="没有授予岗位")
def test_system_security_and_audit_never_meet_in_one_person(town: Any, clock: FixedClock) -> None:
    def give(role: Role) -> UUID:
        return services.give_seat(
            officer=town.substitute, organization=town.bureau, roles=[role], title="岗", from_on=TODAY, actor=SYSTEM,
            clock=clock,
        )  # fmt: skip

    give(Role.SYSTEM_ADMIN)
    with pytest.raises(RuleBroken, match="admins_not_separate"):
        give(Role.SECURITY_ADMIN)
    assert [seat.roles for seat in queries.seats(on=TODAY, officer=town.substitute)] == [(Role.SYSTEM_ADMIN,)]


def test_nobody_gives_himself_a_seat(town: Any, clock: FixedClock) -> None:
    me = Actor(town.officer, "沈若川", town.bureau, frozenset({str(Role.SECURITY_ADMIN)}))
    with pytest.raises(NotAllowed, match="no_seat_for_oneself"):
        services.give_seat(
            officer=town.officer, organization=town.bureau, roles=[Role.AUDITOR], title="岗", from_on=TODAY, actor=me,
            clock=clock,
        )  # fmt: skip


def test_an_ended_seat_gives_no_power_afterwards(town: Any, clock: FixedClock) -> None:
    services.end_seat(seat=town.seat, on=TODAY, actor=SYSTEM, clock=clock)
    assert queries.actor_for(account=town.account, seat=town.seat, on=TODAY).has(Role.DATA_OFFICER)
    with pytest.raises(NotAllowed):
        queries.actor_for(account=town.account, seat=town.seat, on=TODAY + timedelta(days=1))


def test_a_substitute_acts_for_the_absent_officer_only_in_the_period(town: Any, clock: FixedClock) -> None:
    services.appoint_substitute(
        absent=town.officer, substitute=town.substitute, from_on=TODAY, until_on=TODAY + timedelta(days=4),
        reason="休假", actor=SYSTEM, clock=clock,
    )  # fmt: skip
    acting = queries.actor_for(account=town.substitute_account, seat=town.seat, on=TODAY)
    assert (acting.officer, acting.acting_for) == (town.substitute, town.officer)
    assert acting.has(Role.DATA_OFFICER)
    assert queries.absence(officer=town.officer, on=TODAY) is not None
    with pytest.raises(NotAllowed, match="seat_not_yours"):
        queries.actor_for(account=town.substitute_account, seat=town.seat, on=TODAY + timedelta(days=5))


def test_an_absence_has_one_substitute(town: Any, clock: FixedClock) -> None:
    def appoint(who: UUID) -> UUID:
        return services.appoint_substitute(
            absent=town.officer, substitute=who, from_on=TODAY, until_on=TODAY, reason="休假", actor=SYSTEM, clock=clock
        )

    with pytest.raises(RuleBroken, match="substitute_is_same"):
        appoint(town.officer)
    appoint(town.substitute)
    with pytest.raises(RuleBroken, match="already_substituted"):
        appoint(services.add_officer(name="许棠", actor=SYSTEM, clock=clock))


def test_a_stranger_cannot_appoint_a_substitute(town: Any, clock: FixedClock) -> None:
    stranger = Actor(town.substitute, "温以宁", town.authority, frozenset({str(Role.DEPARTMENT_HEAD)}))
    with pytest.raises(NotAllowed):
        services.appoint_substitute(
            absent=town.officer, substitute=town.substitute, from_on=TODAY, until_on=TODAY, reason="", actor=stranger,
            clock=clock,
        )  # fmt: skip


def test_the_holder_of_a_role_is_found_for_commands(town: Any) -> None:
    found = queries.seat_holder(organization_code="tl-market", role=Role.DATA_OFFICER, on=TODAY)
    assert (found.officer, found.organization, found.jurisdiction) == (town.officer, town.bureau, "990102")
    with pytest.raises(NotFound, match="nobody_in_role"):
        queries.seat_holder(organization_code="tl-market", role=Role.DEPARTMENT_HEAD, on=TODAY)


def test_cards_show_each_seat_and_each_standing_in(town: Any, clock: FixedClock) -> None:
    services.appoint_substitute(
        absent=town.officer, substitute=town.substitute, from_on=TODAY, until_on=TODAY, reason="休假", actor=SYSTEM,
        clock=clock,
    )  # fmt: skip
    cards = queries.sign_in_cards(on=TODAY)
    assert [(c.officer_name, c.standing_in_for, c.absent_until) for c in cards] == [
        ("沈若川", "", TODAY),
        ("温以宁", "沈若川", None),
    ]


PASSWORD = "correct-horse-battery-staple"


@pytest.fixture
def real_account(town: Any, clock: FixedClock) -> UUID:
    return services.open_account(
        login="wen.real", officer=town.substitute, password=PASSWORD, actor=SYSTEM, clock=clock
    )


def test_the_right_password_signs_in(real_account: UUID, clock: FixedClock) -> None:
    who = sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock)
    assert who.account == real_account
    assert sign_in.stamp_holds(account=who.account, stamp=who.stamp)


def test_an_unknown_login_and_a_wrong_password_read_the_same(real_account: UUID, clock: FixedClock) -> None:
    keys = set()
    for login in ("nobody", "wen.real", "shen"):
        with pytest.raises(NotAllowed) as refused:
            sign_in.with_password(login=login, password="wrong", clock=clock)
        keys.add(refused.value.key)
    assert keys == {"parties.sign_in_refused"}


@pytest.mark.fault("parties.sign_in_locked", what="连续输错密码", unchanged="账号锁定15分钟，没有登录，留有记录")
def test_repeated_errors_lock_the_account_and_time_unlocks_it(real_account: UUID, clock: FixedClock) -> None:
    for _ in range(attempts.FAILED_SIGN_INS_MAX):
        with pytest.raises(NotAllowed, match="sign_in_refused"):
            sign_in.with_password(login="wen.real", password="wrong", clock=clock)
    with pytest.raises(NotAllowed, match="sign_in_locked"):
        sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock)
    assert "parties.account.locked" in [e.name for e in events_of(real_account)]
    clock.move(timedelta(minutes=attempts.LOCK_MINUTES, seconds=1))
    assert sign_in.with_password(login="wen.real", password=PASSWORD, clock=clock).account == real_account


@pytest.mark.parametrize("password", ["short", "password123"])
def test_a_weak_password_is_refused(password: str, town: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="password_weak"):
        services.open_account(login="weak", officer=town.officer, password=password, actor=SYSTEM, clock=clock)


def test_a_demo_account_has_no_password(town: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="demo_account_without_password"):
        services.open_account(
            login="demo", officer=town.officer, password=PASSWORD, is_demo=True, actor=SYSTEM, clock=clock
        )  # fmt: skip


def test_one_click_on_a_card_signs_in_and_out_again(town: Any, client: Client) -> None:
    page = client.get("/signin")
    assert page.status_code == 200
    assert "沈若川" in page.content.decode()
    entered = client.post("/signin/card", {"account": town.account, "seat": town.seat, "next": "/roles"})
    assert (entered.status_code, entered["Location"]) == (302, "/roles")
    assert "zt_account" in client.session
    client.post("/signout")
    assert "zt_account" not in client.session


def test_a_foreign_address_is_never_followed_after_sign_in(town: Any, client: Client) -> None:
    entered = client.post("/signin/card", {"account": town.account, "seat": town.seat, "next": "https://evil.example/"})
    assert entered["Location"] == "/"


def test_a_card_of_a_real_account_is_refused(real_account: UUID, client: Client) -> None:
    answer = client.post("/signin/card", {"account": real_account, "seat": ""})
    assert answer.status_code == 403
    assert "zt_account" not in client.session


def test_the_demo_accounts_can_be_counted_for_the_check(town: Any) -> None:
    assert queries.demo_account_count() == 2


def test_outside_the_demo_there_are_no_cards_and_no_card_signs_in(
    town: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhengtong.journal.door.is_demo", lambda: False)
    assert queries.sign_in_cards(on=TODAY) == ()
    with pytest.raises(NotAllowed, match="sign_in_refused"):
        sign_in.with_card(account=town.account, clock=clock)


def test_a_closed_account_ends_its_session(town: Any, client: Client) -> None:
    client.post("/signin/card", {"account": town.account, "seat": town.seat})
    assert client.get("/catalog/").status_code == 200
    Account.objects.filter(pk=town.account).update(is_active=False)
    assert client.get("/catalog/").status_code == 302


def test_commands_list_organizations_and_masked_officers(
    town: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhengtong.parties.cli.current_clock", lambda: clock)
    listed = CliRunner().invoke(app, ["organizations", "--json"])
    assert [json.loads(line)["code"] for line in listed.stdout.splitlines()] == ["tl-market", "wl-data"]
    people = CliRunner().invoke(app, ["officers", "--json"])
    assert [json.loads(line)["name"] for line in people.stdout.splitlines()] == ["沈**"]
    opened = CliRunner().invoke(
        app, ["create-account", "shen.real", "--officer", str(town.officer), "--password", PASSWORD]
    )
    assert opened.exit_code == 0
    assert sign_in.with_password(login="shen.real", password=PASSWORD, clock=clock).account == UUID(
        opened.stdout.strip()
    )


def test_the_head_of_one_organization_lends_out_no_seat_in_another(town: Any, clock: FixedClock) -> None:
    """A substitute stands in every seat of the absent officer; who appoints must answer for all of them."""
    services.give_seat(
        officer=town.officer, organization=town.authority, roles=[Role.AUTHORITY_REVIEWER], title="借调审核",
        from_on=TODAY, actor=SYSTEM, clock=clock,
    )  # fmt: skip
    head = Actor(UUID(int=9), "负责人", town.bureau, frozenset({str(Role.DEPARTMENT_HEAD)}))
    with pytest.raises(NotAllowed):
        services.appoint_substitute(
            absent=town.officer, substitute=town.substitute, from_on=TODAY, until_on=TODAY, reason="休假", actor=head,
            clock=clock,
        )  # fmt: skip


def test_duties_are_listed_by_those_who_compile_not_by_anybody_in_the_house(town: Any, clock: FixedClock) -> None:
    for role, may in ((Role.AUDITOR, False), (Role.COUNTER_CLERK, False), (Role.DATA_OFFICER, True)):
        actor = Actor(town.officer, "沈若川", town.bureau, frozenset({str(role)}))
        said = {"code": f"D-{role}", "name": "食品经营许可", "legal_basis": "食品安全法"}
        if may:
            services.add_duty(organization=town.bureau, actor=actor, clock=clock, **said)
        else:
            with pytest.raises(NotAllowed):
                services.add_duty(organization=town.bureau, actor=actor, clock=clock, **said)


@pytest.mark.parametrize("link", ["parent", "guidance_by", "vertical_under"])
def test_an_organization_under_an_unknown_one_is_refused(link: str, town: Any, clock: FixedClock) -> None:
    with pytest.raises(NotFound, match="no_organization"):
        services.register_organization(
            code="tl-new", name="新设机构", short_name="新设", level=Level.COUNTY, kind=OrgKind.DEPARTMENT,
            jurisdiction="990102", actor=SYSTEM, clock=clock,
            **{link: UUID(int=1)},  # pyright: ignore[reportArgumentType]  # one of three keywords of one type
        )  # fmt: skip


def test_reading_an_officers_telephone_leaves_who_whose_and_why(town: Any, clock: FixedClock) -> None:
    reader = Actor(town.substitute, "温以宁", town.bureau, frozenset({str(Role.DATA_OFFICER)}), "990102")
    with pytest.raises(RuleBroken, match="purpose_missing"):
        services.read_contact(officer=town.officer, purpose=" ", actor=reader, clock=clock)
    assert not ReadRecord.objects.exists()
    held = services.read_contact(officer=town.officer, purpose="核对共享申请 0002", actor=reader, clock=clock)
    assert (held.phone, held.email) == ("10012345678", "")
    row = ReadRecord.objects.get()
    assert (row.actor, row.subject, row.fields) == (town.substitute, str(town.officer), ["phone", "email"])
    assert "10012345678" not in str(row.__dict__)


def test_somebody_without_a_role_reads_no_contact(town: Any, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        services.read_contact(
            officer=town.officer,
            purpose="想看看",
            actor=Actor(town.substitute, "温以宁", None, frozenset()),
            clock=clock,
        )


def test_a_form_filled_in_for_a_seat_that_ended_is_not_sent_for_another(
    town: Any, clock: FixedClock, settings: Any
) -> None:
    settings.ZHENGTONG_CLOCK, settings.ZHENGTONG_DEMO = clock, True
    second = services.give_seat(
        officer=town.officer, organization=town.authority, roles=[Role.AUTHORITY_REVIEWER], title="审核员",
        from_on=TODAY, actor=SYSTEM, clock=clock,
    )  # fmt: skip
    client = Client()
    client.post("/signin/card", {"account": str(town.account), "seat": str(town.seat)})
    services.end_seat(seat=town.seat, on=TODAY, actor=SYSTEM, clock=clock)
    clock.move(timedelta(days=1))
    sent = client.post("/exchange/nodes/invite", {"organization": str(town.bureau)})
    assert (sent.status_code, sent["Location"].partition("?")[0]) == (302, "/signin")
    assert client.session["zt_seat"] == str(second)
    assert client.get("/").status_code == 200  # the next page says for whom it acts


def test_a_text_beyond_its_column_is_refused_before_the_database_sees_it(town: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="text_too_long"):
        services.add_officer(name="甲" * 61, actor=SYSTEM, clock=clock)
    with pytest.raises(RuleBroken, match="text_too_long"):
        services.add_duty(
            organization=town.bureau, code="D" * 41, name="许可", legal_basis="法", actor=SYSTEM, clock=clock
        )


def test_the_command_shows_a_contact_only_with_a_purpose(town: Any, clock: FixedClock) -> None:
    assert CliRunner().invoke(app, ["contact", str(town.officer)]).exit_code == 2
    said = CliRunner().invoke(app, ["contact", str(town.officer), "--purpose", "核对共享申请 0002", "--json"])
    assert json.loads(said.output)["phone"] == "10012345678"
    assert ReadRecord.objects.get().purpose == "核对共享申请 0002"


def _run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(args))
    if isinstance(done.exception, PlatformError):
        return 3, done.exception.key
    return done.exit_code, done.stdout.strip()


def test_an_installer_puts_in_the_first_administrators_and_nothing_after(
    db: None, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhengtong.parties.cli.current_clock", lambda: clock)
    assert _run("register", "city-data", "--name", "某市数据局", "--region", "990100", "--authority")[0] == 0
    people = dict[str, str]()
    for login, role in (("sysadmin", "system_admin"), ("secadmin", "security_admin")):
        by = ["--as", "sysadmin"] if people else []
        people[login] = _run("add-officer", login, *by)[1]
        assert _run("create-account", login, "--officer", people[login], "--password", PASSWORD, *by)[0] == 0
        seat = ["--organization", "city-data", "--role", role, "--title", "管理员"]
        assert _run("give-seat", people[login], *seat)[0] == 0
    assert _run("add-officer", "无名") == (3, "parties.name_who_acts")
    seat = ["--organization", "city-data", "--role", "auditor", "--title", "审计"]
    auditor = _run("add-officer", "审计员", "--as", "sysadmin")[1]
    assert _run("give-seat", auditor, *seat) == (3, "parties.name_who_acts")
    assert _run("give-seat", auditor, *seat, "--as", "sysadmin") == (3, "parties.role_needed")
    assert _run("give-seat", people["secadmin"], *seat, "--as", "secadmin") == (3, "parties.no_seat_for_oneself")
    status, given = _run("give-seat", auditor, *seat, "--as", "secadmin")
    assert status == 0
    assert _run("end-seat", given, "--as", "secadmin")[0] == 0
    assert events_of(UUID(given))[0].actor == UUID(people["secadmin"])


def test_an_organization_is_registered_under_another_by_its_code(
    town: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhengtong.parties.cli.current_clock", lambda: clock)
    given = ["--name", "某所", "--region", "990102", "--parent", "tl-market", "--level", "township"]
    assert _run("register", "tl-station", *given)[0] == 0
    assert queries.organization_by_code(code="tl-station").parent == town.bureau
    assert _run("register", "tl-other", *given[:4], "--parent", "nobody") == (3, "parties.no_organization")


def test_a_weak_password_is_explained_in_both_languages(town: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.open_account(login="weak", officer=town.officer, password="123456", actor=SYSTEM, clock=clock)
    assert refused.value.message("zh") == "密码强度不够：不足10个字符、太常见"
    assert refused.value.message("en") == "The password is too weak: shorter than 10 characters, too common."
