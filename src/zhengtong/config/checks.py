"""`zhengtong center check` (部署检查): what is missing or unsafe, and what to do about it."""

import ipaddress
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.apps import apps
from django.core.checks import WARNING, run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from zhengtong.config import env
from zhengtong.journal import keys, queries
from zhengtong.kernel import messages
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import Fact, NotAllowed
from zhengtong.regulations import workdays

KEY_FILES = (keys.SECRET_FILE, keys.RING_FILE)
PUBLIC_FILES = frozenset({"roots.json"})  # the signed roots document: meant to be read by everybody
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not in order; fatal ones make the check fail."""

    key: str
    facts: dict[str, Fact] = field(default_factory=dict)
    fatal: bool = True

    def message(self, lang: messages.Lang) -> str:
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang) -> str:
        return messages.remedy(self.key, lang=lang, facts=self.facts)

    def as_dict(self, lang: messages.Lang) -> dict[str, str | bool]:
        return {
            "key": self.key,
            "fatal": self.fatal,
            "message": self.message(lang),
            "remedy": self.remedy(lang),
        }


def findings(*, clock: Clock) -> tuple[Finding, ...]:
    """All findings, in the order in which to mend them."""
    found = [*_keys(), *_database()]
    if not found:
        found += [*_demo_accounts(), *_administrators(clock.today()), *_queue()]
    return (*found, *_hosts(), *_calendar(clock.today()), *_django())


def refuse_unsafe_demo(*, host: str) -> None:
    """Raises NotAllowed when demo accounts would be open to other machines."""
    if not env.settings().demo:
        return
    for name in (host, *env.settings().hosts):  # a name served from behind a proxy is as open as a bind address
        if not _is_loopback(name):
            raise NotAllowed("config.demo_not_on_loopback", host=name)


def _keys() -> Iterator[Finding]:
    folder = env.settings().keys
    for name in KEY_FILES:
        if not (folder / name).is_file():
            yield Finding("config.key_missing", {"path": str(folder / name)})
    for path in [folder, *sorted(folder.rglob("*"))] if folder.is_dir() else []:
        if path.name not in PUBLIC_FILES and not path.is_symlink() and _mode(path) & OTHERS:
            yield Finding("config.key_readable", {"path": str(path), "mode": f"{_mode(path):o}"})


def _database() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as refused:
        yield Finding("config.database_unreachable", {"why": str(refused).strip().split("\n")[0]})
        return
    if waiting:
        yield Finding("config.migrations_waiting", {"count": len(waiting)})


def _demo_accounts() -> Iterator[Finding]:
    """Demo accounts are allowed only in a demo, and a demo only on loopback."""
    if not apps.is_installed("zhengtong.parties"):
        return
    from zhengtong.parties import queries as parties

    if not env.settings().demo and (held := parties.demo_account_count()):
        yield Finding("config.demo_accounts", {"count": held})


def _administrators(today: date) -> Iterator[Finding]:
    """Whoever installs puts in the first system administrator and the first security administrator."""
    if not apps.is_installed("zhengtong.parties"):
        return
    from zhengtong.parties import queries as parties
    from zhengtong.parties.rules import Role, role_label

    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        if not parties.is_held(role=role, on=today):
            facts: dict[str, Fact] = {"role_zh": role_label(role), "role_en": role_label(role, "en")}
            yield Finding("config.nobody_administers", facts, fatal=False)


def _queue() -> Iterator[Finding]:
    if dead := queries.job_counts().get("dead", 0):
        yield Finding("config.jobs_dead", {"count": dead}, fatal=False)


def _hosts() -> Iterator[Finding]:
    for host in env.settings().hosts:
        if env.settings().demo and not _is_loopback(host):
            yield Finding("config.demo_not_on_loopback", {"host": host})
        elif not env.settings().https and not _is_loopback(host):
            yield Finding("config.no_https", {"host": host})


def _calendar(today: date) -> Iterator[Finding]:
    through = workdays.national().published_through
    if through < today:
        yield Finding("config.calendar_old", {"through": through.isoformat()})
    elif through.year == today.year and today.month == 12:  # next year's schedule is published by then
        yield Finding("config.calendar_ends_soon", {"through": through.isoformat()}, fatal=False)


def _django() -> Iterator[Finding]:
    for message in run_checks():
        if message.level >= WARNING:
            yield Finding("config.django_says", {"what": f"{message.id}: {message.msg}"})


def _is_loopback(host: str) -> bool:
    bare = host.strip("[]")
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
