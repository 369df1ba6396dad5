"""Before the story (夏天): grants that were already there when it begins (0005, 0006, 0010, 0011, 0016)."""

from datetime import date

from zhengtong.demo.story import BATCH_ROWS_A_DAY, Story
from zhengtong.kernel.clock import FixedClock
from zhengtong.sharing.rules import ItemAnswer, Mode, Outcome, Quota, ReplyForm


def before(story: Story) -> None:
    """Grants of the summer: some that run, one that will end, one that will be suspended."""
    _granted(story, "0010", "wl-insurance", "R01", received=date(2026, 6, 8), answered=date(2026, 6, 12),
             delivered=date(2026, 6, 18), modes=(Mode.QUERY,), lookup=("citizen_id",))  # fmt: skip
    _granted(story, "0011", "tl-urban", "R04", received=date(2026, 6, 15), answered=date(2026, 6, 24),
             delivered=date(2026, 7, 1), modes=(Mode.QUERY,), lookup=("credit_code",))  # fmt: skip
    _granted(story, "0016", "tl-fire", "R03", received=date(2026, 6, 22), answered=date(2026, 7, 1),
             delivered=date(2026, 7, 6), modes=(Mode.QUERY,), lookup=("location",))  # fmt: skip
    _granted(story, "0005", "wl-insurance", "R01", received=date(2026, 7, 6), answered=date(2026, 7, 7),
             delivered=date(2026, 7, 10), modes=(Mode.BATCH,), lookup=())  # fmt: skip
    _granted(story, "0006", "wl-labour", "R04", received=date(2026, 7, 13), answered=date(2026, 7, 14),
             delivered=date(2026, 7, 20), modes=(Mode.BATCH,), lookup=())  # fmt: skip


def _granted(
    story: Story, number: str, consumer: str, resource: str, *,
    received: date, answered: date, delivered: date, modes: tuple[Mode, ...], lookup: tuple[str, ...],
) -> None:  # fmt: skip
    form, provider = story.form(number, resource), story.resources[resource].provider
    story.ask(number, consumer, form, FixedClock.on(received))
    reply = ReplyForm(
        answers=tuple(ItemAnswer(item=item, outcome=Outcome.GRANT) for item in form.items),
        lookup=lookup,
        modes=modes,
        quota=Quota(rows_per_day=BATCH_ROWS_A_DAY) if Mode.BATCH in modes else Quota(),
        valid_from=form.period_from or answered,
        valid_until=form.period_until or answered,
    )
    story.answer(number, provider, reply, FixedClock.on(answered))
    story.deliver(number, provider, FixedClock.on(delivered))
