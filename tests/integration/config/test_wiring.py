"""The one wiring table names only events, listeners and jobs that exist."""

import inspect
from importlib import import_module

import pytest
from django.apps import apps

from zhengtong.config import wiring
from zhengtong.journal import dispatch
from zhengtong.kernel import events


@pytest.mark.parametrize("name", sorted(wiring.LISTENERS))
def test_every_event_listened_to_is_declared(name: str) -> None:
    area = name.partition(".")[0]
    assert apps.is_installed(f"zhengtong.{area}")
    import_module(f"zhengtong.{area}.events")
    assert name in events.known()


def test_connecting_fills_the_tables_and_may_be_repeated() -> None:
    wiring.connect()
    wiring.connect()
    assert set(dispatch.kinds()) == set(wiring.JOBS)
    assert dispatch.periods() == wiring.PERIODIC
    assert {name: len(dispatch.listeners(name)) for name in wiring.LISTENERS} == {
        name: len(entries) for name, entries in wiring.LISTENERS.items()
    }


@pytest.mark.parametrize("entry", [e for entries in wiring.LISTENERS.values() for e in entries])
def test_a_listener_takes_fact_actor_and_clock(entry: str) -> None:
    assert set(inspect.signature(wiring.resolve(entry)).parameters) >= {"actor", "clock"}


@pytest.mark.parametrize("entry", sorted(wiring.JOBS.values()))
def test_a_job_takes_its_payload_and_the_clock(entry: str) -> None:
    parameters = list(inspect.signature(wiring.resolve(entry)).parameters.values())
    assert (len(parameters), parameters[1].name, parameters[1].kind) == (2, "clock", inspect.Parameter.KEYWORD_ONLY)


def test_a_wrong_entry_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "JOBS", {"journal.seal": "zhengtong.journal.worker:no_such_function"})
    with pytest.raises(AttributeError, match="no_such_function"):
        wiring.connect()
    monkeypatch.undo()
    wiring.connect()
