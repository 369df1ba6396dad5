"""Who listens to which event, who runs which job (接线表).  The one table; read it to know what follows from what.

Entries are "module:function" so that nothing is imported before Django is ready; `connect`
resolves them all at start, so that a wrong name stops the start and not a case at night.
Entries of areas that a deployment does not run are left out.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps

from zhengtong.journal import anchors, dispatch, retaining
from zhengtong.standards import previewing

# event name -> listeners, in order; each runs in the transaction that recorded the event
LISTENERS: dict[str, tuple[str, ...]] = {
    "standards.calendar-day.set": ("zhengtong.catalog.listeners:recount", "zhengtong.sharing.listeners:recount"),
    "standards.calendar-year.loaded": ("zhengtong.catalog.listeners:recount", "zhengtong.sharing.listeners:recount"),
    "standards.limit.overridden": ("zhengtong.catalog.listeners:recount", "zhengtong.sharing.listeners:recount"),
    "catalog.entry.published": ("zhengtong.sharing.listeners:entry_changed",),
    "catalog.entry.withdrawn": ("zhengtong.sharing.listeners:entry_changed",),
    "sharing.grant.issued": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.grant.delivered": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.grant.suspended": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.grant.lifted": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.grant.terminated": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.grant.changed": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.stop.ordered": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.stop.lifted": ("zhengtong.exchange.listeners:grant_changed",),
    "sharing.grant.expired": ("zhengtong.exchange.listeners:grant_changed",),
}

# job kind -> function; runs in the worker, at least once
JOBS: dict[str, str] = {
    "journal.seal": "zhengtong.journal.services.sequencer:seal_job",
    "journal.retention": "zhengtong.journal.services.retention:retention_job",
    "sharing.expire": "zhengtong.sharing.listeners:expire_job",
    "supervision.detect": "zhengtong.supervision.listeners:detect_job",
    "portal.remind": "zhengtong.portal.reminders:remind_job",
    "exchange.publish": "zhengtong.exchange.listeners:publish_job",
    "exchange.compare": "zhengtong.exchange.listeners:compare_job",
}

# job kind -> seconds between two runs
PERIODIC: dict[str, int] = {
    "journal.seal": 2,
    "journal.retention": 3600,  # acts on each kind once a day, in the hour after midnight
    "sharing.expire": 30,
    "supervision.detect": 60,
    "portal.remind": 600,  # acts once a day and receiver
    "exchange.publish": 60,
    "exchange.compare": 60,
}

# called once at start: each registers its area's replay with journal.rebuild
REBUILDS: tuple[str, ...] = (
    "zhengtong.catalog.rebuild:register",
    "zhengtong.sharing.rebuild:register",
    "zhengtong.exchange.rebuild:register",
    "zhengtong.supervision.rebuild:register",
)

# each gives the last head of the event chain that its area published; `journal verify` demands that the chain pass it
ANCHORS: tuple[str, ...] = ("zhengtong.exchange.queries.heads:anchored_head",)

# called once at start: each names what its area disposes of at the end of a retention period
DISPOSERS: tuple[str, ...] = (
    "zhengtong.journal.services.retention:register",
    "zhengtong.parties.services.contacts:register",
    "zhengtong.sharing.services.blanking:register",
)

# each gives the longest minimum that the law or a place sets for a retention limit
FLOORS: tuple[str, ...] = ("zhengtong.standards.queries:longest_minimum",)

# each gives its area's open things with their due dates, for the preview of a changed limit
OPEN_DATES: tuple[str, ...] = (
    "zhengtong.catalog.queries.open_dates:open_dates",
    "zhengtong.sharing.queries.open_dates:open_dates",
)

# called by `zhengtong center init` after the tables exist, in this order; each (*, clock) and safe to repeat
INSTALLS: tuple[str, ...] = (
    "zhengtong.exchange.services:install",
    "zhengtong.catalog.services.reindexing:install",
)


def connect() -> None:
    """Fill journal's dispatch tables from the lines above.  Raises ImportError or AttributeError for a wrong one."""
    dispatch.clear()
    for name, listeners in LISTENERS.items():
        for entry in filter(_runs, listeners):
            dispatch.on_event(name)(resolve(entry))
    for kind, entry in JOBS.items():
        if _runs(entry):
            dispatch.job(kind)(resolve(entry))
    for kind, seconds in PERIODIC.items():
        if _runs(JOBS[kind]):
            dispatch.periodic(kind, every_s=seconds)
    for entry in filter(_runs, REBUILDS):
        resolve(entry)()
    _connect_retention()
    previewing.clear()
    for entry in filter(_runs, OPEN_DATES):
        previewing.register(resolve(entry))
    anchors.clear()
    for entry in filter(_runs, ANCHORS):
        anchors.register(resolve(entry))


def _connect_retention() -> None:
    retaining.clear()
    for entry in filter(_runs, DISPOSERS):
        resolve(entry)()
    for entry in filter(_runs, FLOORS):
        retaining.register_floor(resolve(entry))


def installs() -> list[Callable[..., dict[str, str]]]:
    """The install steps of the areas that run here; each answers what the installer should know."""
    return [resolve(entry) for entry in INSTALLS if _runs(entry)]


def resolve(entry: str) -> Callable[..., Any]:  # Any: listeners, jobs and registrations differ in signature
    """The function behind "module:function".  Raises ImportError or AttributeError."""
    module, _, name = entry.partition(":")
    return getattr(import_module(module), name)


def _runs(entry: str) -> bool:
    return apps.is_installed(".".join(entry.partition(":")[0].split(".")[:2]))
