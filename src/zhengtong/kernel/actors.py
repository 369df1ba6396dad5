"""Who acts (行为人): the value that every query and use case takes."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer acting for one organization in stated roles.

    `acting_for` is the officer whose substitute (AB角) this one is at the moment, else None.
    `organization` is None only for the system itself (clockwork, installation).
    `roles` holds values of `parties.rules.Role`.
    """

    officer: UUID | None
    name: str
    organization: UUID | None
    roles: frozenset[str]
    jurisdiction: str = ""
    acting_for: UUID | None = None

    def has(self, role: str) -> bool:
        return role in self.roles


SYSTEM = Actor(officer=None, name="system", organization=None, roles=frozenset({"system"}))
