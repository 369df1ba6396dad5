"""Files as they are tracked: no machine's paths, no host in a lock, vendored files as their manifest says."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support.house.tree import ROOT
from tools import locks, vendor

MACHINE_PATH = re.compile(r"""(^|["'` =(:])/(work|farm|root|home/[a-z]+)/""", re.MULTILINE)
TEXT_BYTES_MAX = 2_000_000


def tracked() -> list[str]:
    """Files that are in the repository, or would be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({n for n in names.split("\0") if n and (ROOT / n).is_file()})


def test_no_tracked_file_names_a_path_of_this_machine() -> None:
    found = []
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".svg", ".png", ".gz", ".lock"} or path.stat().st_size > TEXT_BYTES_MAX:
            continue
        if match := MACHINE_PATH.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(f"{name}: {match[0].strip()}")
    assert found == []


def test_locks_name_no_host_and_carry_hashes() -> None:
    assert {name: locks.faults((ROOT / name).read_text()) for name in ("requirements.lock", "bootstrap.lock")} == {
        "requirements.lock": [],
        "bootstrap.lock": [],
    }


@pytest.mark.parametrize("place", vendor.PLACES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_vendored_files_are_what_their_manifest_says(place: Path) -> None:
    assert vendor.differences(place) == []


@pytest.mark.parametrize("place", vendor.PLACES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_vendored_package_has_its_licence(place: Path) -> None:
    for package in tomllib.loads((place / vendor.MANIFEST).read_text(encoding="utf-8"))["package"]:
        assert package["licence"]
        assert any("LICENSE" in name for name in package["files"]), package["name"]


LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def test_every_link_in_the_documents_leads_somewhere() -> None:
    lost = [
        f"{name}: {target}"
        for name in tracked()
        if name.endswith(".md")
        for target in LINK.findall((ROOT / name).read_text(encoding="utf-8"))
        if not ((ROOT / name).parent / target).exists()
    ]
    assert lost == []


def test_decisions_are_short() -> None:
    folder = ROOT / "docs" / "adr"
    assert [p.name for p in folder.glob("*.md") if len(p.read_text(encoding="utf-8").strip().splitlines()) > 20] == []
