"""Lists as files to take away (导出): the same rows as on the page, all of them, as csv or workbook."""

from collections.abc import Callable, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.paging import Page
from zhengtong.parties.web import ActorRequest
from zhengtong.sharing import queries
from zhengtong.sharing.templatetags.sharing_words import label
from zhengtong.ui import tables
from zhengtong.ui.tables import Cell


def requests_taken(
    request: ActorRequest, fetch: Callable[[str, int], Page[queries.RequestLine]]
) -> HttpResponse | None:
    """The list of requests."""
    headings = [
        _("编号"), _("资源"), _("目录代码"), _("使用方"), _("提供方"), _("用途"), _("状态"), _("收到"), _("期限"),
        _("逾期"), _("答复"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="requests", headings=headings, fetch=fetch, row=_request
    )


def grants_taken(request: ActorRequest, fetch: Callable[[str, int], Page[queries.GrantLine]]) -> HttpResponse | None:
    """The list of grants."""
    headings = [
        _("编号"), _("资源"), _("目录代码"), _("使用方"), _("提供方"), _("用途"), _("状态"), _("有效期起"),
        _("有效期止"), _("期限"), _("逾期"), _("已提供"), _("结束"),
    ]  # fmt: skip
    return tables.download_all(request.GET.get("format", ""), name="grants", headings=headings, fetch=fetch, row=_grant)


def corrections_taken(
    request: ActorRequest, fetch: Callable[[str, int], Page[queries.CorrectionLine]]
) -> HttpResponse | None:
    """The list of corrections; which records they are about stays out."""
    headings = [
        _("编号"), _("资源"), _("信息项"), _("使用方"), _("提供方"), _("状态"), _("提出"), _("期限"), _("逾期"),
        _("答复"), _("另外发现"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="corrections", headings=headings, fetch=fetch, row=_correction
    )


def disputes_taken(
    request: ActorRequest, fetch: Callable[[str, int], Page[queries.DisputeLine]]
) -> HttpResponse | None:
    """The list of disputes."""
    headings = [
        _("编号"), _("关于"), _("资源"), _("使用方"), _("提供方"), _("协调方"), _("状态"), _("提出"), _("期限"),
        _("逾期"), _("解决"), _("结束"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="disputes", headings=headings, fetch=fetch, row=_dispute
    )


def demands_taken(request: ActorRequest, fetch: Callable[[str, int], Page[queries.DemandLine]]) -> HttpResponse | None:
    """The list of demands (需求清单)."""
    headings = [
        _("编号"), _("需要什么数据"), _("用于什么事项"), _("需求部门"), _("可能持有者"), _("状态"), _("提出"),
        _("工作日"), _("最近说明"), _("结束"), _("数源部门"), _("编目期限"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="demands", headings=headings, fetch=fetch, row=_demand
    )


def board_taken(request: ActorRequest, lines: Sequence[queries.BoardLine]) -> HttpResponse | None:
    """How far each demand is (供需对接进度)."""
    headings = [
        _("编号"), _("需要什么数据"), _("需求部门"), _("数源部门"), _("进度"), _("轮到"), _("期限"), _("逾期"),
        _("工作日"), _("提出"), _("明确数源部门"), _("对应到目录"), _("提出申请"), _("答复"), _("提供"),
    ]  # fmt: skip
    return tables.download(request.GET.get("format", ""), name="board", headings=headings, rows=map(_board, lines))


def _board(one: queries.BoardLine) -> Sequence[Cell]:
    return (
        one.number, one.what, one.consumer.short_name, one.source, label(one.onboarding.stage),
        one.turn, one.due_on, _late(one.late), one.days, one.onboarding.raised_on, *one.onboarding.done,
    )  # fmt: skip


def _late(late: bool) -> str:
    return _("是") if late else ""


def _request(one: queries.RequestLine) -> Sequence[Cell]:
    return (
        one.number, one.entry_name, one.entry_code, one.consumer.short_name, one.provider.short_name, one.purpose,
        label(one.state), one.received_on, one.due_on, _late(one.late), one.decided_on,
    )  # fmt: skip


def _grant(one: queries.GrantLine) -> Sequence[Cell]:
    return (
        one.number, one.entry_name, one.entry_code, one.consumer.short_name, one.provider.short_name, one.purpose,
        label(one.state), one.valid_from, one.valid_until, one.due_on, _late(one.late), one.delivered_on, one.ended_on,
    )  # fmt: skip


def _correction(one: queries.CorrectionLine) -> Sequence[Cell]:
    return (
        one.number, one.entry_name, one.item_name, one.consumer.short_name, one.provider.short_name, label(one.state),
        one.filed_on, one.due_on, _late(one.late), one.answered_on, one.others_found,
    )  # fmt: skip


def _dispute(one: queries.DisputeLine) -> Sequence[Cell]:
    return (
        one.number, one.about_number, one.entry_name, one.consumer.short_name, one.provider.short_name,
        one.mediator.short_name, label(one.state), one.opened_on, one.due_on, _late(one.late), one.settled_on,
        one.ended_on,
    )  # fmt: skip


def _demand(one: queries.DemandLine) -> Sequence[Cell]:
    return (
        one.number, one.what, one.matter, one.consumer.short_name, one.holder, label(one.state), one.raised_on,
        one.open_days, one.note, one.ended_on, one.source, one.catalog_by,
    )  # fmt: skip


def persons_taken(request: ActorRequest, fetch: Callable[[str, int], Page[queries.PersonLine]]) -> HttpResponse | None:
    """The list of persons' requests; nothing of the persons."""
    headings = [
        _("编号"), _("资源"), _("信息项"), _("受理部门"), _("提供方"), _("状态"), _("登记"), _("期限"), _("逾期"),
        _("告知"), _("校核"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="persons", headings=headings, fetch=fetch, row=_person
    )


def flagged_taken(request: ActorRequest, fetch: Callable[[str, int], Page[queries.Flag]]) -> HttpResponse | None:
    """The list of flagged cases."""
    headings = [_("办件"), _("部门"), _("标记"), _("来自"), _("资源"), _("信息项"), _("状态")]
    return tables.download_all(request.GET.get("format", ""), name="cases", headings=headings, fetch=fetch, row=_flag)


def _person(one: queries.PersonLine) -> Sequence[Cell]:
    return (
        one.number, one.entry_name, one.item_name, one.organization.short_name, one.provider.short_name,
        label(one.state), one.taken_on, one.due_on, _late(one.late), one.told_on, one.correction_number,
    )  # fmt: skip


def _flag(one: queries.Flag) -> Sequence[Cell]:
    return (
        one.case, one.organization.short_name, one.flagged_on, one.number, one.entry_name, one.item_name,
        label(one.state),
    )  # fmt: skip


def stops_taken(request: ActorRequest, fetch: Callable[[str, int], Page[queries.StopLine]]) -> HttpResponse | None:
    """The list of emergency stops."""
    headings = [_("编号"), _("停用什么"), _("所属机构"), _("理由"), _("停用"), _("涉及许可"), _("状态"), _("恢复")]
    return tables.download_all(request.GET.get("format", ""), name="stops", headings=headings, fetch=fetch, row=_stop)


def takeovers_taken(
    request: ActorRequest, fetch: Callable[[str, int], Page[queries.TakeoverLine]]
) -> HttpResponse | None:
    """The list of existing sharing taken over."""
    headings = [
        _("编号"), _("资源"), _("使用方"), _("提供方"), _("用途"), _("登记"), _("有效期止"), _("复核日"), _("状态"),
    ]  # fmt: skip
    return tables.download_all(
        request.GET.get("format", ""), name="takeovers", headings=headings, fetch=fetch, row=_takeover
    )


def _stop(one: queries.StopLine) -> Sequence[Cell]:
    return (
        one.number, f"{label(one.scope)} {one.name}".strip(), one.organ.short_name, one.reason,
        legal_day(one.ordered_at), one.grants, label(one.state), legal_day(one.lifted_at) if one.lifted_at else None,
    )  # fmt: skip


def _takeover(one: queries.TakeoverLine) -> Sequence[Cell]:
    return (
        one.number, one.entry_name, one.consumer.short_name, one.provider.short_name, one.purpose, one.filed_on,
        one.until, one.review_on, label(one.state),
    )  # fmt: skip
