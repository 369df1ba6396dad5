"""A browser, and what every page must keep to (页面检查): no sideways scroll, no stray English, no bare ID number.

The pages run with a CSP that forbids injected scripts, so the checks are evaluated by the
browser's own debugger protocol, and axe is handed over the same way.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests/e2e/vendor/axe-core/4.14.1/axe.min.js"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = 1280, 360
HEIGHT = 900
PAGE_MS_MAX = 20_000
PAGES_A_SEAT_MAX = 60
FILTERS_AT_ONCE = 2  # filters together are one kind, whichever they are
SAME_KIND_MAX = 2  # things of one kind that are opened; of a filtered list one is enough

# Latin words that a Chinese page may show: names of formats and algorithms, units, our own codes.
ALLOWED_LATIN = re.compile(
    r"(English|MIT|Excel|CSV|XML|JSON|SQLite|PostgreSQL|SHA|Ed25519|intl|gm|UUID|RFC|GB/T|GB|USCC|Cookie|http|https|"
    r"API|TLS|ISO|bdcdj|zhengtong|make demo|make|demo)"
)
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
BARE_CITIZEN_ID = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dXx](?![0-9A-Za-z])"
)
UTC_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:|\bUTC\b")

# The text a reader sees, without machine codes (code, .zt-code, inputs) and what is marked as another language.
VISIBLE_TEXT = """() => {
  const skip = 'code, pre, .zt-code, script, style, [lang="en"], [data-latin], textarea, option';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const kept = [document.title];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (holder && !holder.closest(skip)) kept.push(walker.currentNode.textContent.trim());
  }
  const spoken = ['aria-label', 'placeholder', 'title', 'data-label'];
  for (const element of document.querySelectorAll(spoken.map(name => `[${name}]`).join(',')))
    if (!element.closest(skip)) for (const name of spoken) kept.push(element.getAttribute(name));
  return kept.filter(Boolean);
}"""
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide <= 0) return '';
  const parts = [...document.querySelectorAll('main *, header *, aside *, footer *')];
  const out = parts.find(part => part.getBoundingClientRect().right > window.innerWidth + 1);
  return wide + ' px: ' + (out ? out.outerHTML.slice(0, 140) : '?');
}"""
LINKS = """() => [...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location).href)"""
RUN_AXE = """() => {
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const say = found => `${found.id} (${found.nodes.length}): ${found.nodes[0].html.slice(0, 160)}`;
  return axe.run(document, {runOnly: rules}).then(result => result.violations.map(say));
}"""


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """The system's browser, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser window, a language and perhaps a seat."""

    context: BrowserContext
    page: Page
    base: str
    language: str
    errors: list[str] = field(default_factory=list[str])

    def open(self, path: str) -> int:
        """Go to a page; the HTTP status."""
        answer = self.page.goto(self.base + path, timeout=PAGE_MS_MAX)
        return answer.status if answer else 0

    def sign_in(self, name: str) -> None:
        """Click the card of a person on the sign-in page."""
        self.open("/signin")
        self.page.locator("button.zt-person", has_text=name).first.click()
        self.page.wait_for_load_state()

    def close(self) -> None:
        self.context.close()


def visitor(browser: Browser, base: str, *, language: str = "zh-hans", width: int = DESKTOP) -> Visitor:
    """A fresh window; scripts that fail or break the CSP are kept as errors."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, locale="en-GB" if language == "en" else "zh-CN", bypass_csp=False
    )
    host = urlsplit(base).hostname or "127.0.0.1"
    context.add_cookies([{"name": "django_language", "value": language, "domain": host, "path": "/"}])
    page = context.new_page()
    made = Visitor(context=context, page=page, base=base.rstrip("/"), language=language)
    page.on("pageerror", lambda error: made.errors.append(str(error)))
    page.on("console", lambda said: made.errors.append(said.text) if said.type == "error" else None)
    return made


def faults(visit: Visitor, *, accessibility: bool = True) -> list[str]:
    """All that the page in the window does wrong."""
    found: list[str] = []
    if " · " not in visit.page.title():
        found.append(f"does not say in its title what it is: {visit.page.title()!r}")
    if wide := visit.page.evaluate(OVERFLOW):
        found.append(f"scrolls sideways by {wide}")
    texts: list[str] = visit.page.evaluate(VISIBLE_TEXT)
    for text in texts:
        if BARE_CITIZEN_ID.search(text):
            found.append("shows an unmasked citizen number")
        if UTC_STAMP.search(text):
            found.append(f"shows a machine time: {text[:60]}")
        if visit.language != "en" and (word := LATIN_WORD.search(ALLOWED_LATIN.sub("", text))):
            found.append(f"English on a Chinese page: {word.group()} in {text[:80]!r}")
    if accessibility:
        found += [f"axe {one}" for one in axe(visit.page)]
    return found


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA on the page, as axe-core finds them."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "\n;undefined")
    return list(page.evaluate(RUN_AXE))


def kind_of(path: str) -> str:
    """Addresses that differ in an id or in the values of filters are of one kind."""
    bare, _, query = path.partition("?")
    names = sorted({part.partition("=")[0] for part in query.split("&")}) if query else []
    filters = "&".join(names) if len(names) < FILTERS_AT_ONCE else "several"
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/codes/)\w+", "ID", bare) + "?" + filters


def crawl(visit: Visitor, start: str = "/") -> Iterator[str]:
    """Open every page that links lead to from `start`, a few of each kind; yields the path it stands on."""
    waiting, seen, kinds = [start], {start}, dict[str, int]()
    opened = 0
    while waiting and opened < PAGES_A_SEAT_MAX:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kinds.get(kind, 0) >= (SAME_KIND_MAX if kind.endswith("?") and "ID" in kind else 1):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        opened += 1
        try:
            status = visit.open(path)
        except PlaywrightError as error:
            if "Download is starting" in error.message:
                continue  # a file, not a page
            raise
        if status >= 400:
            visit.errors.append(f"{path} answers {status}")
        yield path
        links: list[str] = visit.page.evaluate(LINKS)
        for link in links:
            parts = urlsplit(link)
            if not link.startswith(visit.base + "/") or parts.path.startswith(("/static/", "/api/")):
                continue
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if target not in seen:
                seen.add(target)
                waiting.append(target)
