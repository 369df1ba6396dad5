"""One request at the desk (一次访问): who, in which language, with what form; checked before any page sees it.

Loopback only (a TLS front stands on the same machine), under a host name that is this node's, POST
only from this node's own pages with the session's CSRF token.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from zhengtong.kernel.clock import StoryClock
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.kernel.messages import Lang
from zhengtong.node.bounds import FORM_FIELDS, UPLOAD_BODY_B
from zhengtong.node.desk import people, words
from zhengtong.node.desk.people import Role, Session
from zhengtong.node.gateway.callers import node_of
from zhengtong.node.pinning import is_loopback
from zhengtong.node.refusals import Refuse
from zhengtong.node.service import Node

_log = logging.getLogger("zhengtong.node.desk")
LANGUAGE_COOKIE = "zt_desk_language"
_FRONT = "localhost"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_STRANGERS = frozenset({"cross-site", "same-site"})  # another port of loopback is the same site, not the same origin
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent: fields by name, and at most one file."""

    fields: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    file: tuple[str, bytes] | None = None

    def text(self, name: str) -> str:
        """The first value of a field without blanks around it; empty if there is none."""
        return self.fields.get(name, [""])[0].strip()

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self.fields.get(name, ()))

    def number(self, name: str) -> int:
        """A whole number.  Raises RuleBroken for anything else."""
        text = self.text(name)
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise RuleBroken("node.desk_form")
        return int(text)

    def group(self, prefix: str) -> dict[str, str]:
        """Fields whose names begin with a prefix, by what follows it; empty ones left out."""
        return {
            name.removeprefix(prefix): values[0].strip()
            for name, values in self.fields.items()
            if name.startswith(prefix) and values[0].strip()
        }


@dataclass(slots=True, kw_only=True)
class Visit:
    """What a page is given."""

    request: Request
    node: Node
    lang: Lang
    form: Form
    asked: Form
    session: Session | None

    @property
    def me(self) -> Session:
        """Who is signed in; pages that ask for this are only reached by somebody who is."""
        assert self.session is not None
        return self.session

    def say(self, text: str, /, **facts: object) -> str:
        return words.say(text, self.lang, **facts)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # Any: what templates show
        """A page of the desk in the reader's language."""
        text = _pages.get_template(template).render(
            t=self.say, lang=self.lang, session=self.session, place=_place(self), now=self.node.core.clock.now(),
            day=lambda at: words.day(at, self.lang), moment=lambda at: words.moment(at, self.lang),
            last_day=lambda until: words.day(until - timedelta(seconds=1), self.lang),
            shown=lambda value: words.shown(value, self.lang), hidden=words.hidden, brief=words.brief,
            here=self.request.url.path, story=isinstance(self.node.core.clock, StoryClock),
            back=self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else ""),
            **values,
        )  # fmt: skip
        return HTMLResponse(text, status)


View = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def cookie_of(node: Node) -> str:
    """The session cookie's name; it carries the node's code, because ports of one host share cookies."""
    return f"zt_desk_{node.core.code}"


def page(view: View, *, roles: frozenset[Role] = frozenset(Role), signed_in: bool = True) -> Endpoint:
    """A page as an endpoint: checked, rendered, its errors said in words."""

    async def endpoint(request: Request) -> Response:
        answer = await _answered(request, view, roles if signed_in else None)
        answer.headers.update(HEADERS)
        return answer

    return endpoint


async def _answered(request: Request, view: View, roles: frozenset[Role] | None) -> Response:
    node = node_of(request)
    visit = Visit(
        request=request, node=node, lang=_language(request), form=Form(), asked=_query(request), session=None
    )  # fmt: skip
    try:
        _check_place(request, node)
        key = request.cookies.get(cookie_of(node), "")
        visit.session = people.session(node.core.reader, key, now=node.core.clock.now()) if key else None
        if request.method == "POST":
            visit.form = await _form(request)
            _check_origin(visit)
        if roles is not None:
            _check_seat(visit, roles)
        return await view(visit)
    except Refuse as stop:
        return _sorry(visit, stop.refusal.status, stop.refusal.message(visit.lang), stop.refusal.remedy(visit.lang))
    except PlatformError as error:
        return _sorry(visit, error.status, error.message(visit.lang), error.remedy(visit.lang))
    except Exception:  # a bug: the reader learns that there is one, the log what it is
        _log.exception("unexpected error on %s", request.url.path)
        error = RuleBroken("node.desk_bug")
        return _sorry(visit, 500, error.message(visit.lang), error.remedy(visit.lang))


def _sorry(visit: Visit, status: int, said: str, remedy: str) -> Response:
    return visit.page("sorry.html", status=status, said=said, remedy=remedy)


def go(path: str) -> Response:
    """After a form: see another page of the desk."""
    return RedirectResponse(path, 303)


def inside(path: str) -> str:
    """A path of the desk, or its first page for anything else."""
    parts = urlsplit(path)
    good = path.startswith("/desk/") and not parts.scheme and not parts.netloc and "\\" not in path
    return path if good and path.isprintable() and "/../" not in path else "/desk/"


def _check_place(request: Request, node: Node) -> None:
    """Refuse whoever is not on this machine, and a host name that is not this node's (DNS rebinding)."""
    if not is_loopback(request.client.host if request.client else ""):
        raise NotAllowed("node.loopback_only")
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    own = urlsplit(node.core.home.settings.address).hostname
    if not (is_loopback(host) or host in {_FRONT, own}):
        raise NotAllowed("node.desk_host")


def _check_origin(visit: Visit) -> None:
    if visit.request.headers.get("sec-fetch-site", "") in _STRANGERS:
        raise NotAllowed("node.desk_form")
    if visit.session is not None and not people.same(visit.form.text("csrf"), visit.session.csrf):
        raise NotAllowed("node.desk_form")


def _check_seat(visit: Visit, roles: frozenset[Role]) -> None:
    if visit.session is None:
        raise NotAllowed("node.desk_sign_in")
    if visit.session.role not in roles:
        raise NotAllowed("node.desk_role", role=visit.say(ROLE_TITLES[visit.session.role]))


ROLE_TITLES: Mapping[Role, str] = {Role.OFFICER: "数据专员", Role.ENGINEER: "运维工程师"}


def _language(request: Request) -> Lang:
    """The reader's choice here, else the one made at the center on the same host, else Chinese."""
    held = request.cookies.get(LANGUAGE_COOKIE) or request.cookies.get("django_language", "")
    return "en" if held == "en" else "zh"


def _query(request: Request) -> Form:
    try:
        return Form(parse_qs(request.url.query, keep_blank_values=True, max_num_fields=FORM_FIELDS))
    except ValueError:
        return Form()


async def _form(request: Request) -> Form:
    body: bytes = request.scope["body"]
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("multipart/form-data"):
            return await _with_file(request, body)
        return Form(parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FORM_FIELDS))
    except (ValueError, MultiPartException, KeyError):
        raise RuleBroken("node.desk_form") from None


async def _with_file(request: Request, body: bytes) -> Form:
    """Fields and the file of a form, in memory: rows do not lie about in temporary files."""

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(request.headers, whole(), max_files=1, max_fields=FORM_FIELDS)
    parser.spool_max_size = UPLOAD_BODY_B + 1
    fields: dict[str, list[str]] = {}
    file: tuple[str, bytes] | None = None
    for name, value in (await parser.parse()).multi_items():
        if isinstance(value, UploadFile):
            file = (value.filename or "", await value.read())
            await value.close()
        else:
            fields.setdefault(name, []).append(value)
    return Form(fields, file if file and file[0] else None)


def _place(visit: Visit) -> str:
    """The department's name, as the directory has it."""
    view = visit.node.core.directory.last_view()
    home = visit.node.core.home.settings
    code = home.organization or home.code
    names = {one.code: one.name for one in view.members.organizations} if view else {}
    return names.get(code) or code
