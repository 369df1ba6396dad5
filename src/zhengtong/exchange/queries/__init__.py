"""What can be asked of the exchange's control plane.  Nouns; frozen records; deny by default.

`documents` what nodes fetch and who a key belongs to · `nodes` · `exchanges` both sides ·
`disputes` receipts not believed · `use` grants and flows.
"""

from zhengtong.exchange.queries.disputes import DisputedLine, disputed
from zhengtong.exchange.queries.documents import (
    DirectoryState,
    NodeIdentity,
    StoredDocument,
    directory_state,
    node_identity,
    states_for_rebuild,
    stored_bundle,
    stored_members,
    stored_roots,
)
from zhengtong.exchange.queries.exchanges import (
    ExchangeLine,
    ExchangePage,
    SideView,
    ThreeSides,
    Why,
    exchange,
    exchanges,
    three_sides,
    why,
)
from zhengtong.exchange.queries.months import (
    MonthUse,
    NodeStanding,
    Unrecorded,
    joined,
    month_use,
    node_standings,
    recorded_again,
    unrecorded,
)
from zhengtong.exchange.queries.nodes import (
    NodeBrief,
    NodeCounts,
    NodeLine,
    NodePage,
    counts,
    node,
    node_by_code,
    nodes,
)
from zhengtong.exchange.queries.roots import current_roots, root_fingerprint
from zhengtong.exchange.queries.use import CaseSample, Flow, GrantUse, flows, grant_use, sample_case_numbers

__all__ = [
    "CaseSample",
    "DirectoryState",
    "DisputedLine",
    "ExchangeLine",
    "ExchangePage",
    "Flow",
    "GrantUse",
    "MonthUse",
    "NodeBrief",
    "NodeCounts",
    "NodeIdentity",
    "NodeLine",
    "NodePage",
    "NodeStanding",
    "SideView",
    "StoredDocument",
    "ThreeSides",
    "Unrecorded",
    "Why",
    "counts",
    "current_roots",
    "directory_state",
    "disputed",
    "exchange",
    "exchanges",
    "flows",
    "grant_use",
    "joined",
    "month_use",
    "node",
    "node_by_code",
    "node_identity",
    "node_standings",
    "nodes",
    "recorded_again",
    "root_fingerprint",
    "sample_case_numbers",
    "states_for_rebuild",
    "stored_bundle",
    "stored_members",
    "stored_roots",
    "three_sides",
    "unrecorded",
    "why",
]
