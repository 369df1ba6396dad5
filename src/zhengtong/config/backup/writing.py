"""Write a backup of the center (中心备份): while it serves, one moment of the database, and its keys."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from zhengtong.config import env
from zhengtong.config.backup import store
from zhengtong.exchange import queries as exchange
from zhengtong.exchange.services.keys import OFFLINE_FOLDER
from zhengtong.kernel.clock import Clock
from zhengtong.wire.canonical import instant
from zhengtong.wire.sealed_archive import Member, write_archive

KIND = "center"
KEYS_FOLDER, MIGRATIONS_SEPARATOR = "keys", " "


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds, and what it leaves out on purpose."""

    path: Path
    files: int
    bytes: int
    root_fingerprint: str
    root_keys_left_out: bool  # they lie on this machine and are not in the archive


def write(path: Path, *, passphrase: str, clock: Clock, with_root_keys: bool = False) -> Written:
    """Write keys and database into a new sealed archive (备份).

    The offline root keys stay out unless asked for: they belong on media of their own.
    Raises RuleBroken (short passphrase, archive there already), NotFound before `center init`.
    """
    given = env.settings()
    fingerprint = exchange.root_fingerprint()
    about = {
        "software": f"zhengtong/{version('zhengtong')}",
        "at": instant(clock.now()),
        "engine": given.database.engine,
        "root_fingerprint": fingerprint,
        "migrations": MIGRATIONS_SEPARATOR.join(f"{app}:{name}" for app, name in store.migrated_to().items()),
    }
    offline = given.center / OFFLINE_FOLDER
    held = Path(tempfile.mkdtemp(prefix="backup-", dir=given.center))  # beside the database: same disk, same owner
    try:
        folders = [given.keys, *([offline] if with_root_keys else [])]
        members = _members(folders, center=given.center, held=held)
        files = write_archive(path, members, passphrase=passphrase, kind=KIND, about=about)
    finally:
        shutil.rmtree(held)
    left_out = offline.exists() and not with_root_keys
    return Written(path, files, path.stat().st_size, fingerprint, root_keys_left_out=left_out)


def _members(folders: list[Path], *, center: Path, held: Path) -> Iterator[Member]:
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                yield Member(file.relative_to(center).as_posix(), file)
    for name, file in store.save(held):
        yield Member(name, file)
        file.unlink()  # one table at a time on the disk
