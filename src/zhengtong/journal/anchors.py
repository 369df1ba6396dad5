"""Heads of the chain that were published (已公布的链头): those who publish one register here, `journal verify` asks."""

from collections.abc import Callable

from zhengtong.journal.rules import ChainHead

Source = Callable[[], ChainHead | None]

_sources: list[Source] = []


def clear() -> None:
    """Forget all sources; before the wiring is read anew."""
    _sources.clear()


def register(source: Source) -> None:
    """Name a function that gives the last head its area published, or None; called from the wiring."""
    _sources.append(source)


def published() -> tuple[ChainHead, ...]:
    """Every head that the chain must pass through because others hold it (应经过的链头)."""
    found = (source() for source in _sources)
    return tuple(head for head in found if head is not None)
