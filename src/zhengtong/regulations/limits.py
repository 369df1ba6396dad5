"""Time limits in force (期限规则): which limit binds, on a day, in a place."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files

from zhengtong.kernel.deadlines import Bound, TimeLimit, Unit
from zhengtong.kernel.errors import NotFound, RuleBroken

NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class StatedLimit:
    """A limit together with what the pages say about it."""

    limit: TimeLimit
    act_en: str
    note: str = ""
    note_en: str = ""
    cites_en: str = ""  # where the citation is more than an article


def limit(limit_id: str, *, on: date, jurisdiction: str = "", local: Iterable[TimeLimit] = ()) -> TimeLimit:
    """The limit in force on a day in a jurisdiction (GB/T 2260 code, "" for the country).

    `local` are rows of the authority's own, laid over the files.  From the country down to the
    district each place's latest may only add to what holds above it; one that would take from
    the requester again is passed over.

    Raises:
        NotFound: no such limit is in force on that day.
        RuleBroken: a local value is worse for the requester than the national one.
    """
    held: TimeLimit | None = None
    general: TimeLimit | None = None
    known = [x for x in (*(s.limit for s in _stated()), *local) if x.id == limit_id and x.in_force_from <= on]
    for place in reversed(_upward(jurisdiction)):
        newest = max((x for x in known if x.jurisdiction == place), key=lambda x: x.in_force_from, default=None)
        if newest is None:
            continue
        general = general or newest
        if not newest.favours_applicant(general):
            raise RuleBroken("regulations.against_requester", id=limit_id, jurisdiction=place)
        if held is None or newest.favours_applicant(held):
            held = newest
    if held is None:
        raise NotFound("regulations.no_such_limit", id=limit_id, on=on.isoformat())
    return held


def all_limits(*, on: date, jurisdiction: str = "", local: Iterable[TimeLimit] = ()) -> tuple[StatedLimit, ...]:
    """Every limit in force on a day in a jurisdiction, in the order of the national file."""
    rows, seen = [], set[str]()
    own = tuple(local)
    for stated in _stated():
        if stated.limit.id in seen or stated.limit.in_force_from > on:
            continue
        seen.add(stated.limit.id)
        held = limit(stated.limit.id, on=on, jurisdiction=jurisdiction, local=own)
        rows.append(replace(stated, limit=held))
    return tuple(rows)


def places_above(jurisdiction: str) -> tuple[str, ...]:
    """The places above a place, the nearest first: 990102 → 990100, 990000, the country ("")."""
    return tuple(place for place in _upward(jurisdiction) if place != jurisdiction)


def _upward(jurisdiction: str) -> tuple[str, ...]:
    """A place and those above it: 990102 → 990102, 990100, 990000, country."""
    if not jurisdiction:
        return ("",)
    chain = (jurisdiction, jurisdiction[:4] + "00", jurisdiction[:2] + "0000", "")
    return tuple(dict.fromkeys(chain))


@lru_cache(maxsize=1)
def _stated() -> tuple[StatedLimit, ...]:
    folder = files(__package__ or "zhengtong.regulations").joinpath("limits")
    rows: list[StatedLimit] = []
    for source in sorted(folder.iterdir(), key=lambda entry: (entry.name != f"{NATIONAL}.toml", entry.name)):
        name = source.name.removesuffix(".toml")
        place = "" if name.partition("-")[0] == NATIONAL else name
        rows.extend(read(source.read_text(encoding="utf-8"), place=place))
    return tuple(rows)


def read(text: str, *, place: str) -> tuple[StatedLimit, ...]:
    """The limits of a file; `place` is the GB/T 2260 code they hold in, "" for the country.

    Raises:
        KeyError, TypeError, ValueError: a line of it is no limit (`checking` says so in words).
    """
    return tuple(_read(row, place) for row in tomllib.loads(text).get("limit", []))


def shipped() -> tuple[StatedLimit, ...]:
    """Every limit that comes with the platform, of all days and places."""
    return _stated()


def _read(row: dict[str, object], jurisdiction: str) -> StatedLimit:
    stops = row["clock_stops_for"]
    in_force_from = row["in_force_from"]
    assert isinstance(stops, list)
    assert isinstance(in_force_from, date)
    read = TimeLimit(
        id=str(row["id"]),
        act=str(row["act"]),
        days=int(str(row["days"])),
        unit=Unit(str(row["unit"])),
        bound=Bound(str(row["bound"])),
        extension_days=int(str(row["extension_days"])),
        extended_by=str(row["extended_by"]),
        clock_stops_for=frozenset(str(stop) for stop in stops),
        on_expiry=str(row["on_expiry"]),
        cites=str(row["cites"]),
        in_force_from=in_force_from,
        jurisdiction=jurisdiction,
        mark=str(row["mark"]),
    )
    said = {name: str(row.get(name, "")) for name in ("note", "note_en", "cites_en")}
    return StatedLimit(read, str(row["act_en"]), **said)
