"""Filing what a node found in the table behind an entry (提交数据画像)."""

import json
from uuid import UUID

from django.db import transaction

from zhengtong.catalog.events import ProfileFiled
from zhengtong.catalog.models import DataProfile, Revision
from zhengtong.catalog.queries.rows import CURRENT
from zhengtong.catalog.rules.profiles import PROFILE_BYTES_MAX, as_json, read_profile
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role


@transaction.atomic
def file_data_profile(*, entry: UUID, body: bytes, actor: Actor, clock: Clock, table: str = "") -> UUID:
    """File the document that `zhengtong node profile` wrote for the table behind an entry in force.

    `table` names it where the document holds several; else the one with most of the entry's items is taken.

    Raises:
        NotFound: no such entry in force of the actor's organization.
        NotAllowed: neither a data officer nor an engineer.
        RuleBroken: no profile, too large, no such table, or none of its columns is an item.
    """
    row = Revision.objects.select_related("entry").filter(entry=entry, state__in=CURRENT).first()
    if row is None or row.entry.provider_id != actor.organization or actor.officer is None:
        raise NotFound("catalog.no_entry")
    if not (actor.has(Role.DATA_OFFICER) or actor.has(Role.ENGINEER)):
        raise NotAllowed("catalog.profile_by_whom")
    found = read_profile(_document(body), items=dict(row.items.values_list("code", "name")), table=table.strip())
    made = DataProfile.objects.create(
        id=new_id(clock.now()), entry=row.entry, table=found.table, rows=found.rows, filled=found.filled,
        valid=found.valid, columns=as_json(found.columns), filed_on=clock.today(), filed_at=clock.now(),
        filed_by=actor.officer,
    )  # fmt: skip
    fact = ProfileFiled(
        made.id, entry=entry, table=found.table, rows=found.rows, filled=found.filled, valid=found.valid,
        items=len(found.columns), filed_on=made.filed_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return made.id


def _document(body: bytes) -> object:
    if len(body) > PROFILE_BYTES_MAX:
        raise RuleBroken("catalog.profile_form")
    try:
        return json.loads(body)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise RuleBroken("catalog.profile_form") from None
