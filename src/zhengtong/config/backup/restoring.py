"""Restore the center from a backup (中心恢复): into an empty home, and the directory goes on in a new epoch.

A restored center knows less than its nodes saw: serials it issued after the backup were the lost center's.  The new
epoch says so to every node, in a roots document signed by the offline keys, and old serials bind nobody any more.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.sessions.models import Session

from zhengtong.config import env
from zhengtong.config.backup import store
from zhengtong.config.backup.writing import KEYS_FOLDER, KIND, MIGRATIONS_SEPARATOR
from zhengtong.exchange import services as exchange
from zhengtong.exchange.queries.roots import ROOTS_FILE
from zhengtong.exchange.services.keys import OFFLINE_FOLDER
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken, WrongState
from zhengtong.wire.canonical import parse_instant
from zhengtong.wire.sealed_archive import About, read_about, read_archive


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and from when: acts between that moment and now are to be entered again."""

    taken_at: datetime
    epoch: int
    directory: str  # "<epoch>.<serial>"
    root_fingerprint: str


def restore(
    path: Path,
    *,
    passphrase: str,
    reason: str,
    clock: Clock,
    offline: Path | None = None,
    newer_roots: Sequence[Path] = (),
) -> Restored:
    """Restore keys and database into an empty home and open a new epoch (恢复).

    `offline` is the folder of the root keys if they are not in the archive; `newer_roots` are roots documents newer
    than the backup, oldest first (any node has the newest: HOME/nodes/<code>/directory/roots.json).
    Raises WrongState if a center lives here, RuleBroken for the archive, NotFound without enough root keys.
    """
    given = env.settings()
    if given.keys.exists() or not store.is_empty():
        raise WrongState("config.backup_center_lives", home=str(given.home))
    if not reason.strip():
        raise RuleBroken("config.backup_reason_missing")
    given.center.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = Path(tempfile.mkdtemp(prefix="restore-", dir=given.center))
    try:
        about = read_archive(path, passphrase=passphrase, into=held, kind=KIND)
        roots_file, root_keys = held / KEYS_FOLDER / ROOTS_FILE, offline or held / OFFLINE_FOLDER
        exchange.require_root_keys(roots_file=roots_file, offline=root_keys)  # before anything is put in its place
        _put_back(held, about)
    except BaseException:
        shutil.rmtree(given.keys, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(held)
    for newer in newer_roots:
        exchange.adopt_roots(document=newer.read_bytes())
    epoch = exchange.open_epoch(center=given.center, reason=reason, actor=SYSTEM, clock=clock, offline=offline)
    published = exchange.publish(clock=clock, force=True)
    return Restored(parse_instant(str(about["at"])), epoch, published.known_as, str(about["root_fingerprint"]))


def told(path: Path) -> About:
    """What an archive says about itself; proven only by restoring it."""
    return read_about(path)[1]


def _put_back(held: Path, about: About) -> None:
    given = env.settings()
    migrations = dict(one.split(":", 1) for one in str(about["migrations"]).split(MIGRATIONS_SEPARATOR))
    store.load(held, engine=str(about["engine"]), migrations=migrations)
    Session.objects.all().delete()  # some were ended since the backup: everybody signs in anew
    for name in (KEYS_FOLDER, OFFLINE_FOLDER):
        if (held / name).exists():
            (held / name).replace(given.center / name)
