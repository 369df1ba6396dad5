"""Two ledgers side by side (双方比对): both must tell of the same exchanges the same way.

Each side's records also hold heads of the other's ledger under the other's signature, so that a node
which rewrites its own ledger, and signs it anew, is found out by anybody it ever wrote to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from zhengtong.wire.findings import Audited, Exchange, HeadClaim, Problem, Told
from zhengtong.wire.ledger import Frontier
from zhengtong.wire.records import OutcomeKind

_COMPARED = ("outcome", "envelope_digest", "rows", "body_digest", "refusal")

__all__ = ["Pair", "cross_check"]


@dataclass(frozen=True, slots=True)
class Pair:
    """What two ledgers have in common (双方)."""

    nodes: tuple[str, str]
    both: int  # exchanges that both tell alike
    unfinished: int  # begun or answered on one side, failed or open on the other
    problems: tuple[Problem, ...]


def cross_check(ledgers: Sequence[Audited]) -> tuple[Pair, ...]:
    """Every pair of ledgers compared (逐对比对)."""
    return tuple(_pair(a, b) for a, b in combinations(ledgers, 2) if a.node and b.node)


def _pair(a: Audited, b: Audited) -> Pair:
    problems: list[Problem] = []
    if a.node == b.node:
        return Pair(nodes=(a.node, b.node), both=0, unfinished=0, problems=tuple(_two_views(a, b)))
    both = unfinished = 0
    for name in dict.fromkeys([*_with(a, b.node), *_with(b, a.node)]):
        here, there = a.exchanges.get(name), b.exchanges.get(name)
        if here is None or there is None:
            lacking, telling, told = (a, b, there) if here is None else (b, a, here)
            missing = _missing(lacking, telling, told, name)
            problems.extend(missing)
            unfinished += not missing
            continue
        differing = [*_differing(a, here, there, name), *_no_answer(a, b, here, there, name)]
        differing += _no_answer(b, a, there, here, name)
        problems.extend(differing)
        ended = here.outcome is not None and there.outcome is not None
        failed = ended and OutcomeKind.FAILED in {_outcome(here), _outcome(there)}
        unfinished += (not ended or failed) and not differing
        both += ended and not failed and not differing
    problems.extend(_rewritten(a, [claim for claim in b.claims if claim.peer == a.node], told_by=b))
    problems.extend(_rewritten(b, [claim for claim in a.claims if claim.peer == b.node], told_by=a))
    return Pair(nodes=(a.node, b.node), both=both, unfinished=unfinished, problems=tuple(problems))


def _with(ledger: Audited, peer: str) -> list[str]:
    return [name for name, exchange in ledger.exchanges.items() if exchange.peer == peer]


def _outcome(exchange: Exchange) -> OutcomeKind | None:
    return exchange.outcome.outcome if exchange.outcome else None


def _missing(lacking: Audited, telling: Audited, told: Exchange | None, name: str) -> list[Problem]:
    """A record that the other side must have, because it signed something in ours."""
    if told is None or name in lacking.alarmed or (lacking.later is not None and name in lacking.later.exchanges):
        return []
    signed = [record for record in (told.intent, told.outcome) if record and lacking.node in record.signers]
    if not signed:
        return []
    return [_lacks(lacking, telling, signed[0], name)] if not _unfinished_later(lacking, told, signed[0]) else []


def _no_answer(lacking: Audited, telling: Audited, lacks: Exchange, told: Exchange, name: str) -> list[Problem]:
    """An outcome cut off behind its intent: the answer left, so the record of it was there before."""
    later = lacking.later.exchanges.get(name) if lacking.later is not None else None
    if lacks.outcome is not None or told.outcome is None or (later is not None and later.outcome is not None):
        return []
    if lacking.node not in told.outcome.answered_by or _outcome(told) is OutcomeKind.FAILED:
        return []
    return [_lacks(lacking, telling, told.outcome, name)]


def _unfinished_later(lacking: Audited, told: Exchange, first: Told) -> bool:
    """Whether an exchange never ended, and is later than anybody vouches for the other ledger."""
    return _is_after(first, lacking) and _outcome(told) in {None, OutcomeKind.FAILED}


def _lacks(lacking: Audited, telling: Audited, record: Told, name: str) -> Problem:
    facts: dict[str, str | int] = {"exchange": name, "node": lacking.node}
    key = "wire.ledger_pair_missing"
    if _is_after(record, lacking):
        key, facts["size"] = "wire.ledger_pair_newer", len(lacking.leaves)
    return Problem(telling.name, f"record {record.index}", record.index, key, facts)


def _is_after(record: Told, ledger: Audited) -> bool:
    """Whether a record is later than all that a ledger, or the center on its behalf, ever signed."""
    heads = [head for head in (ledger.head, ledger.cosigned) if head is not None]
    return bool(heads) and all(record.at > head.at for head in heads)


def _differing(a: Audited, here: Exchange, there: Exchange, exchange: str) -> list[Problem]:
    found: list[Problem] = []
    pairs: list[tuple[Told | None, Told | None, tuple[str, ...]]] = [(here.intent, there.intent, ("envelope_digest",))]
    if OutcomeKind.FAILED not in {_outcome(here), _outcome(there)}:
        pairs.append((here.outcome, there.outcome, _COMPARED))
    for mine, theirs, names in pairs:
        if mine is not None and theirs is not None:
            differing = [name for name in names if getattr(mine, name) != getattr(theirs, name)]
            found += [_differs(a, mine.index, exchange, name) for name in differing]
    if here.role is there.role and here.intent is not None:
        found.append(_differs(a, here.intent.index, exchange, "role"))
    return found


def _differs(a: Audited, index: int, exchange: str, attribute: str) -> Problem:
    facts: dict[str, str | int] = {"exchange": exchange, "field": attribute}
    return Problem(a.name, f"record {index}", index, "wire.ledger_pair_differs", facts)


def _rewritten(ledger: Audited, claims: Sequence[HeadClaim], *, told_by: Audited) -> list[Problem]:
    """Heads that a ledger's node once signed towards its peer and that are no longer true."""
    newest = ledger.later or ledger
    roots = _roots_at(newest.leaves, {claim.size for claim in claims})
    found: list[Problem] = []
    last_true = 0
    for claim in sorted(claims, key=lambda claim: claim.size):
        root = roots.get(claim.size)
        if root == claim.root:
            last_true = claim.size
        elif root is not None or (newest.head is not None and claim.size > newest.head.size):
            facts: dict[str, str | int] = {"node": ledger.node, "size": claim.size, "peer": told_by.node}
            found.append(Problem(ledger.name, f"records from {last_true}", last_true, "wire.ledger_rewritten", facts))
            break
    return found


def _roots_at(leaves: Sequence[bytes], sizes: set[int]) -> dict[int, str]:
    frontier = Frontier()
    roots = {0: frontier.root().hex()}
    for leaf in leaves:
        frontier.append(leaf)
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root().hex()
    return roots


def _two_views(a: Audited, b: Audited) -> list[Problem]:
    """Two copies of one node's ledger: the shorter must be the beginning of the longer."""
    for index, (mine, theirs) in enumerate(zip(a.leaves, b.leaves, strict=False)):
        if mine != theirs:
            facts: dict[str, str | int] = {"node": a.node, "other": b.name}
            return [Problem(a.name, f"record {index}", index, "wire.ledger_two_views", facts)]
    return []
