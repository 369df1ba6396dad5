"""Nodes and systems as their events tell them (由事件重建)."""

from collections.abc import Iterable

from zhengtong.exchange.queries import states_for_rebuild
from zhengtong.exchange.queries.notice import exemptions_for_rebuild
from zhengtong.exchange.rules import NodeState
from zhengtong.journal import rebuild
from zhengtong.journal.queries import StoredEvent
from zhengtong.kernel.events import JsonValue

_NODE_STATES = {
    "exchange.node.invited": NodeState.INVITED,
    "exchange.node.joined": NodeState.PENDING,
    "exchange.node.approved": NodeState.ACTIVE,
    "exchange.node.rejected": NodeState.REJECTED,
    "exchange.node.suspended": NodeState.SUSPENDED,
    "exchange.node.resumed": NodeState.ACTIVE,
    "exchange.node.retired": NodeState.RETIRED,
}


def replay(events: Iterable[StoredEvent]) -> dict[str, dict[str, JsonValue]]:
    """The rows that the events imply."""
    rows: dict[str, dict[str, JsonValue]] = {}
    for one in events:
        if one.name in _NODE_STATES:
            rows[f"node/{one.subject}"] = {"code": one.payload["code"], "state": _NODE_STATES[one.name].value}
        elif one.name == "exchange.system.registered":
            rows[f"system/{one.subject}"] = {"code": one.payload["code"], "retired": False}
        elif one.name == "exchange.system.retired":
            rows[f"system/{one.subject}"] = {"code": one.payload["code"], "retired": True}
        elif one.name == "exchange.notice.exempted":
            said = {"grant": one.payload["grant"], "ground": one.payload["ground"], "ended": False}
            rows[f"exemption/{one.subject}"] = said
        elif one.name == "exchange.notice.restored":
            rows[f"exemption/{one.subject}"]["ended"] = True
    return rows


def register() -> None:
    """Enter this area with the rebuild check."""
    rebuild.register("exchange", replay=replay, actual=lambda: {**states_for_rebuild(), **exemptions_for_rebuild()})
