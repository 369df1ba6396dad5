"""A sealed archive gives back what was put in, or nothing."""

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import sealed_archive
from zhengtong.wire.sealed_archive import Member, read_about, read_archive, write_archive

PASSPHRASE = "望澜市备份口令-二〇二六"
ABOUT = {"organization": "wl-police", "records": 12}


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three files, one of them over several chunks."""
    monkeypatch.setattr(sealed_archive, "CHUNK_BYTES", 4096)
    (tmp_path / "node.db").write_bytes(bytes(range(256)) * 100)
    members = [
        Member("node.db", tmp_path / "node.db"),
        Member("keys/sign.key", b"secret"),
        Member("账本/空.log", b""),
    ]
    path = tmp_path / "backup.zta"
    assert write_archive(path, members, passphrase=PASSPHRASE, kind="node", about=ABOUT) == 3
    return path


def opened(path: Path, into: Path, **other: Any) -> Any:
    return read_archive(path, into=into, **{"passphrase": PASSPHRASE, "kind": "node"} | other)


def test_what_was_put_in_comes_out_and_only_the_owner_can_read_it(archive: Path, tmp_path: Path) -> None:
    into = tmp_path / "out"
    assert opened(archive, into) == ABOUT == read_about(archive)[1]
    assert (into / "node.db").read_bytes() == (tmp_path / "node.db").read_bytes()
    assert (into / "keys/sign.key").read_bytes() == b"secret"
    assert (into / "账本/空.log").read_bytes() == b""
    assert {(into / "keys/sign.key").stat().st_mode & 0o777, archive.stat().st_mode & 0o777} == {0o600}


def test_nothing_in_it_can_be_read_without_the_passphrase(archive: Path, tmp_path: Path) -> None:
    assert b"secret" not in archive.read_bytes()
    assert b"sign.key" not in archive.read_bytes()
    with pytest.raises(RuleBroken, match=r"archive_passphrase"):
        opened(archive, tmp_path / "out", passphrase="another-passphrase")
    assert not any(path.is_file() for path in (tmp_path / "out").rglob("*"))


def test_an_archive_of_another_kind_is_named(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"archive_other_kind"):
        opened(archive, tmp_path / "out", kind="center")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_anywhere_is_noticed_and_nothing_is_left(archive: Path, tmp_path: Path, where: float, bit: int) -> None:
    whole = bytearray(archive.read_bytes())
    whole[int(where * len(whole))] ^= 1 << bit
    altered, into = tmp_path / "altered.zta", tmp_path / "altered"
    altered.write_bytes(whole)
    with pytest.raises(RuleBroken):
        opened(altered, into)
    assert not any(path.is_file() for path in into.rglob("*"))


@pytest.mark.parametrize("cut", [1, 17, 5000, 20_000])
def test_an_end_that_was_cut_off_is_noticed(archive: Path, tmp_path: Path, cut: int) -> None:
    archive.write_bytes(archive.read_bytes()[:-cut])
    with pytest.raises(RuleBroken):
        opened(archive, tmp_path / "out")


def test_bytes_after_the_end_are_refused(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(archive.read_bytes() + b"more")
    with pytest.raises(RuleBroken, match=r"archive_unreadable"):
        opened(archive, tmp_path / "out")


@pytest.mark.parametrize("name", ["../outside", "/etc/x", "a/../../b", "a\\b"])
def test_a_name_that_leads_outside_is_neither_written_nor_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(RuleBroken):
        write_archive(tmp_path / "a", [Member(name, b"x")], passphrase=PASSPHRASE, kind="node", about={})
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "a.part").exists()


def test_a_link_inside_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def put_link(tar: tarfile.TarFile, member: Member) -> None:
        link = tarfile.TarInfo(member.name)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link, io.BytesIO())

    with monkeypatch.context() as patch:
        patch.setattr(sealed_archive, "_put", put_link)
        write_archive(tmp_path / "a", [Member("x", b"")], passphrase=PASSPHRASE, kind="node", about={})
    with pytest.raises(RuleBroken, match=r"archive_unreadable"):
        opened(tmp_path / "a", tmp_path / "out")


def test_an_archive_is_never_written_over_and_a_short_passphrase_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"archive_exists"):
        write_archive(archive, [], passphrase=PASSPHRASE, kind="node", about={})
    with pytest.raises(RuleBroken, match=r"passphrase_short"):
        write_archive(tmp_path / "b", [], passphrase="short", kind="node", about={})


def test_any_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    magic = b"zhengtong-archive-1\n"
    strange = (
        b'{"kind":"node","about":[],"kdf":{"n":2,"salt":""}}\n',
        b'{"kind":"node","about":{},"kdf":[]}\n',
        b'{"kind":"node","about":{},"kdf":{"n":[],"salt":""}}\n',
        b'{"kind":"node","about":{},"kdf":{"n":1048576,"salt":""}}\n',  # orders a gigabyte
    )
    for content in (b"", magic, magic + b"{}\n", b"PK\x03\x04" * 50, *(magic + one for one in strange)):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(RuleBroken, match=r"archive_unreadable"):
            opened(tmp_path / "x", tmp_path / "out")


def test_a_link_laid_where_the_archive_is_written_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "b.part").symlink_to(tmp_path / "mine")
    write_archive(tmp_path / "b", [Member("x", b"1")], passphrase=PASSPHRASE, kind="node", about={})
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert not (tmp_path / "b").is_symlink()
