"""Reminders of what waits (提醒): once a day by mail and by a signed post, never more than numbers, acts and days.

What leaves names no person and no content: number, what is to be done, by when, and where to open it.  Each receiver
has one reminder a day, three attempts, and a row that says what became of it.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http.client import HTTPException
from smtplib import SMTPException
from urllib.error import URLError
from urllib.request import Request
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import override

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import BEIJING, Clock
from zhengtong.kernel.events import JsonValue
from zhengtong.kernel.outgoing import opener
from zhengtong.parties import services as people
from zhengtong.parties.queries.reminding import MailTo, PostTo, is_allowed, to_mail, to_post
from zhengtong.portal.inbox import InboxLine, due_lines

FROM_HOUR = 8  # not before, Beijing time
LINES_MAX = 50  # of one reminder; the rest is counted
WAIT_S = 5.0
RUN_S_MAX = 20.0  # of one run and channel; the last one may take its own wait beyond
FAULTS_IN_A_ROW = 3
SIGNATURE_HEADER = "X-Zhengtong-Signature"


def remind_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """Remind whoever asked for it and was not yet today; safe to repeat."""
    del payload
    remind(clock=clock)


def remind(*, clock: Clock) -> int:
    """Send today's reminders; returns how many left.

    A run ends after `RUN_S_MAX` seconds or `FAULTS_IN_A_ROW`: the worker has grants to end and lists to publish, and a
    server that does not answer must not keep it.  Who is left is seen to by the next run.
    """
    if clock.now().astimezone(BEIJING).hour < FROM_HOUR:
        return 0
    with override("zh-hans"):
        mailed = _sent(map(_mail, to_mail(on=clock.today())), clock=clock) if settings.ZHENGTONG_MAIL else 0
        return mailed + _sent(map(_post, to_post(on=clock.today())), clock=clock)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A reminder to somebody: whose turns, up to which day, and how it leaves."""

    account: UUID | None
    organization: UUID | None
    actors: tuple[Actor, ...]
    days_before: int | None  # None: whatever the day
    send: Callable[[Sequence[InboxLine], date], str]  # what went wrong, or nothing


def _mail(one: MailTo) -> _Letter:
    def send(lines: Sequence[InboxLine], today: date) -> str:
        return _mailed(one.address, lines, today) if one.address else "no address"

    return _Letter(one.account, None, one.actors, one.days_before, send)


def _post(one: PostTo) -> _Letter:
    def send(lines: Sequence[InboxLine], today: date) -> str:
        return _posted(one.url, one.secret, _body(one.code, lines, today))

    return _Letter(None, one.organization, one.actors, None, send)


def _sent(letters: Iterable[_Letter], *, clock: Clock) -> int:
    """Send letters one after the other and note what became of each; how many left."""
    today, until, left, faults = clock.today(), time.monotonic() + RUN_S_MAX, 0, 0
    for one in letters:
        last = date.max if one.days_before is None else today + timedelta(days=one.days_before)
        lines = due_lines(actors=one.actors, clock=clock, until=last)
        fault = one.send(lines, today) if lines else ""
        people.note_reminder(
            account=one.account, organization=one.organization, day=today, things=len(lines), fault=fault, clock=clock
        )
        left += bool(lines) and not fault
        faults = faults + 1 if fault else 0
        if faults >= FAULTS_IN_A_ROW or time.monotonic() > until:
            break
    return left


def _body(code: str, lines: Sequence[InboxLine], today: date) -> bytes:
    held = {
        "organization": code, "day": today.isoformat(), "things": len(lines),
        "lines": [
            {
                "number": line.number, "act": line.action, "late": line.late,
                "due_on": line.due_on.isoformat() if line.due_on else None, "address": _address(line),
            }
            for line in lines[:LINES_MAX]
        ],
    }  # fmt: skip
    return json.dumps(held, ensure_ascii=False).encode()


def _mailed(address: str, lines: Sequence[InboxLine], today: date) -> str:
    """Send one mail; what went wrong, or nothing."""
    late = sum(line.late for line in lines)
    rows = [f"{line.number} · {line.action} · {line.due_on} · {_address(line)}" for line in lines[:LINES_MAX]]
    more = [f"另有 {len(lines) - LINES_MAX} 件，请登录查看。"] if len(lines) > LINES_MAX else []
    text = "\n".join([f"{today}，等您办理：", "", *rows, *more, "", "不想收到，请在“我的账号”中关闭邮件提醒。"])
    subject = f"政通：{len(lines)} 件待办" + (f"，其中 {late} 件逾期" if late else "")
    try:
        EmailMessage(subject, text, to=[address]).send()
    except (SMTPException, OSError) as broken:
        return type(broken).__name__
    return ""


def _posted(url: str, secret: str, body: bytes) -> str:
    """Post one reminder, signed; what went wrong, or nothing.  Redirects are not followed, answers not read."""
    if not is_allowed(url, hosts=settings.ZHENGTONG_WEBHOOK_HOSTS):
        return "address"  # the deployment's list has changed since it was set
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: f"sha256={signature}"}
    try:
        with opener.open(Request(url, data=body, headers=headers), timeout=WAIT_S):  # noqa: S310 -- checked above
            return ""
    except (URLError, HTTPException, OSError) as broken:
        return str(getattr(broken, "code", "")) or type(broken).__name__


def _address(line: InboxLine) -> str:
    return f"{settings.ZHENGTONG_ADDRESS}{line.url}"
