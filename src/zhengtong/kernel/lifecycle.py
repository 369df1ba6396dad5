"""Lifecycles (生命周期): one table per thing, checked when it is built, drawn from the same lines.

Two rules.  All transitions of a thing live in its table.  This file does not know what the
thing is: it answers what may happen now, by whom, and under which article.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zhengtong.kernel.errors import NotAllowed, WrongState


@dataclass(frozen=True, slots=True)
class Step:
    """One lawful move: `verb` takes a thing from `source` to `target`."""

    verb: str
    source: StrEnum
    target: StrEnum
    by: frozenset[str]  # roles, any one of which may do it
    cites: str = ""
    needs: str = ""  # what must be given with it, in words


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A checked table of steps.  Raises ValueError at import time for a table with a hole.

    `words` name states, verbs, roles and the thing itself (its `name`) for errors: code → (zh, en).
    """

    name: str
    start: StrEnum
    steps: tuple[Step, ...]
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for step in self.steps:
            if (step.verb, step.source) in seen:
                raise ValueError(f"{self.name}: {step.verb!r} leaves {step.source!r} in two ways")
            if not step.by:
                raise ValueError(f"{self.name}: nobody may {step.verb!r} from {step.source!r}")
            seen.add((step.verb, step.source))
        unreached = set(type(self.start)) - self._reached()
        if unreached:
            raise ValueError(f"{self.name}: no way leads to {sorted(unreached)}")

    def _reached(self) -> set[StrEnum]:
        reached, grew = {self.start}, True
        while grew:
            new = {s.target for s in self.steps if s.source in reached} - reached
            reached |= new
            grew = bool(new)
        return reached

    def step(self, verb: str, *, state: StrEnum, roles: Iterable[str]) -> Step:
        """The step that `verb` takes from `state`.

        Raises:
            WrongState: the verb exists but not from this state; names the verbs that do.
            NotAllowed: none of the roles may do it; names those that may.
        """
        found = next((s for s in self.steps if s.verb == verb and s.source == state), None)
        if found is None:
            if not any(s.verb == verb for s in self.steps):
                raise ValueError(f"{self.name} has no verb {verb!r}")
            open_verbs = tuple(s.verb for s in self.steps if s.source == state)
            raise WrongState("kernel.wrong_state", **self._said(state=(state,), verb=(verb,), open_verbs=open_verbs))
        if not found.by & set(roles):
            raise NotAllowed("kernel.role_missing", **self._said(verb=(verb,), roles=sorted(found.by)))
        return found

    def _said(self, **codes: Iterable[str]) -> dict[str, str]:
        """The facts of an error in words of both languages; a code without words stands for itself."""
        facts = dict[str, str]()
        for fact, listed in {"thing": (self.name,), **codes}.items():
            words = [self.words.get(code, (code, code)) for code in listed]
            facts[fact] = "、".join(dict.fromkeys(zh for zh, _ in words)) or "无"
            facts[f"{fact}_en"] = ", ".join(dict.fromkeys(en for _, en in words)) or "nothing"
        return facts

    def verbs(self, *, state: StrEnum, roles: Iterable[str]) -> tuple[str, ...]:
        """What someone with these roles can do now, in table order."""
        held = set(roles)
        return tuple(s.verb for s in self.steps if s.source == state and s.by & held)

    def is_final(self, state: StrEnum) -> bool:
        return not any(s.source == state for s in self.steps)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for the docs and the rule pages."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        lines += [f"    {s.source} --> {s.target}: {s.verb}" + (f" ({s.cites})" if s.cites else "") for s in self.steps]
        lines += [f"    {state} --> [*]" for state in type(self.start) if self.is_final(state)]
        return "\n".join(lines)
