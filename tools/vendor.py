"""Keep the manifest of vendored browser files true.

    python -m tools.vendor check     exit 1 and name the file that differs from its manifest
    python -m tools.vendor write     write the hashes of the files that are there

A file gets in by `npm pack NAME@VERSION` on a developer's machine; users need no Node.
"""

import hashlib
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = (ROOT / "src/zhengtong/ui/static/vendor", ROOT / "tests/e2e/vendor")
MANIFEST = "manifest.toml"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(place: Path) -> dict[str, str]:
    """Every vendored file below a place with its hash."""
    found = sorted(p for p in place.rglob("*") if p.is_file() and p.name != MANIFEST)
    return {p.relative_to(place).as_posix(): digest(p) for p in found}


def listed(place: Path) -> dict[str, str]:
    """The hashes that the manifest promises."""
    packages = tomllib.loads((place / MANIFEST).read_text(encoding="utf-8"))["package"]
    return {name: sha for package in packages for name, sha in package.get("files", {}).items()}


def differences(place: Path) -> list[str]:
    """Names of files that are missing, unlisted or changed."""
    there, promised = files(place), listed(place)
    return sorted(name for name in there.keys() | promised.keys() if there.get(name) != promised.get(name))


def write(place: Path) -> None:
    """Replace the [package.files] tables by what is there; the facts above them stay."""
    packages = tomllib.loads((place / MANIFEST).read_text(encoding="utf-8"))["package"]
    there = files(place)
    lines = ["# Vendored browser files: source, licence, SHA-256.  Checked by `python -m tools.vendor check`."]
    for package in packages:
        folder = f"{package['name']}/{package['version']}/"
        lines += ["", "[[package]]"]
        lines += [f'{key} = "{value}"' for key, value in package.items() if key != "files"]
        lines += ["[package.files]"]
        lines += [f'"{name}" = "{sha}"' for name, sha in there.items() if name.startswith(folder)]
    (place / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(argv: list[str]) -> int:
    """Run one command; exit status 0 only if every hash is as listed."""
    if argv == ["write"]:
        for place in PLACES:
            write(place)
        return 0
    if argv != ["check"]:
        print(__doc__)
        return 2
    wrong = [f"{place.relative_to(ROOT)}/{name}" for place in PLACES for name in differences(place)]
    for name in wrong:
        print(f"differs from its manifest: {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
