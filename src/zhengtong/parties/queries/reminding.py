"""Who wants to be reminded, and what became of it (提醒查询)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.outgoing import is_safe_address
from zhengtong.parties.models import Account, CalendarFeed, Reminder, ReminderChoice, Webhook
from zhengtong.parties.queries.seats import actor_of, seats

DAYS_BEFORE_MAX = 10
ATTEMPTS_MAX = 3  # a day and receiver
AT_ONCE_MAX = 50  # receivers in one run of the job
SHOWN_MAX = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody is reminded (提醒方式)."""

    by_mail: bool
    days_before: int
    has_mail: bool


@dataclass(frozen=True, slots=True)
class MailTo:
    """Somebody to remind by mail: the address, and all the seats it acts from."""

    account: UUID
    address: str
    days_before: int
    actors: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class PostTo:
    """A department's system to tell: where, and all the people whose turn it may be."""

    organization: UUID
    code: str
    url: str
    secret: str
    actors: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class Reminded:
    """One reminder of one's own (提醒记录)."""

    day: date
    things: int
    sent: bool
    fault: str


def choice(*, account: UUID) -> Choice:
    """How the holder of an account is reminded."""
    held = ReminderChoice.objects.filter(account=account).first()
    has_mail = bool(Account.objects.select_related("officer").get(pk=account).officer.email)
    return Choice(held.by_mail, held.days_before, has_mail) if held else Choice(False, 2, has_mail)


def reminders_of(*, account: UUID) -> tuple[Reminded, ...]:
    """The latest reminders of an account, newest first."""
    rows = Reminder.objects.filter(account=account, things__gt=0).order_by("-day")[:SHOWN_MAX]
    return tuple(Reminded(row.day, row.things, row.sent_at is not None, row.fault) for row in rows)


def to_mail(*, on: date) -> tuple[MailTo, ...]:
    """Who wants mail and was not seen to today, at most `AT_ONCE_MAX`.

    After `ATTEMPTS_MAX` failures not before tomorrow.  Also who has no address or no seat any more: whoever is left
    unnoted would stand before the others for ever.
    """
    done = Reminder.objects.filter(account=OuterRef("account"), day=on)
    done = done.filter(Q(sent_at__isnull=False) | Q(attempts__gte=ATTEMPTS_MAX))
    rows = ReminderChoice.objects.filter(~Exists(done), by_mail=True, account__is_active=True)
    found = list[MailTo]()
    for row in rows.select_related("account__officer").order_by("account")[:AT_ONCE_MAX]:
        officer = row.account.officer
        held = seats(on=on, officer=officer.id)
        actors = tuple(actor_of(officer.id, officer.name, seat, acting_for=None) for seat in held)
        found.append(MailTo(row.account_id, officer.email, row.days_before, actors))
    return tuple(found)


def to_post(*, on: date) -> tuple[PostTo, ...]:
    """The systems that are told and were not today, at most `AT_ONCE_MAX`."""
    done = Reminder.objects.filter(organization=OuterRef("organization"), day=on)
    done = done.filter(Q(sent_at__isnull=False) | Q(attempts__gte=ATTEMPTS_MAX))
    rows = Webhook.objects.filter(~Exists(done)).select_related("organization").order_by("organization")
    return tuple(
        PostTo(
            row.organization_id, row.organization.code, row.url, row.secret,
            tuple(
                actor_of(seat.officer_id, seat.officer_name, seat, acting_for=None)
                for seat in seats(on=on, organization=row.organization_id)
            ),
        )
        for row in rows[:AT_ONCE_MAX]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feed:
    """Whether an account's calendar can be read by a program, and since when (日程订阅)."""

    opened_at: datetime
    read_at: datetime | None
    reads: int


def feed(*, account: UUID) -> Feed | None:
    """The feed of an account; None where there is none."""
    held = CalendarFeed.objects.filter(account=account).first()
    return Feed(held.opened_at, held.read_at, held.reads) if held else None


def feed_digest(token: str) -> str:
    """By what a token is found: it is kept nowhere itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_allowed(url: str, *, hosts: Sequence[str]) -> bool:
    """Whether reminders may be posted to an address: https (http on loopback alone), to a host that is listed."""
    parts = urlsplit(url)
    return is_safe_address(url) and parts.hostname in hosts and not parts.username and not parts.fragment
