"""The key ceremony (密钥仪式): offline root keys name the online key that signs the directory.

Files, below HOME/center:
    root-offline/root-1.pem …   root keys; belong on a medium that is not in this machine
    root-offline/READ-ME.txt    says so
    keys/online.pem             signs members, grant bundles, grants and co-signs ledger heads; 0600
    keys/roots.json             the roots document, also in the database
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from zhengtong.exchange.events import EpochOpened, OnlineKeyRotated
from zhengtong.exchange.models import Document
from zhengtong.exchange.queries.roots import ROOTS_BYTES_MAX, ROOTS_FILE, current_roots, roots_on_file
from zhengtong.exchange.services.publicity import queue_publication
from zhengtong.journal import door
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.wire.acceptance import accept_roots
from zhengtong.wire.canonical import to_millisecond
from zhengtong.wire.directory import OnlineKey, Roots, parse_roots, root_fingerprint, roots_payload
from zhengtong.wire.documents import SignedDocument, parse_document, sign_document
from zhengtong.wire.suites import INTL, SigningKey

ROOT_KEYS_MAX = 9
ROOTS_VALID = timedelta(days=3650)  # [D] roots are replaced by rotation, not by running out
ONLINE_KEY_VALID = timedelta(days=730)  # [D]
ONLINE_SIGNS = frozenset({"members", "grants", "heads"})
OFFLINE_FOLDER, ONLINE_FILE = "root-offline", "online.pem"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_READ_ME = """离线根密钥 / offline root keys

把本目录移到不联网的介质上（每把密钥一个介质、一名保管人），这台机器平时不需要它们。
只有更换在线密钥、恢复后开启新纪元时才需要。
Move this folder to media that are not in this machine (one key, one medium, one keeper).
They are needed only to change the online key and to open a new epoch after a restore.
"""


@dataclass(frozen=True, slots=True)
class RootFiles:
    """Where the ceremony put its keys, and what nodes pin."""

    fingerprint: str
    offline_folder: Path
    online_file: Path


def init_keys(*, center: Path, clock: Clock, keys: int = 1, threshold: int = 1) -> RootFiles:
    """Make root keys and an online key below `center` and sign the first roots document (密钥仪式).

    Raises:
        RuleBroken: the number of keys and the threshold make no sense.
        WrongState: keys exist already; nothing was touched.
    """
    if not 1 <= threshold <= keys <= ROOT_KEYS_MAX:
        raise RuleBroken("exchange.threshold_wrong", keys=keys, threshold=threshold)
    files = RootFiles("", center / OFFLINE_FOLDER, center / "keys" / ONLINE_FILE)
    if files.online_file.exists() or files.offline_folder.exists():
        raise WrongState("exchange.keys_exist")
    root_keys = [SigningKey.generate() for _ in range(keys)]
    online = SigningKey.generate()
    at = to_millisecond(clock.now())
    roots = Roots(
        version=1,
        epoch=1,
        suite=INTL,
        root_keys=tuple(key.public for key in root_keys),
        threshold=threshold,
        online_keys=(_online(online, at),),
        issued_at=at,
        valid_until=at + ROOTS_VALID,
    )
    for folder in (files.offline_folder, files.online_file.parent):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for number, key in enumerate(root_keys, start=1):
        _write_private(files.offline_folder / f"root-{number}.pem", key.pem())
    (files.offline_folder / "READ-ME.txt").write_text(_READ_ME, encoding="utf-8")
    _write_private(files.online_file, online.pem())
    document = sign_document("roots", roots_payload(roots), keys=root_keys)
    _write_private(files.online_file.parent / ROOTS_FILE, document.to_bytes())  # public, but all in keys/ is 0600
    return replace(files, fingerprint=root_fingerprint(roots))


def install(*, clock: Clock) -> dict[str, str]:
    """Make keys if there are none, and hold the roots document in the database (`center init`)."""
    if not (door.keys_dir() / ONLINE_FILE).exists():
        init_keys(center=door.center_home(), clock=clock)
    hold_roots()
    offline = door.center_home() / OFFLINE_FOLDER
    told = {"root_fingerprint": root_fingerprint(current_roots()[1])}
    return told | ({"move_elsewhere": str(offline)} if offline.exists() else {})


def hold_roots() -> None:
    """Put the ceremony's roots document into the database if it holds none yet."""
    if not Document.objects.filter(kind="roots").exists():
        _store(roots_on_file())


def online_key() -> SigningKey:
    """The key that signs the directory.  Raises NotFound before the key ceremony."""
    path = door.keys_dir() / ONLINE_FILE
    if not path.exists():
        raise NotFound("exchange.keys_missing")
    return SigningKey.from_pem(path.read_bytes())


def rotate_online_key(*, center: Path, actor: Actor, clock: Clock, offline: Path | None = None) -> RootFiles:
    """Have the offline keys name a fresh online key beside the present one (更换在线签名密钥).

    The present key stays named so that what it signed is still good until it runs out.
    """
    fresh = SigningKey.generate()
    at = to_millisecond(clock.now())
    _, roots = current_roots()
    kept = tuple(key for key in roots.online_keys if key.valid_until > at)
    renewed = replace(roots, version=roots.version + 1, online_keys=(_online(fresh, at), *kept), issued_at=at)
    with transaction.atomic():
        version = _issue(renewed, center=center, offline=offline)
        fact = OnlineKeyRotated(subject=new_id(at), version=version, fingerprint=fresh.key_id)
        record(fact, actor=actor, clock=clock)
        queue_publication(clock=clock)
        _write_private(center / "keys" / ONLINE_FILE, fresh.pem())
    return RootFiles(root_fingerprint(renewed), offline or center / OFFLINE_FOLDER, center / "keys" / ONLINE_FILE)


def open_epoch(*, center: Path, reason: str, actor: Actor, clock: Clock, offline: Path | None = None) -> int:
    """Start a new epoch after a restore, so that serials may begin again and no node mistakes them (开启新纪元)."""
    if not reason.strip():
        raise RuleBroken("exchange.reason_missing")
    at = to_millisecond(clock.now())
    _, roots = current_roots()
    renewed = replace(roots, version=roots.version + 1, epoch=roots.epoch + 1, issued_at=at)
    with transaction.atomic():
        _issue(renewed, center=center, offline=offline)
        record(EpochOpened(subject=new_id(at), number=renewed.epoch, reason=reason.strip()), actor=actor, clock=clock)
        queue_publication(clock=clock)
    return renewed.epoch


def adopt_roots(*, document: bytes) -> int:
    """Hold a roots document newer than a restored backup, from any node that has it (采用更新的信任根); its version.

    Raises NotAllowed or RuleBroken if the root keys did not sign it or it does not follow the one held.
    """
    held, _ = current_roots()
    newer = parse_document(document, kind="roots", max_bytes=ROOTS_BYTES_MAX)
    roots = parse_roots(newer.payload_bytes)
    accept_roots(newer, held=held, pinned="", now=roots.issued_at)
    hold_roots()
    _store(newer)
    _write_private(door.keys_dir() / ROOTS_FILE, newer.to_bytes())
    return roots.version


def require_root_keys(*, roots_file: Path, offline: Path) -> None:
    """Refuse unless the folder holds enough root keys for the roots in the file (清点离线根密钥).

    Raises NotFound with the number found and needed.
    """
    document = parse_document(roots_file.read_bytes(), kind="roots", max_bytes=ROOTS_BYTES_MAX)
    _enough_root_keys(offline, parse_roots(document.payload_bytes))


def _enough_root_keys(folder: Path, roots: Roots) -> list[SigningKey]:
    found = _root_keys(folder, among=roots.root_keys)
    if len(found) < roots.threshold:
        raise NotFound("exchange.offline_keys_missing", folder=folder.name, found=len(found), threshold=roots.threshold)
    return found


def _issue(roots: Roots, *, center: Path, offline: Path | None) -> int:
    found = _enough_root_keys(offline or center / OFFLINE_FOLDER, roots)
    document = sign_document("roots", roots_payload(roots), keys=found[: roots.threshold])
    hold_roots()
    _store(document)
    _write_private(center / "keys" / ROOTS_FILE, document.to_bytes())
    return roots.version


def _root_keys(folder: Path, *, among: Sequence[str]) -> list[SigningKey]:
    keys = [SigningKey.from_pem(path.read_bytes()) for path in sorted(folder.glob("root-*.pem"))[:ROOT_KEYS_MAX]]
    return [key for key in keys if key.public in among]


def _online(key: SigningKey, at: datetime) -> OnlineKey:
    return OnlineKey(public=key.public, signs=ONLINE_SIGNS, valid_from=at, valid_until=at + ONLINE_KEY_VALID)


def _store(document: SignedDocument) -> None:
    roots = parse_roots(document.payload_bytes)
    Document.objects.get_or_create(
        kind="roots",
        epoch=roots.epoch,
        serial=roots.version,
        node="",
        defaults={
            "digest": document.digest,
            "body": document.to_bytes(),
            "issued_at": roots.issued_at,
            "expires_at": roots.valid_until,
        },
    )


def _write_private(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.touch(mode=PRIVATE_FILE)
    fresh.chmod(PRIVATE_FILE)
    fresh.write_bytes(content)
    fresh.replace(path)


__all__ = [
    "RootFiles",
    "adopt_roots",
    "hold_roots",
    "init_keys",
    "install",
    "online_key",
    "open_epoch",
    "require_root_keys",
    "rotate_online_key",
]
