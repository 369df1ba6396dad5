"""A node's home (结点目录): its folder, keys, settings and the lock that keeps it one process.

HOME/nodes/<code>/  node.toml  keys/  node.db  ledger/  parcels/  lock  serving.json
"""

import fcntl
import json
import os
import re
import secrets
import tomllib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from zhengtong.kernel.clock import Clock, StoryClock, SystemClock
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.wire.suites import SealingKey, SigningKey

CODE = re.compile(r"[a-z0-9-]{2,40}")
_OWNER_ONLY = 0o600
_FOLDER_OF_OWNER = 0o700
UMASK = 0o077  # whatever a node's process makes is its owner's alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What node.toml holds.  `center` and `root` are empty until the node has joined.

    `tls_pin` is the key of this node's own TLS front, `center_pin` the center's (`pinning`); empty on loopback.
    """

    code: str
    organization: str = ""
    suite: str = "intl"
    host: str = "127.0.0.1"
    port: int = 0
    address: str = ""
    center: str = ""
    center_pin: str = ""
    root: str = ""
    tls_pin: str = ""
    clock: str = ""


class NodeHome:
    """Paths of one node, and its settings and keys as read from them."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self._keys = str(folder / "keys")
        self.settings = settings
        self._subject_keys: dict[int, bytes] = {}
        self._secrets: dict[str, tuple[tuple[int, int, int], str]] = {}

    @classmethod
    def create(cls, home: Path, settings: Settings) -> Self:
        """Make the folders and keys of a new node.  Raises WrongState if there is one of that code already."""
        if not CODE.fullmatch(settings.code):
            raise RuleBroken("node.code_shape", code=settings.code)
        folder = home / "nodes" / settings.code
        if (folder / "node.toml").exists():
            raise WrongState("node.exists", code=settings.code, folder=str(folder))
        for part in ("keys", "directory", "ledger/directory", "parcels"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for private in (home, folder.parent, folder, *(p for p in folder.rglob("*") if p.is_dir())):
            private.chmod(_FOLDER_OF_OWNER)
        made = cls(folder, settings)
        made.write_secret("admin.token", secrets.token_urlsafe(32))
        write_private(folder / "keys" / "sign.pem", SigningKey.generate(settings.suite).pem())
        write_private(folder / "keys" / "seal.pem", SealingKey.generate(settings.suite).pem())
        made.save(settings)
        return made

    @classmethod
    def open(cls, home: Path, code: str = "") -> Self:
        """Read a node's home; without a code, the only node of the home."""
        nodes = home / "nodes"
        if not code:
            found = sorted(p.parent.name for p in nodes.glob("*/node.toml"))
            if len(found) != 1:
                raise NotFound("node.which", home=str(home), found="、".join(found) or "-")
            code = found[0]
        path = nodes / code / "node.toml"
        if not path.is_file():
            raise NotFound("node.no_home", code=code, home=str(home))
        return cls(path.parent, Settings(**tomllib.loads(path.read_text(encoding="utf-8"))))

    @property
    def code(self) -> str:
        return self.settings.code

    @property
    def database(self) -> Path:
        return self.folder / "node.db"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    @property
    def parcels(self) -> Path:
        return self.folder / "parcels"

    @property
    def serving(self) -> Path:
        return self.folder / "serving.json"

    def save(self, settings: Settings) -> None:
        """Replace node.toml in one step."""
        lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in asdict(settings).items())
        write_private(self.folder / "node.toml", "".join(lines).encode())
        self.settings = settings

    def joined(self, *, center: str, root: str, organization: str, pin: str = "") -> None:
        """Remember the center, its TLS key, the pinned root and whose node this is."""
        settings = replace(self.settings, center=center.rstrip("/"), root=root, organization=organization)
        self.save(replace(settings, center_pin=pin or settings.center_pin))

    def clock(self) -> Clock:
        """The machine's clock, or the demo's story clock if node.toml names one."""
        return StoryClock(Path(self.settings.clock)) if self.settings.clock else SystemClock()

    def sign_key(self) -> SigningKey:
        """The key this node signs with."""
        return SigningKey.from_pem(self.secret("sign.pem").encode())

    def seal_key(self) -> SealingKey:
        """The key that opens parcels sealed for this node."""
        return SealingKey.from_pem(self.secret("seal.pem").encode())

    def pseudonym_secret(self) -> bytes:
        """What pseudonyms of all grants are derived from; made at first use, never leaves."""
        if not (self.folder / "keys" / "pseudonym.key").is_file():
            self.write_secret("pseudonym.key", secrets.token_hex(32))
        return bytes.fromhex(self.secret("pseudonym.key"))

    def secret(self, name: str) -> str:
        """A text kept under keys/ (0600); read again only when the file has changed."""
        try:
            found = os.stat(f"{self._keys}/{name}")  # noqa: PTH116 - on every call
        except FileNotFoundError:
            raise NotFound("node.no_key", name=name, code=self.code) from None
        stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        held = self._secrets.get(name)
        if held is None or held[0] != stamp:
            text = Path(self._keys, name).read_text(encoding="ascii").strip()
            held = self._secrets[name] = (stamp, text)
        return held[1]

    def write_secret(self, name: str, value: str) -> None:
        write_private(self.folder / "keys" / name, (value + "\n").encode("ascii"))

    def subject_key(self, year: int) -> bytes:
        """The node's key of a year for subject digests; erasing the file makes that year's subjects unfindable."""
        name = f"subject-{year}.key"
        if not os.path.isfile(f"{self._keys}/{name}"):  # noqa: PTH113 - on every call
            self.write_secret(name, secrets.token_hex(32))
            self._subject_keys.clear()
        if year not in self._subject_keys:
            self._subject_keys[year] = bytes.fromhex(self.secret(name))
        return self._subject_keys[year]


class HomeLock:
    """Hold the home for one process; a second `serve` is told so instead of spoiling the ledger."""

    def __init__(self, home: NodeHome) -> None:
        self._path = home.folder / "lock"
        self._code = home.code
        self._fd = -1

    def __enter__(self) -> Self:
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise WrongState("node.already_serving", code=self._code) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600, whole or not at all."""
    fresh = path.with_name(path.name + ".tmp")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new file in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
