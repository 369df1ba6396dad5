"""Who may look at what and do what (权限表): one readable table of roles, objects and verbs.

Looking is read from `access.toml`, doing from the lifecycles that the services themselves obey.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from zhengtong.catalog.rules import ENTRY
from zhengtong.catalog.rules.derivations import DERIVATION
from zhengtong.exchange.rules import NODE
from zhengtong.kernel.lifecycle import Lifecycle
from zhengtong.parties.rules import Role
from zhengtong.sharing.rules import CHANGE, CORRECTION, DEMAND, DISPOSAL, DISPUTE, GRANT, REQUEST, STOP, TAKEOVER
from zhengtong.sharing.rules.personal import PERSON
from zhengtong.supervision.rules import FINDING
from zhengtong.supervision.rules.budget import BUDGET
from zhengtong.supervision.rules.directives import DIRECTIVE
from zhengtong.supervision.rules.projects import PROJECT

LIFECYCLES: tuple[Lifecycle, ...] = (
    ENTRY,
    DERIVATION,
    REQUEST,
    GRANT,
    CHANGE,
    CORRECTION,
    PERSON,
    DEMAND,
    DISPOSAL,
    DISPUTE,
    STOP,
    TAKEOVER,
    FINDING,
    PROJECT,
    BUDGET,
    DIRECTIVE,
    NODE,
)


class Whose(StrEnum):
    """Of which things of a kind a role may look at those (范围)."""

    ALL = "all"  # 全部
    REGION = "region"  # 本行政区域及以下
    PLACE = "place"  # 本级
    OWN = "own"  # 本部门是当事方


WHOSE_LABELS = {
    Whose.ALL: ("全部", "all"),
    Whose.REGION: ("本区域及以下", "region and below"),
    Whose.PLACE: ("本级", "own level"),
    Whose.OWN: ("本部门的", "own department's"),
}


@dataclass(frozen=True, slots=True)
class Looking:
    """One kind of thing and who may look at which of it (查看权限)."""

    key: str
    zh: str
    en: str
    parties_zh: str
    parties_en: str
    cells: Mapping[Role, frozenset[Whose]]  # a role without a cell may look at none

    def allows(self, role: Role, *, is_party: bool, in_region: bool, in_place: bool) -> bool:
        """Whether a role may look at one thing, by how its office stands to it."""
        held = self.cells.get(role, frozenset())
        fits = {Whose.ALL: True, Whose.OWN: is_party, Whose.REGION: in_region, Whose.PLACE: in_place}
        return any(fits[whose] for whose in held)


@dataclass(frozen=True, slots=True)
class Doing:
    """One verb on one kind of thing and who may do it (办理权限)."""

    thing: str
    verb: str
    sources: tuple[str, ...]
    roles: frozenset[str]
    cites: str


@lru_cache(maxsize=1)
def looking() -> tuple[Looking, ...]:
    """Who may look at what, in the order of the table."""
    held = tomllib.loads(files("zhengtong.portal").joinpath("access.toml").read_text(encoding="utf-8"))
    return tuple(
        Looking(
            one["key"], one["zh"], one["en"], one["parties_zh"], one["parties_en"],
            _cells({whose: one.get(str(whose), ()) for whose in Whose}, held["groups"]),
        )
        for one in held["object"]
    )  # fmt: skip


def _cells(given: Mapping[Whose, Sequence[str]], groups: Mapping[str, list[str]]) -> dict[Role, frozenset[Whose]]:
    found = dict[Role, set[Whose]]()
    for whose, names in given.items():
        for role in _roles(names, groups):
            found.setdefault(role, set()).add(whose)
    return {role: frozenset(held) for role, held in found.items()}


def _roles(names: Iterable[str], groups: Mapping[str, list[str]]) -> Iterable[Role]:
    for name in names:
        yield from map(Role, groups.get(name, [name]))


def doing() -> tuple[Doing, ...]:
    """Who may do what: each verb of each lifecycle once, its states together."""
    found = dict[tuple[str, str, frozenset[str]], list[str]]()
    cites = dict[tuple[str, str, frozenset[str]], str]()
    for cycle in LIFECYCLES:
        for step in cycle.steps:
            key = (cycle.name, step.verb, step.by)
            found.setdefault(key, []).append(str(step.source))
            cites.setdefault(key, step.cites)
    return tuple(Doing(key[0], key[1], tuple(held), key[2], cites[key]) for key, held in found.items())
