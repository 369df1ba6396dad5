"""Rows behind requests and grants (共享申请、许可).  Rows store, `rules` decide, `services` are the only writers."""

from zhengtong.sharing.models.changes import ServiceChange
from zhengtong.sharing.models.corrections import Correction, CorrectionNotice
from zhengtong.sharing.models.demands import Demand, DemandHelp
from zhengtong.sharing.models.disposals import Disposal
from zhengtong.sharing.models.disputes import Dispute, DisputeNote
from zhengtong.sharing.models.grants import Grant
from zhengtong.sharing.models.maintenance import Maintenance
from zhengtong.sharing.models.personal import FlaggedCase, PersonNotice, PersonRequest
from zhengtong.sharing.models.requests import (
    Extension,
    Register,
    Reply,
    ReplyItem,
    RequestBeneficiary,
    RequestItem,
    SharingRequest,
    Supplement,
)
from zhengtong.sharing.models.stops import EmergencyStop
from zhengtong.sharing.models.takeovers import (
    Takeover,
)

__all__ = [
    "Correction",
    "CorrectionNotice",
    "Demand",
    "DemandHelp",
    "Disposal",
    "Dispute",
    "DisputeNote",
    "EmergencyStop",
    "Extension",
    "FlaggedCase",
    "Grant",
    "Maintenance",
    "PersonNotice",
    "PersonRequest",
    "Register",
    "Reply",
    "ReplyItem",
    "RequestBeneficiary",
    "RequestItem",
    "ServiceChange",
    "SharingRequest",
    "Supplement",
    "Takeover",
]
