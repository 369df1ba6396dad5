"""What has happened in sharing (事件): enough to rebuild every request, grant and clock.

`subject` is the request or the grant.  No personal data: officers are ids, reasons are official
texts about data, not about people.  Legal days are stated, not derived from instants."""

from zhengtong.sharing.events.corrections import CorrectionAcknowledged, CorrectionAnswered, CorrectionFiled
from zhengtong.sharing.events.demands import DemandCoordinated, DemandMet, DemandRaised, DemandWithdrawn
from zhengtong.sharing.events.disposals import DisposalAccepted, DisposalAskedAgain, DisposalOwed, DisposalReported
from zhengtong.sharing.events.disputes import (
    DisputeAgreed,
    DisputeExecuted,
    DisputeFollowedUp,
    DisputeOpened,
    DisputeReferred,
    DisputeRuled,
    DisputeWithdrawn,
    MediationAsked,
    MediationMinuted,
    MediationTakenUp,
)
from zhengtong.sharing.events.grants import (
    GrantDelivered,
    GrantExpired,
    GrantIssued,
    GrantLifted,
    GrantSuspended,
    GrantTerminated,
)
from zhengtong.sharing.events.requests import (
    ExtensionAsked,
    ExtensionDeclined,
    ReplyPrepared,
    ReplySigned,
    RequestDecided,
    RequestDrafted,
    RequestExtended,
    RequestOwnApproved,
    RequestReceived,
    RequestReturned,
    RequestSubmitted,
    RequestSupplemented,
    RequestWithdrawn,
    SupplementAsked,
)
from zhengtong.sharing.events.stops import StopLifted, StopOrdered

__all__ = [
    "CorrectionAcknowledged",
    "CorrectionAnswered",
    "CorrectionFiled",
    "DemandCoordinated",
    "DemandMet",
    "DemandRaised",
    "DemandWithdrawn",
    "DisposalAccepted",
    "DisposalAskedAgain",
    "DisposalOwed",
    "DisposalReported",
    "DisputeAgreed",
    "DisputeExecuted",
    "DisputeFollowedUp",
    "DisputeOpened",
    "DisputeReferred",
    "DisputeRuled",
    "DisputeWithdrawn",
    "ExtensionAsked",
    "ExtensionDeclined",
    "GrantDelivered",
    "GrantExpired",
    "GrantIssued",
    "GrantLifted",
    "GrantSuspended",
    "GrantTerminated",
    "MediationAsked",
    "MediationMinuted",
    "MediationTakenUp",
    "ReplyPrepared",
    "ReplySigned",
    "RequestDecided",
    "RequestDrafted",
    "RequestExtended",
    "RequestOwnApproved",
    "RequestReceived",
    "RequestReturned",
    "RequestSubmitted",
    "RequestSupplemented",
    "RequestWithdrawn",
    "StopLifted",
    "StopOrdered",
    "SupplementAsked",
]
