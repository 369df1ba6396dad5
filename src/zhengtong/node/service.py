"""A node, put together (结点): opens its home, recovers, keeps its directory fresh, sends its receipts."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import PlatformError, Unreachable
from zhengtong.node import recovery, store
from zhengtong.node.bounds import (
    BACKOFF_FIRST_S,
    BACKOFF_MAX_S,
    DIRECTORY_EVERY_S,
    RECEIPTS_EVERY_S,
    RESUME_EVERY_S,
    SCHEDULE_TICK_S,
    SOURCE_CONNECTIONS,
    STATUS_EVERY_S,
)
from zhengtong.node.center import CenterClient
from zhengtong.node.consumer import Consumer
from zhengtong.node.core import Core
from zhengtong.node.directory import Center, Directory
from zhengtong.node.home import HomeLock, NodeHome
from zhengtong.node.inbound import Pulls
from zhengtong.node.incoming import Incoming
from zhengtong.node.journal_thread import JournalThread
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.outbound import Runs
from zhengtong.node.peer_heads import PeerHeads
from zhengtong.node.peers import Peers
from zhengtong.node.provider import Provider
from zhengtong.node.receipts import Receipts
from zhengtong.node.schedules import Scheduler

_log = logging.getLogger("zhengtong.node")
_THREADS = 4 * SOURCE_CONNECTIONS


class Node:
    """Everything one `serve` process runs.  `open` takes the home's lock; `stop` gives it back."""

    def __init__(self, core: Core, lock: HomeLock, *, every_s: float, center: Center | None = None) -> None:
        self.core = core
        self._lock = lock
        self._every_s = every_s
        self.peers = Peers()
        settings = core.home.settings
        self.center = CenterClient(
            settings.center, node=core.code, key=core.key, clock=core.clock, pin=settings.center_pin
        )  # fmt: skip
        self._documents: Center = center or self.center
        heads = PeerHeads(core)
        self.incoming = Incoming(core, heads)
        self.provider = Provider(core, self.incoming)
        self.consumer = Consumer(core, self.peers, heads)
        self.runs = Runs(core, self.incoming)
        self.pulls = Pulls(core, self.consumer, self.peers)
        self.schedules = Scheduler(core, self.pulls)
        self.receipts = Receipts(core, self.center)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def open(
        cls, home: NodeHome, *, clock: Clock | None = None, every_s: float = DIRECTORY_EVERY_S,
        center: Center | None = None,
    ) -> "Node":  # fmt: skip
        """Lock the home, open the stores, recover from a crash.  Raises WrongState if another process serves it."""
        lock = HomeLock(home)
        lock.__enter__()
        try:
            now = clock or home.clock()
            key = home.sign_key()
            ledger = LedgerStore(home.ledger, node=home.code, key=key, clock=now)
            db = store.connect(home.database)
            journal = JournalThread(db, ledger)
            journal.start()
            recovery.recover(journal, ledger, now)
            directory = Directory(home.folder / "directory", node=home.code, pinned=home.settings.root, clock=now)
            if directory.load(store.fact(db, "held")):
                journal.do_blocking(directory.record_loaded)
            core = Core(
                home=home, clock=now, key=key, seal=home.seal_key(), journal=journal, ledger=ledger,
                directory=directory, threads=ThreadPoolExecutor(_THREADS, thread_name_prefix="source"),
            )  # fmt: skip
            return cls(core, lock, every_s=every_s, center=center)
        except BaseException:
            lock.__exit__(None, None, None)
            raise

    async def start(self) -> None:
        """Begin the background work; a center that is away does not stop a node from serving."""
        with contextlib.suppress(PlatformError):
            await self.refresh()
        await self.runs.recover()
        await self.pulls.resume()
        self._tasks = [
            asyncio.create_task(self._again(self.pulls.resume, RESUME_EVERY_S), name="resume"),
            asyncio.create_task(self._again(self.schedules.tick, SCHEDULE_TICK_S), name="schedules"),
            asyncio.create_task(self._again(self.refresh, self._every_s), name="directory"),
            asyncio.create_task(self._again(self._send, RECEIPTS_EVERY_S), name="receipts"),
            asyncio.create_task(self._again(self._tidy, self._every_s), name="tidy"),
            asyncio.create_task(self._again(self._report, STATUS_EVERY_S), name="status"),
        ]

    async def refresh(self) -> bool:
        """Ask the center for a newer directory now.  True if there was one."""
        if not self.core.home.settings.root:
            raise Unreachable("node.not_joined", code=self.core.code)
        return await self.core.directory.refresh(self._documents, journal=self.core.journal, ledger=self.core.ledger)

    async def stop(self) -> None:
        """Finish what is in hand and give the home back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.schedules.stop()
        await self.pulls.stop()
        await self.runs.stop()
        await self.peers.close()
        await self.center.close()
        self.core.threads.shutdown(wait=True)
        self.core.reading.stop()
        self.core.journal.stop()
        self.core.ledger.close()
        self.core.close_sources()
        self._lock.__exit__(None, None, None)

    async def _tidy(self) -> None:
        await self.runs.tidy()
        await self.pulls.tidy()

    async def _report(self) -> None:
        """Tell the center how this node is doing."""
        if self.core.home.settings.center:
            view = self.core.directory.last_view()
            await self.receipts.report(directory=view.members.known_as if view else "")

    async def _send(self) -> None:
        if self.core.home.settings.center and await self.receipts.send_all():
            await self._report()

    async def _again(self, work: Callable[[], Awaitable[object]], every_s: float) -> None:
        """Repeat forever; after a failure wait longer each time, up to BACKOFF_MAX_S."""
        wait = every_s
        while True:
            await asyncio.sleep(wait)
            try:
                await work()
                wait = every_s
            except PlatformError as error:
                self.core.counts[f"background {error.key}"] += 1
                wait = min(max(wait, BACKOFF_FIRST_S) * 2, max(BACKOFF_MAX_S, every_s))
                _log.warning("%s", error)
            except Exception:  # a bug must not end the background work of a node; it is logged whole
                self.core.counts["background bug"] += 1
                _log.exception("background work failed")
                wait = BACKOFF_MAX_S
