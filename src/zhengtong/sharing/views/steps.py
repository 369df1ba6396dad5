"""Where a request stands on its way (办理进度), from the lifecycle's own lines."""

from dataclasses import replace
from datetime import date

from zhengtong.kernel.clock import legal_day
from zhengtong.sharing.queries import RequestPage
from zhengtong.sharing.rules import DECIDED_STATES, REGULATION, REQUEST, STATE_WORDS, RequestState, Words
from zhengtong.sharing.templatetags.sharing_words import said
from zhengtong.ui.language import cite
from zhengtong.ui.progress import from_lifecycle
from zhengtong.ui.values import ProgressStep

_S = RequestState
_STATION_WORDS = {
    _S.DRAFT: Words("填写申请", "Written"),
    _S.OWN_REVIEW: Words("本部门同意", "Own approval"),
    _S.RECEIVED: Words("提供方审核", "Provider reviews"),
    _S.SUPPLEMENT_ASKED: Words("补充材料", "Supplement"),
    _S.EXTENDED: Words("延长答复", "Extended"),
}


def request_steps(page: RequestPage) -> tuple[ProgressStep, ...]:
    """The stations this request passes: those it passed, where it is, what is normally left."""
    path = _path(page)
    steps = from_lifecycle(
        REQUEST,
        path=path,
        current=page.line.state,
        labels=_labels(page.line.state),
        dates={str(state): on for state, on in _dates(page).items() if on is not None},
    )
    return tuple(
        replace(step, article=cite(f"{REGULATION} {step.article}")) if step.article else step for step in steps
    )


def _labels(current: RequestState) -> dict[str, str]:
    """Stations are named by what is done there; the last by how it ended, once it has."""
    names = {**STATE_WORDS, **_STATION_WORDS}
    if current not in {*DECIDED_STATES, _S.WITHDRAWN}:
        names[_S.CONSENTED] = Words("签发答复", "Reply signed")
    return {str(state): said(words) for state, words in names.items()}


def _path(page: RequestPage) -> list[RequestState]:
    state = page.line.state
    way = [_S.DRAFT, _S.OWN_REVIEW]
    if state is _S.WITHDRAWN and page.line.received_on is None:
        return [_S.DRAFT, _S.WITHDRAWN]
    # what was asked once and answered is told in the notice below; the way shows it only while it is open
    if state is _S.SUPPLEMENT_ASKED:
        way.append(_S.SUPPLEMENT_ASKED)
    way.append(_S.RECEIVED)
    if state is _S.EXTENDED or any(e.agreed for e in page.extensions):
        way.append(_S.EXTENDED)
    way.append(state if state in {*DECIDED_STATES, _S.WITHDRAWN} else _S.CONSENTED)
    return way


def _dates(page: RequestPage) -> dict[RequestState, date | None]:
    extended = next((e.answered_on for e in page.extensions if e.agreed), None)
    return {
        _S.OWN_REVIEW: legal_day(page.approved_at) if page.approved_at else None,
        _S.RECEIVED: page.line.received_on,
        _S.SUPPLEMENT_ASKED: page.notice.asked_on if page.notice else None,
        _S.EXTENDED: extended,
        page.line.state: page.line.decided_on,
    } | ({_S.RECEIVED: page.line.received_on} if page.line.received_on else {})
