"""The figures of a run as each side tells the center (批量对账数字): counts and a fingerprint, no content."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhengtong.wire.canonical import Json
from zhengtong.wire.shapes import Shape

_FINGERPRINT_CHARS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """One side's figures: what it read and sent, or what it stored and read back.

    The provider tells `read` and `withheld`, the consumer `quarantined`; each says whether both agreed.
    """

    rows: int
    fingerprint: str
    reconciled: bool
    read: int | None = None
    withheld: int | None = None
    quarantined: int | None = None


def figures_of_facts(facts: Mapping[str, Json]) -> RunFigures | None:
    """The figures in the facts of an outcome; None for one of no reconciled run."""
    quarantined = _number(facts.get("quarantined"))
    rows = _number(facts.get("rows_sent" if quarantined is None else "rows"))
    fingerprint, reconciled = facts.get("fingerprint"), facts.get("reconciled")
    if rows is None or not isinstance(fingerprint, str) or not isinstance(reconciled, bool):
        return None
    if len(fingerprint) != _FINGERPRINT_CHARS:
        return None
    if quarantined is not None:
        return RunFigures(rows=rows, fingerprint=fingerprint, reconciled=reconciled, quarantined=quarantined)
    read, withheld = _number(facts.get("rows_read")), _number(facts.get("withheld"))
    return RunFigures(rows=rows, fingerprint=fingerprint, reconciled=reconciled, read=read, withheld=withheld)


def figures_to_json(figures: RunFigures) -> dict[str, Json]:
    """As a receipt carries them."""
    return {
        "rows": figures.rows, "fingerprint": figures.fingerprint, "reconciled": figures.reconciled,
        "read": figures.read, "withheld": figures.withheld, "quarantined": figures.quarantined,
    }  # fmt: skip


def figures_from_json(value: Json) -> RunFigures:
    """The figures of a receipt.  Raises RuleBroken for another form."""
    shape = Shape(value, thing="receipt.run")
    reconciled = shape.take("reconciled")
    if not isinstance(reconciled, bool):
        raise shape.bad("reconciled", "a yes or no")
    built = RunFigures(
        rows=shape.number("rows"),
        fingerprint=shape.text("fingerprint", least=_FINGERPRINT_CHARS, most=_FINGERPRINT_CHARS),
        reconciled=reconciled,
        read=shape.number_or_none("read"),
        withheld=shape.number_or_none("withheld"),
        quarantined=shape.number_or_none("quarantined"),
    )
    shape.done()
    return built


def _number(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
