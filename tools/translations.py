"""Translations (译文): zh-Hans is the source language of pages, English the translation.

    python -m tools.translations compile            .po -> .mo, where the .po is newer
    python -m tools.translations missing [AREA]     messages without English, one a line
    python -m tools.translations update AREA        append them to the area's .po for someone to fill in

Every area keeps its own `locale/en/LC_MESSAGES/django.po`; Django joins them, and so does this file.
Babel does the work, so a bare machine needs no gettext.
"""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[1] / "src" / "zhengtong"
LANGUAGE = "en"
PO = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One text that needs a translation, and where it was first met."""

    text: str
    plural: str
    context: str
    place: str

    @property
    def key(self) -> tuple[str, str]:
        """What gettext looks it up by."""
        return self.context, self.text


def catalogues(source: Path = SOURCE) -> list[Path]:
    """Every .po of the program."""
    return sorted(source.glob(f"**/{PO}"))


def compile_all(source: Path = SOURCE) -> int:
    """Write the .mo beside every .po that is newer; returns how many were written."""
    written = 0
    for po in catalogues(source):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        buffer = io.BytesIO()
        write_mo(buffer, _read(po))
        partial = mo.with_suffix(".mo.part")
        partial.write_bytes(buffer.getvalue())
        partial.replace(mo)  # another process may be reading it
        written += 1
    return written


def messages(source: Path = SOURCE, *, area: str = "") -> list[Message]:
    """Every text that pages and code ask a translation for, without repeats."""
    found: dict[tuple[str, str], Message] = {}
    root = source / area
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.txt")]):
        if "migrations" in path.parts or "static" in path.parts:
            continue
        for message in _in_file(path, shown=str(path.relative_to(source))):
            found.setdefault(message.key, message)
    return list(found.values())


def missing(source: Path = SOURCE, *, area: str = "") -> list[Message]:
    """The texts that have no English in any catalogue; a fuzzy one counts as none."""
    translated: set[tuple[str, str]] = set()
    for po in catalogues(source):
        for entry in _read(po):
            strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
            if entry.id and all(strings) and not entry.fuzzy:
                first = entry.id if isinstance(entry.id, str) else entry.id[0]
                translated.add((entry.context or "", first))
    return [m for m in messages(source, area=area) if m.key not in translated]


def _in_file(path: Path, *, shown: str) -> Iterator[Message]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        if not any(f"{word}(" in text for word in KEYWORDS):
            return
    else:
        from django.utils.translation.template import templatize

        blanked = templatize(text, origin=shown)  # calls of gettext, everything else blanked out
        text = "\n".join(line.strip() for line in blanked.splitlines())  # Babel reads indentation as Python's
    for line, function, found, _comments in extract_python(io.BytesIO(text.encode()), KEYWORDS, (), {}):
        parts: list[str] = [found] if isinstance(found, str) else [p for p in found or () if p]  # none: a variable
        if message := _message(str(function or ""), parts, place=f"{shown}:{line}"):
            yield message


def _message(function: str, parts: list[str], *, place: str) -> Message | None:
    has_context = function.lstrip("n").startswith("pgettext")
    context, texts = (parts[0], parts[1:]) if has_context and parts else ("", parts)
    if not texts or not texts[0]:
        return None
    plural = texts[1] if "ngettext" in function.replace("np", "n") and len(texts) > 1 else ""
    return Message(text=texts[0], plural=plural, context=context, place=place)


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def update(area: str, *, source: Path = SOURCE) -> int:
    """Append the area's untranslated texts to its .po, empty; returns how many."""
    po = source / area / PO
    catalogue = _read(po) if po.exists() else Catalog(locale=LANGUAGE, charset="utf-8", project="zhengtong")
    new = [m for m in missing(source, area=area) if catalogue.get(m.text, context=m.context or None) is None]
    for message in new:
        ids = (message.text, message.plural) if message.plural else message.text
        catalogue.add(ids, locations=[(message.place.rpartition(":")[0], 0)], context=message.context or None)
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, include_lineno=False, sort_output=False)
    return len(new)


def main(arguments: list[str]) -> int:
    """Run one of the three commands."""
    match arguments:
        case ["compile"]:
            compile_all()
        case ["missing", *rest] if len(rest) <= 1:
            left = missing(area="".join(rest))
            for message in left:
                print(f"{message.place}: {message.text}")
            print(f"{len(left)} untranslated")
            return 1 if left else 0
        case ["update", area]:
            print(f"{update(area)} added to {area}")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
