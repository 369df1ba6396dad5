"""Keys and protection as an assessor asks for them (密码应用和防护台账), from the real configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.utils.translation import gettext as _

from zhengtong.exchange.queries import keys as exchange
from zhengtong.journal import door, keys
from zhengtong.journal import queries as journal
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock, SystemClock
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role

READERS = frozenset({str(Role.AUDITOR), str(Role.SECURITY_ADMIN)})
ROTATE_DAYS = {"column": 365, "session": 365, "node": 730}  # [D] ours; the online key's end stands in the roots
DRILLS_SHOWN = 10
PRIVATE = "0600"


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key or protection (台账一行)."""

    what: str
    code: str  # of the node or system whose it is
    where: str
    algorithm: str
    name: str  # id or fingerprint
    made: date | None
    due: date | None
    late: bool
    who: str
    bad: str  # what is not as it should be, in words


@dataclass(frozen=True, slots=True)
class DrillLine:
    """A drill on record (演练)."""

    held_on: str
    what: str
    outcome: str
    who: str


def lines(*, actor: Actor, clock: Clock) -> tuple[KeyLine, ...]:
    """Every key in use and the other protections, in the order of an assessment.  Raises NotAllowed."""
    if not actor.roles & READERS:
        raise NotAllowed("portal.protection_for_auditors")
    return (*_trust(clock), *_columns(), *_signing(), *_held(actor, clock), *_others())


def drills() -> tuple[DrillLine, ...]:
    """The latest drills, newest first."""
    found = journal.drills(most=DRILLS_SHOWN)
    people = parties.officer_names(one.actor for one in found if one.actor)
    return tuple(
        DrillLine(
            one.payload["held_on"], one.payload["what"], one.payload["outcome"],
            people.get(one.actor, "") if one.actor else "",
        )
        for one in found
    )  # fmt: skip


def _line(
    what: str, where: str, algorithm: str, name: str, *, made: datetime | None = None, due: date | None = None,
    today: date | None = None, who: str, bad: str = "", code: str = "",
) -> KeyLine:  # fmt: skip
    late = due is not None and due < (today or SystemClock().today())
    return KeyLine(what, code, where, algorithm, name, made.date() if made else None, due, late, who, bad)


def _trust(clock: Clock) -> Iterator[KeyLine]:
    try:
        held, today = exchange.trust(), clock.today()
    except NotFound:
        bad = _("还没有举行密钥仪式")
        yield _line(_("信任根（离线签名密钥）"), _("离线介质"), "Ed25519", "—", who="—", bad=bad)
        return
    bad = _("离线根密钥还在这台机器上，请移到离线介质") if held.offline_here else ""
    keepers = _("{n} 名保管人，须 {m} 人同时签名").format(n=held.keys, m=held.threshold)
    yield _line(
        _("信任根（离线签名密钥）"), _("离线介质"), "Ed25519", held.fingerprint, made=held.issued_at,
        due=held.until.date(), today=today, who=keepers, bad=bad,
    )  # fmt: skip
    for one in held.online:
        yield _line(
            _("签名名录的在线密钥"), "keys/online.pem", "Ed25519", one.fingerprint, made=one.since,
            due=one.until.date(), today=today, who=_account(held.online_mode), bad=_mode(held.online_mode),
        )  # fmt: skip


def _columns() -> Iterator[KeyLine]:
    mode = exchange.mode_of(door.keys_dir() / keys.RING_FILE)
    words = {"sealing": (_("列加密密钥"), "AES-256-GCM"), "indexing": (_("盲索引密钥"), "HMAC-SHA-256")}
    for one in keys.facts(door.keys_dir()):
        what, algorithm = words[one.kind]
        due = one.made.date() + timedelta(days=ROTATE_DAYS["column"]) if one.made and one.active else None
        what = what if one.active else _("{what}（旧，只用来读）").format(what=what)
        where = f"keys/{keys.RING_FILE}"
        yield _line(what, where, algorithm, one.name, made=one.made, due=due, who=_account(mode), bad=_mode(mode))


def _signing() -> Iterator[KeyLine]:
    path = door.keys_dir() / keys.SECRET_FILE
    mode, made = exchange.mode_of(path), _changed(path)
    due = made.date() + timedelta(days=ROTATE_DAYS["session"]) if made else None
    yield _line(
        _("会话和下载链接的签名密钥"), f"keys/{keys.SECRET_FILE}", "HMAC-SHA-256", "—", made=made, due=due,
        who=_account(mode), bad=_mode(mode),
    )  # fmt: skip


def _held(actor: Actor, clock: Clock) -> Iterator[KeyLine]:
    for one in exchange.held_keys(actor=actor):
        what = _("结点签名密钥") if one.is_node else _("业务系统签名密钥")
        due = one.since.date() + timedelta(days=ROTATE_DAYS["node"])
        who = _("{organization}；中心只有公钥").format(organization=one.organization)
        yield _line(
            what, _("本部门的机器"), "Ed25519", one.fingerprint, made=one.since, due=due,
            today=clock.today(), who=who, code=one.code,
        )  # fmt: skip


def _others() -> Iterator[KeyLine]:
    hasher = get_hasher()
    rounds = getattr(hasher, "iterations", 0)
    nobody = _("无人可读")
    yield _line(_("登录密码"), _("数据库，只存摘要"), f"{hasher.algorithm} ({rounds})", "—", who=nobody)
    yield _line(_("动态口令的种子"), _("数据库，列加密"), "HMAC-SHA-1 (RFC 6238)", "—", who=nobody)
    yield _line(_("审计链"), _("数据库，链头由各结点存档"), "SHA-256", "—", who=_("只增不改，数据库拒绝修改"))
    off = "" if settings.SESSION_COOKIE_SECURE else _("没有声明加密传输（只允许本机演示）")
    yield _line(_("页面和接口的传输"), _("门前的代理"), "TLS 1.3", "—", who=_("系统管理员"), bad=off)
    yield _line(
        _("国密套件（SM2、SM3、SM4）"), "—", "GB/T 32918, 32905, 32907", "—", who="—",
        bad=_("本版本没有启用；密评前须启用"),
    )  # fmt: skip


def _changed(path: Path) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None


def _account(mode: str) -> str:
    return _("运行中心的系统账户（权限 {mode}）").format(mode=mode or "—")


def _mode(mode: str) -> str:
    return "" if mode == PRIVATE else _("文件权限应为 0600")
