"""Open things with their due dates (未结事项), for the preview of a changed limit."""

from zhengtong.sharing.models import Correction, Disposal, Grant, ServiceChange, SharingRequest
from zhengtong.sharing.rules import REPLY_OWED, ChangeState, CorrectionState, DisposalState, GrantState
from zhengtong.standards.previewing import OpenDate


def open_dates(most: int) -> dict[str, OpenDate]:
    """Requests to answer, grants to deliver, corrections to check, disposals owed, changes to answer: counted again."""
    found = dict[str, OpenDate]()
    asked = SharingRequest.objects.filter(state__in=[str(s) for s in REPLY_OWED]).order_by("due_on")
    for key, number, due in asked.values_list("id", "number", "due_on")[:most]:
        found[f"request {key}"] = OpenDate("共享申请", "request", number, due)
    granted = Grant.objects.filter(state=str(GrantState.DELIVERING)).order_by("deliver_due_on")
    for key, number, due in granted.values_list("id", "number", "deliver_due_on")[:most]:
        found[f"grant {key}"] = OpenDate("共享许可", "grant", number, due)
    filed = Correction.objects.filter(state=str(CorrectionState.FILED)).order_by("due_on")
    for key, number, due in filed.values_list("id", "number", "due_on")[:most]:
        found[f"correction {key}"] = OpenDate("校核申请", "correction", number, due)
    owed = Disposal.objects.filter(state=str(DisposalState.OWED)).order_by("due_on")
    for key, number, due in owed.values_list("grant_id", "grant__number", "due_on")[:most]:
        found[f"disposal {key}"] = OpenDate("数据处置", "disposal", number, due)
    asked_of = ServiceChange.objects.filter(state=str(ChangeState.PROPOSED)).order_by("due_on")
    for key, number, due in asked_of.values_list("id", "number", "due_on")[:most]:
        found[f"change {key}"] = OpenDate("服务变更", "change of service", number, due)
    return found
