"""What makes an official close a page (demo-city §11), as checks of a page's text and elements.

Layout and contrast need a browser (`browser.faults`); everything here reads the page as it was
sent, so every page of every seat can be checked in little time.
"""

import re
from collections.abc import Iterator

from tests.support.browser import ALLOWED_LATIN, BARE_CITIZEN_ID, LATIN_WORD, UTC_STAMP
from tests.support.pages import Element, Page
from zhengtong.kernel.identifiers import citizen_id_is_valid

MACHINE = frozenset({"code", "pre", "script", "style", "textarea", "option", "title"})
SPOKEN = ("aria-label", "placeholder", "title", "data-label")
RULE_CODE = re.compile(r"(?<![A-Za-z0-9])[PU]\d(?![A-Za-z0-9])")
STACK = re.compile(r"Traceback|Exception|DoesNotExist|\bdjango\b|\bNone\b(?!-)|\bnull\b|undefined")
LONG_DAY = {"zh": "2026年10月16日（星期五）", "en": "16 Oct 2026"}
RED = {  # red is for what is late, revoked or wrong
    "zh": re.compile(
        r"超期|逾期|过了|期限|晚|暂停|终止|撤销|收回|错误|有误|不一致|矛盾|缺|拒|不能|不得|未|违|没有|无|先处理|须|异常|丢失|超出|擅自"
    ),
    "en": re.compile(
        r"late|overdue|past|since|beyond|suspend|ended|revoke|wrong|error|differ|contradict|missing|refus|cannot|not?\b",
        re.IGNORECASE,
    ),
}
RED_CLASSES = ("zt-late", "zt-alert-late", "zt-number-late", "zt-why-late")
HOLDERS = frozenset({"li", "dl", "section", "article"})


def faults(page: Page, *, language: str) -> list[str]:
    """All that a page does which it must never do."""
    found = list(_text_faults(page, language=language))
    found += _empty_lists(page.main)
    found += _mouse_only(page.root)
    found += _red(page.root, language)
    found += _deadlines_without_article(page)
    found += [f"a number without its list: {n.words()}" for n in page.root.find(css="zt-number") if not _has_link(n)]
    if LONG_DAY[language] not in page.html:
        found.append("does not carry the demo date")
    return found


def _text_faults(page: Page, *, language: str) -> Iterator[str]:
    if page.status >= 400:
        yield f"answers {page.status}"
    for text in shown(page.root):
        if STACK.search(text):
            yield f"shows what is for programmers: {text[:80]!r}"
        if UTC_STAMP.search(text):
            yield f"shows a machine time: {text[:60]!r}"
        for number in BARE_CITIZEN_ID.findall(text):
            yield "shows an unmasked citizen number" + (" with its check digit" if citizen_id_is_valid(number) else "")
        if language == "zh" and (word := LATIN_WORD.search(ALLOWED_LATIN.sub("", text))):
            yield f"English on a Chinese page: {word.group()} in {text[:80]!r}"
        if RULE_CODE.search(text):
            yield f"shows a code of the program: {text[:60]!r}"


def shown(root: Element) -> Iterator[str]:
    """What a reader sees or hears: text, title and spoken attributes, without machine codes."""
    for one in root.walk():
        if _machine(one) or any(_machine(over) for over in one.above()):
            continue
        if one.tag == "#text":
            yield one.text.strip()
        for name in SPOKEN:
            if one.attrs.get(name):
                yield one.attrs[name]


def _machine(one: Element) -> bool:
    return one.tag in MACHINE or "zt-code" in one.classes or one.attrs.get("lang") == "en" or "data-latin" in one.attrs


def _empty_lists(main: Element) -> Iterator[str]:
    for body in main.find("tbody"):
        if not any(body.find("tr")):
            yield "a table without a row and without a word why"
    for lines in main.find("ul", "ol"):
        if not any(one.tag == "li" for one in lines.children):
            yield f"an empty list: {lines.parent.words()[:60] if lines.parent else ''}"


def _mouse_only(root: Element) -> Iterator[str]:
    for one in root.walk():
        if any(name.startswith("on") for name in one.attrs):
            yield f"a script in an attribute of {one.tag}"
        if one.tag == "a" and "href" not in one.attrs:
            yield f"a link that leads nowhere: {one.words()[:40]}"
        if one.attrs.get("role") == "button" and one.tag not in {"button", "summary"} and "tabindex" not in one.attrs:
            yield f"a button for the mouse alone: {one.words()[:40]}"
        if one.attrs.get("tabindex", "0").lstrip("-").isdigit() and int(one.attrs.get("tabindex", "0")) > 0:
            yield "an order of tabs of its own"
        clicked = "click" in one.attrs.get("hx-trigger", "")
        if clicked and one.tag not in {"a", "button", "input", "select", "summary", "form"}:
            yield f"a fragment that only a mouse loads: {one.tag}"


def _red(root: Element, language: str) -> Iterator[str]:
    for name in RED_CLASSES:
        for one in root.find(css=name):
            if not RED[language].search(one.words()) and not _counts_what_is_late(one):
                yield f"red for what is normal: {one.words()[:60]!r}"


def _counts_what_is_late(one: Element) -> bool:
    """Whether it is a bare figure in a table, where the head of the column says of what."""
    return any(over.tag == "td" for over in one.above()) and one.words().strip("! ").isdigit()


def _deadlines_without_article(page: Page) -> Iterator[str]:
    for due in page.main.find(css="zt-due"):
        holder = next((one for one in due.above() if one.tag in HOLDERS or one is page.main), page.main)
        if not any(holder.find(css="zt-article")):
            yield f"a deadline without its article: {due.words()} in {holder.words()[:60]!r}"


def _has_link(number: Element) -> bool:
    return any(one.attrs.get("href") for one in number.find("a"))
