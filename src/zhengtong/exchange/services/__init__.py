"""What people and nodes can do in the exchange's control plane.  One function, one use case, one transaction.

`keys` the key ceremony · `nodes` the lifecycle of a node · `systems` systems and key rotation ·
`directory` publishing · `receipts` and `heads` what nodes report · `comparing` both sides ·
`reports` how they are doing.
"""

from zhengtong.exchange.services.comparing import compare_waiting
from zhengtong.exchange.services.directory import Published, publish
from zhengtong.exchange.services.heads import Cosigned, cosign_head, last_cosigned
from zhengtong.exchange.services.keys import (
    RootFiles,
    adopt_roots,
    init_keys,
    install,
    open_epoch,
    require_root_keys,
    rotate_online_key,
)
from zhengtong.exchange.services.nodes import (
    Invited,
    Joined,
    approve_node,
    invite,
    join,
    reject_node,
    resume_node,
    retire_node,
    suspend_node,
)
from zhengtong.exchange.services.receipts import BatchAnswer, accept_receipts
from zhengtong.exchange.services.reports import StatusReport, approve_address, heard, report_status
from zhengtong.exchange.services.systems import approve_key, first_time, offer_key, register_system, retire_system

__all__ = [
    "BatchAnswer",
    "Cosigned",
    "Invited",
    "Joined",
    "Published",
    "RootFiles",
    "StatusReport",
    "accept_receipts",
    "adopt_roots",
    "approve_address",
    "approve_key",
    "approve_node",
    "compare_waiting",
    "cosign_head",
    "first_time",
    "heard",
    "init_keys",
    "install",
    "invite",
    "join",
    "last_cosigned",
    "offer_key",
    "open_epoch",
    "publish",
    "register_system",
    "reject_node",
    "report_status",
    "require_root_keys",
    "resume_node",
    "retire_node",
    "retire_system",
    "rotate_online_key",
    "suspend_node",
]
