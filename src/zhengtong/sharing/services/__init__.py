"""What people can do in sharing (共享办理).  One function, one use case, one transaction."""

from zhengtong.sharing.services.answering import SignedReply, countersign_reply, prepare_reply, sign_reply
from zhengtong.sharing.services.asking import agree_extension, ask_extension, ask_supplement, decline_extension
from zhengtong.sharing.services.changing import move_change, propose_change
from zhengtong.sharing.services.correcting import (
    DisputedValue,
    acknowledge_correction,
    answer_correction,
    file_correction,
    open_disputed_value,
)
from zhengtong.sharing.services.demanding import (
    coordinate_demand,
    link_demand,
    meet_demand,
    name_demand_source,
    offer_help,
    raise_demand,
    read_help,
    withdraw_demand,
)
from zhengtong.sharing.services.disposing import accept_disposal, ask_disposal_again, report_disposal
from zhengtong.sharing.services.disputing import ask_again, move_dispute, open_dispute
from zhengtong.sharing.services.drafting import (
    answer_supplement,
    approve_own,
    draft_request,
    return_to_officer,
    submit_to_own_head,
    update_draft,
    withdraw,
)
from zhengtong.sharing.services.effecting import apply_changes
from zhengtong.sharing.services.finding import check_version
from zhengtong.sharing.services.granting import (
    confirm_delivered,
    expire_grants,
    let_followers_take_over,
    lift_suspension,
    relinquish_grant,
    suspend_grant,
    terminate_grant,
)
from zhengtong.sharing.services.maintaining import announce_maintenance, cancel_maintenance
from zhengtong.sharing.services.parting import merge_drafts, part_draft
from zhengtong.sharing.services.personal import (
    OpenedPerson,
    acknowledge_person_notice,
    open_person,
    pass_on_person_request,
    take_person_request,
    tell_person,
    verify_person_request,
    withdraw_person_request,
)
from zhengtong.sharing.services.recounting import recompute_clocks
from zhengtong.sharing.services.stopping import lift_stop, order_stop
from zhengtong.sharing.services.taking_over import (
    answer_takeover,
    file_takeovers,
    review_grant,
)

__all__ = [
    "DisputedValue",
    "OpenedPerson",
    "SignedReply",
    "accept_disposal",
    "acknowledge_correction",
    "acknowledge_person_notice",
    "agree_extension",
    "announce_maintenance",
    "answer_correction",
    "answer_supplement",
    "answer_takeover",
    "apply_changes",
    "approve_own",
    "ask_again",
    "ask_disposal_again",
    "ask_extension",
    "ask_supplement",
    "cancel_maintenance",
    "check_version",
    "confirm_delivered",
    "coordinate_demand",
    "countersign_reply",
    "decline_extension",
    "draft_request",
    "expire_grants",
    "file_correction",
    "file_takeovers",
    "let_followers_take_over",
    "lift_stop",
    "lift_suspension",
    "link_demand",
    "meet_demand",
    "merge_drafts",
    "move_change",
    "move_dispute",
    "name_demand_source",
    "offer_help",
    "open_dispute",
    "open_disputed_value",
    "open_person",
    "order_stop",
    "part_draft",
    "pass_on_person_request",
    "prepare_reply",
    "propose_change",
    "raise_demand",
    "read_help",
    "recompute_clocks",
    "relinquish_grant",
    "report_disposal",
    "return_to_officer",
    "review_grant",
    "sign_reply",
    "submit_to_own_head",
    "suspend_grant",
    "take_person_request",
    "tell_person",
    "terminate_grant",
    "update_draft",
    "verify_person_request",
    "withdraw",
    "withdraw_demand",
    "withdraw_person_request",
]
