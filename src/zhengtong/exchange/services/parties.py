"""Between which two nodes a grant lies (许可双方)."""

from collections.abc import Iterable
from uuid import UUID

from zhengtong.exchange.rules import Pair
from zhengtong.kernel.clock import Clock, legal_day
from zhengtong.sharing.queries import grant_brief


def granted_pairs(grants: Iterable[str], *, clock: Clock) -> dict[str, Pair]:
    """The pair of each grant that exists, by its id exactly as written on the wire.

    A node's code is its organization's own code, so the organizations of a grant name its nodes.
    """
    today, found = legal_day(clock.now()), {}
    for grant in grants:
        try:
            brief = grant_brief(id=UUID(grant), on=today)
        except ValueError:
            continue
        if brief is not None and str(brief.id) == grant:
            found[grant] = Pair(brief.provider.code, brief.consumer.code)
    return found
