"""Signing in at the desk (登录): by one's own link, with one press of a button, for eight hours."""

import secrets
import time
from collections import OrderedDict, deque
from urllib.parse import quote, urlsplit

from starlette.responses import Response

from zhengtong.kernel.errors import NotAllowed
from zhengtong.node.bounds import ENTER_ADDRESSES, ENTER_TRIES, ENTER_WINDOW_S, SESSION_S
from zhengtong.node.desk import people, records
from zhengtong.node.desk.people import Person
from zhengtong.node.desk.visits import LANGUAGE_COOKIE, ROLE_TITLES, Visit, cookie_of, go, inside
from zhengtong.node.journal_thread import Step
from zhengtong.node.pinning import is_loopback

_LANGUAGE_S = 365 * 24 * 3600
_LANGUAGES = frozenset({"zh", "en"})


class Tries:
    """Wrong links by address; who tried ENTER_TRIES within ENTER_WINDOW_S waits."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raises NotAllowed for an address that has to wait."""
        held = self._recent(address)
        if held is not None and len(held) >= ENTER_TRIES:
            raise NotAllowed("node.desk_tries", minutes=ENTER_WINDOW_S // 60)

    def failed(self, address: str) -> None:
        held = self._by_address.setdefault(address, deque(maxlen=ENTER_TRIES))
        held.append(time.monotonic())
        self._by_address.move_to_end(address)
        if len(self._by_address) > ENTER_ADDRESSES:
            self._by_address.popitem(last=False)

    def _recent(self, address: str) -> "deque[float] | None":
        held = self._by_address.get(address)
        while held and held[0] < time.monotonic() - ENTER_WINDOW_S:
            held.popleft()
        return held


async def enter(visit: Visit) -> Response:
    """Show whose link this is; the button opens the session.  Who is signed in already goes on."""
    token, onward = visit.asked.text("token"), inside(visit.asked.text("next"))
    person = _person(visit, token)
    if visit.session is not None and visit.session.person == person.id:
        return go(onward)
    return visit.page("enter.html", person=person, role=ROLE_TITLES[person.role], token=token, onward=onward)


async def enter_now(visit: Visit) -> Response:
    """Open the session."""
    person = _person(visit, visit.form.text("token"))
    core, key, now = visit.node.core, secrets.token_urlsafe(32), visit.node.core.clock.now()

    def begin(step: Step) -> None:
        people.open_session(step.db, person, key=key, now=now)
        records.keep(step.db, at=now, person=person.id, act=records.Act.SIGN_IN, subject=person.role.value)

    await core.journal.do(begin)
    answer = go(inside(visit.form.text("next")))
    answer.set_cookie(
        cookie_of(visit.node), key, max_age=SESSION_S, path="/desk", httponly=True, samesite="strict",
        secure=_behind_tls(visit),
    )  # fmt: skip
    return answer


async def leave(visit: Visit) -> Response:
    """Sign out."""
    key = visit.request.cookies.get(cookie_of(visit.node), "")
    await visit.node.core.journal.do(lambda step: people.close_session(step.db, key))
    visit.session = None
    answer = visit.page("left.html")
    answer.delete_cookie(cookie_of(visit.node), path="/desk", httponly=True, samesite="strict")
    return answer


async def language(visit: Visit) -> Response:
    """Choose the language of these pages."""
    wanted = visit.form.text("language")
    answer = go(quote(inside(visit.form.text("next")), safe="/?&=%+,:;@!$'()*~"))
    if wanted in _LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, wanted, max_age=_LANGUAGE_S, path="/desk", httponly=True, samesite="strict",
            secure=_behind_tls(visit),
        )  # fmt: skip
    return answer


def _person(visit: Visit, token: str) -> Person:
    tries: Tries = visit.request.app.state.tries
    address = visit.request.client.host if visit.request.client else ""
    try:  # before the tries are counted: behind a front everybody has one address, and a link cannot be guessed
        return people.by_token(visit.node.core.reader, token, now=visit.node.core.clock.now())
    except NotAllowed:
        tries.check(address)
        tries.failed(address)
        raise


def _behind_tls(visit: Visit) -> bool:
    """Whether the reader came through the TLS front (then the cookie is for TLS only)."""
    host = urlsplit(f"//{visit.request.headers.get('host', '')}").hostname or ""
    address = visit.node.core.home.settings.address
    return address.startswith("https://") and not is_loopback(host) and host != "localhost"
