"""The environment (运行环境), read once and typed: every ZHENGTONG_* variable is named here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

AREAS = ("parties", "standards", "catalog", "sharing", "exchange", "supervision", "portal")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WORKERS_MAX = 32
WEB_THREADS = 2  # measured best on two cores (docs/adr/0020-gate.md); more only wait for each other


@dataclass(frozen=True, slots=True)
class Database:
    """Where the center keeps its state: a SQLite file or a PostgreSQL address."""

    engine: str  # "sqlite" | "postgresql"
    name: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def is_sqlite(self) -> bool:
        return self.engine == "sqlite"


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity provider people may sign in by (统一身份认证); its secret lies in the keys folder, if it has one."""

    issuer: str
    client: str
    name: str


@dataclass(frozen=True, slots=True)
class Mail:
    """Where reminders leave by mail (邮件提醒); a password lies in the keys folder as `smtp.password`."""

    host: str
    port: int
    sender: str
    user: str
    tls: bool  # always but on loopback


@dataclass(frozen=True, slots=True)
class Environment:
    """All that a deployment may set from outside."""

    home: Path
    database: Database
    demo: bool
    demo_clock: Path | None
    areas: tuple[str, ...]
    hosts: tuple[str, ...]
    https: bool
    web_threads: int
    identity: Identity | None
    passwords: bool
    address: str  # of the center, as people type it; links in reminders begin with it
    mail: Mail | None
    webhook_hosts: tuple[str, ...]  # hosts that reminders may be posted to

    @property
    def center(self) -> Path:
        """HOME/center: database, keys, exports of the control plane."""
        return self.home / "center"

    @property
    def keys(self) -> Path:
        return self.center / "keys"


@cache
def settings() -> Environment:
    """This process's environment; read at the first call."""
    return read(os.environ)


def read(given: Mapping[str, str]) -> Environment:
    """An environment from variables.  Raises ValueError that names the variable."""
    home = Path(given.get("ZHENGTONG_HOME") or "zhengtong-home").expanduser().absolute()
    clock = given.get("ZHENGTONG_DEMO_CLOCK", "")
    areas = tuple(a for a in given.get("ZHENGTONG_AREAS", "").replace(",", " ").split() if a) or AREAS
    if unknown := set(areas) - set(AREAS):
        raise ValueError(f"ZHENGTONG_AREAS names unknown areas: {', '.join(sorted(unknown))}")
    return Environment(
        home=home,
        database=_database(given.get("ZHENGTONG_DATABASE", ""), default=home / "center" / "center.db"),
        demo=_flag(given, "ZHENGTONG_DEMO"),
        demo_clock=Path(clock).absolute() if clock else None,
        areas=areas,
        hosts=tuple(given.get("ZHENGTONG_HOSTS", "localhost 127.0.0.1 [::1]").replace(",", " ").split()),
        https=_flag(given, "ZHENGTONG_HTTPS"),
        identity=_identity(given),
        passwords=_passwords(given),
        address=_address(given),
        mail=_mail(given),
        webhook_hosts=tuple(given.get("ZHENGTONG_WEBHOOK_HOSTS", "").replace(",", " ").split()),
        web_threads=_count(given, "ZHENGTONG_WEB_THREADS", default=WEB_THREADS, most=WORKERS_MAX),
    )


def _identity(given: Mapping[str, str]) -> Identity | None:
    issuer, client = given.get("ZHENGTONG_OIDC_ISSUER", ""), given.get("ZHENGTONG_OIDC_CLIENT", "")
    if not issuer and not client:
        return None
    parts = urlsplit(issuer)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not client or not safe or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("ZHENGTONG_OIDC_ISSUER is https://… (http on loopback alone), with ZHENGTONG_OIDC_CLIENT")
    return Identity(issuer, client, given.get("ZHENGTONG_OIDC_NAME", "") or str(parts.hostname))


def _address(given: Mapping[str, str]) -> str:
    address = given.get("ZHENGTONG_ADDRESS", "").rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("ZHENGTONG_ADDRESS is https://center.example, without a query")
    return address


def _mail(given: Mapping[str, str]) -> Mail | None:
    place, sender = given.get("ZHENGTONG_SMTP", ""), given.get("ZHENGTONG_SMTP_FROM", "")
    if not place:
        return None
    host, _, port = place.rpartition(":")
    if not host or not port.isdigit() or "@" not in sender:
        raise ValueError("ZHENGTONG_SMTP is host:port, with ZHENGTONG_SMTP_FROM, an address")
    return Mail(host, int(port), sender, given.get("ZHENGTONG_SMTP_USER", ""), tls=host not in LOOPBACK)


def _passwords(given: Mapping[str, str]) -> bool:
    """Whether people may sign in by password; turned off only where there is another way."""
    off = "ZHENGTONG_PASSWORDS" in given and not _flag(given, "ZHENGTONG_PASSWORDS")
    if off and not given.get("ZHENGTONG_OIDC_ISSUER"):
        raise ValueError("ZHENGTONG_PASSWORDS=0 needs ZHENGTONG_OIDC_ISSUER: nobody could sign in")
    return not off


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "")
    if value not in {"", "0", "1"}:
        raise ValueError(f"{name} is 0 or 1, not {value!r}")
    return value == "1"


def _count(given: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    value = given.get(name, "")
    if not value:
        return default
    if not value.isdigit() or not 1 <= int(value) <= most:
        raise ValueError(f"{name} is a number from 1 to {most}, not {value!r}")
    return int(value)


def _database(value: str, *, default: Path) -> Database:
    if not value:
        return Database(engine="sqlite", name=str(default))
    parts = urlsplit(value)
    if parts.scheme in {"postgresql", "postgres"}:
        query = dict(parse_qsl(parts.query))
        host = query.pop("host", "") or parts.hostname or ""  # ?host=/folder is a unix socket
        return Database(
            engine="postgresql",
            name=unquote(parts.path.lstrip("/")) or "zhengtong",
            host=host,
            port=int(query.pop("port", "") or parts.port or 0),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            options=tuple(sorted(query.items())),
        )
    if parts.scheme in {"", "sqlite"}:
        path = value.removeprefix("sqlite://").removeprefix("sqlite:")
        return Database(engine="sqlite", name=str(Path(path).expanduser().absolute()))
    raise ValueError(f"ZHENGTONG_DATABASE is a file or postgresql://…, not {parts.scheme}://…")
