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
from zhengtong.exchange.queries.runs import RunFacts, runs_of
from zhengtong.exchange.queries.use import (
    ENTRY_DAYS,
    CaseSample,
    EntryUse,
    Flow,
    GrantUse,
    entry_use,
    flows,
    grant_use,
    sample_case_numbers,
)

__all__ = [
    "ENTRY_DAYS",
    "CaseSample",
    "DirectoryState",
    "DisputedLine",
    "EntryUse",
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
    "RunFacts",
    "SideView",
    "StoredDocument",
    "ThreeSides",
    "Unrecorded",
    "Why",
    "counts",
    "current_roots",
    "directory_state",
    "disputed",
    "entry_use",
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
    "runs_of",
    "sample_case_numbers",
    "states_for_rebuild",
    "stored_bundle",
    "stored_members",
    "stored_roots",
    "three_sides",
    "unrecorded",
    "why",
]
