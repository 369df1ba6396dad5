"""The frame around every page (页框): a value that portal builds and `ui/base.html` draws."""

from dataclasses import dataclass, field
from datetime import date

from zhengtong.ui.look import Look


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    url: str
    current: bool = False
    count: int | None = None  # things waiting for the reader; None: not counted here


@dataclass(frozen=True, slots=True)
class Seat:
    """One card of the role bar (演示席位): a click signs in as this person."""

    name: str
    post: str
    account: str
    seat: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is signed in (当前用户)."""

    name: str
    organization: str
    roles: tuple[str, ...]
    acting_for: str = ""  # 代谁: the officer replaced and the period
    post: str = ""  # organization (short) and title


@dataclass(frozen=True, slots=True)
class Shell:
    """Name, menu, counts, language, role bar and demo date of a page."""

    name: str
    menu: tuple[MenuItem, ...] = ()
    reader: Reader | None = None
    sign_in_url: str = ""
    sign_out_url: str = ""
    account_url: str = ""
    sign_in_action: str = ""  # where the role bar posts
    seats: tuple[Seat, ...] = ()
    tour_url: str = ""  # the guided tour, in the demo only
    inbox_url: str = "/"  # where a change of seat leads
    search_url: str = ""
    look_url: str = ""
    language_url: str = ""
    language: str = "zh-hans"
    demo: bool = False
    today: date | None = None
    look: Look = field(default_factory=Look)
    here: str = "/"  # path and query, to come back to after a change of language
