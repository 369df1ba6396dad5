"""Reminders of what waits (提醒): once a day by mail and by a signed post, never more than numbers, acts and days.

What leaves names no person and no content: number, what is to be done, by when, and where to open it.  Each receiver
has one reminder a day, three attempts, and a row that says what became of it.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from http.client import HTTPException
from smtplib import SMTPException
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import override

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import BEIJING, Clock
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import services as people
from zhengtong.parties.queries.reminding import is_allowed, to_mail, to_post
from zhengtong.portal.inbox import InboxLine, inbox

FROM_HOUR = 8  # not before, Beijing time
LINES_MAX = 50  # of one reminder; the rest is counted
WAIT_S = 5.0
SIGNATURE_HEADER = "X-Zhengtong-Signature"


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:  # Any: the standard library's signature
        return None


_opener = build_opener(ProxyHandler({}), _NoRedirect())


def remind_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """Remind whoever asked for it and was not yet today; safe to repeat."""
    del payload
    remind(clock=clock)


def remind(*, clock: Clock) -> int:
    """Send today's reminders; returns how many left."""
    if clock.now().astimezone(BEIJING).hour < FROM_HOUR:
        return 0
    with override("zh-hans"):
        mailed = _by_mail(clock) if settings.ZHENGTONG_MAIL else 0
        return mailed + _by_post(clock)


def _by_mail(clock: Clock) -> int:
    today, left = clock.today(), 0
    for one in to_mail(on=today):
        lines = _urgent(one.actors, until=today + timedelta(days=one.days_before), clock=clock)
        if not lines:
            continue
        fault = _mailed(one.address, lines, today)
        people.note_reminder(account=one.account, day=today, things=len(lines), fault=fault, clock=clock)
        left += not fault
    return left


def _by_post(clock: Clock) -> int:
    today, left = clock.today(), 0
    for one in to_post(on=today):
        lines = _urgent(one.actors, until=date.max, clock=clock)
        if not lines:
            continue
        body = {
            "organization": one.code, "day": today.isoformat(), "things": len(lines),
            "lines": [
                {
                    "number": line.number, "act": line.action, "late": line.late,
                    "due_on": line.due_on.isoformat() if line.due_on else None, "address": _address(line),
                }
                for line in lines[:LINES_MAX]
            ],
        }  # fmt: skip
        fault = _posted(one.url, one.secret, json.dumps(body, ensure_ascii=False).encode())
        people.note_reminder(organization=one.organization, day=today, things=len(lines), fault=fault, clock=clock)
        left += not fault
    return left


def _urgent(actors: Iterable[Actor], *, until: date, clock: Clock) -> Sequence[InboxLine]:
    """What waits for these seats and is late or due by a day, each thing once, first due first."""
    found = dict[str, InboxLine]()
    for actor in actors:
        for line in inbox(actor=actor, clock=clock):
            if line.due_on is not None and line.due_on <= until:
                found.setdefault(f"{line.url} {line.action}", line)
    return sorted(found.values(), key=lambda line: (line.due_on or date.max, line.number))


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
        with _opener.open(Request(url, data=body, headers=headers), timeout=WAIT_S):  # noqa: S310 -- checked above
            return ""
    except (URLError, HTTPException, OSError) as broken:
        return str(getattr(broken, "code", "")) or type(broken).__name__


def _address(line: InboxLine) -> str:
    return f"{settings.ZHENGTONG_ADDRESS}{line.url}"
