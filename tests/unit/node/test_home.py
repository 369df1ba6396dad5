"""A node's home: private files, one process, clear words."""

import stat
from pathlib import Path

import pytest

from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.node.home import HomeLock, NodeHome, Settings


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    home = NodeHome.create(tmp_path, Settings(code="wl-police"))
    for path in (home.folder / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_settings_and_keys_survive_reopening(tmp_path: Path) -> None:
    made = NodeHome.create(tmp_path, Settings(code="wl-police", port=8443, clock="/x/时钟.json"))
    made.joined(center="http://c/", root="ab-cd", organization="wl-police")
    again = NodeHome.open(tmp_path)
    assert again.settings == made.settings
    assert again.settings.center == "http://c"
    assert again.sign_key().public == made.sign_key().public
    assert again.subject_key(2026) == made.subject_key(2026) != made.subject_key(2027)


def test_a_home_is_made_once_and_found_by_its_code(tmp_path: Path) -> None:
    NodeHome.create(tmp_path, Settings(code="wl-police"))
    with pytest.raises(WrongState):
        NodeHome.create(tmp_path, Settings(code="wl-police"))
    with pytest.raises(RuleBroken):
        NodeHome.create(tmp_path, Settings(code="../x"))
    NodeHome.create(tmp_path, Settings(code="tl-market"))
    with pytest.raises(NotFound):
        NodeHome.open(tmp_path)


def test_one_process_holds_a_home(tmp_path: Path) -> None:
    home = NodeHome.create(tmp_path, Settings(code="wl-police"))
    with HomeLock(home), pytest.raises(WrongState), HomeLock(home):
        pass
    with HomeLock(home):
        pass


def test_every_folder_of_a_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = NodeHome.create(home, Settings(code="wl-police"))
    folders = [home, home / "nodes", made.folder, *(p for p in made.folder.rglob("*") if p.is_dir())]
    assert len(folders) == 8
    assert {oct(folder.stat().st_mode & 0o777) for folder in folders} == {"0o700"}
    assert {oct(f.stat().st_mode & 0o777) for f in made.folder.rglob("*") if f.is_file()} == {"0o600"}
