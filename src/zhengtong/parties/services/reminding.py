"""How people and systems are reminded of what waits (提醒): chosen, addressed, noted."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.parties import events
from zhengtong.parties.models import Account, CalendarFeed, Organization, Reminder, ReminderChoice, Webhook
from zhengtong.parties.queries.reminding import DAYS_BEFORE_MAX, feed_digest, is_allowed
from zhengtong.parties.queries.seats import actor_of, seats
from zhengtong.parties.rules import Role
from zhengtong.parties.services.registering import only

SECRET_BYTES = 32
FAULT_CHARS_MAX = 200
KEPT_DAYS = 90


@transaction.atomic
def choose_reminders(*, account: UUID, by_mail: bool, days_before: int, actor: Actor, clock: Clock) -> None:
    """Say how the holder of an account is reminded (提醒方式).  Raises RuleBroken: more days than `DAYS_BEFORE_MAX`."""
    if not 0 <= days_before <= DAYS_BEFORE_MAX:
        raise RuleBroken("parties.reminder_days", most=DAYS_BEFORE_MAX)
    held = Account.objects.select_related("officer").get(pk=account)
    if by_mail and not held.officer.email:
        raise RuleBroken("parties.reminder_no_mail")
    given = {"by_mail": by_mail, "days_before": days_before, "changed_at": clock.now()}
    ReminderChoice.objects.update_or_create(account_id=account, defaults=given)
    fact = events.RemindingChosen(account, by_mail=by_mail, days_before=days_before)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


@transaction.atomic
def open_feed(*, account: UUID, actor: Actor, clock: Clock) -> str:
    """Open an address for a calendar program, in place of an earlier one (日程订阅); the token is shown this once."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    given = {"digest": feed_digest(token), "opened_at": clock.now(), "read_at": None, "reads": 0}
    CalendarFeed.objects.update_or_create(account_id=account, defaults=given)
    fact = events.FeedChanged(account, is_open=True)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return token


@transaction.atomic
def close_feed(*, account: UUID, actor: Actor, clock: Clock) -> None:
    """Close it; nothing where there is none (取消日程订阅)."""
    gone, _ = CalendarFeed.objects.filter(account=account).delete()
    if gone:
        fact = events.FeedChanged(account, is_open=False)
        record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


@transaction.atomic
def read_feed(*, token: str, clock: Clock) -> tuple[Actor, ...]:
    """The seats whose due days a token lets be read; the reading is counted.  Raises NotFound."""
    row = CalendarFeed.objects.select_for_update(of=("self",)).select_related("account__officer")
    held = row.filter(digest=feed_digest(token), account__is_active=True).first()
    if held is None:
        raise NotFound("parties.no_feed")
    held.reads, held.read_at = held.reads + 1, clock.now()
    held.save(update_fields=["reads", "read_at"])
    officer = held.account.officer
    held_on = seats(on=clock.today(), officer=officer.id)
    return tuple(actor_of(officer.id, officer.name, seat, acting_for=None) for seat in held_on)


@transaction.atomic
def set_webhook(*, organization: UUID, url: str, hosts: Sequence[str], actor: Actor, clock: Clock) -> str:
    """Set, as the security administrator, where an organization's system is told (提醒接口); an empty address ends it.

    Returns the secret that signs what is posted, shown this once.

    Raises:
        NotAllowed: not the security administrator.
        RuleBroken: no https (http on loopback alone), or a host that the deployment does not allow.
    """
    only(actor, Role.SECURITY_ADMIN)
    row = Organization.objects.get(pk=organization)
    secret = ""
    if url and not is_allowed(url, hosts=hosts):
        raise RuleBroken("parties.webhook_address", hosts="、".join(hosts) or "—")
    if url:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        given = {"url": url, "secret": secret, "set_on": clock.today(), "set_by": actor.officer}
        Webhook.objects.update_or_create(organization=row, defaults=given)
    else:
        Webhook.objects.filter(organization=row).delete()
    fact = events.WebhookSet(row.id, host=urlsplit(url).hostname or "")
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return secret


@transaction.atomic
def note_reminder(
    *, day: date, things: int, clock: Clock, account: UUID | None = None, organization: UUID | None = None,
    fault: str = "",
) -> None:  # fmt: skip
    """Note that a reminder left, why it did not, or that there was nothing to say (`things` 0); one row a day.

    Rows older than `KEPT_DAYS` go at the same time, so that the record of a receiver stays bounded.
    """
    to = {"account_id": account, "organization_id": organization}
    Reminder.objects.filter(**to, day__lt=day - timedelta(days=KEPT_DAYS)).delete()
    row, _ = Reminder.objects.get_or_create(**to, day=day, defaults={"things": things})
    row.things, row.attempts, row.fault = things, row.attempts + 1, fault[:FAULT_CHARS_MAX]
    row.sent_at = None if fault else clock.now()
    row.save()
