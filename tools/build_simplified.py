"""Rebuild `catalog/search/simplified.toml` from the package `opencc` (Apache-2.0): single characters only.

The package is no dependency of the program.  Install it once in an environment of its own:
    pip install opencc==1.4.2
    python -m tools.build_simplified
"""

import sys
from importlib.metadata import version
from pathlib import Path

EDITION = "1.4.2"
TARGET = Path(__file__).parents[1] / "src/zhengtong/catalog/search/simplified.toml"
RANGES = ((0x3400, 0x4DB5), (0x4E00, 0x9FA5))  # the characters that tokens hold as they are
WIDTH = 80


def main() -> int:
    """Write the table; exit status 2 where another edition is installed."""
    if version("opencc") != EDITION:
        print(f"install opencc=={EDITION}", file=sys.stderr)
        return 2
    from opencc import OpenCC  # pyright: ignore[reportMissingImports] -- no dependency of the program

    convert = OpenCC("t2s").convert
    pairs = [
        (character, one)
        for first, last in RANGES
        for character in map(chr, range(first, last + 1))
        if (one := convert(character)) != character and len(one) == 1 and ord(one) <= RANGES[-1][1]
    ]
    lines = [
        "# Traditional characters and, in the same order, the simplified ones.",
        "# Rebuilt by tools/build_simplified.py.",
        f'source = "OpenCC, t2s"\nedition = "{EDITION}"\nlicence = "Apache-2.0"',
        *(_text(name, [pair[at] for pair in pairs]) for at, name in enumerate(("traditional", "simplified"))),
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _text(name: str, characters: list[str]) -> str:
    rows = ["".join(characters[at : at + WIDTH]) for at in range(0, len(characters), WIDTH)]
    return f'{name} = """\\\n' + "\\\n".join(rows) + '"""'


if __name__ == "__main__":
    sys.exit(main())
