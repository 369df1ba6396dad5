"""Pages read without a browser (页面): an HTTP visitor with a seat, and the page as a tree of elements."""

import http.client
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.support.browser import PAGES_A_SEAT_MAX, SAME_KIND_MAX, kind_of

PAGE_S_MAX = 20
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@dataclass(slots=True)
class Element:
    """An element with its attributes, parent and children; text stands in `#text` children."""

    tag: str
    attrs: dict[str, str]
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list["Element"])
    text: str = ""

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attrs.get("class", "").split())

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, *tags: str, css: str = "") -> Iterator["Element"]:
        """Elements below by tag (any if none is given) and class."""
        for one in self.walk():
            if (not tags or one.tag in tags) and (not css or css in one.classes):
                yield one

    def above(self) -> Iterator["Element"]:
        """The elements around this one, the nearest first."""
        found = self.parent
        while found is not None:
            yield found
            found = found.parent

    def words(self) -> str:
        """The text of this element, blanks joined."""
        return " ".join(" ".join(one.text for one in self.walk() if one.tag == "#text").split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("#root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        for one in (self.here, *self.here.above()):
            if one.tag == tag and one.parent is not None:
                self.here = one.parent
                return

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.here.children.append(Element("#text", {}, self.here, text=data))


def tree(html: str) -> Element:
    """A page as a tree."""
    builder = _Builder()
    builder.feed(html)
    return builder.root


@dataclass(slots=True)
class Page:
    """What an address answered."""

    path: str
    status: int
    kind: str  # content type
    html: str
    root: Element

    @property
    def main(self) -> Element:
        """The content; the whole page where it has no frame."""
        return next(self.root.find("main"), self.root)

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(one.attrs["href"] for one in self.root.find("a") if one.attrs.get("href"))


class Reader:
    """Somebody who reads pages over HTTP, in a language and perhaps in a seat."""

    def __init__(self, base: str, *, language: str) -> None:
        self.base, self.language = base.rstrip("/"), language
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self._token = ""
        self.open("/signin")
        self.open("/language", {"language": LANGUAGES[language], "next": "/signin"})

    def open(self, path: str, form: dict[str, str] | None = None) -> Page:
        """Read a page, or post a form with its token; redirects are followed."""
        body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": self._token}).encode() if form else None
        asked = urllib.request.Request(self.base + path, data=body, headers={"Referer": self.base + "/"})
        try:
            with self._opener.open(asked, timeout=PAGE_S_MAX) as answer:
                return self._page(answer)
        except urllib.error.HTTPError as error:
            return self._page(error)

    def _page(self, answer: http.client.HTTPResponse | urllib.error.HTTPError) -> Page:
        kind = answer.headers.get_content_type()
        html = answer.read().decode("utf-8", "replace") if kind == "text/html" else ""
        parts = urllib.parse.urlsplit(answer.url)
        if token := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html):
            self._token = token[1]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return Page(path, int(answer.status or 0), kind, html, tree(html))

    def sign_in(self, words: str) -> Page:
        """Take the first card on the sign-in page that bears the words."""
        page = self.open("/signin")
        for form in page.root.find("form"):
            if words in form.words() and form.attrs.get("action") == "/signin/card":
                held = {one.attrs["name"]: one.attrs.get("value", "") for one in form.find("input")}
                return self.open("/signin/card", held)
        raise AssertionError(f"no card for {words}")

    def crawl(self, start: str = "/") -> Iterator[Page]:
        """Every page that links lead to, a few of each kind, as `browser.crawl` does in a window."""
        waiting, seen, kinds, opened = [start], {start}, dict[str, int](), 0
        while waiting and opened < PAGES_A_SEAT_MAX:
            path = waiting.pop(0)
            kind = kind_of(path)
            if kinds.get(kind, 0) >= (SAME_KIND_MAX if kind.endswith("?") and "ID" in kind else 1):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            opened += 1
            page = self.open(path)
            yield page
            for link in page.links:
                target = self._own(link, path)
                if target and target not in seen:
                    seen.add(target)
                    waiting.append(target)

    def _own(self, link: str, here: str) -> str:
        url = urllib.parse.urlsplit(urllib.parse.urljoin(self.base + here, link))
        if f"{url.scheme}://{url.netloc}" != self.base or url.path.startswith(("/static/", "/api/")):
            return ""
        return url.path + (f"?{url.query}" if url.query else "")
