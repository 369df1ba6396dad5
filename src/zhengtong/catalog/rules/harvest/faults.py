"""What is wrong with another's data.json (对方目录检查), each fault with its place, its reason and what to do."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from zhengtong.standards.rules import Finding, Severity

FAULTS_MAX = 500  # of one catalogue; then it is said that there are more
DATASETS_MAX = 50_000
_MAIL = re.compile(r"(?:mailto:)?[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+")
_REPEAT = re.compile(r"R/P(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?")
_WORD = re.compile(r"[^;:!@&/\\]*")  # a keyword is a word, not a list of them with its marks
_IRREGULAR = frozenset({"irregular", "eventual"})
Facts = Mapping[str, str | int]
Fault = tuple[str, Facts]


@dataclass(frozen=True, slots=True)
class ForeignProfile:
    """A profile of data.json (对方目录规范): which fields are due."""

    id: str
    title: str
    due: frozenset[str]
    most: Mapping[str, int]  # characters


@dataclass(frozen=True, slots=True)
class _Tables:
    profiles: tuple[tuple[ForeignProfile, frozenset[str]], ...]
    kinds: Mapping[str, str]
    formats: Mapping[str, str]
    children: Mapping[str, tuple[str, ...]]  # path → names of the fields below it


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    held = tomllib.loads(files("zhengtong.catalog.rules.harvest").joinpath("profiles.toml").read_text(encoding="utf-8"))
    profiles = tuple(
        (ForeignProfile(one["id"], one["title"], frozenset(one["due"]), one.get("most", {})), frozenset(one["when"]))
        for one in held["profile"]
    )
    children = dict[str, list[str]]()
    for path in held["kinds"]:
        above, _, name = path.rpartition(".")
        children.setdefault(above, []).append(name)
    below = {path: tuple(names) for path, names in children.items()}
    return _Tables(profiles, held["kinds"], held["formats"], below)


def profile_of(document: Mapping[str, object]) -> ForeignProfile:
    """The profile a catalogue follows: the first that its keys tell, else the last."""
    for profile, signs in _tables().profiles:
        if signs & document.keys():
            return profile
    return _tables().profiles[-1][0]


def faults(document: object) -> tuple[Finding, ...]:
    """Everything that is wrong with a data.json catalogue, in its order; at most `FAULTS_MAX`."""
    if not isinstance(document, dict):
        return (_finding("", Severity.ERROR, "harvest_not_object", {}),)
    found = list[Finding]()
    for one in _all(document):
        if len(found) == FAULTS_MAX:
            found.append(_finding("", Severity.NOTE, "harvest_more_faults", {"most": FAULTS_MAX}))
            break
        found.append(one)
    return tuple(found)


def _all(document: Mapping[str, object]) -> Iterator[Finding]:
    yield from _fields(document, "", "", profile_of(document))
    yield from _repeated(document)
    yield from _differing(document)


def _fields(held: Mapping[str, object], path: str, place: str, profile: ForeignProfile) -> Iterator[Finding]:
    """The fields of one object; `path` names its kind, `place` where it stands."""
    for name in _tables().children.get(path, ()):
        here, there = f"{path}.{name}" if path else name, f"{place}.{name}" if place else name
        is_due = here in profile.due
        weight = Severity.ERROR if is_due else Severity.WARNING
        if name not in held:
            if is_due:
                yield _finding(there, Severity.ERROR, "harvest_missing", {})
        elif held[name] is None:
            yield _finding(there, weight, "harvest_null", {})
        else:
            yield from _value(held[name], here, there, profile, weight)


def _value(value: object, path: str, place: str, profile: ForeignProfile, weight: Severity) -> Iterator[Finding]:
    kind = _tables().kinds[path]
    if kind in ("object", "objects"):
        yield from _objects(value, kind, path, place, profile)
    elif kind == "texts":
        if not isinstance(value, list | str):
            yield _finding(place, weight, "harvest_not_list", {})
        for at, one in enumerate(value if isinstance(value, list) else ()):
            yield from _plain(one, "word" if path == "dataset.keyword" else "text", 0, f"{place}[{at}]", weight)
    else:
        yield from _plain(value, kind, profile.most.get(path, 0), place, weight)


def _objects(value: object, kind: str, path: str, place: str, profile: ForeignProfile) -> Iterator[Finding]:
    if kind == "object":
        if not isinstance(value, dict):
            yield _finding(place, Severity.ERROR, "harvest_not_object", {})
        else:
            yield from _fields(value, path, place, profile)
        return
    if not isinstance(value, list):
        yield _finding(place, Severity.ERROR, "harvest_not_list", {})
        return
    if path == "dataset" and not value:
        yield _finding(place, Severity.ERROR, "harvest_nothing", {})
    if len(value) > DATASETS_MAX:
        yield _finding(place, Severity.ERROR, "harvest_too_many", {"most": DATASETS_MAX, "count": len(value)})
    for at, one in enumerate(value[:DATASETS_MAX]):
        if isinstance(one, dict):
            yield from _fields(one, path, f"{place}[{at}]", profile)
        else:
            yield _finding(f"{place}[{at}]", Severity.ERROR, "harvest_not_object", {})


def _plain(value: object, kind: str, most: int, place: str, weight: Severity) -> Iterator[Finding]:
    if kind == "number":
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield _finding(place, weight, "harvest_not_number", {})
        return
    if not isinstance(value, str):
        yield _finding(place, Severity.ERROR, "harvest_not_text", {})
        return
    if not value.strip():
        yield _finding(place, weight, "harvest_empty", {})
        return
    if most and len(value) > most:
        yield _finding(place, Severity.ERROR, "harvest_too_long", {"most": most, "length": len(value)})
    if fault := _CHECKS.get(kind, lambda _value: None)(value.strip()):
        yield _finding(place, Severity.ERROR, fault[0], {"value": value[:60], **fault[1]})


def _address(value: str) -> Fault | None:
    try:
        parts = urlsplit(value)
    except ValueError:
        return "harvest_malformed_address", {}
    whole = parts.scheme in ("http", "https", "ftp") and bool(parts.hostname) and " " not in value
    return None if whole else ("harvest_malformed_address", {})


def _mail(value: str) -> Fault | None:
    if value.count("@") > 1:
        return "harvest_several_mails", {}
    return None if _MAIL.fullmatch(value) else ("harvest_malformed_mail", {})


def _day(value: str) -> Fault | None:
    """ISO 8601: a day or a moment; data.json also knows a year, a month, and how often something is modified."""
    if re.fullmatch(r"\d{4}(-\d{2})?", value) or _REPEAT.fullmatch(value):
        return None
    try:
        if len(value) <= 10:
            date.fromisoformat(value)
        else:
            datetime.fromisoformat(value)
    except ValueError:
        return "harvest_malformed_day", {}
    return None


def _period(value: str) -> Fault | None:
    start, slash, end = value.partition("/")
    wrong = not slash or _day(start) is not None or (_day(end) is not None and not end.startswith("P"))
    return ("harvest_malformed_period", {}) if wrong else None


def _repeat(value: str) -> Fault | None:
    known = _REPEAT.fullmatch(value) or value.lower() in _IRREGULAR
    return None if known else ("harvest_malformed_repeat", {})


def _word(value: str) -> Fault | None:
    return None if _WORD.fullmatch(value) else ("harvest_odd_word", {})


_CHECKS: dict[str, Callable[[str], Fault | None]] = {
    "address": _address,
    "mail": _mail,
    "day": _day,
    "period": _period,
    "repeat": _repeat,
    "word": _word,
}


def _repeated(document: Mapping[str, object]) -> Iterator[Finding]:
    """Identifiers and addresses that must not stand twice."""
    themes, ids, addresses = dict[str, str](), dict[str, str](), dict[str, str]()
    for place, one in _listed(document, "themeTaxonomy"):
        yield from _once(themes, one.get("id"), f"{place}.id", "harvest_repeated_id")
    for place, one in _listed(document, "dataset"):
        yield from _once(ids, one.get("identifier"), f"{place}.identifier", "harvest_repeated_id")
        for inner, part in _listed(one, "distribution"):
            yield from _once(
                addresses, part.get("downloadURL"), f"{place}.{inner}.downloadURL", "harvest_repeated_address"
            )


def _once(seen: dict[str, str], value: object, place: str, key: str) -> Iterator[Finding]:
    if isinstance(value, str) and value.strip():
        if value in seen:
            yield _finding(place, Severity.ERROR, key, {"value": value[:60], "first": seen[value]})
        seen.setdefault(value, place)


def _differing(document: Mapping[str, object]) -> Iterator[Finding]:
    """Formats that the end of the address, or of the file's name, contradicts."""
    for place, one in _listed(document, "dataset"):
        for inner, part in _listed(one, "distribution"):
            said = _format_of(part.get("format")) or _format_of(part.get("mediaType"))
            for name in ("downloadURL", "fileName"):
                shown = _ending(part.get(name))
                if said and shown and said != shown:
                    facts = {"said": said, "shown": shown}
                    yield _finding(f"{place}.{inner}.format", Severity.WARNING, "harvest_format_differs", facts)
                    break


def _format_of(value: object) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    return _tables().formats.get(text.rpartition("/")[2], "")


def _ending(value: object) -> str:
    if not isinstance(value, str):
        return ""
    try:
        path = urlsplit(value).path if "//" in value else value
    except ValueError:
        return ""
    return _tables().formats.get(path.rpartition(".")[2].lower(), "") if "." in path else ""


def _listed(held: Mapping[str, object], name: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    listed = held.get(name)
    if not isinstance(listed, list):
        return
    for at, one in enumerate(listed[:DATASETS_MAX]):
        if isinstance(one, dict):
            yield f"{name}[{at}]", one


def _finding(place: str, severity: Severity, key: str, facts: Facts) -> Finding:
    return Finding(place or ".", severity, f"catalog.{key}", {"where": place or "（全文）", **facts})
