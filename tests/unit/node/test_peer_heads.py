"""A peer's shorter ledger is another ledger only where the center let the peer join anew; a new signing key is none."""

from types import SimpleNamespace
from typing import cast

from zhengtong.node.core import Core
from zhengtong.node.peer_heads import PeerHeads

_ROOT, _OTHER = "a" * 64, "b" * 64
_NOTHING = SimpleNamespace(execute=lambda *_: SimpleNamespace(fetchone=lambda: None))


def heads() -> PeerHeads:
    return PeerHeads(cast(Core, SimpleNamespace(reader=_NOTHING)))


def test_the_same_length_with_another_root_is_a_rewritten_ledger() -> None:
    seen = heads()
    assert seen.fits("p", f"9:{_ROOT}", ledger="seal-1")
    assert not seen.fits("p", f"9:{_OTHER}", ledger="seal-1")


def test_a_shorter_head_moves_nothing_unless_the_peer_joined_anew() -> None:
    """A key that was rotated keeps the sealing key; only a join brings another, and a person approves each join."""
    seen = heads()
    assert seen.fits("p", f"9:{_ROOT}", ledger="seal-1")
    assert seen.fits("p", f"5:{_OTHER}", ledger="seal-1")  # an older message under way
    assert not seen.fits("p", f"9:{_OTHER}", ledger="seal-1")
    assert seen.fits("p", f"5:{_OTHER}", ledger="seal-2")
    assert not seen.fits("p", f"5:{_ROOT}", ledger="seal-2")
