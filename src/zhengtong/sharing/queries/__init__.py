"""What can be asked about sharing (共享查询).  Nouns; frozen records; deny by default."""

from zhengtong.sharing.queries.grants import (
    all_grants,
    grant,
    grant_brief,
    grant_briefs,
    grants,
    grants_for_publication,
    may_see_grant,
)
from zhengtong.sharing.queries.inbox import inbox
from zhengtong.sharing.queries.records import (
    Counts,
    GrantLine,
    GrantPage,
    InboxCard,
    ItemLine,
    Organ,
    PublishedGrant,
    RequestLine,
    RequestPage,
    Turn,
)
from zhengtong.sharing.queries.request_page import request
from zhengtong.sharing.queries.requests import counts, decision_record, everything, overdue, requests

__all__ = [
    "Counts",
    "GrantLine",
    "GrantPage",
    "InboxCard",
    "ItemLine",
    "Organ",
    "PublishedGrant",
    "RequestLine",
    "RequestPage",
    "Turn",
    "all_grants",
    "counts",
    "decision_record",
    "everything",
    "grant",
    "grant_brief",
    "grant_briefs",
    "grants",
    "grants_for_publication",
    "inbox",
    "may_see_grant",
    "overdue",
    "request",
    "requests",
]
